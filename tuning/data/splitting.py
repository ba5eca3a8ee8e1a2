"""Rows → train, dev and test. Knows positions, labels and which rows belong together, not why they do.

Rows that belong together form a unit, and a unit is never cut. For classification every split gets every label in
proportion, as far as units permit, and no label loses its last unit of training unless a wish for test rows cannot be
met otherwise. Rows that the user's data puts in a split stay there. One seed gives one result on every machine.
"""

import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from tuning.data.components import Positions
from tuning.data.rows import Rows
from tuning.errors import ColumnError, SettingError
from tuning.spec import Task

__all__ = ["MIN_TRAIN_ROWS", "Parts", "SplitWish", "labels_unseen", "largest_remainder", "split_rows"]

MIN_TRAIN_ROWS = 10


@dataclass(frozen=True)
class SplitWish:
    """What is asked of a split."""

    task: Task
    seed: int
    test_rows: int | None = None


@dataclass(frozen=True)
class Parts:
    """Positions of the rows of each split, in their order."""

    train: list[int]
    dev: list[int]
    test: list[int]


@dataclass(frozen=True)
class _Unit:
    """Rows that stay together."""

    rows: Sequence[int]
    strata: Counter[str]


def split_rows(rows: Rows, together: Positions, wish: SplitWish) -> Parts:
    """Split rows; those with one number in `together` stay in one split.

    A fifth (10 to 200 rows) is for the test unless set, a tenth (5 to 100) is for dev. Raises `SettingError` if too few
    rows stay for training, `ColumnError` if the units are too large to split.
    """
    strata = rows.targets if wish.task is Task.CLASSIFY else [""] * len(rows)
    if rows.own_test:
        return _around_own_test(rows, together, strata, wish)
    test_size, dev_size = _sizes(len(rows), wish.test_rows)
    pool = _Pool(range(len(rows)), together, strata, wish.seed)
    test = pool.take(test_size, insist=wish.test_rows is not None)
    dev = pool.take(dev_size)
    return Parts(pool.rest(), dev, test)


def _around_own_test(rows: Rows, together: Positions, strata: Sequence[str], wish: SplitWish) -> Parts:
    """The user's test rows (at most as many as are asked for) and dev rows; without dev rows, some of the others."""
    own = {part: [p for p, found in enumerate(rows.parts) if found == part] for part in ("test", "dev")}
    test = own["test"]
    if wish.test_rows is not None and wish.test_rows < len(test):
        test = _Pool(test, np.arange(len(rows)), strata, wish.seed).take(wish.test_rows, insist=True)
    others = [p for p, part in enumerate(rows.parts) if part in ("", "train")]
    if len(others) < MIN_TRAIN_ROWS:
        raise SettingError(
            f"{len(others):,} rows are left to train on beside the test and dev rows of your own; "
            f"at least {MIN_TRAIN_ROWS} are needed, add some"
        )
    if own["dev"]:
        return Parts(others, own["dev"], test)
    pool = _Pool(others, together, strata, wish.seed)
    dev = pool.take(min(_dev_size(len(others)), len(others) - MIN_TRAIN_ROWS) or 1)
    return Parts(pool.rest(), dev, test)


def largest_remainder(counts: dict[str, int], total: int) -> dict[str, int]:
    """Share `total` out in proportion to `counts` (Hamilton's method), never more than a count; ties by key."""
    everything = sum(counts.values())
    total = min(total, everything)
    shares = {key: total * count // everything for key, count in counts.items()}
    by_remainder = sorted(counts, key=lambda key: (-(total * counts[key] % everything), key))
    for key in by_remainder[: total - sum(shares.values())]:
        shares[key] += 1
    return shares


def labels_unseen(rows: Rows, parts: Parts) -> list[str]:
    """Targets of the test split that no training row has, sorted."""
    return sorted({rows.targets[p] for p in parts.test} - {rows.targets[p] for p in parts.train})


def _sizes(rows: int, test_rows: int | None) -> tuple[int, int]:
    """Rows of test and dev. A tiny file keeps most of its rows for training."""
    dev = _dev_size(rows)
    test = min(max(round(rows * 0.2), min(10, rows // 3)), 200) if test_rows is None else test_rows
    if rows - test - dev < MIN_TRAIN_ROWS:
        raise SettingError(
            f"{test:,} test rows and {dev:,} dev rows of {rows:,} usable rows leave fewer than {MIN_TRAIN_ROWS} "
            "to train on; set fewer test rows or add data"
        )
    return test, dev


def _dev_size(rows: int) -> int:
    return min(max(round(rows * 0.1), min(5, rows // 8), 1), 100)


class _Pool:
    """Rows that no split has taken yet, as units in an order that the seed decides."""

    def __init__(self, positions: Sequence[int], together: Positions, strata: Sequence[str], seed: int) -> None:
        chosen = np.fromiter(positions, np.int64, len(positions))
        names = together[chosen]
        order = np.argsort(names, kind="stable")
        cuts: Positions = np.flatnonzero(np.diff(names[order])) + 1
        members = chosen[order].tolist()
        bounds = [0, *cuts.tolist(), len(members)] if members else [0]
        self._units = [members[a:b] for a, b in pairwise(bounds)]
        self._strata = strata
        self._count = len(self._units)
        random.Random(seed).shuffle(self._units)
        self._left = Counter(strata[p] for p in members)

    def take(self, size: int, *, insist: bool = False) -> list[int]:
        """Choose about `size` rows: labels in proportion, then whatever fits, then a unit that is a little too large.

        To `insist` means to take the last rows of a label too before fewer rows than that are chosen.
        """
        taken = _Taken(size, Counter(self._left), Counter(largest_remainder(dict(self._left), size)))
        self._fill(taken, taken.in_proportion)
        self._fill(taken, taken.leaves_some)
        if insist:
            self._fill(taken, taken.leaves_training)
        if 2 * taken.rows < size or (insist and taken.rows < size):
            self._overshoot(taken, empties=not taken.rows or insist)
        if not taken.rows:
            raise ColumnError(
                f"too many rows share an input or a group: the {self._count:,} sets that must not be cut are too few "
                "or too large for train, dev and test; group by a finer column or add other rows"
            )
        self._units = [unit for place, unit in enumerate(self._units) if place not in taken.units]
        self._left = taken.left
        return sorted(p for unit in taken.units.values() for p in unit.rows)

    def rest(self) -> list[int]:
        """The rows that are still there."""
        return sorted(p for unit in self._units for p in unit)

    def _unit(self, place: int) -> _Unit:
        rows = self._units[place]
        return _Unit(rows, Counter(self._strata[p] for p in rows))

    def _fill(self, taken: "_Taken", suits: Callable[[_Unit], bool]) -> None:
        """Take every unit that still fits and suits, in the pool's order."""
        for place in range(len(self._units)):
            if taken.rows == taken.size:
                return
            if place not in taken.units and taken.rows + len(self._units[place]) <= taken.size:
                unit = self._unit(place)
                if suits(unit):
                    taken.add(place, unit)

    def _overshoot(self, taken: "_Taken", *, empties: bool) -> None:
        """Add the unit that comes nearest to the size wished, one whose labels stay in training if there is one."""
        rest = [(place, self._unit(place)) for place in range(len(self._units)) if place not in taken.units]
        affordable = [(place, unit) for place, unit in rest if taken.leaves_training(unit)]

        def cost(choice: tuple[int, _Unit]) -> tuple[bool, int, int]:
            place, unit = choice
            return not taken.leaves_some(unit), abs(taken.rows + len(unit.rows) - taken.size), place

        best = min(affordable, key=cost, default=None)
        if best is None or (not empties and cost(best)[0]):
            return
        if not taken.rows or cost(best)[1] < taken.size - taken.rows:
            taken.add(*best)


@dataclass
class _Taken:
    """Units chosen for one split, by their place in the pool."""

    size: int
    left: Counter[str]
    """Rows of each label that nobody has taken."""
    quota: Counter[str]
    """Rows of each label that are still wanted."""
    units: dict[int, _Unit] = field(default_factory=dict)
    rows: int = 0

    def add(self, place: int, unit: _Unit) -> None:
        """Choose a unit."""
        self.units[place] = unit
        self.rows += len(unit.rows)
        self.left.subtract(unit.strata)
        self.quota.subtract(unit.strata)

    def in_proportion(self, unit: _Unit) -> bool:
        """Whether the unit has no label that the split has enough of, and leaves some of each."""
        return self.leaves_some(unit) and all(count <= self.quota[key] for key, count in unit.strata.items())

    def leaves_some(self, unit: _Unit) -> bool:
        """Whether other rows have the unit's labels too."""
        return all(count < self.left[key] for key, count in unit.strata.items())

    def leaves_training(self, unit: _Unit) -> bool:
        """Whether enough rows are left to train on."""
        return self.left.total() - len(unit.rows) >= MIN_TRAIN_ROWS
