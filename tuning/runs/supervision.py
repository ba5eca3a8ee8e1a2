"""Watching over a run from inside its process: is it asked to stop, did it hear, does it take too long?

Knows the run's folder and the clock, not the work. The work asks `control` at every step; a thread looks on, and ends
the process when the work does not answer.
"""

import logging
import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

import psutil

from tuning.runs.control import Control, StopReason
from tuning.runs.limits import Limits
from tuning.runs.run import EndState, Run
from tuning.runs.status import CANCELLED_TWICE

__all__ = ["Patience", "Supervisor", "end_this_process"]

_log = logging.getLogger(__name__)
_LOG_BYTES = 5_000_000
_KEPT_LOG_BYTES = 200_000


@dataclass(frozen=True)
class Patience:
    """How often to look, and how long to wait for an answer."""

    poll_s: float = 0.5
    acknowledge_s: float = 30.0
    """From a cancel request to its being heard."""
    wall_factor: float = 1.5
    """Training stops at the time limit; the whole run, comparison included, is ended at this multiple of it."""


def end_this_process(exit_code: int) -> None:
    """End the children, then the process, at once and without clean-up."""
    for child in psutil.Process().children(recursive=True):
        try:
            child.kill()
        except psutil.NoSuchProcess:
            continue
    os._exit(exit_code)


class Supervisor:
    """One run's stop signs, and the only one in its process to say how it ended."""

    def __init__(
        self,
        run: Run,
        limits: Limits,
        patience: Patience,
        *,
        clock: Callable[[], float] = time.monotonic,
        end_process: Callable[[int], None] = end_this_process,
    ) -> None:
        self._run = run
        self._limits = limits
        self._patience = patience
        self._clock = clock
        self._end_process = end_process
        self._began: float | None = None
        self._start_s = 0.0
        self._cancel_seen: float | None = None
        self._answered_cancelled = False
        self._finishing = threading.Lock()
        self._over = threading.Event()

    @property
    def control(self) -> Control:
        """What the work is given."""
        return Control(self._stop_requested, self._run.acknowledge_cancel, self._elapsed)

    @property
    def answered_cancelled(self) -> bool:
        """Whether the work was told that the run is cancelled."""
        return self._answered_cancelled

    def begin(self, waited_s: float = 0.0) -> None:
        """The work begins, after so long a wait for its turn: its minutes count from here."""
        self._began = self._clock()
        self._start_s = max(self._run.clock() - self._run.record().created - waited_s, 0.0)

    def watch(self) -> None:
        """Look on in a thread of its own until the run is finished."""
        threading.Thread(target=self._look_on, name="supervisor", daemon=True).start()

    def finish(self, state: EndState, message: str, exit_code: int) -> int:
        """Record how the run ended, if nobody has; the exit code for the process."""
        with self._finishing:
            self._run.finish(state, message, exit_code)
            self._over.set()
        ending = self._run.ending()
        return exit_code if ending is None else ending.exit_code

    def look(self) -> None:
        """Look once: end the process if the work does not answer, was cancelled twice, or takes far too long."""
        requests = self._run.cancel_requests()
        if requests and self._cancel_seen is None:
            self._cancel_seen = self._clock()
        if requests >= 2:
            self._end("cancelled", CANCELLED_TWICE, 3)
        elif self._unheard():
            waited = f"{self._patience.acknowledge_s:g}"
            self._end("cancelled", f"Cancelled; the run did not answer within {waited} s and was ended.", 3)
        elif self._minutes() > self._limits.max_minutes * self._patience.wall_factor:
            self._end("failed", self._too_long(), 1)

    def _stop_requested(self) -> StopReason | None:
        if self._run.cancel_requests():
            self._answered_cancelled = True
            return "cancelled"
        return "time limit" if self._minutes() > self._limits.max_minutes else None

    def _elapsed(self) -> float:
        return self._start_s + 60 * self._minutes()

    def _minutes(self) -> float:
        return 0.0 if self._began is None else (self._clock() - self._began) / 60

    def _unheard(self) -> bool:
        if self._cancel_seen is None or self._run.cancel_acknowledged():
            return False
        return self._clock() - self._cancel_seen > self._patience.acknowledge_s

    def _too_long(self) -> str:
        minutes = self._limits.max_minutes
        return (
            f"The run was ended after {minutes * self._patience.wall_factor:g} minutes: TUNEOFF_MAX_MINUTES allows "
            f"{minutes:g} for training and half as much for the rest; use fewer rows or a smaller maximum length."
        )

    def _end(self, state: EndState, message: str, exit_code: int) -> None:
        if self._over.is_set():
            return
        _log.warning("%s", message)
        try:
            self.finish(state, message, exit_code)
        finally:
            self._end_process(exit_code)

    def _look_on(self) -> None:
        while not self._over.wait(self._patience.poll_s):
            try:
                self.look()
                _shorten(self._run)
            except (OSError, ValueError) as error:
                _log.warning("the supervisor could not look: %s", error)


def _shorten(run: Run) -> None:
    """Keep the end of a log that grew too long; what is being written meanwhile may be lost."""
    if not run.log_path.is_file() or run.log_path.stat().st_size <= _LOG_BYTES:
        return
    with run.log_path.open("rb+") as file:
        file.seek(-_KEPT_LOG_BYTES, os.SEEK_END)
        kept = file.read()
        file.seek(0)
        file.write(b"[earlier lines were dropped]\n" + kept)
        file.truncate()
