"""Examples → train, dev and test. Knows nothing of files, of tasks beyond their labels, or of models.

Rows that read the same (white space and case aside) or belong to one group form a unit, and a unit is never cut. For
classification every split gets every label in proportion, as far as units permit, and no label loses its last unit of
training. One seed gives one result on every machine.
"""

import random
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tuning.data.examples import Example, Splits
from tuning.errors import ColumnError, SettingError
from tuning.spec import Task

__all__ = ["MIN_TRAIN_ROWS", "input_key", "labels_unseen", "largest_remainder", "split_examples"]

MIN_TRAIN_ROWS = 10


@dataclass(frozen=True)
class _Unit:
    """Rows that stay together."""

    rows: tuple[int, ...]
    """Positions in the list of examples."""
    strata: Counter[str]


def split_examples(examples: Sequence[Example], *, task: Task, seed: int, test_rows: int | None = None) -> Splits:
    """Split in file order. A fifth (10 to 200 rows) is for the test unless set, a tenth (5 to 100) is for dev.

    Raises `SettingError` if too few rows stay for training, `ColumnError` if the units are too large to split.
    """
    test_size, dev_size = _sizes(len(examples), test_rows)
    units = _units(examples, task)
    random.Random(seed).shuffle(units)
    count = len(units)
    train = Counter[str]()
    for unit in units:
        train.update(unit.strata)
    parts: list[list[int]] = []
    for size in (test_size, dev_size):
        taken = _take(units, size, train)
        if not taken:
            raise ColumnError(
                f"too many rows share an input or a group: the {count:,} sets that must not be cut are too few or too "
                "large for train, dev and test; group by a finer column or add other rows"
            )
        units = [unit for number, unit in enumerate(units) if number not in taken.positions]
        for unit in taken.units:
            train.subtract(unit.strata)
        parts.append(sorted(row for unit in taken.units for row in unit.rows))
    test, dev = parts
    rest = sorted(row for unit in units for row in unit.rows)
    return Splits(
        train=[examples[row] for row in rest], dev=[examples[row] for row in dev], test=[examples[row] for row in test]
    )


def input_key(text: str) -> str:
    """What two inputs have in common that read the same."""
    return " ".join(text.split()).casefold()


def largest_remainder(counts: dict[str, int], total: int) -> dict[str, int]:
    """Share `total` out in proportion to `counts` (Hamilton's method), never more than a count; ties by key."""
    everything = sum(counts.values())
    total = min(total, everything)
    shares = {key: total * count // everything for key, count in counts.items()}
    by_remainder = sorted(counts, key=lambda key: (-(total * counts[key] % everything), key))
    for key in by_remainder[: total - sum(shares.values())]:
        shares[key] += 1
    return shares


def _sizes(rows: int, test_rows: int | None) -> tuple[int, int]:
    """Rows of test and dev. A tiny file keeps most of its rows for training."""
    dev = min(max(round(rows * 0.1), min(5, rows // 8), 1), 100)
    test = min(max(round(rows * 0.2), min(10, rows // 3)), 200) if test_rows is None else test_rows
    if rows - test - dev < MIN_TRAIN_ROWS:
        raise SettingError(
            f"{test:,} test rows and {dev:,} dev rows of {rows:,} usable rows leave fewer than {MIN_TRAIN_ROWS} "
            "to train on; set fewer test rows or add data"
        )
    return test, dev


def _units(examples: Sequence[Example], task: Task) -> list[_Unit]:
    """Connected components of rows that share an input or a group, in the order of their first rows."""
    parent = list(range(len(examples)))

    def root(row: int) -> int:
        while parent[row] != row:
            parent[row] = parent[parent[row]]
            row = parent[row]
        return row

    first: dict[tuple[str, str], int] = {}
    for row, example in enumerate(examples):
        keys = [("input", input_key(example.input))]
        if example.group is not None:
            keys.append(("group", example.group))
        for key in keys:
            a, b = root(first.setdefault(key, row)), root(row)
            parent[max(a, b)] = min(a, b)
    members: dict[int, list[int]] = {}
    for row in range(len(examples)):
        members.setdefault(root(row), []).append(row)
    stratified = task is Task.CLASSIFY
    return [
        _Unit(tuple(rows), Counter(examples[r].target if stratified else "" for r in rows)) for rows in members.values()
    ]


@dataclass
class _Taken:
    """Units chosen for one split, as positions in the list they were chosen from."""

    units: list[_Unit]
    positions: set[int]
    rows: int = 0

    def __bool__(self) -> bool:
        return self.rows > 0

    def add(self, position: int, unit: _Unit, left: Counter[str]) -> None:
        """Choose a unit; `left` are the rows of each label that nobody has taken."""
        self.units.append(unit)
        self.positions.add(position)
        self.rows += len(unit.rows)
        left.subtract(unit.strata)


def _take(units: Sequence[_Unit], size: int, available: Counter[str]) -> _Taken:
    """Choose about `size` rows: labels in proportion, then whatever fits, then a unit that is a little too large."""
    left = Counter(available)
    quota = Counter(largest_remainder(dict(available), size))
    taken = _Taken([], set())
    for position, unit in enumerate(units):
        if taken.rows == size:
            return taken
        fits = all(count <= quota[key] and count < left[key] for key, count in unit.strata.items())
        if fits and taken.rows + len(unit.rows) <= size:
            taken.add(position, unit, left)
            quota.subtract(unit.strata)
    for position, unit in enumerate(units):
        if taken.rows == size:
            return taken
        spare = position not in taken.positions and all(count < left[key] for key, count in unit.strata.items())
        if spare and taken.rows + len(unit.rows) <= size:
            taken.add(position, unit, left)
    if 2 * taken.rows < size:
        _overshoot(units, size, taken, left)
    return taken


def _overshoot(units: Sequence[_Unit], size: int, taken: _Taken, left: Counter[str]) -> None:
    """Add the unit that comes nearest to `size`, one whose labels stay in training if there is one."""
    rest = [(position, unit) for position, unit in enumerate(units) if position not in taken.positions]
    affordable = [(p, u) for p, u in rest if left.total() - len(u.rows) >= MIN_TRAIN_ROWS]

    def cost(choice: tuple[int, _Unit]) -> tuple[bool, int, int]:
        position, unit = choice
        empties = any(count >= left[key] for key, count in unit.strata.items())
        return empties, abs(taken.rows + len(unit.rows) - size), position

    best = min(affordable, key=cost, default=None)
    if best is not None and (not taken or (not cost(best)[0] and cost(best)[1] < size - taken.rows)):
        taken.add(*best, left)


def labels_unseen(splits: Splits) -> list[str]:
    """Targets of the test split that no training row has, sorted."""
    return sorted(_targets(splits.test) - _targets(splits.train))


def _targets(examples: Iterable[Example]) -> set[str]:
    return {example.target for example in examples}
