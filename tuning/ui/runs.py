"""The screen of this visitor's runs: open, compare, start again, delete. Knows the store, and nobody else's runs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import gradio as gr

from tuning.durations import duration_words
from tuning.errors import TuneOffError
from tuning.report import markup
from tuning.report.metric_words import VERDICT_SIGNS
from tuning.runs.side_by_side import MOST_RUNS, SideBySide
from tuning.runs.status import RunState
from tuning.runs.store import Run, RunStatus, RunStore
from tuning.ui.contest import curves, date_words, scores_and_settings
from tuning.ui.visitor import Visitor, owner_of

__all__ = ["RunLine", "RunsScreen", "line_of", "list_runs"]

_EMPTY = ("empty", "No runs yet", "Runs that you start in this browser are listed here, and only for you.")
_KEY = (
    "▲ better than the base",
    "△ better than the base, not shown to beat something simpler",
    "▼ worse than the base",
    "= not worse",
    "? undecided",
    "≤ not better than something simpler",
    "✗ no verdict",
    "– cancelled before there was one",
    "… on its way",
)
_HINT = (
    f"choose one to open it or to start it again with something changed, or 2 to {MOST_RUNS} to compare them; "
    + "; ".join(words.replace(" ", "\N{NO-BREAK SPACE}", 1) for words in _KEY)
)
_STATES: Mapping[RunState, str] = MappingProxyType(
    {"starting": "…", "queued": "…", "running": "…", "done": "✗", "failed": "✗", "cancelled": "–", "interrupted": "✗"}
)
"""The signs of runs without a verdict."""
_NAME, _OUTCOME = 80, 400
"""Characters; longer only where an error message is, which is whole on the run's own screen."""


@dataclass(frozen=True)
class RunLine:
    """One run in the list."""

    id: str
    text: str
    """Three lines: data and state; verdict or reason; task, model, time to spend and date."""


def list_runs(store: RunStore, visitor: Visitor) -> list[RunLine]:
    """This visitor's runs, newest first."""
    return [line_of(run) for run in store.list(owner_of(visitor))]


def line_of(run: Run) -> RunLine:
    """The run as it stands in the list."""
    return RunLine(run.id, _text(run))


def _text(run: Run) -> str:
    try:
        status, budget = run.status(), run.spec().budget
    except (TuneOffError, OSError, ValueError):  # of another version, or deleted at this moment
        return f"{_STATES['failed']} {run.id[:8]}\nThis run can no longer be read.\nIt can be deleted."
    name = _cut(" ".join(status.name.split()), _NAME)
    outcome = status.verdict or status.message or ("on its way" if status.active else "no verdict")
    time = "no time limit" if budget is None else duration_words(budget)
    about = f"{status.task} · {status.model} · {time} · {date_words(status.created)}"
    return f"{_sign(status)} {name} · {status.state}\n{_cut(outcome, _OUTCOME)}\n{about}"


def _sign(status: RunStatus) -> str:
    standing = status.standing or status.verdict_kind
    return _STATES[status.state] if standing is None else VERDICT_SIGNS[standing]


def _cut(text: str, most: int) -> str:
    """The text, or of a long one as many whole words as fit."""
    if len(text) <= most:
        return text
    words, _, _ = text[:most].rpartition(" ")
    return f"{words or text[: most - 1]}…"


def _question(doomed: RunLine) -> str:
    name, outcome, about = doomed.text.split("\n")
    stop = "" if outcome.endswith((".", "!", "?", "…")) else "."
    return markup.notice("warning", f"Delete this run for good? {name}", f"{outcome}{stop} {about}")


class RunsScreen:
    """The layout of the screen, and what of it changes."""

    def __init__(self, way_back: str = "") -> None:
        """`way_back` leads to the showcase, which is nobody's run and so never in the list."""
        self.chosen = gr.State(None)
        """The ids that are chosen, None at first: unlike those of the list they outlive what the list offers."""
        self.notice = gr.HTML(markup.notice(*_EMPTY))
        self.list = gr.CheckboxGroup(
            [], label="Your runs, newest first", info=_HINT, visible=False, elem_classes="to-runs"
        )
        with gr.Row(visible=False, equal_height=True) as self.buttons:
            self.open = gr.Button("Open", variant="primary", interactive=False, min_width=140)
            self.compare = gr.Button("Compare", interactive=False, min_width=140)
            self.again = gr.Button("Change and start again", interactive=False, min_width=140)
            self.delete = gr.Button("Delete …", interactive=False, min_width=140)
            self.sure = gr.Button("Yes, delete for good", variant="stop", visible=False, min_width=140)
            # In the place of the one before, so that who clicks twice deletes nothing.
            self.keep = gr.Button("Keep it", visible=False, min_width=140)
        # Below the buttons, which so stay where they are.
        self.question = gr.HTML(visible=False)
        self.problem = gr.HTML(visible=False)
        with gr.Column(visible=False) as self.contest:
            self.tables = gr.HTML()
        gr.HTML(way_back, visible=bool(way_back))

    @property
    def outputs(self) -> list[Any]:
        """Every component that `show` changes."""
        return [self.notice, self.chosen, self.list, self.buttons, *self.choice_outputs]

    @property
    def choice_outputs(self) -> list[Any]:
        """What choosing runs changes."""
        buttons = [self.open, self.compare, self.again, self.delete, self.keep, self.sure]
        return [*buttons, self.question, self.problem, *self.contest_outputs]

    @property
    def contest_outputs(self) -> list[Any]:
        """What comparing runs changes."""
        return [self.contest, self.tables]

    def show(self, lines: list[RunLine], chosen: Sequence[str] = ()) -> dict[Any, Any]:
        """The changes that list these runs; of those chosen before, the ones that are still there stay chosen."""
        kept = [line.id for line in lines if line.id in chosen]
        return {
            self.notice: gr.HTML(markup.notice(*_EMPTY), visible=not lines),
            self.chosen: kept,
            self.list: gr.CheckboxGroup([(line.text, line.id) for line in lines], value=kept, visible=bool(lines)),
            self.buttons: gr.Row(visible=bool(lines)),
            **self.show_choice(len(kept)),
        }

    def show_choice(self, chosen: int, doomed: RunLine | None = None) -> dict[Any, Any]:
        """The buttons, when so many runs are chosen, or deleting the `doomed` one is to be confirmed."""
        asking = doomed is not None
        return {
            self.open: gr.Button(interactive=chosen == 1, visible=not asking),
            self.compare: gr.Button(interactive=2 <= chosen <= MOST_RUNS, visible=not asking),
            self.again: gr.Button(interactive=chosen == 1, visible=not asking),
            self.delete: gr.Button(interactive=chosen == 1, visible=not asking),
            self.keep: gr.Button(visible=asking),
            self.sure: gr.Button(visible=asking),
            self.question: gr.HTML(_question(doomed) if doomed else "", visible=asking),
            self.problem: gr.HTML(visible=False),
            self.contest: gr.Column(visible=False),
        }

    def show_contest(self, found: SideBySide) -> dict[Any, Any]:
        """The changes that show runs against each other."""
        return {
            self.problem: gr.HTML(visible=False),
            self.contest: gr.Column(visible=True),
            self.tables: scores_and_settings(found) + curves(found),
        }

    def show_problem(self, message: str) -> dict[Any, Any]:
        """The changes that say why something was not done."""
        return {
            self.problem: gr.HTML(markup.notice("error", "Not done", message), visible=True),
            self.contest: gr.Column(visible=False),
        }
