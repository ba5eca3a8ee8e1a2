"""What a run's work is given to know when to stop. Knows nothing of processes or folders."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

__all__ = ["Control", "StopReason"]

StopReason = Literal["cancelled", "time limit"]


@dataclass(frozen=True)
class Control:
    """Asked at every step. After a reason was given the work ends training, says so, and compares what was learned."""

    stop_requested: Callable[[], StopReason | None]
    """Cheap (one look at the disk); the same reason is given again when asked again."""
    acknowledge: Callable[[], None]
    """Tells the user, and those who would otherwise end the process, that the request was heard."""
    elapsed: Callable[[], float]
    """Seconds since the run was asked for, without those in which it waited its turn."""
