"""The screen of this visitor's runs: open one, delete one. Knows the store, and nobody else's runs."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import gradio as gr

from tuning.report import markup
from tuning.runs.store import Run, RunStore
from tuning.ui.visitor import Visitor, owner_of

__all__ = ["RunLine", "RunsScreen", "list_runs"]

_EMPTY = ("empty", "No runs yet", "Runs that you start in this browser are listed here, and only for you.")


@dataclass(frozen=True)
class RunLine:
    """One run in the list."""

    id: str
    text: str
    """Three lines: data and state; verdict or reason; model and date."""


def list_runs(store: RunStore, visitor: Visitor) -> list[RunLine]:
    """This visitor's runs, newest first."""
    return [RunLine(run.id, _text(run)) for run in store.list(owner_of(visitor))]


def _text(run: Run) -> str:
    status = run.status()
    when = datetime.fromtimestamp(status.created, tz=UTC).strftime("%d %b %Y, %H:%M UTC")
    name = " ".join(status.name.split())[:80]
    outcome = status.verdict or status.message or ("on its way" if status.active else "no verdict")
    return f"{name} · {status.state}\n{outcome[:240]}\n{status.task} · {status.model} · {when}"


class RunsScreen:
    """The layout of the screen, and what of it changes."""

    def __init__(self) -> None:
        self.notice = gr.HTML(markup.notice(*_EMPTY))
        self.list = gr.Radio([], label="Your runs, newest first", visible=False, elem_classes="to-runs")
        with gr.Row(visible=False) as self.buttons:
            self.open = gr.Button("Open", variant="primary", interactive=False, min_width=140)
            self.delete = gr.Button("Delete …", interactive=False, min_width=140)
            self.sure = gr.Button("Yes, delete for good", variant="stop", visible=False, min_width=140)
        self.problem = gr.HTML(visible=False)

    @property
    def outputs(self) -> list[Any]:
        """Every component that `show` changes."""
        return [self.notice, self.list, self.buttons, self.problem, *self.choice_outputs]

    @property
    def choice_outputs(self) -> list[Any]:
        """What choosing a run changes."""
        return [self.open, self.delete, self.sure]

    def show(self, lines: list[RunLine]) -> dict[Any, Any]:
        """The changes that list these runs, with none chosen."""
        return {
            self.notice: gr.HTML(markup.notice(*_EMPTY), visible=not lines),
            self.list: gr.Radio([(line.text, line.id) for line in lines], value=None, visible=bool(lines)),
            self.buttons: gr.Row(visible=bool(lines)),
            self.problem: gr.HTML(visible=False),
            **self.show_choice(chosen=False),
        }

    def show_choice(self, *, chosen: bool, asking: bool = False) -> dict[Any, Any]:
        """The buttons, when a run is chosen or deleting it is to be confirmed."""
        return {
            self.open: gr.Button(interactive=chosen),
            self.delete: gr.Button(interactive=chosen, visible=not asking),
            self.sure: gr.Button(visible=asking),
        }

    def show_problem(self, message: str) -> dict[Any, Any]:
        """The changes that say why something was not done."""
        return {self.problem: gr.HTML(markup.notice("error", "That did not work", message), visible=True)}
