"""Tables and settings → which rows a run learns from and is judged by, in three stages that can be looked at apart.

`draft` finds the shape and reads every row by it, `clean` (in `cleaning`) does the plan's steps, `divide` draws and
splits what is left. Knows no files, tokens or models.
"""

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from tuning.data.cleaning import Cleaned, together
from tuning.data.extracting import Reading, extract, read_as
from tuning.data.instruction import instruction_for
from tuning.data.profile import MAX_LABELS, ColumnProfile, profile_columns
from tuning.data.rows import Part, Rows
from tuning.data.shapes import Shape, recognise
from tuning.data.splitting import Parts, SplitWish, largest_remainder, split_rows
from tuning.data.steps import State
from tuning.data.table import Table
from tuning.data.wording import quoted
from tuning.errors import ColumnError, FileError
from tuning.spec import RunSpec, Task

__all__ = ["MIN_ROWS", "Division", "Draft", "Source", "divide", "draft"]

MIN_ROWS = 20
"""Fewer usable rows than this are refused."""


@dataclass(frozen=True)
class Source:
    """The user's table of examples, and a second one whose rows are the test split."""

    table: Table
    test: Table | None = None


@dataclass(frozen=True)
class Draft:
    """How a source is read, and all of its rows."""

    source: Source
    profiles: Mapping[str, ColumnProfile]
    reading: Reading
    rows: Rows

    @property
    def shape(self) -> Shape:
        """What the model is given and what it should answer."""
        return self.reading.shape

    def missing(self) -> dict[str, str]:
        """How to say that a row has no input, or no target."""
        shape = self.shape
        if shape.is_chat:
            return {"input": f"column {quoted(shape.input)} holds no question with an answer, all of text,"}
        source = f"column {quoted(shape.input)} is empty"
        if shape.template is not None:
            source = "every column of the template is empty"
        return {"input": source, "target": f"column {quoted(shape.target)} is empty"}


@dataclass(frozen=True)
class Division:
    """Clean rows as they are learned from and judged by."""

    state: State
    """The rows that were drawn."""
    parts: Parts
    labels: list[str]
    """Of classification, sorted; empty for generation."""
    instruction: str

    @cached_property
    def leaked(self) -> list[int]:
        """Positions of test rows whose input, or nearly that, stands among the training rows too."""
        near = self.state.clusters.near
        test = np.array(self.parts.test, np.int64)
        found: list[int] = test[np.isin(near[test], near[self.parts.train])].tolist()
        return found


def draft(source: Source, spec: RunSpec, profiles: Mapping[str, ColumnProfile] | None = None) -> Draft:
    """Find the shape and read all rows by it. Raises `ColumnError` where no shape fits what is set.

    `profiles` of the table's columns are made where they are not at hand.
    """
    profiles = profile_columns(source.table) if profiles is None else profiles
    reading = read_as(source.table, recognise(source.table, spec, profiles), spec)
    rows = extract(source.table, reading)
    if source.test is not None:
        train: list[Part] = ["train" if part == "test" else part for part in rows.parts]
        rows = replace(rows, parts=train).followed_by(extract(source.test, reading, "test"))
    return Draft(source, profiles, reading, rows)


def divide(found: Draft, cleaned: Cleaned, spec: RunSpec) -> Division:
    """Draw the rows asked for and split them. Raises `FileError`, `ColumnError` or `SettingError` with what to do."""
    rows, shape = cleaned.state.rows, found.shape
    if len(rows) < MIN_ROWS:
        raise FileError(_too_few(found, len(rows)))
    state = cleaned.state.only(_drawn(rows, shape.task, spec))
    labels = _labels(state.rows, shape) if shape.task is Task.CLASSIFY else []
    wish = SplitWish(shape.task, spec.seed, spec.test_rows)
    parts = split_rows(state.rows, together(state, spec.cleaning_plan()), wish)
    given = spec.instruction if spec.instruction is not None else found.reading.system or None
    targets = (state.rows.targets[position] for position in parts.train)
    return Division(state, parts, labels, instruction_for(shape, given, labels, targets))


def _too_few(found: Draft, left: int) -> str:
    table, shape = found.source.table, found.shape
    usable = f"{left} rows" if left != 1 else "1 row"
    filled = sum(bool(a.strip() and b.strip()) for a, b in zip(found.rows.inputs, found.rows.targets, strict=True))
    if filled >= MIN_ROWS:
        return (
            f"{quoted(table.name)} has {usable} left of {filled:,} after cleaning; at least {MIN_ROWS} are needed, "
            "add others or switch steps of the plan off"
        )
    what = "a question with an answer" if shape.is_chat else f"both {quoted(shape.input)} and {quoted(shape.target)}"
    return f"{quoted(table.name)} has {usable} with {what}; at least {MIN_ROWS} are needed, fill or add some"


def _drawn(rows: Rows, task: Task, spec: RunSpec) -> Sequence[int]:
    """At most `spec.rows` positions in order, drawn with the seed, of every label in proportion; all own test rows."""
    own = [p for p, part in enumerate(rows.parts) if part == "test"]
    others = [p for p, part in enumerate(rows.parts) if part != "test"]
    if spec.rows is None or spec.rows >= len(others):
        return range(len(rows))
    random.Random(spec.seed).shuffle(others)
    strata = rows.targets if task is Task.CLASSIFY else [""] * len(rows)
    wanted = largest_remainder(Counter(strata[p] for p in others), spec.rows)
    drawn = []
    for position in others:
        if wanted[strata[position]] > 0:
            wanted[strata[position]] -= 1
            drawn.append(position)
    return sorted([*drawn, *own])


def _labels(rows: Rows, shape: Shape) -> list[str]:
    labels = sorted(set(rows.targets))
    name = quoted(shape.target)
    if len(labels) == 1:
        raise ColumnError(
            f"column {name} holds one label, {quoted(labels[0])}; at least two are needed to tell apart, "
            "add rows of another or choose another target"
        )
    if len(labels) > MAX_LABELS:
        raise ColumnError(
            f"column {name} holds {len(labels):,} different labels, the most is {MAX_LABELS}; "
            "choose another target, or the task generate"
        )
    return labels
