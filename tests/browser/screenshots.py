"""Take the pictures that the README shows: `python -m tests.browser.screenshots FOLDER`.

They are of what a stranger sees: the showcase, its samples and its two models, and an example to begin with.
"""

import os
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page, expect, sync_playwright

from tests.app_server import serve
from tests.chromium import find_chromium
from tuning.data.bundled import bundled_examples

WIDE, PHONE = (1160, 900), (390, 844)


def compare(page: Page) -> None:
    """The verdict."""
    expect(page.get_by_text("Is tuning worth it?")).to_be_visible()


def samples(page: Page) -> None:
    """Row by row, those that tuning broke."""
    compare(page)
    page.locator(".to-flips").get_by_role("button", name="broken").click()
    expect(page.locator(".to-shown")).to_contain_text("broken")
    page.get_by_role("heading", name="Row by row").scroll_into_view_if_needed()
    page.mouse.wheel(0, 700)
    page.wait_for_timeout(500)


def try_it(page: Page) -> None:
    """A prompt for both models."""
    compare(page)
    page.get_by_role("tab", name="Try", exact=True).click()
    expect(page.get_by_role("button", name="Ask both models")).to_be_visible()


def tune(page: Page) -> None:
    """What is known of an example."""
    page.get_by_role("button", name="Use your own data").click()
    page.get_by_label(bundled_examples()[0].title).check()
    expect(page.get_by_role("button", name="Start tuning")).to_be_enabled()


@dataclass(frozen=True)
class Shot:
    """One picture; `prepare` leads to it."""

    name: str
    prepare: Callable[[Page], None]
    theme: str = "light"
    size: tuple[int, int] = WIDE


SHOTS = (
    Shot("compare", compare),
    Shot("compare-dark", compare, theme="dark"),
    Shot("compare-phone", compare, size=PHONE),
    Shot("samples", samples),
    Shot("tune", tune),
    Shot("tune-phone", tune, theme="dark", size=PHONE),
    Shot("try", try_it),
)


def main(folder: Path) -> None:
    """Every picture."""
    folder.mkdir(parents=True, exist_ok=True)
    expect.set_options(timeout=60_000)
    chromium = find_chromium(os.environ)
    with tempfile.TemporaryDirectory() as home, serve(Path(home)) as app, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        for shot in SHOTS:
            width, height = shot.size
            page = browser.new_context(viewport={"width": width, "height": height}).new_page()
            page.goto(f"{app.url}/?__theme={shot.theme}")
            shot.prepare(page)
            page.screenshot(path=folder / f"{shot.name}.png", animations="disabled")
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
