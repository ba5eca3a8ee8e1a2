"""Intervals and tests of a difference in any metric that is a function of sums over rows, by resampling the rows.

Knows nothing of predictions or of which metric it is. `benchmarks/calibration.py` measures how often the intervals
cover the truth and how often the tests reject a true null; `benchmarks/results/` holds the tables.
"""

import math
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from tuning.scoring.statistics import Interval, tango, wilson
from tuning.scoring.sums import PairedSums, RowSums

__all__ = ["DRAWS", "bounded_interval", "paired_interval", "positive_interval", "randomization_ps"]

DRAWS = 5000
MANY_DIFFER = 30
"""Units won or lost from which on Student's t alone was seen to cover."""
ROUNDING = 1e-12
"""What computing may make of a difference that is none."""
CHUNK_CELLS = 2_000_000
"""Random numbers held at once, so that memory does not grow with rows times draws."""


def paired_interval(pairs: PairedSums) -> Interval | None:
    """95 % interval of the difference, tuned less base; None where `too_few` or when no unit makes a difference.

    Student's t on the standard error of the delete-one jackknife (Tukey 1958). When few units differ, that is blind to
    those that did not happen to; then on either side the wider of it and of `tango`, on pairs won or lost by one
    common size: the one size and the counts that give the sum and the sum of squares of the jackknife's pseudo-values
    (as Fay, Feuer 1997, Statistics in Medicine 16(7), 791-801, count weighted events).

    A score in parts may hang on a part of few rows that one model is always right on, or always wrong, which shows no
    spread. On either side the interval then is at least that of the `padded` rows (after Bonett, Price 2012, Journal
    of Educational and Behavioral Statistics 37(4), 479-488, who add one pair won and one lost to all pairs).
    """
    if pairs.tuned.too_few():
        return None
    won_by = pairs.influences()
    if not won_by.any():
        return None
    quantile = _student(len(won_by))
    plain = _around(pairs.delta(), quantile * _spread(won_by))
    if pairs.tuned.parts is not None:
        padded = pairs.padded()
        plain = plain.joined(_around(padded.delta(), quantile * _spread(padded.influences())))
    size = _common_size(won_by, pairs.tuned.weights())
    won, lost = (float(np.sum(np.maximum(side, 0))) / size for side in (won_by, -won_by))
    if won + lost >= MANY_DIFFER:
        return plain
    counted = tango(won, lost, len(won_by), quantile=quantile)
    return plain.joined(Interval(size * counted.low, size * counted.high))


def bounded_interval(sums: RowSums, *, low: float = 0.0) -> Interval | None:
    """95 % interval of one model's score between `low` and 1; None where `too_few`.

    Wilson's, on as many rows as would give a share of this size the standard error that the jackknife finds. Of a
    score in parts, at least that of the `padded` rows on either side.
    """
    if sums.too_few():
        return None
    quantile = _student(len(sums.values))
    plain = _bounded(sums, quantile, low)
    return plain if sums.parts is None else plain.joined(_bounded(sums.padded(first=True), quantile, low))


def positive_interval(sums: RowSums) -> Interval | None:
    """95 % interval of one model's score above 0, from its logarithm; None where `too_few` or at 0."""
    units, score = len(sums.values), sums.total()
    if sums.too_few() or score <= 0:
        return None
    factor = math.exp(_student(units) * _spread(sums.influences()) / score)
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


def _bounded(sums: RowSums, quantile: float, low: float) -> Interval:
    reach = 1.0 - low
    share = (sums.total() - low) / reach
    error = _spread(sums.influences()) / reach
    # Rows that all score the same show no spread; they are then only so many rows.
    rows = share * (1 - share) / error**2 if error > ROUNDING and 0 < share < 1 else len(sums.values)
    limits = wilson(share * rows, rows, quantile=quantile)
    return Interval(low + reach * limits.low, low + reach * limits.high)


def _around(middle: float, half: float) -> Interval:
    return Interval(middle - half, middle + half)


def _spread(influences: NDArray[np.float64]) -> float:
    """The standard error of what the influences are of, by the jackknife."""
    return float(influences.std(ddof=1)) / math.sqrt(len(influences))


def _common_size(won_by: NDArray[np.float64], weights: NDArray[np.float64] | None) -> float:
    """The size s of units that have s or nothing, with the sum of sizes and of their squares that `won_by` has.

    Where weights are known, one more unit is counted in, of any weight: those that differ may all be light ones.
    """
    sizes, squares = float(np.sum(np.abs(won_by))), float(np.sum(won_by**2))
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
