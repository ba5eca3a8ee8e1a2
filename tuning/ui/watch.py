"""Where a run stands, in words and numbers: what the screen Watch shows. Knows a run's folder, not who trains.

`tuning.ui.watch_markup` draws it, `tuning.ui.watch_screen` lays it out.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b

import pandas as pd

from tuning.events import Event, Note, PhaseName, Planned, Sampled, Started, Stopped
from tuning.report.learning import fit_words, kept_step, loss_frame, seconds_in_words
from tuning.runs.store import Run, RunStatus

__all__ = ["OPENING", "PARTS", "Clock", "WatchPage", "seen_mark", "watch_page", "with_advice"]

_PHASES: dict[PhaseName, tuple[str, str]] = {
    "prepare": ("prepare", "Getting the model and the rows ready"),
    "base": ("base answers", "The base model answers the test rows, in every way it is asked"),
    "train": ("train", "Training"),
    "tuned": ("tuned answers", "The tuned model answers the test rows, in every way it is asked"),
    "check": ("check", "Checking that the two sides can be compared"),
    "compare": ("compare", "Comparing"),
}
PARTS = tuple(name for name, _ in _PHASES.values())
"""Of a run, in order, by the names that its screen gives them."""
_FORESEEN = 0.3
"""Share of the steps after which their number is told where the time decides about it."""
_FEW_PARTS = 2
"""So few are not counted: "part 0 of 1" says nothing."""
_EMPTY = ("empty", "No run yet", "Start one under Tune: here you see how it goes.")
OPENING = ("empty", "Opening …", "This takes a moment.")
"""Until a page knows which run it is about."""


@dataclass(frozen=True)
class Clock:
    """How long a run has been at work; its wait for its turn is not counted."""

    elapsed: float
    """Seconds since it began, until now or until its end."""
    budget: float | None
    """Seconds that it was given."""
    running: bool
    left: str = ""
    """How much longer, in words."""


@dataclass(frozen=True)
class WatchPage:
    """What the screen shows; texts are plain, `None` hides the part."""

    kind: str
    """Of the notice: info, warning, error or empty; the end of a run is by itself neither good news nor bad."""
    title: str
    body: str
    clock: Clock | None = None
    share: float | None = None
    """Of the time that was given, else of the stage: what is over."""
    phase: int | None = None
    """How many parts are done; None hides parts and bar."""
    loss: pd.DataFrame | None = None
    total_steps: int | None = None
    """Expected, while it learns."""
    fit: str = ""
    """What the losses say."""
    looks: Sequence[Sampled] = ()
    """The watched rows, each time they were answered."""
    kept: int | None = None
    """The step whose adapter is kept, once training has ended."""
    notes: Sequence[str] = ()
    cancel: str | None = None
    active: bool = False
    """Whether there is something to follow."""
    run: str = ""
    """Id of the run, for its link."""
    seen: str = ""
    """Changes whenever something else does."""
    stage: str = ""
    """Changes whenever more than the drawing does: with a cancel, with the end."""


def _advice(status: RunStatus) -> str:
    """What to do about a run that did not end well."""
    if status.state == "interrupted":
        return "Your data is still there. If it ends like this again, choose fewer layers or a smaller maximum length."
    if status.state == "cancelled":
        if status.verdict:
            return "What was learned until then was compared: see Compare."
        return "It was stopped before there was anything to compare. Start again under Tune."
    if status.exit_code == 2:
        return "Change the file, the time or another setting under Tune and start again."
    return "Start it again under Tune. If it fails the same way, show this message to whoever runs this machine."


def with_advice(status: RunStatus) -> str:
    """Why a run did not end well, and what to do about it, as sentences."""
    reason = status.message or ("" if status.state == "cancelled" else "The reason is unknown.")
    stop = "." if reason and reason[-1] not in ".!?" else ""
    return f"{reason}{stop} {_advice(status)}".strip()


def seen_mark(run: Run, status: RunStatus) -> str:
    """Changes whenever what is shown of the run does, the time apart; says nothing about it."""
    log = run.path / "events.jsonl"
    size = log.stat().st_size if log.is_file() else 0
    told = f"{size} {run.cancel_requests()} {status.model_dump_json()}"
    return blake2b(told.encode(), digest_size=8).hexdigest()


def watch_page(run: Run | None) -> WatchPage:
    """Where the run stands, read from its folder."""
    if run is None:
        return WatchPage(*_EMPTY)
    status = run.status()
    seen = seen_mark(run, status)  # before the events are read: what is told meanwhile is then seen as new
    events = run.events()
    clock = _clock(run, status, events)
    kind, title, body = _headline(status, timed=run.spec().budget is not None)
    loss = loss_frame(events)
    return WatchPage(
        kind=kind,
        title=title,
        body=body,
        clock=clock,
        share=_share(status, clock),
        phase=_phase_number(status),
        loss=None if loss.empty and status.state != "running" else loss,
        total_steps=status.total_steps if status.active else None,
        fit=fit_words(events),
        looks=[event for event in events if isinstance(event, Sampled)],
        kept=kept_step(events),
        notes=_notes(run, events),
        cancel=_cancel_label(run, status),
        active=status.active,
        run=run.id,
        seen=seen,
        stage=f"{status.state if not status.active else 'going'} {run.cancel_requests()}",
    )


def _headline(status: RunStatus, *, timed: bool) -> tuple[str, str, str]:
    """How a run with a time limit (`timed`) will end is known only about."""
    ends = {
        "done": ("info", "Done.", status.message or ""),
        "failed": ("error", "This run failed.", with_advice(status)),
        "cancelled": ("warning", "This run was cancelled.", with_advice(status)),
        "interrupted": ("error", "This run was interrupted.", with_advice(status)),
        "starting": (
            "info",
            "Starting …",
            "This takes some seconds. The run is a process of its own: closing this page does not stop it.",
        ),
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
        unit = "answer" if status.phase in {"base", "tuned"} else unit
        timed = timed and status.phase == "train"
        title += f": {unit} {status.done or 0:,}{_of_how_many(status.done or 0, status.total, timed=timed)}"
    if status.cancelling and status.phase in {None, "prepare", "base"}:
        return "info", title, "Cancelling: nothing has been trained yet, so there will be no comparison."
    if status.cancelling:
        return "info", title, "Cancelling: training stops at the next step, then what was learned is compared."
    return "info", title, "You may close the page: the run goes on."


def _of_how_many(done: int, total: int, *, timed: bool) -> str:
    """How many steps a time has room for shows once a good part of it is over: the first steps are the slowest."""
    if not timed or done == total:
        return f" of {total:,}"
    if done < _FORESEEN * total:
        return ""
    unit = 10 ** max(len(str(total)) - 2, 0)
    return f" of about {max(round(total / unit) * unit, done):,}"


def _clock(run: Run, status: RunStatus, events: Sequence[Event]) -> Clock | None:
    """Counts what its budget does, without the wait for its turn; nothing where nobody knows when it ended."""
    began = next((event.at - event.before_s for event in events if isinstance(event, Started)), None)
    ending = run.ending()
    until = run.clock() if status.active else ending.at if ending is not None else None
    if began is None or until is None:
        return None
    left = "" if status.seconds_left is None else f"{seconds_in_words(status.seconds_left)} left in this stage"
    return Clock(max(until - began, 0.0), run.spec().budget, status.active, left)


def _share(status: RunStatus, clock: Clock | None) -> float | None:
    """How full the bar is: of the time that was given, else of the stage; None where neither is known."""
    if clock is not None and clock.budget:
        return min(clock.elapsed / clock.budget, 1.0)
    return status.done / status.total if status.done and status.total else None


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


def _notes(run: Run, events: Sequence[Event]) -> list[str]:
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
            lines.append(f"Training {event.sentence}.")
    return [line for line in lines if line]
