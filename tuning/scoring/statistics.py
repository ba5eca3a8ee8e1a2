"""Intervals and tests for two models that answered the same rows. Knows nothing of predictions, metrics or tasks.

Everything is at 95 %, two-sided, and about the sampling of test rows alone: that another training seed would have given
another tuned model is not part of any interval here.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from tuning.scoring.record import Flips

__all__ = [
    "SMALL_P",
    "Interval",
    "Z",
    "holm",
    "mcnemar_midp",
    "newcombe_paired",
    "tango",
    "visible_gap",
    "wilson",
]

Z = 1.959963984540054
"""The standard normal quantile at 97.5 %."""
SMALL_P = 0.05
"""A p below it is small enough to claim a difference, as an interval of 95 % is."""
POWER_Z = 0.8416212335729143
"""The standard normal quantile at 80 %."""


@dataclass(frozen=True)
class Interval:
    """A 95 % interval."""

    low: float
    high: float

    @property
    def excludes_zero(self) -> bool:
        """Whether the sign of what the interval is about is settled."""
        return self.low > 0 or self.high < 0

    def joined(self, other: "Interval") -> "Interval":
        """The interval that reaches as far as either."""
        return Interval(min(self.low, other.low), max(self.high, other.high))


def wilson(successes: float, n: float, *, quantile: float = Z) -> Interval:
    """The score interval of one proportion of `n` >= 1 trials: Wilson 1927, JASA 22(158), 209-212.

    Counts need not be whole: an effective number of independent trials serves as well. `quantile` is the normal one
    at 97.5 %, or one that is wider.
    """
    share, square = successes / n, quantile * quantile
    middle = (share + square / (2 * n)) / (1 + square / n)
    half = quantile * math.sqrt(share * (1 - share) / n + square / (4 * n * n)) / (1 + square / n)
    return Interval(min(share, max(0.0, middle - half)), max(share, min(1.0, middle + half)))


def tango(won: float, lost: float, n: float, *, quantile: float = Z) -> Interval:
    """The score interval of (won - lost) / n for `n` pairs: Tango 1998, Statistics in Medicine 17(8), 891-908.

    The differences whose score statistic, with the share of lost pairs at its most likely value given the difference,
    is at most `quantile`. Counts need not be whole, so that weighted pairs can be counted by moments.
    """
    from scipy.optimize import brentq

    difference = (won - lost) / n

    def statistic(delta: float) -> float:
        linear = delta * (2 * n + lost - won) - won - lost
        share = (math.sqrt(max(0.0, linear**2 + 8 * n * lost * delta * (1 - delta))) - linear) / (4 * n)
        variance = n * (2 * share + delta * (1 - delta))
        return (won - lost - n * delta) / math.sqrt(variance) if variance > 0 else 0.0

    def limit(end: float, target: float) -> float:
        # At the end itself the variance may vanish; just inside of it the statistic is as large as it gets.
        inside = end * (1 - 1e-12)
        if abs(statistic(inside)) <= quantile:
            return end
        return float(brentq(lambda delta: statistic(delta) - target, inside, difference, xtol=1e-14))

    return Interval(limit(-1.0, quantile), limit(1.0, -quantile))


def newcombe_paired(flips: Flips) -> Interval:
    """Interval of the difference of two paired proportions, tuned less base; at least one row.

    Newcombe 1998, Statistics in Medicine 17(22), 2635-2650, method 10: the Wilson limits of both proportions,
    squared and added, with the continuity-corrected phi coefficient of the 2 x 2 table as their correlation.
    """
    a, b, c, d = flips.both_right, flips.broken, flips.fixed, flips.both_wrong
    n = a + b + c + d
    tuned, base = (a + c) / n, (a + b) / n
    tuned_limits, base_limits = wilson(a + c, n), wilson(a + b, n)
    phi = _corrected_phi(a, b, c, d)

    def half_width(tuned_part: float, base_part: float) -> float:
        return math.sqrt(max(0.0, tuned_part**2 - 2 * phi * tuned_part * base_part + base_part**2))

    delta = tuned - base
    low = delta - half_width(tuned - tuned_limits.low, base_limits.high - base)
    high = delta + half_width(tuned_limits.high - tuned, base - base_limits.low)
    return Interval(max(-1.0, low), min(1.0, high))


def _corrected_phi(a: int, b: int, c: int, d: int) -> float:
    """Newcombe's correlation of a paired 2 x 2 table: a positive one is shrunk by n / 2 in its numerator, down to 0."""
    product = (a + c) * (b + d) * (a + b) * (c + d)
    if product == 0:
        return 0.0
    numerator: float = a * d - b * c
    if numerator > 0:
        numerator = max(0.0, numerator - (a + b + c + d) / 2)
    return numerator / math.sqrt(product)


def mcnemar_midp(broken: int, fixed: int) -> float:
    """Mid-p of McNemar's test that `broken` and `fixed` are equally likely; 1 when there are none.

    Fagerland, Lydersen, Laake 2013, BMC Medical Research Methodology 13:91: the exact two-sided p less the
    probability of what was seen, 2 F(min; n, 1/2) - f(min; n, 1/2), at most 1.
    """
    from scipy.stats import binom

    disagreements = broken + fixed
    if disagreements == 0:
        return 1.0
    fewer = min(broken, fixed)
    return min(1.0, float(2 * binom.cdf(fewer, disagreements, 0.5) - binom.pmf(fewer, disagreements, 0.5)))


def visible_gap(flips: Flips) -> float:
    """The smallest difference in accuracy that would show at 80 % power with this many rows, from 0 to 1.

    (1.96 + 0.84) sqrt(psi / n) with the observed share of disagreement psi (Miller 2024, arXiv 2411.00640, in paired
    form). A difference can not be larger than psi, so psi is taken to be at least the gap itself: gap >= 2.8**2 / n.
    """
    n = flips.both_right + flips.broken + flips.fixed + flips.both_wrong
    reach = Z + POWER_Z
    observed = reach * math.sqrt((flips.broken + flips.fixed) / n / n)
    return min(1.0, max(observed, reach * reach / n))


def holm(ps: Sequence[float]) -> list[float]:
    """Adjusted p-values, in the order given: Holm 1979, Scandinavian Journal of Statistics 6(2), 65-70."""
    order = sorted(range(len(ps)), key=lambda index: ps[index])
    adjusted = [1.0] * len(ps)
    largest = 0.0
    for rank, index in enumerate(order):
        largest = max(largest, min(1.0, (len(ps) - rank) * ps[index]))
        adjusted[index] = largest
    return adjusted
