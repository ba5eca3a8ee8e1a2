"""What axe finds on every screen, in light and in dark: nothing that is serious, and nothing that is critical."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, Page, expect

from tests.browser.visitors import unfold, visitor_behind
from tests.unit.ui.builders import finished_run, unfinished_run
from tests.unit.ui.full_runs import full_run
from tuning.data.bundled import bundled_examples
from tuning.report.document import report
from tuning.runs.processes import this_process
from tuning.spec import Task

pytestmark = pytest.mark.browser

STILL = "*, *::before, *::after { transition: none !important; animation: none !important; }"
"""A colour on its way to another is none that anybody reads."""
GRAVE = {"serious", "critical"}
DARK = "document.body.classList.toggle('dark')"
"""What Gradio itself does: colours are all that changes, so they are all that is looked at again."""


def found(page: Page, **options: object) -> list[str]:
    """Every grave violation: its rule, where it is, and why."""
    answer = Axe().run(page, options={"resultTypes": ["violations"], **options}).response
    return [
        f"{rule['id']} at {node['target']}: {_why(node)}"
        for rule in answer["violations"]
        if rule["impact"] in GRAVE
        for node in rule["nodes"]
    ]


def _why(node: dict[str, Any]) -> str:
    return "; ".join(check["message"] for check in [*node["any"], *node["all"], *node["none"]])


def look(page: Page) -> None:
    """Nothing grave on what is to be seen, light and dark, folds opened."""
    page.evaluate("document.querySelectorAll('details').forEach(fold => { fold.open = true; })")
    if page.get_by_role("heading", name="Tune-Off report").count():
        assert found(page) == []
        return
    page.add_style_tag(content=STILL)
    assert found(page) == []
    page.evaluate(DARK)
    assert found(page, runOnly=["color-contrast"]) == [], "in the dark"
    page.evaluate(DARK)


def open_tab(page: Page, name: str) -> None:
    page.get_by_role("tab", name=name, exact=True).click()
    expect(page.get_by_role("tab", name=name, exact=True, selected=True)).to_be_visible()


def test_the_screens_of_a_newcomer(visit: Callable[..., Page]):
    page = visit(stay=True)
    expect(page.get_by_text("Is tuning worth it?")).to_be_visible()
    look(page)
    open_tab(page, "Try")
    expect(page.get_by_role("button", name="Ask both models")).to_be_enabled()
    look(page)
    open_tab(page, "Watch")
    expect(page.get_by_text("No run yet", exact=True)).to_be_visible()
    look(page)
    open_tab(page, "Tune")
    expect(page.get_by_text("No data yet")).to_be_visible()
    look(page)


def test_data_and_plan(visit: Callable[..., Page]):
    page = visit()
    page.get_by_label(bundled_examples()[0].title).check()
    expect(page.get_by_role("button", name="Start tuning")).to_be_enabled()
    for fold in ("Advanced settings", "Several input columns", "A test set of your own"):
        unfold(page, fold)
    page.get_by_label(re.compile("^Rank")).fill("100000")
    expect(page.locator("#why")).to_contain_text("'Rank'")
    look(page)


@pytest.mark.parametrize("task", list(Task), ids=str)
def test_a_comparison_and_its_report(visit: Callable[..., Page], app, browser: Browser, tmp_path, task):
    run = full_run(app.home, task, rows=60)
    page = visit(f"?run={run.id}")
    expect(page.get_by_role("heading", name="Can it be believed?")).to_be_visible()
    look(page)
    place = tmp_path / "report.html"
    place.write_text(report(run), encoding="utf-8")
    for scheme in ("light", "dark"):
        context = browser.new_context(color_scheme=scheme, offline=True)
        opened = context.new_page()
        opened.goto(place.as_uri())
        look(opened)
        context.close()


def test_a_run_on_its_way_one_that_died_and_one_that_is_gone(visit: Callable[..., Page], app):
    run = unfinished_run(app.home)
    run.write_worker(this_process())
    page = visit(f"?run={run.id}")
    expect(page.get_by_text("Training: step 2 of 100")).to_be_visible()
    look(page)
    run.write_worker(this_process().model_copy(update={"create_time": 1.0}))
    expect(page.get_by_text("This run was interrupted.").first).to_be_visible()
    look(page)
    page = visit(f"?run={'f' * 32}")
    expect(page.get_by_text("This run cannot be shown").first).to_be_visible()
    look(page)


def test_a_list_of_runs_and_two_beside_each_other(visit: Callable[..., Page], app):
    page = visit()
    visitor = visitor_behind(page)
    expect(page.get_by_text("No runs yet")).to_be_visible()
    look(page)
    for _ in range(2):
        finished_run(app.home, visitor)
    open_tab(page, "Tune")
    open_tab(page, "Runs")
    runs = page.get_by_label(re.compile("text.csv"))
    expect(runs).to_have_count(2)
    runs.first.check()
    expect(page.get_by_role("button", name="Open", exact=True)).to_be_enabled()
    runs.last.check()
    page.get_by_role("button", name="Compare", exact=True).click()
    expect(page.get_by_role("heading", name="Scores")).to_be_visible()
    look(page)
