"""Following a run until it ends, and what Ctrl-C means meanwhile. Knows the run folder's reader, not how things look.

The run is a process of its own: leaving off, or closing the terminal, does nothing to it.
"""

import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from types import FrameType, TracebackType
from typing import Any, Self

from tuning.cli.progress import View
from tuning.runs.local import enforce_cancel
from tuning.runs.store import Run, RunStatus

__all__ = ["Follower", "Interrupts"]

_PAUSE_S = 0.3
_STATUS_EVERY = 3
"""Rounds between two looks at the status, which costs more than a look at the events."""
_CANCELLING = "cancelling: what was learned so far will be compared; Ctrl-C again ends the run at once"
_ENDING = "ending the run"


class Interrupts:
    """Counts Ctrl-C instead of being stopped by it, so that no work in hand is torn."""

    def __init__(self) -> None:
        self.count = 0
        self._before: Any = None

    def __enter__(self) -> Self:
        self._before = signal.signal(signal.SIGINT, self._counted)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        signal.signal(signal.SIGINT, self._before)

    def _counted(self, _number: int, _frame: FrameType | None) -> None:
        self.count += 1
        if self.count > 2:
            raise KeyboardInterrupt


@dataclass(frozen=True)
class Follower:
    """Shows a run in a view. `pressed` counts Ctrl-C; with `cancels` it stops the run, else only the following."""

    view: View
    pressed: Callable[[], int]
    cancels: bool
    pause: Callable[[float], None] = time.sleep
    enforce: Callable[[Run], Any] = enforce_cancel

    def follow(self, run: Run) -> RunStatus:
        """Until the run has ended or, without `cancels`, until Ctrl-C. Returns where it stood then."""
        offset, passed_on, rounds = 0, 0, 0
        status = run.status()
        while True:
            presses = self.pressed()
            if self.cancels:
                self._pass_on(run, passed_on, presses)
                passed_on = presses
            if rounds % _STATUS_EVERY == 0:
                status = run.status()
                if status.state == "queued" and status.position is not None:
                    self.view.waiting(status.position)
            page = run.events_since(offset)  # after the status: of a run that has ended, these are all
            offset = page.offset
            for event in page.events:
                self.view.event(event)
            if not status.active or (presses and not self.cancels):
                return status
            self.pause(_PAUSE_S)
            rounds += 1

    def _pass_on(self, run: Run, passed_on: int, presses: int) -> None:
        """Hand each Ctrl-C to the run once; see to it that a cancelled run ends."""
        for number in range(passed_on, presses):
            run.request_cancel()
            self.view.say(_ENDING if number else _CANCELLING)
        if presses:
            self.enforce(run)
