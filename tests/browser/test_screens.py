"""Every screen in a real browser, on runs as a worker leaves them: hostile texts, phones, the dark, other visitors."""

import re
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect

from tests.app_server import App
from tests.browser.visitors import settle, unfold, visitor_behind
from tests.runs_support import step
from tests.unit.ui.builders import HOSTILE, finish, finished_run, unfinished_run
from tests.unit.ui.full_runs import full_run
from tuning.runs.files import write_text
from tuning.runs.processes import this_process
from tuning.runs.store import Run
from tuning.spec import Task
from tuning.ui.visitor import owner_of

pytestmark = pytest.mark.browser

TABS = ("Tune", "Watch", "Compare", "Try", "Runs")


@pytest.fixture(scope="module")
def hostile_run(app: App):
    return finished_run(app.home, text=HOSTILE)


@pytest.fixture(scope="module", params=list(Task), ids=str)
def whole_run(app: App, request):
    return full_run(app.home, request.param, rows=60)


def upload(page: Page, path: Path) -> None:
    page.locator("input[type=file]").first.set_input_files(path)


def open_tab(page: Page, name: str) -> None:
    """Of a page that has arrived: what is chosen before is where it begins, and leads nowhere back."""
    expect(page.locator("body[data-arrived]")).to_be_attached()
    page.get_by_role("tab", name=name, exact=True).click()
    expect_screen(page, name)


def expect_screen(page: Page, name: str) -> None:
    expect(page.get_by_role("tab", name=name, exact=True, selected=True)).to_be_visible()


def own(page: Page, *runs: Run) -> None:
    """From now on the page's visitor is who started these."""
    mine = owner_of(visitor_behind(page))
    for run in runs:
        write_text(run.path / "run.json", run.record().model_copy(update={"owner": mine}).model_dump_json())


def width_and_window(page: Page) -> list[int]:
    found: list[int] = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    return found


def test_hostile_text_is_shown_as_text_on_every_screen(visit, hostile_run):
    page = visit(f"?run={hostile_run.id}")
    expect(page.get_by_role("tab", name="Compare", selected=True)).to_be_visible()
    expect(page.locator(".to-matrix").first).to_contain_text("<script>")
    expect(page.locator(".to-samples")).to_contain_text("${window.pwned=1} {{7*7}} **b**")
    settle(page)
    page.get_by_label("Search in inputs").fill("<SCRIPT>")
    expect(page.locator(".to-shown")).to_contain_text("1 to 20 of 30 rows with “<SCRIPT>”")
    page.locator(".to-matrix").first.get_by_role("button").first.click()
    expect(page.locator(".to-shown")).to_contain_text("base answered bad <script>")
    expect(page.locator('.to-matrix [aria-pressed="true"]')).to_have_count(1)
    for tab in TABS:
        page.get_by_role("tab", name=tab, exact=True).click()
        expect(page.get_by_role("tab", name=tab, selected=True)).to_be_visible()
    assert page.evaluate("window.pwned") is None
    assert page.locator("img[src=x]").count() == 0


def test_a_hostile_file_is_shown_as_text_before_it_is_learned(visit, tmp_path):
    path = tmp_path / "x ${window.pwned=1} {{7*7}}.csv"
    rows = "".join(f'"{HOSTILE} {n}","{"<b>yes</b>" if n % 2 else "${no}"}"\n' for n in range(60))
    path.write_text(f'"<img src=x onerror=window.pwned=1>","label"\n{rows}', encoding="utf-8")
    page = visit()
    upload(page, path)
    expect(page.get_by_role("button", name="Start tuning")).to_be_enabled()
    expect(page.locator(".to-preview")).to_contain_text("<script>window.pwned=1</script>")
    assert page.evaluate("window.pwned") is None
    assert page.locator("img[src=x]").count() == 0


@pytest.mark.parametrize(
    ("content", "message"),
    [("", "empty"), ("text\none\ntwo\n", "column"), ("text,label\n" + "a,b\n" * 5, "row")],
    ids=["empty", "one column", "five rows"],
)
def test_a_file_that_cannot_be_used_says_why_and_starts_nothing(visit, tmp_path, content, message):
    path = tmp_path / "unfit.csv"
    path.write_text(content)
    page = visit()
    upload(page, path)
    expect(page.get_by_role("alert").filter(has_text=message)).to_be_visible()
    expect(page.get_by_role("button", name="Start tuning")).to_be_disabled()


def test_a_setting_out_of_bounds_says_so_beside_the_button(visit, tmp_path):
    path = tmp_path / "reviews.csv"
    path.write_text("text,label\n" + "".join(f"it is {n},{'good' if n % 2 else 'bad'}\n" for n in range(60)))
    page = visit()
    upload(page, path)
    start = page.get_by_role("button", name="Start tuning")
    expect(start).to_be_enabled()
    unfold(page, "Advanced settings")
    page.get_by_label(re.compile("^Rank")).fill("100000")
    expect(page.locator("#why")).to_contain_text(re.compile("'rank'", re.IGNORECASE))
    expect(start).to_be_disabled()
    page.get_by_label(re.compile("^Rank")).fill("8")
    expect(start).to_be_enabled()


def test_a_dead_worker_is_shown_as_interrupted_without_a_reload(visit, app):
    run = unfinished_run(app.home)
    run.write_worker(this_process())
    page = visit(f"?run={run.id}")
    expect(page.get_by_text("Training: step 2 of 100")).to_be_visible()
    expect(page.get_by_text("dev rows 1.20")).to_be_visible()
    run.append(step(3))
    expect(page.get_by_text("Training: step 3 of 100")).to_be_visible()
    run.write_worker(this_process().model_copy(update={"create_time": 1.0}))
    expect(page.get_by_text("This run was interrupted.").first).to_be_visible()
    expect(page.get_by_text("Training: step 3 of 100")).to_have_count(0)


def test_the_comparison_opens_by_itself_for_who_watches(visit, app):
    run = unfinished_run(app.home)
    run.write_worker(this_process())
    page = visit(f"?run={run.id}")
    expect(page.get_by_text("Training: step 2 of 100")).to_be_visible()
    finish(run)
    expect_screen(page, "Compare")
    expect(page.get_by_text("on 30 test rows kept out of tuning")).to_be_visible()


@pytest.mark.parametrize("reloads", [False, True], ids=["after watching", "after a reload"])
def test_who_works_on_another_screen_stays_there_when_the_run_ends(visit, app, reloads):
    run = unfinished_run(app.home)
    run.write_worker(this_process())
    page = visit(f"?run={run.id}")
    expect(page.get_by_text("Training: step 2 of 100")).to_be_visible()
    open_tab(page, "Tune")
    if reloads:
        expect(page).to_have_url(re.compile("screen=tune"))
        page.reload()
        expect(page.locator("body[data-arrived]")).to_be_attached()
    finish(run)
    expect(page.get_by_text("Compare shows its verdict.")).to_be_visible()
    expect_screen(page, "Tune")
    open_tab(page, "Compare")
    expect(page.get_by_text("on 30 test rows kept out of tuning")).to_be_visible()


def test_back_leads_over_the_screens_that_were_chosen(visit):
    page = visit()
    for name in ("Runs", "Try"):
        open_tab(page, name)
    for step_back, name in ((True, "Runs"), (True, "Tune"), (False, "Runs"), (False, "Try")):
        page.evaluate(f"history.{'back' if step_back else 'forward'}()")
        expect_screen(page, name)
        expect(page).to_have_url(re.compile(f"screen={name.lower()}"))


def test_back_over_watch_and_compare_finds_them_too(visit, hostile_run):
    page = visit(f"?run={hostile_run.id}")
    expect_screen(page, "Compare")
    for name in ("Watch", "Try"):
        open_tab(page, name)
    for name in ("Watch", "Compare"):
        page.evaluate("history.back()")
        expect_screen(page, name)


@pytest.mark.parametrize("screen", ["nowhere", '"]<script>window.pwned=1</script>', "watch"])
def test_an_address_of_no_screen_of_ours_opens_what_fits_the_run(visit, hostile_run, screen):
    page = visit(f"?run={hostile_run.id}&screen={quote(screen)}")
    expect(page.locator("body[data-arrived]")).to_be_attached()
    expect(page.locator(".to-verdict").first).to_be_visible()
    expect_screen(page, "Compare")
    assert page.evaluate("window.pwned") is None


def test_what_opens_by_itself_adds_nothing_to_the_way_back(visit, app):
    run = unfinished_run(app.home)
    run.write_worker(this_process())
    page = visit(f"?run={run.id}")
    expect(page.get_by_text("Training: step 2 of 100")).to_be_visible()
    before = page.evaluate("history.length")
    finish(run)
    expect_screen(page, "Compare")
    expect(page.get_by_text("on 30 test rows kept out of tuning")).to_be_visible()
    assert page.evaluate("history.length") == before


def test_back_to_another_run_shows_that_run(visit, app):
    one, other = (finished_run(app.home, text=name) for name in ("first", "second"))
    page = visit(f"?run={one.id}")
    expect(page.get_by_text("first.csv").first).to_be_visible()
    own(page, one, other)
    open_tab(page, "Tune")
    open_tab(page, "Runs")
    page.get_by_label(re.compile("second.csv")).check()
    page.get_by_role("button", name="Open", exact=True).click()
    expect(page).to_have_url(re.compile(other.id))
    expect(page.get_by_text("second.csv").first).to_be_visible()
    page.evaluate("history.back()")
    expect(page).to_have_url(re.compile(one.id))
    expect_screen(page, "Tune")
    open_tab(page, "Compare")
    expect(page.locator(".to-verdict").first).to_contain_text("first.csv")


def test_the_foot_of_the_page_offers_no_settings_of_gradios(visit):
    foot = visit().locator("footer")
    expect(foot.get_by_role("button", name="API")).to_be_visible()
    expect(foot.get_by_role("button")).to_have_count(1)


def test_the_question_before_deleting_names_the_run(visit, app):
    run = finished_run(app.home, text="doomed")
    page = visit(f"?run={run.id}")
    own(page, run)
    open_tab(page, "Tune")
    open_tab(page, "Runs")
    page.get_by_label(re.compile("doomed.csv")).check()
    page.get_by_role("button", name="Delete …").click()
    question = page.get_by_role("status").filter(has_text="Delete this run for good?")
    expect(question).to_contain_text("doomed.csv")
    page.get_by_role("button", name="Keep it").click()
    expect(question).to_have_count(0)


@pytest.mark.parametrize("run_id", ["f" * 32, "../../etc/passwd", "<script>window.pwned=1</script>"])
def test_a_link_that_leads_nowhere_says_so(visit, run_id):
    page = visit(f"?run={run_id}")
    expect(page.get_by_text("This run cannot be shown").first).to_be_visible()
    assert page.evaluate("window.pwned") is None


def test_a_guest_by_link_looks_but_cannot_cancel_and_has_no_runs(visit, app):
    run = unfinished_run(app.home)
    run.write_worker(this_process())
    page = visit(f"?run={run.id}")
    expect(page.get_by_text("only whoever started it can cancel")).to_be_visible()
    expect(page.get_by_role("button", name="Cancel")).to_have_count(0)
    page.get_by_role("tab", name="Runs", exact=True).click()
    expect(page.get_by_text("No runs yet")).to_be_visible()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_nothing_is_wider_than_a_phone(visit, hostile_run, theme):
    page = visit(f"?run={hostile_run.id}&__theme={theme}", width=390, height=844)
    expect(page.get_by_text("on 30 test rows kept out of tuning")).to_be_visible()
    assert page.evaluate("document.body.classList.contains('dark')") is (theme == "dark")
    for tab in TABS:
        page.get_by_role("tab", name=tab, exact=True).click()
        expect(page.get_by_role("tab", name=tab, selected=True)).to_be_visible()
        wide, window = width_and_window(page)
        assert wide <= window, f"{tab} is {wide} pixels wide on a window of {window}"


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_whole_comparison_fits_a_phone(visit, whole_run, theme):
    page = visit(f"?run={whole_run.id}&__theme={theme}", width=390, height=844)
    expect(page.get_by_role("heading", name="Can it be believed?")).to_be_visible()
    for fold in page.locator(".to-fold summary").all():
        if fold.is_visible():
            fold.click()
    wide, window = width_and_window(page)
    assert wide <= window
    inner = page.evaluate(
        "[...document.querySelectorAll('.to-table, .to-verdict, .to-duel, .to-flips, .to-samples')]"
        ".filter(e => e.offsetParent && e.getBoundingClientRect().right > innerWidth).map(e => e.className)"
    )
    assert inner == []
    tops = page.evaluate("[...document.querySelector('.to-sample tr').cells].map(e => e.getBoundingClientRect().top)")
    assert len(set(tops)) > 3, "a sample is a card on a phone"


def test_a_whole_comparison_reads_from_the_top(visit, whole_run):
    page = visit(f"?run={whole_run.id}")
    expect(page.get_by_role("heading", name="Can it be believed?")).to_be_visible()
    parts = (
        ".to-verdict",
        ".to-duel",
        ".to-ladder",
        ".to-flips",
        ".to-samples",
        ".to-halves",
        ".to-scores",
        ".to-receipt",
    )
    tops = [page.locator(part).first.bounding_box() for part in parts]
    assert [box["y"] for box in tops if box] == sorted(box["y"] for box in tops if box)
    assert None not in tops
    expect(
        page.get_by_role("table", name="Baseline ladder").get_by_role("row", name=re.compile("^Tuned"))
    ).to_be_visible()


def test_the_counts_choose_the_samples_from_the_keyboard(visit, hostile_run):
    page = visit(f"?run={hostile_run.id}")
    shown = page.locator(".to-shown")
    expect(shown).to_contain_text("1 to 20 of 30")
    fixed = page.locator(".to-flips").get_by_role("button", name="fixed")
    fixed.press("Space")
    expect(shown).to_contain_text("1 to 15 of 15 fixed: wrong before, right now")
    expect(fixed).to_be_focused()
    page.get_by_role("button", name="Show every row").press("Enter")
    expect(shown).to_contain_text("1 to 20 of 30 every test row")
    expect(page.locator(".to-sample-list")).to_be_focused()


def test_pages_are_turned_with_arrow_keys_and_buttons(visit, hostile_run):
    page = visit(f"?run={hostile_run.id}")
    samples, shown = page.get_by_role("region", name="Samples"), page.locator(".to-shown")
    samples.press("ArrowLeft")
    samples.press("ArrowRight")
    expect(shown).to_contain_text("21 to 30 of 30")
    expect(samples).to_be_focused()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowLeft")
    expect(shown).to_contain_text("1 to 20 of 30")
    page.get_by_role("button", name="Next page").click()
    expect(shown).to_contain_text("21 to 30 of 30")
    expect(page.get_by_role("button", name="Next page")).to_be_disabled()


def test_cells_and_parts_choose_their_rows_in_the_order_asked_for(visit, app):
    page = visit(f"?run={full_run(app.home, rows=60).id}")
    shown = page.locator(".to-shown")
    cell = page.locator(".to-matrix", has_text="Tuned").first.locator("td.to-hit button").first
    rows = int(cell.inner_text())
    cell.click()
    expect(shown).to_contain_text(re.compile(rf"of {rows} target (\w+), tuned answered \1"))
    expect(shown).to_be_in_viewport()
    expect(page.get_by_role("region", name="Samples")).to_be_focused()
    page.get_by_label("Tuned's confident mistakes first").check()
    page.get_by_role("button", name="Show every row").click()
    expect(page.locator(".to-of-tuned").first).to_contain_text("✗")
    part = page.locator(".to-parts button").first
    rows = int(re.findall(r"(\d+) rows?$", part.inner_text())[0])
    part.click()
    expect(shown).to_contain_text(re.compile(rf"of {rows} "))


def test_a_long_row_is_opened_without_a_server(visit, app):
    page = visit(f"?run={finished_run(app.home, text='word ' * 200).id}")
    opened = page.locator(".to-whole dl").first
    expect(opened).to_be_hidden()
    page.locator(".to-whole summary").first.press("Enter")
    expect(opened).to_be_visible()


def test_arrow_keys_turn_pages_wherever_the_rows_are_in_sight(visit, app):
    page = visit(f"?run={full_run(app.home, rows=60).id}")
    turning = page.locator(".to-turning")
    expect(turning).to_contain_text("page 1 of 3")
    page.keyboard.press("ArrowRight")
    settle(page)
    expect(turning, "the rows are out of sight").to_contain_text("page 1 of 3")
    turning.scroll_into_view_if_needed()
    page.keyboard.press("ArrowRight")
    expect(turning).to_contain_text("page 2 of 3")
    page.keyboard.press("ArrowLeft")
    expect(turning).to_contain_text("page 1 of 3")


def test_the_contents_lead_to_their_parts(visit, whole_run):
    page = visit(f"?run={whole_run.id}")
    contents = page.get_by_role("navigation", name="On this page").get_by_role("link")
    expect(contents).to_have_count(6)
    for link in contents.all():
        link.press("Enter")
        heading = page.get_by_role("heading", name=re.compile("^" + re.escape(link.inner_text())))
        expect(heading).to_be_in_viewport()


def test_arrow_keys_lead_from_tab_to_tab(visit):
    page = visit()
    expect(page.locator("body[data-arrived]")).to_be_attached()
    page.get_by_role("tab", name="Tune", exact=True).focus()
    for key, name in (
        ("ArrowRight", "Watch"),
        ("End", "Runs"),
        ("ArrowRight", "Tune"),
        ("ArrowLeft", "Runs"),
        ("Home", "Tune"),
    ):
        page.keyboard.press(key)
        expect(page.get_by_role("tab", name=name, exact=True)).to_be_focused()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Enter")
    expect_screen(page, "Runs")
