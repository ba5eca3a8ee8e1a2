"""Take the pictures that the README shows: `python -m tests.browser.screenshots HOME RUN_ID FOLDER`.

HOME is the home folder that a real, finished run is in; the pictures are of that run, light, dark and on a phone.
"""

import os
import sys
from pathlib import Path

from playwright.sync_api import Page, expect, sync_playwright

from tests.app_server import serve
from tests.chromium import find_chromium

WIDE, PHONE = (1160, 900), (390, 844)
SHOTS = (
    ("compare", "light", WIDE, False),
    ("compare-dark", "dark", WIDE, False),
    ("compare-phone", "light", PHONE, False),
)


def shoot(page: Page, address: str, path: Path, *, whole: bool) -> None:
    """Open a finished run and keep a picture of its comparison."""
    page.goto(address)
    expect(page.get_by_text("Is tuning worth it?")).to_be_visible(timeout=25_000)
    page.screenshot(path=path, full_page=whole, animations="disabled")


def main(home: Path, run_id: str, folder: Path) -> None:
    """Every picture of one run."""
    folder.mkdir(parents=True, exist_ok=True)
    chromium = find_chromium(os.environ)
    with serve(home) as app, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        for name, theme, (width, height), whole in SHOTS:
            page = browser.new_context(viewport={"width": width, "height": height}).new_page()
            shoot(page, f"{app.url}/?run={run_id}&__theme={theme}", folder / f"{name}.png", whole=whole)
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]))
