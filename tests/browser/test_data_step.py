"""The data step in a real browser: findings, cleaning, columns, a test set, a refused file, on a phone."""

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.visitors import unfold
from tests.runs_support import prepared
from tuning.runs.budget import Pace, Work
from tuning.runs.paces import MeasuredPace, write_pace
from tuning.runs.store import RunStore
from tuning.spec import Task

pytestmark = pytest.mark.browser


@pytest.fixture
def reviews(tmp_path):
    """60 rows, four of them twice, four with an address in them."""
    rows = [
        f"{word} number {n},{label},of {word} thing {n}"
        for n in range(28)
        for word, label in (("good", "a"), ("bad", "b"))
    ]
    rows += rows[:4]
    rows += [f"write to me{n}@example.com about it,a,none {n}" for n in range(4)]
    path = tmp_path / "reviews.csv"
    path.write_text("text,label,note\n" + "\n".join(rows), encoding="utf-8")
    return path


@pytest.fixture
def slow_before(app):
    """An earlier run, somebody else's, on a machine that was slow; it is gone when the test is over."""
    store, rows = RunStore(app.home), prepared(40)
    run = store.create(rows, "somebody")
    work = Work(Task.CLASSIFY, 40, 40, 40, 8, 30, None, None)
    write_pace(run, MeasuredPace.of(rows, Pace(row_s=2, pass_s=15, load_s=45), work, "decoder", ready_s=9))
    run.finish("failed", "the budget is too short", 2)
    yield
    store.delete(run)


def upload(page: Page, path: Path) -> None:
    page.locator("input[type=file]").first.set_input_files(path)


def start(page: Page) -> Locator:
    return page.get_by_role("button", name="Start tuning")


def step(page: Page, name: str) -> Locator:
    return page.locator(".to-plan label", has_text=re.compile(rf"^\s*{name}\b"))


def test_findings_and_steps_follow_each_other(visit, reviews):
    page = visit()
    expect(start(page)).to_be_disabled()
    upload(page, reviews)
    expect(start(page)).to_be_enabled()
    doubles = page.locator(".to-finding", has_text="repeat the input and target")
    expect(doubles).to_contain_text("step 'leave out repeated rows' is on")
    expect(step(page, "Leave out repeated rows")).to_contain_text("leaves out 4: 64 → 60 rows")
    step(page, "Leave out repeated rows").locator("input").uncheck()
    expect(step(page, "Leave out repeated rows")).to_contain_text("would leave out 4")
    expect(doubles).to_contain_text("makes the result untrue")
    step(page, "Hide personal data").locator("input").check()
    expect(page.locator(".to-finding", has_text="personal data")).to_contain_text("The step changes 4 of 64 rows.")


def test_a_reload_comes_back_to_the_file_and_to_what_was_set(visit, reviews):
    page = visit()
    upload(page, reviews)
    expect(start(page)).to_be_enabled()
    step(page, "Leave out repeated rows").locator("input").uncheck()
    expect(step(page, "Leave out repeated rows")).to_contain_text("would leave out 4")
    expect(page).to_have_url(re.compile("screen=tune"))
    page.reload()
    expect(page.get_by_role("tab", name="Tune", selected=True)).to_be_visible()
    expect(page.get_by_text("reviews.csv").first).to_be_visible()
    expect(start(page)).to_be_enabled()
    expect(step(page, "Leave out repeated rows").locator("input")).not_to_be_checked()
    stranger = visit()
    expect(start(stranger)).to_be_disabled()
    expect(stranger.get_by_text("No data yet")).to_be_visible()
    page.get_by_role("button", name=re.compile("Remove|Clear")).first.click()
    expect(page.get_by_text("No data yet")).to_be_visible()
    page.reload()
    expect(page.get_by_text("No data yet")).to_be_visible()


def test_a_time_that_cannot_suffice_is_told_beside_it_and_not_begun(visit, slow_before, reviews):
    page = visit()
    upload(page, reviews)
    expect(start(page)).to_be_enabled()
    expect(page.locator(".to-times")).to_contain_text("too short")
    time = page.get_by_label("Time to spend")
    time.click()
    page.get_by_role("option", name="1 minute", exact=True).click()
    expect(page.locator("#why")).to_contain_text("1 min is too short: this machine needs about")
    expect(start(page)).to_be_disabled()
    time.click()
    page.get_by_role("option", name="5 minutes", exact=True).click()
    expect(page.locator("#why")).to_contain_text("About 5 min from start to verdict")
    expect(start(page)).to_be_enabled()


def test_another_target_brings_its_task(visit, reviews):
    page = visit()
    upload(page, reviews)
    expect(page.locator(".to-shape")).to_contain_text("Text and label")
    page.get_by_label("Target column").click()
    page.get_by_role("option", name="note").click()
    expect(page.locator(".to-shape")).to_contain_text("Prompt and completion")
    expect(page.get_by_label("a text (generation)")).to_be_checked()
    expect(start(page)).to_be_enabled()


def test_a_template_is_edited_and_an_impossible_one_is_told(visit, tmp_path):
    path = tmp_path / "alpaca.json"
    path.write_text(
        json.dumps(
            [{"instruction": f"Add {n}", "input": f"to {n}", "output": f"it makes {2 * n} now"} for n in range(40)]
        )
    )
    page = visit()
    upload(page, path)
    expect(page.locator(".to-shape")).to_contain_text("Alpaca")
    unfold(page, "Several input columns")
    template = page.get_by_label("Input from several columns")
    template.fill("Please: {instruction} {nowhere}")
    template.blur()
    expect(page.locator("#why")).to_contain_text("{nowhere}, which is no column")
    expect(start(page)).to_be_disabled()
    template.fill("Please: {instruction} {input}")
    template.blur()
    expect(page.locator(".to-preview")).to_contain_text(re.compile(r"Please: Add \d+ to \d+"))
    expect(start(page)).to_be_enabled()


def test_a_test_set_of_ones_own(visit, reviews, tmp_path):
    own = tmp_path / "own.csv"
    own.write_text("text,label\n" + "".join(f"other words {n},{'ab'[n % 2]}\n" for n in range(13)))
    page = visit()
    upload(page, reviews)
    expect(start(page)).to_be_enabled()
    unfold(page, "A test set of your own")
    page.locator("input[type=file]").last.set_input_files(own)
    expect(page.get_by_text("own.csv: 13 rows, 2 columns")).to_be_visible()
    expect(page.locator(".to-count", has_text="to judge by").locator("b")).to_have_text("13")


def test_a_refused_file_says_one_line(visit, tmp_path):
    path = tmp_path / "packed.csv"
    path.write_bytes(b"\x1f\x8b\x08\x00" + b"x" * 50)
    page = visit()
    upload(page, path)
    expect(page.get_by_role("alert")).to_contain_text("'packed.csv' is a gzip file called .csv")
    expect(page.locator("#why")).to_contain_text("Choose another file")
    expect(start(page)).to_be_disabled()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_it_fits_a_phone(visit, reviews, theme):
    page = visit(f"?__theme={theme}", width=390, height=844)
    upload(page, reviews)
    expect(start(page)).to_be_enabled()
    page.locator("summary", has_text="Columns").click()
    page.locator("summary", has_text="What the steps do").click()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
