"""The five screens of one page and how a run is shown on them. Knows a run's folder; no event and no visitor's rights.

The run a visitor looks at is named by what the browser keeps; between two events the server keeps what is chosen under
Tune, and no more.
"""

from typing import Any

import gradio as gr

from tuning.data.bundled import bundled_examples
from tuning.errors import ModelError, RunNotFoundError
from tuning.models.catalog import catalog, on_space
from tuning.models.devices import Hardware, devices
from tuning.models.viewing import Tokenizers
from tuning.runs.expecting import Expected, expect
from tuning.runs.free_memory import free_memory
from tuning.runs.store import Run
from tuning.ui.choices import KeptChoices
from tuning.ui.compare import ComparePage, CompareScreen, compare_page
from tuning.ui.context import Context
from tuning.ui.data_step import DataStep, Seen
from tuning.ui.privacy import privacy
from tuning.ui.runs import RunsScreen
from tuning.ui.try_it import TryPage, TryScreen, try_page
from tuning.ui.tune import Offer, TuneScreen
from tuning.ui.visitor import Visitor, current_run, owns, read_visitor
from tuning.ui.watch import WatchPage, watch_page
from tuning.ui.watch_screen import WatchScreen

__all__ = ["Changes", "Screens"]

Changes = dict[Any, Any]
"""Components and their new values."""
_BROWSER_KEY = "tune-off"
"""Every browser is told it, so it protects nothing; it must only stay the same when the server starts again."""


class Screens:
    """The screens of one page."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.examples = bundled_examples()
        self.data = DataStep(context.limits, Tokenizers(context.env))
        self.choices = KeptChoices(context.choices)
        self.browser = gr.BrowserState(None, storage_key="tune-off", secret=_BROWSER_KEY)
        self.way_back = context.showcase.link() if context.showcase else ""
        # Where the showcase is, from the first moment on: a visitor who is quick is not called back to it.
        with gr.Tabs(selected="compare" if context.showcase else "tune") as self.tabs:
            with gr.Tab("Tune", id="tune") as self.tune_tab:
                self.tune = TuneScreen(self.examples, self._offer(), self.expected)
            with gr.Tab("Watch", id="watch") as self.watch_tab:
                self.watch = WatchScreen()
                self.longer = self.watch.longer
            with gr.Tab("Compare", id="compare") as self.compare_tab:
                with gr.Row(visible=False, elem_classes="to-showcase-row") as self.showcase:
                    gr.HTML(context.showcase.banner() if context.showcase else "")
                    self.own_data = gr.Button("Use your own data", variant="primary", min_width=200, scale=0)
                self.compare = CompareScreen(self.way_back)
            with gr.Tab("Try", id="try") as self.try_tab:
                self.try_it = TryScreen(self.way_back)
            with gr.Tab("Runs", id="runs") as self.runs_tab:
                self.runs = RunsScreen(self.way_back)

    def _offer(self) -> Offer:
        env, keep_days = self.context.env, self.context.limits.keep_days
        return Offer(catalog(env), devices(Hardware.here()), privacy(keep_days, on_space=on_space(env)))

    def expected(self, seen: Seen) -> Expected | None:
        """What a run of what was seen will take, as far as that is known."""
        if seen.prepared is None:
            return None
        longest = seen.found.lengths.longest if seen.found.lengths else None
        try:
            return expect(seen.prepared, longest, free_memory(), self.context.store, self.context.env)
        except ModelError:  # told when the run is started, with what to do
            return None

    @property
    def run_outputs(self) -> list[Any]:
        """Everything that shows the run a visitor looks at."""
        screens = [*self.watch.outputs, self.longer.button, *self.compare.outputs, *self.try_it.outputs]
        return [self.tabs, self.showcase, *screens]

    def show_watch(self, run: Run, visitor: Visitor | None) -> Changes:
        """The changes that show how far a run is, and let its owner cancel it, or give it more time."""
        own = visitor is not None and owns(visitor, run)
        return {**self.watch.show(watch_page(run), own=own), **self.longer.show(run if own else None)}

    def run_of(self, stored: object) -> Run | None:
        """The run a visitor looks at: the showcase where there is none. Raises `RunNotFoundError` when it is gone."""
        visitor, showcase = read_visitor(stored), self.context.showcase
        if showcase is not None and visitor.run in {None, showcase.run.id}:
            return showcase.run
        return current_run(self.context.store, visitor)

    def show_run(self, run: Run | None, visitor: Visitor | None = None) -> Changes:
        """The changes that show a run to that visitor on every screen, and open the screen that fits its state."""
        showcase = self.context.showcase
        shown = run is not None and showcase is not None and run.path == showcase.run.path
        own = run is not None and not shown and visitor is not None and owns(visitor, run)
        page = compare_page(run, own=own)
        changes: Changes = {**self.compare.show(page, run), **self.try_it.show(try_page(run)), **self.longer.show(None)}
        changes[self.showcase] = gr.Row(visible=shown)
        if run is None or shown:
            return {**changes, **self.watch.show(watch_page(None))}
        place = "watch" if run.status().active or page.comparison is None else "compare"
        return {**changes, self.tabs: gr.Tabs(selected=place), **self.show_watch(run, visitor)}

    def show_gone(self, message: str) -> Changes:
        """The changes when there is no run to be shown, with the reason."""
        title = "This run cannot be shown"
        watch = self.watch.show(WatchPage("warning", title, message))
        watch[self.watch.notice] += self.way_back
        return {
            self.showcase: gr.Row(visible=False),
            self.tabs: gr.Tabs(selected="watch"),
            **self.longer.show(None),
            **watch,
            **self.compare.show(ComparePage("warning", title, message), None),
            **self.try_it.show(TryPage(False, "")),
        }

    def opened(self, stored: object) -> Run:
        """The run that the visitor looks at. Raises `RunNotFoundError` when there is none."""
        run = self.run_of(stored)
        if run is None:
            raise RunNotFoundError("No run is open: start one under Tune, or open one under Runs.")
        return run
