"""Tables without files."""

import random

from tuning.data.profile import profile_columns
from tuning.data.shapes import Shape, recognise
from tuning.data.table import Table, text_columns
from tuning.spec import RunSpec

__all__ = ["TEXTS", "repeated", "shape_of", "table_of"]

_RANDOM = random.Random(7)
_WORDS = ["".join(_RANDOM.choices("abcdefghiklmnoprstuvw", k=_RANDOM.randint(3, 8))) for _ in range(500)]
TEXTS = ["amber birch beside the fjord path", *(" ".join(_RANDOM.sample(_WORDS, 6)) for _ in range(99))]
"""A hundred texts that have little in common."""


def repeated(*values: str, count: int = 60) -> list[str]:
    """Values in turn."""
    return [values[i % len(values)] for i in range(count)]


def table_of(structured: tuple[str, ...] = (), /, **columns: list[str]) -> Table:
    """A table of these columns."""
    return Table("x.jsonl", "jsonl", text_columns(columns), "0" * 64, structured=frozenset(structured))


def shape_of(table: Table, /, **settings: object) -> Shape:
    """The shape that is recognised."""
    return recognise(table, RunSpec.model_validate(settings), profile_columns(table))
