"""How far training is, by its steps and by the clock, and the learning rate that follows from it.

With a time budget a slow machine does fewer steps, and its learning rate still reaches zero. Knows numbers and a
clock; knows nothing of models.
"""

import math
import time
from collections.abc import Callable

__all__ = ["Progress", "rate_share"]

_WARMUP = 0.06
"""Share of training over which the learning rate rises."""
_DEV_SCORES = 6
"""Of a training that ends by the clock, at most, however many epochs that is."""
_DEV_GAP = 6.0
"""Between two of them lie at least so many times what one takes."""


class Progress:
    """Of a training that may take `seconds`, dev scores included (None: as long as it takes), from its making on."""

    def __init__(self, seconds: float | None, clock: Callable[[], float] = time.perf_counter) -> None:
        self._seconds, self._clock = seconds, clock
        self._begun = self._scored = clock()
        self._dev_s = self._asked_s = self._aside_s = 0.0

    def share(self, step: int, steps: int) -> float:
        """Of training that is over after `step` of `steps`: by steps or by time, whichever is ahead.

        Before the first step none is, however late it comes: a step at a rate of zero would teach nothing.
        """
        if step == 0:
            return 0.0
        return min(max(step / steps, self._time_share()), 1.0)

    def dev_scored(self, dev_s: float, asked_s: float) -> None:
        """The dev rows took `dev_s` to score; what the model was asked meanwhile, so many more."""
        self._dev_s, self._asked_s = dev_s, max(self._asked_s, asked_s)
        self._aside_s += dev_s + asked_s

    def dev_due(self) -> bool:
        """Whether dev is to be scored again, which then counts as done; never without a clock."""
        if self._seconds is None:
            return False
        now = self._clock()
        due = now - self._scored >= max(self._seconds / _DEV_SCORES, _DEV_GAP * self._dev_s)
        self._scored = now if due else self._scored
        return due

    def over(self, step: int) -> bool:
        """Whether after `step` steps another one, and the last dev score with all that is asked, would end too late."""
        if self._seconds is None:
            return False
        gone = self._clock() - self._begun
        step_s = (gone - self._aside_s) / step
        return gone + step_s + self._dev_s + self._asked_s > self._seconds

    def expected(self, step: int, steps: int) -> int:
        """How many steps there will be at this pace, after `step` of at most `steps`."""
        return max(step, round(step / self.share(step, steps)))

    def _time_share(self) -> float:
        return 0.0 if self._seconds is None else (self._clock() - self._begun) / self._seconds


def rate_share(progress: float, step: float) -> float:
    """The share of the highest learning rate for a step that begins at `progress` and is `step` of the whole.

    Linear warm-up, then a half cosine to zero. transformers' own warm-up begins at a rate of exactly zero, so that a
    run stopped after its first step would have learned nothing.
    """
    warmup = _WARMUP if step < 2 * _WARMUP else 0.0
    if progress < warmup:
        return (progress + step) / (warmup + step)
    return 0.5 * (1 + math.cos(math.pi * (progress - warmup) / (1 - warmup)))
