"""The status of a run, derived from what is on disk each time it is asked for. Writes nothing, keeps nothing.

Whoever asks (a reloaded page, a second terminal, a restarted server) gets the same answer:

    DONE is there            the state it names: done, failed or cancelled
    the worker lives         queued while it holds a ticket, running once it has told of anything, starting until then
    no worker yet            starting, while the run is younger than 30 seconds
    cancelled twice          cancelled: that is how such a run is ended
    otherwise                interrupted, with the reason that the evidence left behind supports
"""

import re
import signal
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict

from tuning.events import DevScored, Event, Finished, Phase, PhaseName, Sampled, Started, Step, Stopped
from tuning.runs.processes import is_alive
from tuning.runs.queue import queue_position
from tuning.scoring.comparison import Standing
from tuning.spec import Task

if TYPE_CHECKING:
    from tuning.runs.run import Run

__all__ = ["ACTIVE_STATES", "CANCELLED_TWICE", "ExitNote", "RunState", "RunStatus", "derive_status"]

RunState = Literal["starting", "queued", "running", "done", "failed", "cancelled", "interrupted"]
ACTIVE_STATES: frozenset[RunState] = frozenset({"starting", "queued", "running"})

CANCELLED_TWICE = "Cancelled twice, so the run was ended at once."
_STARTING_S = 30.0
_LAST_WORDS = re.compile(
    r"^[\w.]*(Error|Exception|Interrupt)\b|out of memory|can't allocate|No space left|^Fatal Python error",
    re.IGNORECASE,
)
_DOING: dict[PhaseName, str] = {
    "prepare": "preparing the model",
    "base": "the base model answered",
    "train": "training",
    "tuned": "the tuned model answered",
    "check": "checking the adapter",
    "compare": "comparing",
}


class ExitNote(BaseModel):
    """How the worker's process ended, as the one who started it saw it; kept as `exit.json` when there is no DONE."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    returncode: int
    """Negative: the signal that ended it."""


class RunStatus(BaseModel):
    """Where a run stands; what is unknown is None."""

    model_config = ConfigDict(frozen=True)

    id: str
    name: str
    """Of the user's file."""
    created: float
    """Seconds since the epoch."""
    state: RunState
    phase: PhaseName | None = None
    done: int | None = None
    """Of this phase, in its own units."""
    total: int | None = None
    step: int | None = None
    total_steps: int | None = None
    seconds_left: float | None = None
    """Until the end of this phase."""
    position: int | None = None
    """In the queue, 1 being next."""
    message: str | None = None
    """The verdict, or what went wrong, in one line; None while the run goes on."""
    exit_code: int | None = None
    task: Task
    model: str
    verdict_kind: str | None = None
    standing: Standing | None = None
    """The verdict in one word, something simpler than tuning considered; None also of runs made before it was kept."""
    verdict: str | None = None
    cancelling: bool = False
    """Cancel was requested and the run goes on."""

    @property
    def active(self) -> bool:
        """Whether the run may still change."""
        return self.state in ACTIVE_STATES


class _Progress(BaseModel):
    phase: PhaseName | None = None
    done: int | None = None
    total: int | None = None
    step: int | None = None
    total_steps: int | None = None
    seconds_left: float | None = None


def derive_status(run: "Run", now: float) -> RunStatus:
    """Read the run's folder and say where the run stands at `now` (seconds since the epoch)."""
    record, dataset, spec = run.record(), run.dataset(), run.spec()
    status = RunStatus(
        id=record.id, name=record.name, created=record.created, state="starting", task=dataset.task, model=spec.model
    )
    recent = run.recent_events()
    status = status.model_copy(update=_progress(recent).model_dump())
    worker = run.worker()
    alive = worker is not None and is_alive(worker)
    end = run.ending()  # looked for after the process: one that ends in between has written it by now
    if end is not None:
        return status.model_copy(update={**end.model_dump(exclude={"at"}), "seconds_left": None})
    cancelling = run.cancel_requests() > 0
    if alive:
        position = queue_position(run.home, run.id)
        state = "queued" if position is not None else "running" if recent else "starting"
        return status.model_copy(update={"state": state, "position": position, "cancelling": cancelling})
    if worker is None and run.exit_note() is None and now - record.created < _STARTING_S:
        return status.model_copy(update={"cancelling": cancelling})
    if run.cancel_requests() >= 2:  # ended on request; whoever ended it is about to say so, or was ended too
        return status.model_copy(update={"state": "cancelled", "message": CANCELLED_TWICE, "exit_code": 3})
    reason = _reason(run, status, recent)
    return status.model_copy(update={"state": "interrupted", "message": reason, "exit_code": 1, "seconds_left": None})


def _progress(events: list[Event]) -> _Progress:
    progress = _Progress()
    for event in events:
        if isinstance(event, Phase):
            progress.phase, progress.done, progress.total = event.name, event.done, event.total
            progress.seconds_left = event.seconds_left
        elif isinstance(event, Step):
            progress.phase = "train"
            progress.done = progress.step = event.step
            progress.total = progress.total_steps = event.total_steps
            progress.seconds_left = event.seconds_left
        elif isinstance(event, DevScored | Sampled):
            progress.step = event.step
    return progress


def _reason(run: "Run", status: RunStatus, events: list[Event]) -> str:
    """One line: what the run was doing, how its process ended, and its last words, as far as each is known."""
    note, words = run.exit_note(), _last_words(run.log_tail())
    how = _how_it_ended(note) if note else "" if words else " (killed, or the machine was stopped)"
    said = f": {words}" if words else ""
    return f"The run was interrupted {_when(run, status, events)}{how}{said}; start it again."


def _when(run: "Run", status: RunStatus, events: list[Event]) -> str:
    if run.worker() is None:
        return "before its process was up"
    if events and isinstance(events[-1], Finished):
        return "just before its end was recorded"
    if events and isinstance(events[-1], Stopped):
        return f"after training stopped at step {events[-1].step}"
    if status.phase is None:
        started = any(isinstance(event, Started) for event in events)
        return "just after it began" if started else "before it began"
    if status.phase == "train" and status.step is not None and status.total_steps is not None:
        return f"while training (step {status.step} of {status.total_steps})"
    return f"while {_DOING[status.phase]}" + (f" ({status.done} of {status.total})" if status.total else "")


def _how_it_ended(note: ExitNote) -> str:
    if note.returncode >= 0:
        return f" (its process ended with code {note.returncode})"
    try:
        name = signal.Signals(-note.returncode).name
    except ValueError:
        name = f"signal {-note.returncode}"
    hint = ", perhaps because memory ran out" if name == "SIGKILL" else ""
    return f" (its process was ended by {name}{hint})"


def _last_words(log: str) -> str | None:
    """The last line of the log that tells of an error, cut to what fits a line."""
    for line in reversed(log.splitlines()):
        if _LAST_WORDS.search(line):
            return line.strip()[:200]
    return None
