"""A run at work → its events, and the user's wish to stop → the work. Knows no models and no scores."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from tuning.errors import CancelledError
from tuning.events import DevScored, Note, Phase, PhaseName, Step
from tuning.runs.control import Control
from tuning.runs.run import Run

__all__ = ["Counter", "Reporter", "TrainingReporter"]


class Reporter:
    """Tells what a run does, and hears that it should stop."""

    def __init__(self, run: Run, control: Control) -> None:
        self._run, self._control = run, control

    def phase(self, name: PhaseName, done: int, total: int, seconds_left: float | None = None) -> None:
        """A part of the run begins or moves on."""
        self._run.append(Phase(at=time.time(), name=name, done=done, total=total, seconds_left=seconds_left))

    def note(self, level: Literal["info", "warning"], message: str) -> None:
        """Something the user should know."""
        self._run.append(Note(at=time.time(), level=level, message=message))

    def heed(self, name: PhaseName) -> bool:
        """Whether the run should hurry to its comparison; acknowledges a wish to stop.

        Raises `CancelledError` where nothing has been trained: there is nothing to compare.
        """
        reason = self._control.stop_requested()
        if reason is None:
            return False
        self._control.acknowledge()
        if name in {"prepare", "base"}:
            what = "Cancelled" if reason == "cancelled" else "The time limit was reached"
            raise CancelledError(f"{what} before training began, so nothing was trained.")
        return True

    def rows(self, name: PhaseName, total: int) -> "Counter":
        """Counts rows of a part that begins."""
        self.phase(name, 0, total)
        self.heed(name)
        return Counter(self, name, total)


@dataclass
class Counter:
    """Rows done of one part; called as `OnRows` by the engine."""

    _reporter: Reporter
    _name: PhaseName
    _total: int

    def __post_init__(self) -> None:
        self._done, self._begun = 0, time.perf_counter()

    def __call__(self, count: int) -> None:
        """So many more rows are done; 0 while the engine is at one."""
        self._done += count
        if count:
            left = (time.perf_counter() - self._begun) / self._done * (self._total - self._done)
            self._reporter.phase(self._name, self._done, self._total, left)
        self._reporter.heed(self._name)

    def skip(self) -> None:
        """What is left of this part will not be done."""
        self._reporter.phase(self._name, self._total, self._total)


class TrainingReporter:
    """Training as events; `look` is told the step at every dev score."""

    def __init__(self, run: Run, control: Control, epoch_steps: int, look: Callable[[int], None]) -> None:
        self._run, self._control, self._epoch_steps, self._look = run, control, epoch_steps, look
        self._begun = time.perf_counter()

    def on_step(self, step: int, total_steps: int, loss: float, learning_rate: float) -> None:
        """One optimizer step is done."""
        left = (time.perf_counter() - self._begun) / step * (total_steps - step)
        self._run.append(
            Step(
                at=time.time(),
                step=step,
                total_steps=total_steps,
                epoch=step / self._epoch_steps,
                loss=loss,
                learning_rate=learning_rate,
                seconds_left=left,
            )
        )

    def on_dev(self, step: int, loss: float) -> None:
        """The dev rows were scored; the watched ones are looked at."""
        self._run.append(DevScored(at=time.time(), step=step, loss=loss))
        self._look(step)

    def on_note(self, message: str) -> None:
        """Something was given up."""
        self._run.append(Note(at=time.time(), level="warning", message=message))

    def stop_requested(self) -> Literal["cancelled", "time limit"] | None:
        """Why training should end, if it should; the user is told that the wish was heard."""
        reason = self._control.stop_requested()
        if reason is not None:
            self._control.acknowledge()
        return reason
