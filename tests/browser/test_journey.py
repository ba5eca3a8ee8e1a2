"""The whole journey of a visitor, with one real training: example, start, reload, comparison, samples, a prompt."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.visitors import settle, unfold
from tuning.data.bundled import bundled_examples

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.usefixtures("embedded_model")]

TRAINING_MS = 900_000
ANSWER_MS = 300_000
SMALL = {"Rows to use": "60", "Test rows": "10", "Epochs": "1", "Layers": "1", "Maximum length": "256"}


def open_tab(page: Page, name: str) -> None:
    page.get_by_role("tab", name=name, exact=True).click()


def plan_small_run(page: Page) -> int:
    """Take the first example and make the run small; the number of its test rows, once the plan has heard of them."""
    page.get_by_label(bundled_examples()[0].title).check()
    expect(page.get_by_role("button", name="Start tuning")).to_be_enabled()
    choose_no_limit(page)
    unfold(page, "Advanced settings")
    for label, value in SMALL.items():
        page.get_by_label(re.compile(rf"^\s*{label}")).fill(value)
    expect(page.locator(".to-count", has_text="to learn from").locator("b")).to_have_text(re.compile(r"^\d\d$"))
    expect(page.locator(".to-count", has_text="to judge by").locator("b")).to_have_text(SMALL["Test rows"])
    return int(SMALL["Test rows"])


def choose_no_limit(page: Page) -> None:
    """The run is small anyway, and a slow machine shall not make it smaller."""
    time = page.get_by_label("Time to spend")
    expect(time).to_have_value("5 minutes")
    time.click()
    page.get_by_role("option", name="no limit").click()
    expect(time).to_have_value("no limit: a set number of passes")


def expect_run_on_screen(page: Page) -> None:
    """The run is followed, or already compared."""
    expect(page.get_by_role("tab", name=re.compile("Watch|Compare"), selected=True)).to_be_visible()
    expect(page).to_have_url(re.compile(r"[?&]run=[0-9a-f]{32}"))


def test_from_an_example_to_an_answer(visit):
    page = visit()
    test_rows = plan_small_run(page)
    page.get_by_role("button", name="Start tuning").click()
    expect_run_on_screen(page)
    page.reload()
    expect_run_on_screen(page)

    expect(page.get_by_text(f"on {test_rows} test rows kept out of tuning")).to_be_visible(timeout=TRAINING_MS)
    expect(page.get_by_role("tab", name="Compare", selected=True)).to_be_visible()
    expect(page.get_by_text("Difference, tuned − base: target down, answer across")).to_be_visible()
    expect(page.locator(".to-receipt")).to_contain_text("passed")
    filter_samples(page, test_rows)
    ask_both(page)
    own_runs(page)

    stranger = visit()
    open_tab(stranger, "Runs")
    expect(stranger.get_by_text("No runs yet")).to_be_visible()


def filter_samples(page: Page, test_rows: int) -> None:
    """Every kind shows as many rows as its count says."""
    shown = page.locator(".to-shown")
    expect(shown).to_contain_text(f"1 to {test_rows} of {test_rows}")
    for kind in ("fixed", "broken", "both right", "both wrong"):
        choice = page.locator(".to-flips").get_by_role("button", name=kind)
        number = int(choice.locator("b").inner_text())
        choice.click()
        expect(choice).to_have_attribute("aria-pressed", "true")
        expect(shown).to_contain_text(f"1 to {number} of {number} {kind}" if number else f"no row: {kind}")
    choice.click()
    expect(choice).to_have_attribute("aria-pressed", "false")
    expect(shown).to_contain_text(f"1 to {test_rows} of {test_rows}")


def ask_both(page: Page) -> None:
    """A prompt gets an answer of both models, one of the labels."""
    open_tab(page, "Try")
    expect(page.get_by_label("Your prompt")).to_be_visible()
    settle(page)
    page.get_by_label("Your prompt").fill("Fracture of the left arm")
    page.get_by_role("button", name="Ask both models").click()
    for side in ("Base: answer", "Tuned: answer"):
        answer = page.get_by_role("region", name=side)
        expect(answer).to_contain_text("labels scored in", timeout=ANSWER_MS)
        expect(answer.locator(".to-chosen")).to_contain_text("%")


def own_runs(page: Page) -> None:
    """The run is in this visitor's list, and opens from there."""
    open_tab(page, "Runs")
    page.get_by_label(re.compile("icd10.* · done")).check()
    page.get_by_role("button", name="Open", exact=True).click()
    expect(page.get_by_role("tab", name="Compare", selected=True)).to_be_visible()
