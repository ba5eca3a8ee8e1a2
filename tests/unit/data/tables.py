"""Tables without files."""

from tuning.data.profile import profile_columns
from tuning.data.shapes import Shape, recognise
from tuning.data.table import Table, text_columns
from tuning.spec import RunSpec

__all__ = ["TEXTS", "repeated", "shape_of", "table_of"]

_WORDS = ["amber", "birch", "cedar", "delta", "ember", "fjord", "grove", "heath", "inlet", "jetty", "knoll", "lagoon"]
TEXTS = [f"{a} {b} beside the {c} path" for a in _WORDS for b in _WORDS[:5] for c in _WORDS[5:7] if a != b]
"""A hundred texts, each a sentence of its own."""


def repeated(*values: str, count: int = 60) -> list[str]:
    """Values in turn."""
    return [values[i % len(values)] for i in range(count)]


def table_of(structured: tuple[str, ...] = (), /, **columns: list[str]) -> Table:
    """A table of these columns."""
    return Table("x.jsonl", "jsonl", text_columns(columns), "0" * 64, structured=frozenset(structured))


def shape_of(table: Table, /, **settings: object) -> Shape:
    """The shape that is recognised."""
    return recognise(table, RunSpec.model_validate(settings), profile_columns(table))
