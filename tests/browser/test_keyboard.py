"""The app without a mouse: the showcase, an example, a run that is cancelled, and back; focus is seen at every step."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tuning.data.bundled import bundled_examples

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("embedded_model", "taken")]

STARTING_MS = 180_000
"""For what has a process of its own, a file's reader or a run; the machines that test may be slow to start one."""
MOST_STEPS = 45
"""From one thing to the next that a visitor wants; more would be a walk that nobody takes."""
SEEN = """() => {
  const one = document.activeElement;
  const drawn = (element) => element && getComputedStyle(element).outlineStyle !== "none"
    && parseFloat(getComputedStyle(element).outlineWidth) > 0;
  return one === document.body || drawn(one) || drawn(one.closest("label"));
}"""


def walk_to(page: Page, target: Locator, key: str = "Tab") -> None:
    """Press `key` until the target has the focus; whatever has it on the way is seen to have it."""
    for _ in range(MOST_STEPS):
        page.keyboard.press(key)
        assert page.evaluate(SEEN), f"nothing shows the focus of {page.evaluate('document.activeElement.outerHTML')}"
        if target.evaluate("element => element === document.activeElement"):
            return
    raise AssertionError(f"{MOST_STEPS} × {key} do not lead to {target}")


def open_tab(page: Page, name: str) -> None:
    walk_to(page, page.get_by_role("tab", name=name, exact=True), "Shift+Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("tab", name=name, exact=True, selected=True)).to_be_visible()


def test_the_whole_way_without_a_mouse(visit: Callable[..., Page]):
    page = visit(stay=True)
    read_the_showcase(page)
    start_an_example(page)
    page.keyboard.press("Enter")
    expect(page.get_by_text("Waiting, number 1 in the queue")).to_be_visible(timeout=STARTING_MS)
    walk_to(page, page.get_by_role("button", name="Cancel", exact=True))
    page.keyboard.press("Enter")
    expect(page.get_by_text("This run was cancelled.").first).to_be_visible()
    open_tab(page, "Tune")
    open_tab(page, "Runs")
    expect(page.get_by_label(re.compile("cancelled"))).to_be_checked()
    walk_to(page, page.get_by_role("button", name="Open", exact=True))
    page.keyboard.press("Enter")
    expect(page.get_by_role("tab", name="Watch", exact=True, selected=True)).to_be_visible()


def read_the_showcase(page: Page) -> None:
    """Choose rows by their count, turn a page, begin a prompt, come back."""
    expect(page.get_by_text("Is tuning worth it?")).to_be_visible()
    fixed, shown = page.locator(".to-flips").get_by_role("button", name="fixed"), page.locator(".to-shown")
    walk_to(page, fixed)
    page.keyboard.press("Space")
    expect(shown).to_contain_text("fixed: wrong before, right now")
    expect(fixed).to_be_focused()
    samples = page.get_by_role("region", name="Samples")
    walk_to(page, samples)
    page.keyboard.press("ArrowRight")
    expect(shown).to_contain_text("21 to 40 of")
    expect(samples).to_be_focused()
    open_tab(page, "Try")
    walk_to(page, page.get_by_role("button", name="Ask both models"))
    open_tab(page, "Compare")


def start_an_example(page: Page) -> None:
    """From the showcase to the button that starts a run, which has the focus then."""
    walk_to(page, page.get_by_role("button", name="Use your own data"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("tab", name="Tune", exact=True, selected=True)).to_be_visible()
    walk_to(page, page.get_by_label(bundled_examples()[0].title))
    page.keyboard.press("Space")
    start = page.get_by_role("button", name="Start tuning")
    expect(start).to_be_enabled(timeout=STARTING_MS)
    walk_to(page, start)
