"""The screen of a run on its way: where it stands, its loss, cancel. Knows a run's folder, not who trains.

`watch_page` says in words and numbers what is to be seen, `WatchScreen` lays it out; neither keeps anything.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr
import pandas as pd

from tuning.events import Event, Note, PhaseName, Planned, Sampled, Started, Stopped
from tuning.report import markup
from tuning.report.learning import fit_words, loss_frame, seconds_in_words
from tuning.runs.store import Run, RunStatus
from tuning.ui.watched import watched_rows

__all__ = ["LOSS_COLORS", "OPENING", "WatchPage", "WatchScreen", "watch_page", "with_advice"]

_PHASES: dict[PhaseName, tuple[str, str]] = {
    "prepare": ("prepare", "Getting the model and the rows ready"),
    "base": ("base answers", "The base model answers the test rows"),
    "train": ("train", "Training"),
    "tuned": ("tuned answers", "The tuned model answers the test rows"),
    "check": ("check", "Checking that the two sides can be compared"),
    "compare": ("compare", "Comparing"),
}
_FEW_PARTS = 2
"""So few are not counted: "part 0 of 1" says nothing."""
_EMPTY = ("empty", "No run yet", "Start one under Tune: here you see how it goes.")
OPENING = ("empty", "Opening …", "This takes a moment.")
"""Until a page knows which run it is about."""
LOSS_COLORS = {"train": "#8a94a6", "dev": "#6d67f0"}


@dataclass(frozen=True)
class WatchPage:
    """What the screen shows; texts are plain, `None` hides the part."""

    kind: str
    """Of the notice: info, warning, error, better or empty."""
    title: str
    body: str
    share: float | None = None
    phase: int | None = None
    """How many parts are done; None hides parts and bar."""
    loss: pd.DataFrame | None = None
    fit: str = ""
    """What the losses say."""
    looks: Sequence[Sampled] = ()
    """The watched rows, each time they were answered."""
    notes: str = ""
    cancel: str | None = None
    run: str = ""
    """Id of the run, for its link."""


def _advice(status: RunStatus) -> str:
    """What to do about a run that did not end well."""
    if status.state == "interrupted":
        return "Your data is still there. If it ends like this again, choose a smaller batch size or maximum length."
    if status.state == "cancelled":
        if status.verdict:
            return "What was learned until then was compared: see Compare."
        return "It was stopped before there was anything to compare. Start again under Tune."
    if status.exit_code == 2:
        return "Change the file or the settings under Tune and start again."
    return "Start it again under Tune. If it fails the same way, show this message to whoever runs this machine."


def with_advice(status: RunStatus) -> str:
    """Why a run did not end well, and what to do about it, as sentences."""
    reason = status.message or ("" if status.state == "cancelled" else "The reason is unknown.")
    stop = "." if reason and reason[-1] not in ".!?" else ""
    return f"{reason}{stop} {_advice(status)}".strip()


def watch_page(run: Run | None) -> WatchPage:
    """Where the run stands, read from its folder."""
    if run is None:
        return WatchPage(*_EMPTY)
    status, events = run.status(), run.events()
    kind, title, body = _headline(status)
    return WatchPage(
        kind=kind,
        title=title,
        body=body,
        share=status.done / status.total if status.done and status.total else None,
        phase=_phase_number(status),
        loss=loss_frame(events),
        fit=fit_words(events),
        looks=[event for event in events if isinstance(event, Sampled)],
        notes=_notes(run, events),
        cancel=_cancel_label(run, status),
        run=run.id,
    )


def _headline(status: RunStatus) -> tuple[str, str, str]:
    ends = {
        "done": ("better", "Done.", status.message or ""),
        "failed": ("error", "This run failed.", with_advice(status)),
        "cancelled": ("warning", "This run was cancelled.", with_advice(status)),
        "interrupted": ("error", "This run was interrupted.", with_advice(status)),
        "starting": ("info", "Starting …", "The run is a process of its own: closing this page does not stop it."),
        "queued": (
            "info",
            f"Waiting, number {status.position or 1} in the queue",
            "One run trains at a time. This one begins by itself when its turn comes; you may close the page.",
        ),
    }
    if status.state in ends:
        return ends[status.state]
    title = _PHASES[status.phase][1] if status.phase else "Starting …"
    if status.total and (status.total > _FEW_PARTS or status.phase == "train"):
        unit = "step" if status.phase == "train" else "part"
        unit = "row" if status.phase in {"base", "tuned"} else unit
        title += f": {unit} {status.done or 0:,} of {status.total:,}"
    left = [f"{seconds_in_words(status.seconds_left)} left in this part"] if status.seconds_left is not None else []
    if status.cancelling:
        left.insert(0, "cancelling: training stops at the next step, then what was learned is compared")
    return "info", title, "; ".join(left) or "You may close the page: the run goes on."


def _phase_number(status: RunStatus) -> int | None:
    if status.state == "done":
        return len(_PHASES)
    if status.state != "running":
        return None
    return list(_PHASES).index(status.phase) if status.phase else 0


def _cancel_label(run: Run, status: RunStatus) -> str | None:
    if not status.active:
        return None
    return "Cancel" if run.cancel_requests() == 0 else "Stop at once, without a comparison"


def _notes(run: Run, events: Sequence[Event]) -> str:
    dataset = run.dataset()
    lines = [f"Data: {dataset.name}", dataset.reason, *dataset.notes]
    for event in events:
        if isinstance(event, Started):
            threads = f"{event.threads} thread{'' if event.threads == 1 else 's'}"
            lines.append(f"Computing on {event.device} in {event.precision} with {threads}.")
        elif isinstance(event, Planned):
            lines.append(f"Plan: {event.sentence}.")
        elif isinstance(event, Note):
            lines.append(("Warning: " if event.level == "warning" else "") + event.message)
        elif isinstance(event, Stopped):
            kept = f"; the adapter of step {event.best_step} is kept" if event.best_step is not None else ""
            lines.append(f"Training ended at step {event.step}: {event.reason}{kept}.")
    return "\n".join(line for line in lines if line)


class WatchScreen:
    """The layout of the screen, and what of it changes."""

    def __init__(self) -> None:
        self.notice = gr.HTML(markup.notice(*OPENING))
        self.steps = gr.HTML(visible=False)
        self.bar = gr.HTML(visible=False)
        self.cancel = gr.Button("Cancel", visible=False, size="md", elem_classes="to-cancel")
        self.watched = gr.HTML(visible=False)
        self.loss = gr.LinePlot(
            None,
            x="step",
            y="loss",
            color="rows",
            color_map=LOSS_COLORS,
            elem_classes="to-plot",
            label="Loss of the training rows (grey) and of the dev rows (coloured): lower is better",
            x_title="training step",
            y_title="nats per token",
            height=340,
            visible=False,
        )
        self.fit = gr.HTML(visible=False)
        self.notes = gr.Textbox(label="What this run did", lines=4, max_lines=12, interactive=False, visible=False)
        self.link = gr.HTML(visible=False)

    @property
    def outputs(self) -> list[Any]:
        """Every component that `show` changes."""
        learning = [self.watched, self.loss, self.fit]
        return [self.notice, self.steps, self.bar, self.cancel, *learning, self.notes, self.link]

    def show(self, page: WatchPage) -> dict[Any, Any]:
        """The changes that make the screen say what the page says."""
        drawn = page.loss is not None and not page.loss.empty
        moving = page.phase is not None
        return {
            self.notice: markup.notice(page.kind, page.title, page.body),
            self.steps: gr.HTML(markup.steps([name for name, _ in _PHASES.values()], page.phase or 0), visible=moving),
            self.bar: gr.HTML(markup.bar(page.share), visible=moving and page.phase != len(_PHASES)),
            self.cancel: gr.Button(page.cancel or "Cancel", visible=page.cancel is not None, interactive=True),
            self.loss: gr.LinePlot(page.loss if drawn else None, visible=drawn),
            self.watched: gr.HTML(watched_rows(page.looks), visible=bool(page.looks)),
            self.fit: gr.HTML(markup.note(page.fit), visible=bool(page.fit)),
            self.notes: gr.Textbox(page.notes, visible=bool(page.notes)),
            self.link: gr.HTML(markup.secret_link(page.run), visible=bool(page.run)),
        }
