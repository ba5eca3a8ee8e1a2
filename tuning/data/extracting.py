"""A table and its shape → rows of input and target, with the splits that a column names. Knows no cleaning."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tuning.data.chats import Chat, parse_chat, transcript
from tuning.data.rows import Part, Rows
from tuning.data.shapes import Shape
from tuning.data.table import Table
from tuning.data.template import fields, fill, names_in
from tuning.data.wording import listed, quoted
from tuning.errors import ColumnError
from tuning.spec import GroupRule, RunSpec

__all__ = [
    "NO_SPLIT_COLUMN",
    "Reading",
    "extract",
    "find_group",
    "find_split_column",
    "model_inputs",
    "read_as",
    "read_column",
]

NO_SPLIT_COLUMN = "-"
"""The setting `split` that ignores a column that says train, dev or test."""

_SPLIT_COLUMNS = ("split", "subset", "fold", "partition", "set", "dataset", "part")
_PARTS: Mapping[str, Part] = {
    "train": "train", "training": "train",
    "dev": "dev", "development": "dev", "validation": "dev", "valid": "dev", "val": "dev", "eval": "dev",
    "test": "test", "testing": "test", "holdout": "test", "held-out": "test",
}  # fmt: skip
_SYSTEM_FIRST = " All begin with the same system message, which is the instruction: it begins the user's turn."
_SYSTEM_WITHIN = " System messages stand in the user's turn, before what was said."
_SPLIT_VALUES = 6  # Different values that a column of splits may have.


@dataclass(frozen=True)
class Reading:
    """How rows of a table become inputs and targets: the same way for every file of a run."""

    shape: Shape
    group: GroupRule | None = None
    split: str | None = None
    """The column that says which split a row is in."""
    system: str = ""
    """What stands before every chat, told as the instruction and therefore not in every input."""

    @property
    def used(self) -> set[str]:
        """The columns that are read."""
        shape = self.shape
        named = () if shape.template is None else names_in(shape.template)
        return {shape.input, shape.target, *named}


def read_as(table: Table, shape: Shape, spec: RunSpec) -> Reading:
    """The way to read a table of that shape. Raises `ColumnError` for a group or split column that is not there."""
    system = ""
    if shape.is_chat:
        said = {chat.system for cell in table.column(shape.input) if (chat := parse_chat(cell))}
        system = next(iter(said)) if len(said) == 1 and spec.instruction is None else ""
        where = _SYSTEM_FIRST if system else _SYSTEM_WITHIN if any(said) else ""
        shape = shape.model_copy(update={"reason": shape.reason + where})
    return Reading(shape, find_group(table, spec), find_split_column(table, spec), system)


def extract(table: Table, reading: Reading, part: Part = "") -> Rows:
    """Every row of the table; one that lacks input or target has an empty text there. `part` is that of all rows."""
    count = len(table)
    inputs, targets = _texts(table, reading)
    group = reading.group
    groups = [""] * count if group is None else [group.key(cell.strip()) for cell in table.column(group.column)]
    parts: list[Part] = [part] * count
    if not part and reading.split is not None:
        parts = [_PARTS.get(cell.strip().lower(), "") for cell in table.column(reading.split)]
    return Rows(list(range(1, count + 1)), inputs, targets, groups, parts)


def model_inputs(table: Table, reading: Reading) -> list[str]:
    """What the model reads of each row of a table, which may lack the target. Raises `ColumnError` without a column."""
    shape = reading.shape
    if shape.is_chat:
        chats = [parse_chat(cell, answered=False) for cell in read_column(table, shape.input)]
        return ["" if chat is None else _context(chat, reading) for chat in chats]
    if shape.template is None:
        return read_column(table, shape.input)
    names = fields(shape.template, table.columns)
    columns = [table.column(name) for name in names]
    return [fill(shape.template, dict(zip(names, cells, strict=True))) for cells in zip(*columns, strict=True)]


def find_group(table: Table, spec: RunSpec) -> GroupRule | None:
    """The rule of the setting `group`, for this table. Raises `ColumnError` if its column is not there."""
    rule = spec.group_rule()
    if rule is None or rule.column in table.columns:
        return rule
    if spec.group in table.columns:  # A name that ends like "code:3" itself.
        return GroupRule(column=spec.group)
    columns = listed(map(quoted, table.columns), 30)
    raise ColumnError(f"group column {quoted(rule.column)} does not exist; {quoted(table.name)} has {columns}")


def find_split_column(table: Table, spec: RunSpec) -> str | None:
    """The column that says train, dev or test for every row: the one that is set, else one that is named so and does.

    Raises `ColumnError` if the one that is set is not there or names no test rows.
    """
    if spec.split == NO_SPLIT_COLUMN:
        return None
    if spec.split is None:
        named = [name for name in table.columns if name.lower() in _SPLIT_COLUMNS]
        return next((name for name in named if _names_splits(table.column(name))), None)
    if spec.split not in table.columns:
        columns = listed(map(quoted, table.columns), 30)
        raise ColumnError(f"split column {quoted(spec.split)} does not exist; {quoted(table.name)} has {columns}")
    values = sorted({cell.strip() for cell in table.column(spec.split)})
    if not _names_splits(table.column(spec.split)):
        raise ColumnError(
            f"split column {quoted(spec.split)} must say train, dev or test for every row, with train and test among "
            f"them, but holds {listed(map(quoted, values))}; correct it, or set split to - to split by chance"
        )
    return spec.split


def _names_splits(cells: Sequence[str]) -> bool:
    values = {cell.strip().lower() for cell in cells}
    if len(values) > _SPLIT_VALUES or not values <= _PARTS.keys():
        return False
    return {"train", "test"} <= {_PARTS[value] for value in values}


def _texts(table: Table, reading: Reading) -> tuple[list[str], list[str]]:
    shape = reading.shape
    if shape.is_chat:
        chats = [parse_chat(cell) for cell in read_column(table, shape.input)]
        inputs = ["" if chat is None else _context(chat, reading) for chat in chats]
        return inputs, ["" if chat is None else chat.reply for chat in chats]
    inputs = model_inputs(table, reading)
    targets = read_column(table, shape.target)
    if shape.target in table.structured:
        return inputs, [_first_answer(cell) for cell in targets]
    return inputs, [cell.strip() for cell in targets]


def _context(chat: Chat, reading: Reading) -> str:
    return transcript(chat, with_system=chat.system != reading.system)


def read_column(table: Table, name: str) -> list[str]:
    """The cells of a column. Raises `ColumnError` if the table has none of that name."""
    if name not in table.columns:
        columns = listed(map(quoted, table.columns), 30)
        raise ColumnError(f"column {quoted(name)} is not in {quoted(table.name)}, which has {columns}; add it")
    return table.column(name)


def _first_answer(cell: str) -> str:
    """The first of several accepted answers ({"text": [...]} as in SQuAD, or a list of texts), else the cell."""
    try:
        value = json.loads(cell)
    except (ValueError, RecursionError):
        return cell.strip()
    if isinstance(value, dict) and isinstance(value.get("text"), list):
        value = value["text"]
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return value[0].strip() if value else ""
    return cell.strip()
