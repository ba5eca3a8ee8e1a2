"""The report opened from disk with the network off: nothing is asked for, no script runs, nothing is cut off."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.unit.ui.builders import HOSTILE, finished_run
from tests.unit.ui.full_runs import full_run
from tuning.report.document import report

pytestmark = pytest.mark.browser

LIGHT, DARK = "rgb(246, 247, 249)", "rgb(14, 17, 23)"


@dataclass
class Opened:
    """A page, and what it did while it was looked at."""

    page: Page
    requests: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)


@pytest.fixture
def open_file(browser: Browser) -> Iterator[Callable[..., Opened]]:
    contexts = []

    def open_page(path: Path, **options) -> Opened:
        context = browser.new_context(offline=True, **options)
        contexts.append(context)
        opened = Opened(context.new_page())
        opened.page.on("request", lambda request: opened.requests.append(request.url))
        opened.page.on("console", lambda message: opened.told.append(message.text))
        opened.page.on("pageerror", lambda error: opened.told.append(str(error)))
        opened.page.goto(path.as_uri())
        return opened

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture(scope="module")
def file(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("report")
    place = folder / "report.html"
    place.write_text(report(full_run(folder / "home", rows=120)), encoding="utf-8")
    return place


def background(page: Page) -> str:
    color = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert isinstance(color, str)
    return color


@pytest.mark.parametrize("width", [1200, 390])
def test_it_opens_from_disk_and_asks_for_nothing(open_file, file, width):
    opened = open_file(file, viewport={"width": width, "height": 900})
    expect(opened.page.get_by_role("heading", name="Tune-Off report")).to_be_visible()
    assert [url for url in opened.requests if not url.startswith(("file:", "data:"))] == []
    assert opened.told == []
    assert opened.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    pictures = opened.page.locator(".to-picture img:visible")
    assert pictures.count() == (3 if width > 640 else 2), "on a phone the ladder is its table alone"
    assert pictures.evaluate_all("all => all.every(one => one.getBoundingClientRect().right <= innerWidth)")
    assert pictures.evaluate_all("all => all.every(one => one.complete && one.naturalWidth > 300)")


@pytest.mark.parametrize(("scheme", "color", "kind"), [("light", LIGHT, "to-light"), ("dark", DARK, "to-dark")])
def test_it_is_light_or_dark_as_its_reader_wants(open_file, file, scheme, color, kind):
    opened = open_file(file, color_scheme=scheme)
    assert background(opened.page) == color
    shown = opened.page.locator(".to-picture img:visible")
    assert shown.evaluate_all("all => all.map(one => one.className)") == [kind] * 3


def test_on_paper_it_is_light_and_unfolded(open_file, file):
    opened = open_file(file, color_scheme="dark")
    opened.page.emulate_media(media="print")
    assert background(opened.page) == "rgb(255, 255, 255)"
    assert opened.page.locator(".to-picture img.to-dark:visible").count() == 0
    expect(opened.page.get_by_text("with column names, calibrated")).to_be_visible()
    pdf = opened.page.pdf(prefer_css_page_size=True, print_background=True)
    assert b"/Subtype /Image" in pdf or b"/XObject" in pdf
    first = re.search(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", pdf)
    assert first is not None
    assert [round(float(side)) for side in first.groups()] == [595, 842]


def test_hostile_text_runs_nothing(open_file, tmp_path):
    place = tmp_path / "report.html"
    place.write_text(report(finished_run(tmp_path / "home", text=HOSTILE)), encoding="utf-8")
    opened = open_file(place)
    expect(opened.page.get_by_text("<script>window.pwned=1</script>").first).to_be_visible()
    assert opened.page.evaluate("window.pwned === undefined")
    assert opened.page.locator("script, form, iframe, a").count() == 0
    assert [url for url in opened.requests if not url.startswith(("file:", "data:"))] == []


def test_even_a_script_that_got_in_would_not_run(open_file, file, tmp_path):
    place = tmp_path / "tampered.html"
    planted = "<script>window.pwned=1</script><img src=https://evil.example/x.png onerror='window.pwned=1'>"
    place.write_text(file.read_text(encoding="utf-8").replace("</main>", f"{planted}</main>"), encoding="utf-8")
    opened = open_file(place)
    assert opened.page.evaluate("window.pwned === undefined")
    assert [text for text in opened.told if "Content Security Policy" in text]
