"""Metrics as functions of sums over rows, so that rows can be left out, drawn again or swapped between two models.

Knows nothing of predictions or of which metric it is.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

__all__ = ["FEWEST_UNITS", "PairedSums", "Parts", "RowSums", "Score"]

FEWEST_UNITS = 20
"""Rows, or groups of rows, from which on the intervals were seen to cover; with fewer none is given."""

Score = Callable[[NDArray[np.float64]], NDArray[np.float64]]
"""(many, k) sums to (many,) scores."""


@dataclass(frozen=True)
class Parts:
    """The parts, such as classes, whose scores a metric is put together from, each by one row: (parts, k) sums."""

    right: NDArray[np.float64]
    """What a row of the part adds when the model is right on it."""
    wrong: NDArray[np.float64]
    """What it adds when the model is wrong; zeros for a part that no row is of."""


@dataclass(frozen=True)
class RowSums:
    """A metric of one model: what each unit (a row, or a group of rows) adds to k sums, and the score of such sums."""

    values: NDArray[np.float64]
    """(units, k)"""
    score: Score
    weigh: Score | None = None
    """From (units, k) to how much of the score hangs on each unit, (units,), where that is known."""
    parts: Parts | None = None

    def weights(self) -> NDArray[np.float64] | None:
        """How much of the score hangs on each unit, 1 on average; None where it is not known."""
        if self.weigh is None:
            return None
        weights = self.weigh(self.values)
        return weights / weights.mean()

    def too_few(self) -> bool:
        """Whether there are fewer than `FEWEST_UNITS` units, or weights as uneven as those of fewer (Kish 1965).

        Of a score in parts, whether some part has no rows, or units are as uneven as fewer; `padded` makes up for the
        uneven weights of large and small parts.
        """
        weights = self.weights()
        if self.parts is not None:
            rows = self.values @ self.parts.wrong.T
            if not rows.any(axis=0).all():
                return True
            weights = rows.sum(axis=1)
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
        return replace(self, values=values)

    def padded(self, *, first: bool) -> "RowSums":
        """With two rows more for each part, the model being right on the first of them or on the second."""
        if self.parts is None:
            return self
        pair = (self.parts.right, self.parts.wrong) if first else (self.parts.wrong, self.parts.right)
        return replace(self, values=np.concatenate([self.values, *pair]))

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

    def influences(self) -> NDArray[np.float64]:
        """What each unit contributes to the difference, (units,)."""
        return self.tuned.influences() - self.base.influences()

    def padded(self) -> "PairedSums":
        """With two rows more for each part: one that only base is right on, one that only tuned is."""
        return PairedSums(self.base.padded(first=True), self.tuned.padded(first=False))


def _mean(sums: NDArray[np.float64]) -> NDArray[np.float64]:
    return sums[:, 0] / sums[:, 1]


def _rows_of_units(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return values[:, 1]
