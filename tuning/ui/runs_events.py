"""What happens on the screen Runs: open, compare, start again, delete. Knows the screens and this visitor's runs alone.

Every handler takes ids from the browser and opens only runs that this visitor started.
"""

from typing import Any

from tuning.runs.side_by_side import compare_runs
from tuning.runs.store import Run
from tuning.ui.address import keep_address
from tuning.ui.context import told
from tuning.ui.page import Page
from tuning.ui.runs import line_of, list_runs
from tuning.ui.screens import Changes
from tuning.ui.visitor import NO_RUN, looking_at, own_run, read_visitor

__all__ = ["RunsEvents", "read_ids"]


def read_ids(chosen: object) -> list[str]:
    """The ids that a browser says are chosen."""
    return [str(one) for one in chosen] if isinstance(chosen, list) else []


def _not_done(events: "RunsEvents", message: str) -> Changes:
    return events.screen.show_problem(message)


class RunsEvents:
    """The handlers of the screen."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.screen = page.runs

    def wire(self) -> None:
        """Let events of the screen call the handlers."""
        page, screen = self.page, self.screen
        quiet: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden", "queue": False}
        here = [page.browser, screen.list]
        page.runs_tab.select(self.show_list, [page.browser, screen.chosen], screen.outputs, **quiet)
        chosen = [screen.chosen, *screen.choice_outputs]
        screen.list.input(self.choose_runs, screen.list, chosen, trigger_mode="always_last", **quiet)
        screen.delete.click(self.ask_delete, here, screen.choice_outputs, **quiet)
        screen.keep.click(self.keep_run, screen.list, screen.choice_outputs, **quiet)
        screen.compare.click(self.compare_chosen, here, [screen.problem, *screen.contest_outputs], **quiet)
        again = [page.tabs, screen.problem, screen.contest, *page.tune.outputs]
        screen.again.click(self.start_again, here, again, api_visibility="private", show_progress="minimal")
        deleted = screen.sure.click(self.delete_run, here, [page.browser, *screen.outputs, *page.run_outputs], **quiet)
        opened = screen.open.click(self.open_chosen, here, page.browser, **quiet)
        keep_address(page.browser, deleted)
        keep_address(page.browser, opened.then(page.open_run, page.browser, page.run_outputs, **quiet))

    @told(_not_done)
    def show_list(self, stored: object, chosen: object) -> Changes:
        """The list was opened: what was chosen stays so; at first (None) that is the run that is looked at."""
        visitor = read_visitor(stored)
        before = [str(visitor.run)] if chosen is None else read_ids(chosen)
        return self.screen.show(list_runs(self.page.context.store, visitor), before)

    def choose_runs(self, chosen: object) -> Changes:
        """Runs of the list were chosen, or no longer."""
        ids = read_ids(chosen)
        return {self.screen.chosen: ids, **self.screen.show_choice(len(ids))}

    def open_chosen(self, stored: object, chosen: object) -> dict[str, Any]:
        """Open was pressed: from now on the visitor looks at that run."""
        return looking_at(read_visitor(stored), _only(chosen)).model_dump()

    @told(_not_done)
    def compare_chosen(self, stored: object, chosen: object) -> Changes:
        """Compare was pressed."""
        return self.screen.show_contest(compare_runs([self._own(stored, run_id) for run_id in read_ids(chosen)]))

    @told(_not_done)
    def start_again(self, stored: object, chosen: object) -> Changes:
        """Start again was pressed: open Tune with the data and the settings of that run."""
        return self.page.change(stored, self._own(stored, _only(chosen)))

    @told(_not_done)
    def ask_delete(self, stored: object, chosen: object) -> Changes:
        """Delete was pressed: ask again, naming the run."""
        return self.screen.show_choice(1, line_of(self._own(stored, _only(chosen))))

    def keep_run(self, chosen: object) -> Changes:
        """The run is not to be deleted after all."""
        return self.screen.show_choice(len(read_ids(chosen)))

    @told(_not_done)
    def delete_run(self, stored: object, chosen: object) -> Changes:
        """Delete for good was pressed."""
        visitor, page, run_id = read_visitor(stored), self.page, _only(chosen)
        page.context.store.delete(self._own(stored, run_id))
        changes = self.screen.show(list_runs(page.context.store, visitor))
        if visitor.run != run_id:
            return changes
        emptied = page.show_run(page.run_of(None))
        return {page.browser: looking_at(visitor, None).model_dump(), **emptied, **changes}

    def _own(self, stored: object, run_id: str) -> Run:
        """The run of that id, if this visitor started it."""
        return own_run(self.page.context.store, looking_at(read_visitor(stored), run_id))


def _only(chosen: object) -> str:
    """The one id that is chosen; else one that no run has."""
    ids = read_ids(chosen)
    return ids[0] if len(ids) == 1 else NO_RUN
