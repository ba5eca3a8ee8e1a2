"""The first thing a stranger sees: a finished comparison, labelled, and a way to do the same with their own data."""

import re

import pytest
from playwright.sync_api import expect

from tests.unit.ui.builders import finished_run

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1200, 390])
def test_the_app_opens_on_a_finished_comparison(visit, theme, width):
    page = visit(f"?__theme={theme}", stay=True, width=width)
    expect(page.get_by_text("A finished run, really computed")).to_be_visible()
    expect(page.get_by_role("tab", name="Compare", selected=True)).to_be_visible()
    expect(page.locator(".to-verdict")).to_contain_text(re.compile(r"Accuracy went from .* on \d+ test rows"))
    expect(page.get_by_role("heading", name="Can it be believed?")).to_be_attached()
    overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert overflow <= 0, f"{overflow} px too wide"


def test_one_button_leads_to_the_visitors_own_data(visit):
    page = visit(stay=True)
    page.get_by_role("button", name="Use your own data").click()
    expect(page.get_by_role("tab", name="Tune", selected=True)).to_be_visible()
    expect(page.get_by_text("No data yet")).to_be_visible()


def test_it_belongs_to_nobody(visit):
    page = visit(stay=True)
    expect(page.get_by_text("A finished run, really computed")).to_be_visible()
    page.get_by_role("tab", name="Runs", exact=True).click()
    expect(page.get_by_text("No runs yet")).to_be_visible()
    page.get_by_role("tab", name="Watch", exact=True).click()
    expect(page.get_by_text("No run yet", exact=True)).to_be_visible()


def test_it_is_reached_again_by_those_with_a_run_of_their_own(visit, app):
    page = visit(f"?run={finished_run(app.home).id}")
    expect(page.get_by_text("text.csv").first).to_be_visible()
    page.get_by_role("tab", name="Runs", exact=True).click()
    page.get_by_role("link", name="the showcase").click()
    expect(page.get_by_text("A finished run, really computed")).to_be_visible()
    expect(page.get_by_role("tab", name="Compare", selected=True)).to_be_visible()


def test_its_matrices_are_read_with_the_arrow_keys_and_its_report_is_one_click_away(visit):
    page = visit(stay=True)
    base, tuned = (page.get_by_role("grid", name=f"{side}: confusion matrix", exact=True) for side in ("Base", "Tuned"))
    page.get_by_text("Base and tuned, each by itself").click()
    base.locator("[tabindex='0']").focus()
    for key in ("ArrowDown", "End", "ArrowLeft"):
        page.keyboard.press(key)
    second = base.locator("tbody tr").nth(1)
    expect(second.locator(":focus")).to_have_count(1)
    labels = second.locator("td").count()
    assert page.evaluate("document.activeElement.closest('td').cellIndex") == labels - 1, "one before the last"
    page.keyboard.press("Tab")
    expect(tuned.locator(":focus")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(page.locator(".to-shown")).to_contain_text("tuned answered")
    with page.expect_download() as download:
        page.get_by_role("button", name="Report (HTML)").click()
    assert download.value.suggested_filename.endswith(".html")
