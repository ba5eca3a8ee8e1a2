"""`cancel`: ask a run to stop, and stay until it is known what comes of it. Knows runs, not how things look."""

import time
from collections.abc import Callable
from typing import Any

from tuning.runs.local import enforce_cancel
from tuning.runs.store import Run

__all__ = ["cancel_and_wait"]

_PAUSE_S = 0.3


def cancel_and_wait(
    run: Run,
    *,
    now: bool,
    enforce: Callable[[Run], Any] = enforce_cancel,
    pause: Callable[[float], None] = time.sleep,
) -> str:
    """Request it and wait until the run heard it or has ended; what happened, in one sentence.

    A run that does not answer is ended by `enforce` when its time (30 seconds) is up, so this returns by itself.
    """
    before = run.status()
    if not before.active:
        return f"run {run.id} had ended before: {before.state}"
    run.request_cancel()
    if now:
        run.request_cancel()
    at_once = run.cancel_requests() > 1
    while True:
        enforce(run)
        status = run.status()
        if not status.active:
            return f"run {run.id} has ended: {status.state}"
        if run.cancel_acknowledged() and not at_once:
            return (
                f"run {run.id} is stopping and will compare what it learned; `watch` follows it, "
                "cancelling again ends it at once"
            )
        pause(_PAUSE_S)
