"""What happens when something on the page is used: every handler, by screen. Knows the screens, not their wiring.

A handler takes what the browser sent, trusts none of it, and returns the changes of components. The run a visitor looks
at is named by what the browser keeps; between two events the server keeps what is chosen under Tune, and no more.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import gradio as gr

from tuning.report import markup
from tuning.report.packing import Take, pack
from tuning.runs.local import enforce_cancel
from tuning.runs.store import Run
from tuning.runs.submission import submit
from tuning.ui.address import screen_in
from tuning.ui.advice import other_model
from tuning.ui.again import choices_of
from tuning.ui.choices import Choices
from tuning.ui.context import told
from tuning.ui.data_step import Seen, find_chosen
from tuning.ui.filling import READING
from tuning.ui.filters import read_filter, read_pick
from tuning.ui.form import FIELDS, USUAL_BUDGET, settings_of
from tuning.ui.longer import longer
from tuning.ui.sample_pages import read_view
from tuning.ui.screens import Changes, Screens
from tuning.ui.visitor import Visitor, looking_at, own_run, owner_of, read_visitor

__all__ = ["Page"]

_WHERE = {"compare": "Compare shows its verdict.", "watch": "Watch says how it ended."}


def _no_run(page: "Page", message: str) -> Changes:
    return page.show_gone(message)


def _no_data(page: "Page", message: str) -> Changes:
    return page.tune.show_nothing(message)


def _refused(page: "Page", message: str) -> Changes:
    """The place to drop a file is free again: what is wrong with the last one is said below it, by its name."""
    return {page.tune.file: None, page.tune.example: None, **page.tune.show_nothing(message)}


def _no_plan(page: "Page", message: str) -> Changes:
    return page.tune.show_problem(message)


def _no_start(page: "Page", message: str) -> Changes:
    return {**page.tune.show_problem(message), page.tune.start: gr.Button(interactive=True)}


def _no_cancel(page: "Page", message: str) -> Changes:
    return {page.watch.access: markup.notice("error", "Not cancelled", message)}


def _no_longer(page: "Page", message: str) -> Changes:
    return {page.watch.notice: markup.notice("error", "Not started", message)}


def _not_again(page: "Page", message: str) -> Changes:
    return page.compare.show_problem(message)


def _no_samples(page: "Page", message: str) -> Changes:
    return {page.compare.samples.list: markup.notice("error", "These samples cannot be shown", message)}


def _by_field(values: Sequence[object]) -> dict[str, object]:
    return dict(zip(FIELDS, values, strict=True))


def _no_file(page: "Page", message: str) -> Changes:
    return page.compare.take_away.show_problem(message)


class Page(Screens):
    """The screens with the handlers of their events."""

    # --- the page

    def greet(self, stored: object, request: gr.Request) -> dict[str, Any]:
        """Who it is, and the run the page is about: the one in its address, else the last one."""
        visitor = read_visitor(stored)
        linked = request.query_params.get("run")
        return looking_at(visitor, linked).model_dump() if linked else visitor.model_dump()

    def arrive(self, stored: object, request: gr.Request) -> Changes:
        """A page was opened: greet, and show the run, in one event, since each of them is a wait before the verdict."""
        visitor = self.greet(stored, request)
        changes = {self.browser: visitor, **self.open_run(visitor)}
        left = screen_in(request.query_params)
        return changes | {self.tabs: gr.Tabs(selected=left)} if left else changes

    @told(_no_run)
    def open_run(self, stored: object) -> Changes:
        """Show the run a visitor looks at, whole, on the screen that fits its state."""
        return self.show_run(self.run_of(stored), read_visitor(stored))

    @told(_no_run)
    def follow(self, stored: object) -> Changes:
        """More has become of the run that is watched than its screen can show by itself: a cancel, or the end."""
        return self._show_change(self.run_of(stored), read_visitor(stored))

    def hear(self, stored: object) -> Changes:
        """The same for whoever is at another screen: it stays open, and the end of the run is told."""
        changes = self.follow(stored)
        opened = changes.pop(self.tabs, None)
        if opened is not None:
            gr.Info(_WHERE[opened.selected], title="The run is over")
        return changes

    def _show_change(self, run: Run | None, visitor: Visitor) -> Changes:
        """Nobody is called to Watch as long as the run goes on."""
        return self.show_watch(run, visitor) if run and run.status().active else self.show_run(run, visitor)

    # --- Tune

    def choose_data(self) -> Any:
        """The showcase was looked at long enough."""
        return gr.Tabs(selected="tune")

    @told(_no_data)
    def resume(self, stored: object) -> Changes:
        """A page was opened: show what this visitor had chosen, if anything."""
        choices = self.choices.find(read_visitor(stored))
        # Gradio takes no changes at all for an error.
        return self.choose(stored, choices) if choices else {self.tune.notice: gr.skip()}

    @told(_refused)
    def look_at_file(self, stored: object, file: str | None, test: str | None) -> Changes:
        """A file was uploaded, or taken away."""
        return {self.tune.example: None, **self._look(stored, file, None, test)}

    @told(_no_data)
    def look_at_example(self, stored: object, example: str | None) -> Changes:
        """An example was chosen."""
        return {self.tune.file: None, self.tune.test: None, **self._look(stored, None, example, None)}

    @told(_no_data)
    def look_at_test(
        self, stored: object, file: str | None, example: str | None, test: str | None, *values: object
    ) -> Changes:
        """A test set was uploaded, or taken away."""
        if not file and not example:
            return self.tune.show_nothing(None)
        settings = settings_of(_by_field(values))
        return self.tune.show_data(self._seen(stored, file, example, test, settings), settings)

    def _look(self, stored: object, file: str | None, example: str | None, test: str | None) -> Changes:
        self.choices.forget(read_visitor(stored))
        if not file and not example:
            return self.tune.show_nothing(None)
        suggested = find_chosen(file, example, test, self.examples).settings
        settings = {"budget": USUAL_BUDGET, **suggested}
        return self.tune.show_data(self._seen(stored, file, example, test, settings), settings)

    def choose(self, stored: object, choices: Choices) -> Changes:
        """The changes that make these choices. Raises `FileError`, `SettingError`."""
        file, example, test, settings = choices.file, choices.example, choices.test, choices.settings
        seen = self._seen(stored, file, example, test, settings)
        files = {self.tune.file: file, self.tune.test: test, self.tune.example: example}
        return {**self.tune.show_data(seen, settings), **files}

    def _seen(
        self,
        stored: object,
        file: str | None,
        example: str | None,
        test: str | None,
        settings: Mapping[str, object],
    ) -> Seen:
        """What is known of these files with these settings, to which a reload comes back."""
        seen = self.data.look(find_chosen(file, example, test, self.examples), settings)
        kept = Choices(file=file, example=example, test=test, settings=dict(settings))
        self.choices.keep(read_visitor(stored), kept)
        return seen

    @told(_no_plan)
    def change_columns(
        self, stored: object, file: str | None, example: str | None, test: str | None, *values: object
    ) -> Changes:
        """Other columns were chosen: the task follows from them."""
        fields = {**_by_field(values), "task": None}
        return self.tune.show_columns(self._seen(stored, file, example, test, settings_of(fields)))

    @told(_no_plan)
    def take_shape(
        self, place: int, stored: object, file: str | None, example: str | None, test: str | None, *values: object
    ) -> Changes:
        """Read the rows in another of the ways that they could be read in."""
        fields = _by_field(values)
        others = self._seen(stored, file, example, test, settings_of(fields)).found.other_shapes
        if place >= len(others):  # of a page that shows another file
            return self.change_setting(stored, file, example, test, *values)
        read = {name: getattr(others[place], name) for name in READING}
        return self.tune.show_columns(self._seen(stored, file, example, test, settings_of({**fields, **read})))

    @told(_no_plan)
    def change_setting(
        self, stored: object, file: str | None, example: str | None, test: str | None, *values: object
    ) -> Changes:
        """Another setting was chosen: what a run would be made of, or what is in its way."""
        return self.tune.show_seen(self._seen(stored, file, example, test, settings_of(_by_field(values))))

    @told(_no_plan)
    def take_advice(
        self, stored: object, file: str | None, example: str | None, test: str | None, *values: object
    ) -> Changes:
        """Take the model that is recommended for what the form says."""
        fields = _by_field(values)
        seen = self._seen(stored, file, example, test, settings_of(fields))
        best = other_model(seen.found, self.expected(seen)) or fields["model"]
        seen = self._seen(stored, file, example, test, settings_of({**fields, "model": best}))
        return self.tune.show_seen(seen) | {self.tune.fields["model"]: best}

    @told(_no_start)
    def start(
        self, stored: object, file: str | None, example: str | None, test: str | None, *values: object
    ) -> Changes:
        """Start a run of what the form says, checked again."""
        visitor, world = read_visitor(stored), self.context
        prepared = self.data.prepared(find_chosen(file, example, test, self.examples), settings_of(_by_field(values)))
        run = submit(world.store, prepared, owner=owner_of(visitor), limits=world.limits, env=world.env)
        return {self.browser: looking_at(visitor, run.id).model_dump(), **self.show_run(run, visitor)}

    # --- Watch

    @told(_no_cancel)
    def cancel(self, stored: object) -> Changes:
        """Ask the run to stop; asked twice, it is ended."""
        visitor = read_visitor(stored)
        run = own_run(self.context.store, visitor)
        if run.status().active:
            run.request_cancel()
            enforce_cancel(run)
        return self._show_change(run, visitor)

    @told(_no_longer)
    def start_longer(self, stored: object) -> Changes:
        """Start a run whose time was too short again, with as much time as it needs."""
        visitor, world = read_visitor(stored), self.context
        prepared = longer(own_run(world.store, visitor))
        run = submit(world.store, prepared, owner=owner_of(visitor), limits=world.limits, env=world.env)
        return {self.browser: looking_at(visitor, run.id).model_dump(), **self.show_run(run, visitor)}

    # --- Compare

    @told(_not_again)
    def start_again(self, stored: object) -> Changes:
        """Open Tune with the data and the settings of the visitor's own run that is looked at."""
        return self.change(stored, own_run(self.context.store, read_visitor(stored)))

    def change(self, stored: object, run: Run) -> Changes:
        """The changes that open Tune with that run's data and settings. Raises `FileError` when its file is gone."""
        choices = choices_of(run, self.examples, self.context.files)
        return {**self.choose(stored, choices), self.tabs: gr.Tabs(selected="tune")}

    @told(_no_samples)
    def pick_samples(self, stored: object, kept: object, order: object, search: object, event: gr.EventData) -> Changes:
        """A count, a cell, a part or another page was chosen; `kept` is what was chosen before."""
        pick = read_pick(vars(event)["_data"])
        wanted = pick.filter or read_filter(kept)
        return self.compare.samples.show(self.opened(stored), wanted, read_view(order, search, pick.page))

    @told(_no_samples)
    def sort_samples(self, stored: object, kept: object, order: object, search: object) -> Changes:
        """Another order or something to search for: begin with the first page."""
        return self.compare.samples.show(self.opened(stored), read_filter(kept), read_view(order, search, 0))

    @told(_no_file)
    def take_away(self, take: Take, stored: object) -> Changes:
        """Make the download ready."""
        return self.compare.take_away.show(take, pack(self.opened(stored), take, self.context.files))
