"""Intervals and tests of a difference in any metric that is a function of sums over rows, by resampling the rows.

Knows nothing of predictions or of which metric it is. `benchmarks/calibration.py` measures how often the intervals
cover the truth and how often the tests reject a true null; `benchmarks/results/` holds the tables.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tuning.scoring.statistics import Interval, tango, wilson

__all__ = [
    "DRAWS",
    "FEWEST_UNITS",
    "PairedSums",
    "RowSums",
    "bounded_interval",
    "paired_interval",
    "positive_interval",
    "randomization_ps",
]

DRAWS = 5000
FEWEST_UNITS = 20
"""Rows, or groups of rows, from which on the intervals were seen to cover; with fewer none is given."""
MANY_DIFFER = 30
"""Units won or lost from which on Student's t alone was seen to cover."""
ROUNDING = 1e-12
"""What computing may make of a difference that is none."""
CHUNK_CELLS = 2_000_000
"""Random numbers held at once, so that memory does not grow with rows times draws."""

Score = Callable[[NDArray[np.float64]], NDArray[np.float64]]
"""(many, k) sums to (many,) scores."""


@dataclass(frozen=True)
class RowSums:
    """A metric of one model: what each unit (a row, or a group of rows) adds to k sums, and the score of such sums."""

    values: NDArray[np.float64]
    """(units, k)"""
    score: Score
    weigh: Score | None = None
    """From (units, k) to how much of the score hangs on each unit, (units,), where that is known."""

    def weights(self) -> NDArray[np.float64] | None:
        """How much of the score hangs on each unit, 1 on average; None where it is not known."""
        if self.weigh is None:
            return None
        weights = self.weigh(self.values)
        return weights / weights.mean()

    def too_few(self) -> bool:
        """Whether there are fewer than `FEWEST_UNITS` units, or weights as uneven as those of fewer (Kish 1965)."""
        weights = self.weights()
        effective = len(self.values) if weights is None else float(weights.sum() ** 2 / np.sum(weights**2))
        return effective < FEWEST_UNITS

    @classmethod
    def mean(cls, values: NDArray[np.float64]) -> "RowSums":
        """The mean of one value a row."""
        return cls(np.column_stack([values, np.ones(len(values))]), _mean)

    @classmethod
    def share(cls, right: Sequence[bool]) -> "RowSums":
        """The share of rows that are right."""
        sums = cls.mean(np.array(right, dtype=np.float64))
        return cls(sums.values, _mean, _rows_of_units)

    def total(self) -> float:
        """The score over all units."""
        return float(self.score(self.values.sum(axis=0, keepdims=True))[0])

    def by_group(self, groups: Sequence[str]) -> "RowSums":
        """The same metric with each group of rows for one unit, in order of the groups' names."""
        names, unit = np.unique(np.asarray(groups, dtype=object).astype(str), return_inverse=True)
        values = np.zeros((len(names), self.values.shape[1]))
        np.add.at(values, unit, self.values)
        return RowSums(values, self.score, self.weigh)

    def influences(self) -> NDArray[np.float64]:
        """Jackknife pseudo-values, (units,): what each unit contributes to the score; of a mean, the values themselves.

        Their mean is the score, up to the jackknife's correction of its bias, which is left out (Efron 1982).
        """
        units = len(self.values)
        without = self.score(self.values.sum(axis=0) - self.values)
        return self.total() + (units - 1) * (without.mean() - without)


@dataclass(frozen=True)
class PairedSums:
    """A metric of two models over the same units; both have one score function."""

    base: RowSums
    tuned: RowSums

    def delta(self) -> float:
        """Score of tuned less score of base."""
        return self.tuned.total() - self.base.total()

    def by_group(self, groups: Sequence[str]) -> "PairedSums":
        """The same metrics with each group of rows for one unit."""
        return PairedSums(self.base.by_group(groups), self.tuned.by_group(groups))


def paired_interval(pairs: PairedSums) -> Interval | None:
    """95 % interval of the difference, tuned less base; None where `too_few` or when no unit makes a difference.

    Student's t on the standard error of the delete-one jackknife (Tukey 1958). When few units differ, that is blind to
    those that did not happen to; then on either side the wider of it and of `tango`, on pairs won or lost by one
    common size: the one size and the counts that give the sum and the sum of squares of the jackknife's pseudo-values
    (as Fay, Feuer 1997, Statistics in Medicine 16(7), 791-801, count weighted events).
    """
    if pairs.tuned.too_few():
        return None
    parts = pairs.tuned.influences() - pairs.base.influences()
    if not parts.any():
        return None
    units, delta = len(parts), pairs.delta()
    quantile = _student(units)
    half = quantile * float(parts.std(ddof=1)) / math.sqrt(units)
    size = _common_size(parts, pairs.tuned.weights())
    won, lost = (float(np.sum(np.maximum(side, 0))) / size for side in (parts, -parts))
    if won + lost >= MANY_DIFFER:
        return Interval(delta - half, delta + half)
    counted = tango(won, lost, units, quantile=quantile)
    return Interval(min(delta - half, size * counted.low), max(delta + half, size * counted.high))


def bounded_interval(sums: RowSums, *, low: float = 0.0) -> Interval | None:
    """95 % interval of one model's score between `low` and 1; None where `too_few`.

    Wilson's, on as many rows as would give a share of this size the standard error that the jackknife finds.
    """
    if sums.too_few():
        return None
    units = len(sums.values)
    reach = 1.0 - low
    share = (sums.total() - low) / reach
    error = _standard_error(sums) / reach
    # Rows that all score the same show no spread; they are then only so many rows.
    rows = share * (1 - share) / error**2 if error > ROUNDING and 0 < share < 1 else units
    limits = wilson(share * rows, rows, quantile=_student(units))
    return Interval(low + reach * limits.low, low + reach * limits.high)


def positive_interval(sums: RowSums) -> Interval | None:
    """95 % interval of one model's score above 0, from its logarithm; None where `too_few` or at 0."""
    units, score = len(sums.values), sums.total()
    if sums.too_few() or score <= 0:
        return None
    factor = math.exp(_student(units) * _standard_error(sums) / score)
    return Interval(score / factor, score * factor)


def randomization_ps(pairs: Sequence[PairedSums], *, seed: int = 0, draws: int = DRAWS) -> list[float]:
    """Approximate-randomization p of each difference: each unit's two answers are swapped with probability 1/2.

    (1 + draws with at least the observed difference) / (1 + draws), two-sided: Riezler, Maxwell 2005, ACL workshop on
    evaluation measures, after Noreen 1989. 1 when both models have the same sums in every unit. All metrics share the
    swaps, and must have the same units.
    """
    generator = np.random.default_rng(seed)
    units = len(pairs[0].base.values) if pairs else 0
    at_least = np.zeros(len(pairs))
    for chunk in _chunks(units, draws):
        swaps = generator.integers(0, 2, (chunk, units), dtype=np.int8).astype(np.float64)
        at_least += [_as_far(swaps, pair) for pair in pairs]
    return [float(p) for p in (1 + at_least) / (1 + draws)]


def _as_far(swaps: NDArray[np.float64], pair: PairedSums) -> int:
    """In how many of the (draws, units) swaps the difference is at least the observed one."""
    moved = swaps @ (pair.tuned.values - pair.base.values)
    tuned = pair.tuned.score(pair.tuned.values.sum(axis=0) - moved)
    base = pair.base.score(pair.base.values.sum(axis=0) + moved)
    # Rounding must not make a relabelling that gives the observed difference again seem smaller than it.
    return int(np.sum(np.abs(tuned - base) >= abs(pair.delta()) - ROUNDING))


def _mean(sums: NDArray[np.float64]) -> NDArray[np.float64]:
    return sums[:, 0] / sums[:, 1]


def _rows_of_units(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return values[:, 1]


def _standard_error(sums: RowSums) -> float:
    """By the jackknife."""
    return float(sums.influences().std(ddof=1)) / math.sqrt(len(sums.values))


def _common_size(parts: NDArray[np.float64], weights: NDArray[np.float64] | None) -> float:
    """The size s of units that have s or nothing, with the sum of sizes and of their squares that `parts` have.

    Where weights are known, one more unit is counted in, of any weight: those that differ may all be light ones.
    """
    sizes, squares = float(np.sum(np.abs(parts))), float(np.sum(parts**2))
    if weights is not None:
        sizes, squares = sizes + float(weights.mean()), squares + float(np.mean(weights**2))
    return squares / sizes


def _student(units: int) -> float:
    from scipy.special import stdtrit

    return float(stdtrit(units - 1, 0.975))


def _chunks(units: int, draws: int) -> Iterator[int]:
    """How many draws to make at a time, adding up to `draws`."""
    size = max(1, CHUNK_CELLS // max(1, units))
    for start in range(0, draws, size):
        yield min(size, draws - start)
