"""A run's own process: `python -m tuning.runs.worker RUN_FOLDER` waits its turn, works, and says how it ended.

Knows the order of things, not the work itself: that is `tuning.runs.pipeline`, imported when the turn has come, so that
a waiting run holds no memory to speak of.
"""

import errno
import logging
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil

from tuning.errors import CancelledError, SettingError, TuneOffError, describe_unexpected
from tuning.events import Step, Stopped
from tuning.runs.control import Control
from tuning.runs.limits import Limits
from tuning.runs.processes import this_process
from tuning.runs.queue import Place
from tuning.runs.run import EndState, Run
from tuning.runs.supervision import Patience, Supervisor

__all__ = ["Execute", "main", "work"]

Execute = Callable[[Run, Control], None]
"""The work: tells events, writes predictions, adapter and comparison into the run; raises if there is none."""

_log = logging.getLogger(__name__)
_NO_MEMORY = ("out of memory", "can't allocate memory", "cannot allocate memory", "not enough memory")


def work(run: Run, execute: Execute, *, limits: Limits | None = None, patience: Patience | None = None) -> int:
    """Wait for the slot, execute, record the end; the exit code (0 done, 3 cancelled, else what went wrong)."""
    run.write_worker(this_process())
    patience = patience or Patience()
    supervisor = Supervisor(run, limits or Limits(), patience)
    supervisor.watch()
    try:
        with Place(run.home, run.id) as place:
            came = time.monotonic()
            if not place.wait(lambda: run.cancel_requests() > 0, poll_s=patience.poll_s):
                return supervisor.finish("cancelled", "Cancelled while it waited; nothing was trained.", 3)
            supervisor.begin(waited_s=time.monotonic() - came)
            # Still in the slot: the next run may begin only when this one has said how it ended.
            return _execute(run, execute, supervisor)
    except OSError as error:  # the disk takes no ticket
        return supervisor.finish("failed", _explain(error), 1)


def main(arguments: list[str]) -> int:
    """The command: the run's folder is the one argument."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    run = Run(Path(arguments[0]))
    _be_modest()
    try:
        limits = Limits.from_env(os.environ)
    except SettingError as error:
        run.finish("failed", str(error), error.exit_code)
        return error.exit_code
    return work(run, _run_pipeline, limits=limits)


def _execute(run: Run, execute: Execute, supervisor: Supervisor) -> int:
    try:
        execute(run, supervisor.control)
    except CancelledError as error:
        return supervisor.finish("cancelled", str(error), error.exit_code)
    except TuneOffError as error:
        _log.info("the run failed: %s", error)
        return supervisor.finish("failed", str(error), error.exit_code)
    except Exception as error:  # noqa: BLE001 - whatever it is, the run must say that it failed
        return supervisor.finish("failed", _explain(error), 1)
    state, message, exit_code = _outcome(run, supervisor)
    return supervisor.finish(state, message, exit_code)


def _outcome(run: Run, supervisor: Supervisor) -> tuple[EndState, str, int]:
    comparison = run.comparison()
    if comparison is None:
        return "failed", "The run ended without a comparison; its log may tell why.", 1
    verdict = comparison.verdict.sentence if comparison.verdict else "No verdict was reached."
    if not supervisor.answered_cancelled:
        return "done", verdict, 0
    steps = _steps_trained(run)
    counted = "1 step" if steps == 1 else f"{steps} steps"
    return "cancelled", f"Cancelled after {counted}; what was learned until then was compared: {verdict}", 3


def _steps_trained(run: Run) -> int:
    for event in reversed(run.events()):
        if isinstance(event, Stopped | Step):
            return event.step
    return 0


def _explain(error: Exception) -> str:
    """One line for the user; the log gets the whole story."""
    text = str(error).lower()
    if isinstance(error, MemoryError) or any(words in text for words in _NO_MEMORY):
        _log.error("memory ran out", exc_info=error)
        return "Memory ran out; train fewer layers, set a smaller maximum length, or end other programs."
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        _log.error("the disk is full", exc_info=error)
        return "The disk is full; free some space, or set TUNEOFF_HOME to a folder on another disk."
    return describe_unexpected(error, _log)


def _be_modest() -> None:
    """Let everything else go first, and be the first to go when memory runs out."""
    if sys.platform == "win32":
        psutil.Process().nice(psutil.BELOW_NORMAL_PRIORITY_CLASS)
    else:
        os.nice(10)
    # Linux may share the cores out by session first, and a worker has a session of its own: there nice says nothing.
    for name, value in (("autogroup", "10"), ("oom_score_adj", "500")):
        path = Path("/proc/self") / name
        if path.exists():
            try:
                path.write_text(value, encoding="ascii")
            except OSError as error:
                _log.info("%s could not be set: %s", path, error)


def _run_pipeline(run: Run, control: Control) -> None:
    from tuning.runs.pipeline import execute

    execute(run, control)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
