"""What happens when something on the page is used: every handler, by screen. Knows the screens, not their wiring.

A handler takes what the browser sent, trusts none of it, and returns the changes of components. The run a visitor looks
at is named by what the browser keeps; the server keeps nothing between two events.
"""

from collections.abc import Sequence
from typing import Any

import gradio as gr

from tuning.data.bundled import bundled_examples
from tuning.data.examples import Prepared
from tuning.errors import RunNotFoundError
from tuning.models.catalog import catalog
from tuning.runs.local import enforce_cancel
from tuning.runs.store import Run
from tuning.runs.submission import submit
from tuning.ui import markup
from tuning.ui.compare import ComparePage, CompareScreen, compare_page, pack_run
from tuning.ui.context import Context, told
from tuning.ui.form import FIELDS
from tuning.ui.runs import RunsScreen, list_runs
from tuning.ui.try_it import TryPage, TryScreen, ask, try_page
from tuning.ui.tune import TuneScreen, find_source, inspect, plan
from tuning.ui.visitor import NO_RUN, current_run, looking_at, own_run, owner_of, read_visitor
from tuning.ui.watch import WatchPage, WatchScreen, watch_page

__all__ = ["POLL_S", "Page"]

POLL_S = 2.0
"""Seconds between two looks at a run's folder."""
_BROWSER_KEY = "tune-off"
"""Every browser is told it, so it protects nothing; it must only stay the same when the server starts again."""
_Changes = dict[Any, Any]


def _no_run(page: "Page", message: str) -> _Changes:
    return page.show_gone(message)


def _no_data(page: "Page", message: str) -> _Changes:
    return page.tune.show_nothing(message)


def _no_plan(page: "Page", message: str) -> _Changes:
    return page.tune.show_problem(message)


def _no_start(page: "Page", message: str) -> _Changes:
    return {**page.tune.show_problem(message), page.tune.start: gr.Button(interactive=True)}


def _no_cancel(page: "Page", message: str) -> _Changes:
    return {page.watch.notice: markup.notice("error", "Not cancelled", message)}


def _no_comparison(page: "Page", message: str) -> _Changes:
    return {page.compare.notice: markup.notice("error", "That did not work", message)}


def _no_answer(page: "Page", message: str) -> _Changes:
    return page.try_it.show_problem(message)


def _no_list(page: "Page", message: str) -> _Changes:
    return page.runs.show_problem(message)


class Page:
    """The screens of one page and the handlers of their events."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.examples = bundled_examples()
        self.browser = gr.BrowserState(None, storage_key="tune-off", secret=_BROWSER_KEY)
        self.seen = gr.State("")
        self.timer = gr.Timer(POLL_S, active=False)
        with gr.Tabs(selected="tune") as self.tabs:
            with gr.Tab("Tune", id="tune"):
                self.tune = TuneScreen(self.examples, catalog(context.env))
            with gr.Tab("Watch", id="watch"):
                self.watch = WatchScreen()
            with gr.Tab("Compare", id="compare"):
                self.compare = CompareScreen()
            with gr.Tab("Try", id="try"):
                self.try_it = TryScreen()
            with gr.Tab("Runs", id="runs") as self.runs_tab:
                self.runs = RunsScreen()

    @property
    def run_outputs(self) -> list[Any]:
        """Everything that shows the run a visitor looks at."""
        screens = [*self.watch.outputs, *self.compare.outputs, *self.try_it.outputs]
        return [self.tabs, self.timer, self.seen, *screens]

    # --- the page

    def greet(self, stored: object, request: gr.Request) -> dict[str, Any]:
        """A page was opened: who it is, and the run it is about: the one in its address, else the last one."""
        visitor = read_visitor(stored)
        linked = request.query_params.get("run")
        return looking_at(visitor, linked).model_dump() if linked else visitor.model_dump()

    @told(_no_run)
    def open_run(self, stored: object) -> _Changes:
        """Show the run a visitor looks at, whole, on the screen that fits its state."""
        return self._show(current_run(self.context.store, read_visitor(stored)))

    @told(_no_run)
    def follow(self, stored: object, seen: str) -> Any:
        """The timer ticked: show what has changed, nothing otherwise."""
        run = current_run(self.context.store, read_visitor(stored))
        if run is None:
            return {self.timer: gr.Timer(active=False)}
        enforce_cancel(run)
        if self._mark(run) == seen:
            return gr.skip()
        return self._show_watch(run) if run.status().active else self._show(run)

    def _mark(self, run: Run) -> str:
        """Changes whenever what is shown of a run on its way does."""
        log = run.path / "events.jsonl"
        size = log.stat().st_size if log.is_file() else 0
        return f"{size} {run.cancel_requests()} {run.status().model_dump_json()}"

    def _show_watch(self, run: Run) -> _Changes:
        return {self.seen: self._mark(run), **self.watch.show(watch_page(run))}

    def _show(self, run: Run | None) -> _Changes:
        page = compare_page(run)
        changes: _Changes = {**self.compare.show(page, run), **self.try_it.show(try_page(run))}
        if run is None:
            return {**changes, self.timer: gr.Timer(active=False)}
        active = run.status().active
        place = "watch" if active or page.comparison is None else "compare"
        moved = {self.timer: gr.Timer(active=active), self.tabs: gr.Tabs(selected=place)}
        return changes | moved | self._show_watch(run)

    def show_gone(self, message: str) -> _Changes:
        """The changes when there is no run to be shown, with the reason."""
        title = "This run cannot be shown"
        return {
            self.timer: gr.Timer(active=False),
            self.tabs: gr.Tabs(selected="watch"),
            **self.watch.show(WatchPage("warning", title, message)),
            **self.compare.show(ComparePage("warning", title, message), None),
            **self.try_it.show(TryPage(False, "")),
        }

    # --- Tune

    def look_at_file(self, file: str | None) -> _Changes:
        """A file was uploaded, or taken away."""
        return {self.tune.example: None, **self._look(file, None)}

    def look_at_example(self, example: str | None) -> _Changes:
        """An example was chosen."""
        return {self.tune.file: None, **self._look(None, example)}

    @told(_no_data)
    def _look(self, file: str | None, example: str | None) -> _Changes:
        if not file and not example:
            return self.tune.show_nothing(None)
        return self.tune.show_data(inspect(find_source(file, example, self.examples)))

    @told(_no_plan)
    def make_plan(self, file: str | None, example: str | None, *values: object) -> _Changes:
        """A setting changed: what a run would be made of, or what is in its way."""
        return self.tune.show_plan(self._plan(file, example, values))

    @told(_no_start)
    def start(self, stored: object, file: str | None, example: str | None, *values: object) -> _Changes:
        """Start a run of what the form says, checked again."""
        visitor, world = read_visitor(stored), self.context
        prepared = self._plan(file, example, values)
        run = submit(world.store, prepared, owner=owner_of(visitor), limits=world.limits, env=world.env)
        return {self.browser: looking_at(visitor, run.id).model_dump(), **self._show(run)}

    def _plan(self, file: str | None, example: str | None, values: Sequence[object]) -> Prepared:
        settings = dict(zip(FIELDS, values, strict=True))
        return plan(find_source(file, example, self.examples), settings, self.context.limits)

    # --- Watch

    @told(_no_cancel)
    def cancel(self, stored: object) -> _Changes:
        """Ask the run to stop; asked twice, it is ended."""
        run = own_run(self.context.store, read_visitor(stored))
        if run.status().active:
            run.request_cancel()
            enforce_cancel(run)
        return self._show_watch(run)

    # --- Compare

    @told(_no_comparison)
    def show_samples(self, stored: object, kind: str, number: int) -> _Changes:
        """Page `number` of the samples of a kind."""
        run = self._opened(stored)
        page = self.compare.samples(run, kind, number)
        return {**self.compare.show_samples(page), self.compare.whole: gr.Group(visible=False)}

    def choose_kind(self, stored: object, kind: str) -> _Changes:
        """Another filter: begin with its first page."""
        return self.show_samples(stored, kind, 0)

    def next_samples(self, stored: object, kind: str, number: int) -> _Changes:
        """One page on."""
        return self.show_samples(stored, kind, number + 1)

    def previous_samples(self, stored: object, kind: str, number: int) -> _Changes:
        """One page back."""
        return self.show_samples(stored, kind, number - 1)

    @told(_no_comparison)
    def show_row(self, stored: object, event: gr.SelectData) -> _Changes:
        """A cell of the samples was chosen: show that row in full."""
        return self.compare.show_whole(self._opened(stored), event.row_value)

    @told(_no_comparison)
    def pack(self, stored: object) -> _Changes:
        """Make the download ready."""
        packed = pack_run(self._opened(stored), self.context.files)
        return {self.compare.file: gr.File(str(packed), visible=True)}

    # --- Try

    @told(_no_answer)
    def answer(self, stored: object, prompt: str) -> _Changes:
        """Send a prompt to both models."""
        return self.try_it.show_pair(ask(self._opened(stored), prompt, self.context.env))

    # --- Runs

    @told(_no_list)
    def list_runs(self, stored: object) -> _Changes:
        """The list was opened."""
        return self.runs.show(list_runs(self.context.store, read_visitor(stored)))

    def choose_run(self, chosen: str | None) -> _Changes:
        """A run of the list was chosen."""
        return self.runs.show_choice(chosen=bool(chosen))

    def ask_delete(self, chosen: str | None) -> _Changes:
        """Delete was pressed: ask again."""
        return self.runs.show_choice(chosen=bool(chosen), asking=bool(chosen))

    @told(_no_list)
    def delete_run(self, stored: object, chosen: str | None) -> _Changes:
        """Delete for good was pressed."""
        visitor, store = read_visitor(stored), self.context.store
        store.delete(own_run(store, looking_at(visitor, chosen or NO_RUN)))
        kept = visitor if visitor.run != chosen else looking_at(visitor, None)
        return {self.browser: kept.model_dump(), **self.runs.show(list_runs(store, visitor))}

    def choose_to_open(self, stored: object, chosen: str | None) -> dict[str, Any]:
        """Open was pressed: from now on the visitor looks at that run."""
        return looking_at(read_visitor(stored), chosen).model_dump()

    def _opened(self, stored: object) -> Run:
        run = current_run(self.context.store, read_visitor(stored))
        if run is None:
            raise RunNotFoundError("No run is open: start one under Tune, or open one under Runs.")
        return run
