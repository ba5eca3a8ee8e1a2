"""Everything that must stay a text, at once and everywhere, on a phone: the app, the report, the model card."""

from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from markdown_it import MarkdownIt
from playwright.sync_api import Browser, Page, expect

from tests.app_server import App
from tests.browser.visitors import settle, visitor_behind
from tests.unit.ui.builders import ALICE, HOSTILE
from tuning.data.examples import Dataset, Example, Prepared, Splits
from tuning.events import Note, Phase, Started, Step, Stopped
from tuning.prediction import Prediction
from tuning.report.document import report
from tuning.runs.card import model_card
from tuning.runs.store import Run, RunStore
from tuning.scoring.comparison import Check, compare
from tuning.spec import RunSpec, Task
from tuning.ui.visitor import Visitor, owner_of

pytestmark = pytest.mark.browser

PHONE = {"width": 390, "height": 844}
EVIL = "evil.example"
UNSEEN = "\u200b\u200d\ufeff\u2066\u2069\u061c"
NASTY = (
    f"{HOSTILE} ![p](https://evil.example/p.png) [go](javascript:window.pwned=1) {UNSEEN} \u05d0\u05d1\u202e "
    "<form action=https://evil.example><input name=q><button>Go</button></form> <style>body{display:none}</style> "
    "</textarea></script><iframe src=https://evil.example> <svg onload=window.pwned=1> &lt;b&gt; \x00\x1b[31m"
)
UNBROKEN = "w" * 100_000
ROWS = 24
PLANTED = (
    "form[action*=evil], img[src*=evil], img[src='x'], iframe, a[href^=javascript], bdi :not(del, ins, wbr, .to-heard)"
)


def nasty_run(home: Path, owner: Visitor) -> Run:
    """A finished run with such texts wherever a run has one; some cells are of 100 kB without a space."""
    column = f"c {NASTY}"[:190]

    def example(row: int) -> Example:
        read = f"{NASTY} {row}" if row % 12 else UNBROKEN
        return Example(row=row, input=read, target=f"{NASTY} right {row}", columns={column: f"{NASTY} {row % 2}"})

    examples = [example(row) for row in range(1, ROWS + 1)]
    dataset = Dataset(
        name=f"{NASTY}.csv",
        sha256="0" * 64,
        rows=3 * ROWS,
        columns=[f"{column} in", f"{column} out", column],
        task=Task.GENERATE,
        input=f"{column} in",
        target=f"{column} out",
        instruction=f"{NASTY} {UNBROKEN[:3000]}",
        reason=NASTY,
        notes=[NASTY],
    )
    spec = RunSpec.model_validate({"task": "generate", "input": f"{column} in", "target": f"{column} out"})
    splits = Splits(train=examples, dev=examples, test=examples)
    run = RunStore(home).create(Prepared(spec=spec, dataset=dataset, splits=splits), owner_of(owner))
    return finish(run, examples)


def finish(run: Run, examples: list[Example]) -> Run:
    """What a worker would have left: the base writes the same for every row, the tuned model is mostly right."""

    def answer(row: Example, output: str) -> Prediction:
        return Prediction(row=row.row, input=row.input, target=row.target, output=output, columns=row.columns)

    base = [answer(row, UNBROKEN if row.row == 2 else f"{NASTY} wrong") for row in examples]
    tuned = [answer(row, row.target if row.row % 3 else f"{row.target} {NASTY}") for row in examples]
    run.append(Started(at=1.0, device="cpu", precision="float32", threads=1))
    run.append(Phase(at=1.0, name="base", done=1, total=1))
    for number in (1, 2):
        run.append(Step(at=2.0, step=number, total_steps=2, epoch=1.0, loss=1.5, learning_rate=1e-3, seconds_left=0.0))
    run.append(Note(at=3.0, level="warning", message=NASTY))
    run.append(Stopped(at=4.0, reason="finished", step=2, best_step=2))
    run.write_predictions("base", base)
    run.write_predictions("tuned", tuned)
    run.save_folder("adapter", lambda folder: None)
    found = compare(base, tuned, Task.GENERATE)
    receipt = [Check(check="adapter off", status="warn", detail=NASTY)]
    run.write_comparison(found.model_copy(update={"run": run.id, "receipt": receipt}))
    run.finish("done", found.verdict.sentence if found.verdict else "", 0)
    return run


def expect_texts_only(page: Page) -> None:
    """Nothing ran, nothing was planted, nothing is wider than the phone."""
    assert page.evaluate("window.pwned") is None
    assert page.locator(PLANTED).count() == 0
    wide, window = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    assert wide <= window, f"{wide} pixels wide on a window of {window}"


@pytest.fixture
def watched(visit: Callable[..., Page]):
    """A visitor with a phone, of whom it is known what was asked for elsewhere and what popped up."""
    asked: list[str] = []
    page = visit(**PHONE)
    page.on("dialog", lambda dialog: asked.append(dialog.message))
    page.on("request", lambda request: asked.append(request.url) if urlsplit(request.url).hostname == EVIL else None)
    yield page
    assert asked == []


def test_a_run_of_hostile_texts_is_texts_on_every_screen(watched: Page, app: App):
    page = watched
    run = nasty_run(app.home, visitor_behind(page))
    page.goto(f"{app.url}/?run={run.id}")
    expect(page.locator(".to-sample-list")).to_contain_text("![p](https://evil.example/p.png)")
    expect_texts_only(page)
    settle(page)
    page.get_by_label("Search in inputs").fill("WWWW")
    expect(page.locator(".to-shown")).to_contain_text("1 to 3 of 3")
    page.locator(".to-whole summary").first.click()
    expect(page.get_by_text("90,000 more characters").first).to_be_visible()
    expect_texts_only(page)
    for tab, text in (("Watch", "What this run did"), ("Try", "Your prompt"), ("Runs", "Your runs, newest first")):
        page.get_by_role("tab", name=tab, exact=True).click()
        expect(page.get_by_label(text) if tab != "Runs" else page.get_by_text(text)).to_be_visible()
        expect_texts_only(page)
    page.get_by_role("checkbox").first.check()
    page.get_by_role("button", name="Start again").click()
    expect(page.get_by_text("is no longer here")).to_be_visible()
    expect_texts_only(page)


def test_a_hostile_file_is_texts_before_it_is_learned(watched: Page, tmp_path: Path):
    path = tmp_path / f"x ${{window.pwned=1}} {{{{7*7}}}} <img src=x onerror=window.pwned=1> \u202e{UNSEEN}.csv"
    cell = NASTY.replace('"', "'").replace("\x00", "").replace("\x1b", "")
    rows = "".join(f'"{cell} {n}","{cell[:80]} {n % 2}","{UNBROKEN if n == 7 else n}"\n' for n in range(60))
    path.write_text(f'"{cell[:90]} a","{cell[:90]} b",note\n{rows}', encoding="utf-8")
    watched.locator("input[type=file]").first.set_input_files(path)
    expect(watched.locator(".to-shape")).to_be_visible()
    expect(watched.locator(".to-preview")).to_contain_text("<script>window.pwned=1</script>")
    for fold in watched.locator(".to-fold summary").all():
        if fold.is_visible():
            fold.click()
    expect_texts_only(watched)


def test_the_report_and_the_card_are_texts(browser: Browser, tmp_path: Path):
    run = nasty_run(tmp_path / "home", ALICE)
    place, card = tmp_path / "report.html", tmp_path / "card.html"
    place.write_text(report(run), encoding="utf-8")
    html = MarkdownIt("commonmark", {"html": True}).enable("table").render(model_card(run).split("\n---\n", 1)[1])
    card.write_text(f"<!doctype html><meta charset=utf-8><main>{html}</main>", encoding="utf-8")
    context = browser.new_context(viewport=PHONE, offline=True)
    page = context.new_page()
    for file in (place, card):
        page.goto(file.as_uri())
        expect(page.get_by_text("window.pwned=1").first).to_be_visible()
        assert page.evaluate("window.pwned === undefined")
        assert page.locator(f"{PLANTED}, form, script, style:not(head style)").count() == 0
    page.goto(place.as_uri())
    expect_texts_only(page)
    context.close()
