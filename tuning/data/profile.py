"""What the cells of a column look like: filled, distinct, long; labels, text or ids. Knows not what they are for."""

import json
from collections.abc import Sequence
from itertools import islice

from pydantic import BaseModel, ConfigDict

from tuning.data.rows import input_key
from tuning.data.table import Table

__all__ = ["MAX_LABELS", "ColumnProfile", "object_names", "profile_cells", "profile_columns"]

MAX_LABELS = 150
"""More different values than this are not offered as a list to answer from."""

_LABEL_LENGTH = 100  # Characters; longer values are text, however often they are repeated.
_SHOWN, _SHOWN_CHARACTERS = 3, 80
_READ = 50  # Values that are read as JSON.


class ColumnProfile(BaseModel):
    """What a column's values look like."""

    model_config = ConfigDict(frozen=True)

    name: str
    filled: float
    """Share of cells that are not empty."""
    distinct: int
    """Different values, white space around them aside, among the filled cells."""
    labels: int
    """Different values where spellings that differ only in case or white space are one; 0 of more than are labels."""
    label_like: bool
    """Few short values, each repeated."""
    text_like: bool
    """Neither a number nor an id nor the like."""
    id_like: bool
    """A different number, code or address in nearly every row."""
    mean_length: float
    """Characters of a filled cell."""
    longest: int
    structured: bool = False
    """Whether cells are lists or objects, written as JSON."""
    objects: bool = False
    """Whether cells are JSON objects, wherever they come from."""
    values: list[str] = []
    """The first different ones, shortened."""


def profile_columns(table: Table) -> dict[str, ColumnProfile]:
    """A profile of every column, by name."""
    return {
        name: profile_cells(name, table.column(name), structured=name in table.structured) for name in table.columns
    }


def profile_cells(name: str, cells: Sequence[str], *, structured: bool = False) -> ColumnProfile:
    """A profile of these cells."""
    filled = [value for cell in cells if (value := cell.strip())]
    distinct = dict.fromkeys(filled)
    lengths = list(map(len, filled))
    longest = max(lengths, default=0)
    repeated = 2 <= len(distinct) <= MAX_LABELS and 2 * len(distinct) <= len(filled)
    odd = 0 if structured else sum(map(_is_id_like, distinct))
    return ColumnProfile(
        name=name,
        filled=len(filled) / max(len(cells), 1),
        distinct=len(distinct),
        labels=len(set(map(input_key, distinct))) if len(distinct) <= MAX_LABELS else 0,
        label_like=longest <= _LABEL_LENGTH and repeated,
        text_like=len(distinct) > 1 and odd <= 0.8 * len(distinct),
        id_like=len(distinct) > max(1, 0.9 * len(filled)) and odd > 0.8 * len(distinct),
        mean_length=sum(lengths) / max(len(filled), 1),
        longest=longest,
        structured=structured,
        objects=bool(distinct) and all(object_names(value) is not None for value in islice(distinct, _READ)),
        values=[value[:_SHOWN_CHARACTERS] for value in islice(distinct, _SHOWN)],
    )


def object_names(value: str) -> list[str] | None:
    """The names in a text that is a JSON object; None of any other text."""
    if not value.lstrip().startswith("{"):
        return None
    try:
        found = json.loads(value)
    except (ValueError, RecursionError):
        return None
    return list(found) if isinstance(found, dict) else None


def _is_id_like(value: str) -> bool:
    """A number, a date, a code, an address of a file or a page: one token, with a digit or a sign of such in it."""
    return len(value.split(None, 1)) == 1 and (
        "://" in value or (value[0] not in "[{" and any(c.isdigit() for c in value))
    )
