"""Take a picture of every screen and state: `python -m tests.browser.screenshots FOLDER [NAME ...]`.

Each in light, in dark and on a phone; the README shows some. What a stranger sees first is the shipped showcase, all
else are invented runs, which no picture in the README is of.
"""

import math
import os
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

from tests.app_server import App, serve
from tests.browser.visitors import settle, visitor_behind
from tests.chromium import find_chromium
from tests.unit.ui.full_runs import full_run
from tuning.data.bundled import bundled_examples
from tuning.data.examples import Prepared
from tuning.events import DevScored, Phase, Sampled, SampledAnswer, Started, Step
from tuning.runs.files import write_text
from tuning.runs.processes import this_process
from tuning.runs.queue import Place
from tuning.runs.store import Run, RunStore
from tuning.scoring.comparison import compare
from tuning.spec import Task
from tuning.ui.visitor import owner_of

WIDE, PHONE = (1160, 900), (390, 844)
VARIANTS = {"": ("light", WIDE), "-dark": ("dark", WIDE), "-phone": ("light", PHONE)}


@dataclass(frozen=True)
class World:
    """The app and runs in the states that a picture is taken of."""

    app: App
    labels: Run
    texts: Run
    going: Run
    failed: Run
    cancelled: Run
    waiting: Run
    even: Run


def make_world(app: App) -> World:
    """Runs as workers leave them."""
    labels, texts = full_run(app.home, rows=200), full_run(app.home, Task.GENERATE, rows=120)
    return World(
        app=app,
        labels=labels,
        texts=texts,
        going=going_run(app.home, labels),
        failed=failed_run(app.home, texts),
        cancelled=cancelled_run(app.home, labels),
        waiting=waiting_run(app.home, labels),
        even=even_run(app.home),
    )


def going_run(home: Path, like: Run) -> Run:
    """In the middle of training, watched rows and all; this process stands for its worker."""
    run = copy_of(home, like)
    write_text(run.path / "spec.json", run.spec().model_copy(update={"budget": 300.0}).model_dump_json())
    watched = like.splits().dev[:5]
    for number in range(91):
        if number:
            loss = 2.6 * math.exp(-number / 30) + 0.35 + 0.12 * math.sin(7 * number)
            run.append(Step(at=2.0, step=number, total_steps=150, epoch=number / 75, loss=loss, learning_rate=1e-4,
                            seconds_left=1.4 * (150 - number)))  # fmt: skip
        if number % 30 == 0:
            right = number // 30 + 1
            answers = [
                SampledAnswer(row=row.row, input=row.input, target=row.target, score=place < right,
                              output=row.target if place < right else watched[0].target)
                for place, row in enumerate(watched)
            ]  # fmt: skip
            run.append(Sampled(at=2.0, step=number, metric="accuracy", answers=answers))
            run.append(DevScored(at=2.0, step=number, loss=2.6 * math.exp(-number / 30) + 0.5))
    run.write_worker(this_process())
    return run


def failed_run(home: Path, like: Run) -> Run:
    """Out of memory before anything was compared."""
    run = copy_of(home, like)
    run.append(Phase(at=1.5, name="base", done=12, total=120))
    run.finish("failed", "Memory ran out; train fewer layers, set a smaller maximum length, or end other programs.", 1)
    return run


def cancelled_run(home: Path, like: Run) -> Run:
    """Before anything was trained."""
    run = copy_of(home, like)
    run.append(Phase(at=1.5, name="base", done=12, total=120))
    run.finish("cancelled", "Cancelled while it waited; nothing was trained.", 3)
    return run


def waiting_run(home: Path, like: Run) -> Run:
    """Next in the queue; this process stands for its worker, and waits until it ends."""
    run = RunStore(home).create(prepared_like(like), "nobody")
    run.write_worker(this_process())
    Place(home, run.id).__enter__()
    return run


def even_run(home: Path) -> Run:
    """Tuning changed nothing."""
    run = full_run(home, rows=120, learning_rate=1e-6)
    base = run.predictions("base")
    found, before = compare(base, base, Task.CLASSIFY, labels=run.dataset().labels), run.comparison()
    assert before is not None
    run.write_predictions("tuned", base)
    same = {name: getattr(before, name) for name in ("run", "rows", "adapter", "timing")}
    run.write_comparison(found.model_copy(update=same))
    return run


def copy_of(home: Path, like: Run) -> Run:
    """A run of the same data that has just begun."""
    run = RunStore(home).create(prepared_like(like), "nobody")
    run.append(Started(at=time.time() - 60, device="cpu", precision="bfloat16", threads=2))
    return run


def prepared_like(run: Run) -> Prepared:
    """What such a run was made of."""
    return Prepared(spec=run.spec(), dataset=run.dataset(), splits=run.splits())


def stay(page: Page, _: World) -> None:
    """As it opens."""
    expect(page.get_by_text("Is tuning worth it?")).to_be_visible()


def samples(page: Page, world: World) -> None:
    """Row by row, those that tuning broke."""
    stay(page, world)
    page.locator(".to-flips").get_by_role("button", name="broken").click()
    expect(page.locator(".to-shown")).to_contain_text("broken")
    to_top(page, page.get_by_role("heading", name="Row by row"))


def matrices(page: Page, world: World) -> None:
    """Where it got better and worse."""
    stay(page, world)
    to_top(page, page.locator(".to-matrix").first)


def receipt(page: Page, world: World) -> None:
    """How it learned, the checks, and what can be taken away."""
    stay(page, world)
    to_top(page, page.get_by_role("heading", name="How it learned"))


def take_away(page: Page, world: World) -> None:
    """The end of the page, for whom it is about the own run."""
    stay(page, world)
    to_top(page, page.get_by_role("heading", name="Take it away"))


def own(page: Page, world: World) -> None:
    """The verdict for whoever started the run, and may start it again."""
    make_own(page, world.labels)
    page.reload()
    expect(page.get_by_role("tab", name="Runs", exact=True, selected=True)).to_be_visible()
    open_tab(page, "Compare")
    expect(page.get_by_role("button", name="Change and start again").first).to_be_visible()


def try_it(page: Page, world: World) -> None:
    """A prompt for both models."""
    stay(page, world)
    open_tab(page, "Try")
    expect(page.get_by_role("button", name="Ask both models")).to_be_visible()


def tried(page: Page, world: World) -> None:
    """What both answer, beside the target."""
    try_it(page, world)
    settle(page)
    page.get_by_role("button", name="Ask both models").click()
    expect(page.get_by_role("region", name="Tuned: answer")).to_contain_text("scored in")
    to_top(page, page.get_by_role("button", name="Ask both models"))


def blind(page: Page, world: World) -> None:
    """A vote before the names."""
    try_it(page, world)
    settle(page)
    page.get_by_label("Blind").check()
    page.get_by_role("button", name="Ask both models").click()
    expect(page.get_by_role("region", name="B: answer")).to_be_visible()
    expect(page.get_by_role("button", name="Ask both models")).to_be_enabled()
    to_top(page, page.get_by_role("button", name="Ask both models"))


def tune(page: Page, _: World) -> None:
    """What is known of an example."""
    page.get_by_role("button", name="Use your own data").click()
    page.get_by_label(bundled_examples()[0].title).check()
    expect(page.get_by_role("button", name="Start tuning")).to_be_enabled()


def nothing_yet(page: Page, _: World) -> None:
    """Before any data."""
    page.get_by_role("button", name="Use your own data").click()
    expect(page.get_by_text("No data yet")).to_be_visible()


def findings(page: Page, world: World) -> None:
    """What is wrong with the rows, and what is done about it."""
    tune(page, world)
    to_top(page, page.get_by_role("heading", name="Findings"))


def plan(page: Page, world: World) -> None:
    """How long it may take, and the rest for those who ask."""
    tune(page, world)
    page.get_by_role("button", name="Advanced settings").click()
    to_top(page, page.get_by_label("Time to spend"))


def refused(page: Page, world: World) -> None:
    """A file that cannot be used."""
    nothing_yet(page, world)
    packed = {"name": "customers.csv", "mimeType": "text/csv", "buffer": b"\x1f\x8b\x08\x00" + b"x" * 50}
    page.locator("input[type=file]").first.set_input_files(packed)
    expect(page.get_by_text("This file cannot be used")).to_be_visible()


def watch(page: Page, world: World) -> None:
    """The loss falls, for whoever started the run."""
    make_own(page, world.going)
    page.reload()
    expect(page.get_by_role("tab", name="Runs", exact=True, selected=True)).to_be_visible()
    open_tab(page, "Watch")
    expect(page.get_by_text("Training: step 90 of about 150")).to_be_visible()
    expect(page.locator(".to-losses polyline").first).to_be_visible()


def told(page: Page, _: World) -> None:
    """Whatever there is to say about a run that cannot be watched."""
    expect(page.locator(".to-notice").first).to_be_visible()
    expect(page.get_by_role("tab", name="Watch", exact=True, selected=True)).to_be_visible()


def runs(page: Page, world: World) -> None:
    """The visitor's list, two of them beside each other."""
    make_own(page, world.labels, world.even, world.failed)
    open_tab(page, "Tune")
    open_tab(page, "Runs")
    done = page.get_by_role("checkbox", name="icd10")
    expect(done).to_have_count(2)
    done.first.check()
    expect(page.get_by_role("button", name="Open", exact=True)).to_be_enabled()
    done.last.check()
    page.get_by_role("button", name="Compare", exact=True).click()
    expect(page.get_by_role("heading", name="Scores")).to_be_visible()


def contest(page: Page, world: World) -> None:
    """Two runs beside each other."""
    runs(page, world)
    to_top(page, page.get_by_role("heading", name="Scores"))


def no_runs(page: Page, _: World) -> None:
    """Before any run."""
    open_tab(page, "Runs")
    expect(page.get_by_text("No runs yet")).to_be_visible()


def make_own(page: Page, *runs: Run) -> None:
    """From now on the page's visitor, who is known once the page is there, is who started these."""
    expect(page.locator(".to-verdict, .to-standing").first).to_be_visible()
    mine = owner_of(visitor_behind(page))
    for run in runs:
        write_text(run.path / "run.json", run.record().model_copy(update={"owner": mine}).model_dump_json())


def open_tab(page: Page, name: str) -> None:
    page.get_by_role("tab", name=name, exact=True).click()
    expect(page.get_by_role("tab", name=name, exact=True, selected=True)).to_be_visible()


def to_top(page: Page, target: Locator) -> None:
    """Scroll there; a picture of what is drawn while it scrolls would be of nothing."""
    target.evaluate("element => scrollTo(0, element.getBoundingClientRect().top + scrollY - 16)")
    page.wait_for_timeout(500)


@dataclass(frozen=True)
class Scene:
    """One screen in one state; `run` names the run it is about, `prepare` leads to it."""

    name: str
    prepare: Callable[[Page, World], None]
    run: str | None = None
    asks: bool = False
    """Whether the embedded model answers in it."""


SCENES = (
    Scene("compare", stay),
    Scene("samples", samples),
    Scene("matrices", matrices, "labels"),
    Scene("receipt", receipt, "labels"),
    Scene("take-away", take_away, "labels"),
    Scene("own", own, "labels"),
    Scene("texts", samples, "texts"),
    Scene("even", stay, "even"),
    Scene("tune-empty", nothing_yet),
    Scene("tune", tune),
    Scene("findings", findings),
    Scene("plan", plan),
    Scene("refused", refused),
    Scene("watch", watch, "going"),
    Scene("waiting", told, "waiting"),
    Scene("failed", told, "failed"),
    Scene("cancelled", told, "cancelled"),
    Scene("gone", told, "gone"),
    Scene("try", try_it),
    Scene("tried", tried, asks=True),
    Scene("blind", blind, asks=True),
    Scene("runs-empty", no_runs),
    Scene("runs", runs),
    Scene("contest", contest),
)


def take(browser: Browser, world: World, scene: Scene, folder: Path) -> None:
    """The pictures of one scene."""
    found = getattr(world, scene.run, None) if scene.run else None
    asked = f"&run={found.id if isinstance(found, Run) else 'f' * 32}" if scene.run else ""
    for ending, (theme, (width, height)) in VARIANTS.items():
        context = browser.new_context(viewport={"width": width, "height": height})
        page = context.new_page()
        page.goto(f"{world.app.url}/?__theme={theme}{asked}")
        scene.prepare(page, world)
        wide, window = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
        assert wide <= window, f"{scene.name}{ending} is wider than its window"
        place = folder / f"{scene.name}{ending}.png"
        page.screenshot(path=place, animations="disabled")
        Image.open(place).convert("RGB").quantize(256, dither=Image.Dither.NONE).save(place, optimize=True)
        context.close()


def main(folder: Path, names: Sequence[str]) -> None:
    """The pictures of every scene, or of those that are named."""
    folder.mkdir(parents=True, exist_ok=True)
    expect.set_options(timeout=120_000)
    with tempfile.TemporaryDirectory() as home, serve(Path(home)) as app, sync_playwright() as playwright:
        world = make_world(app)
        flags = ["--no-sandbox", "--disable-gpu"]
        browser = playwright.chromium.launch(executable_path=find_chromium(os.environ), args=flags)
        for scene in SCENES:
            if not names or scene.name in names:
                take(browser, world, scene, folder)
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
