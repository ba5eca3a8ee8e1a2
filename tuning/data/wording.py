"""How names and values from a user's file are written into one-line messages. Knows nothing of files or columns."""

from collections.abc import Iterable

__all__ = ["listed", "quoted"]


def quoted(value: str, limit: int = 80) -> str:
    """The value in quotation marks, on one line, without characters that a terminal would act on."""
    line = "".join(c if c.isprintable() else " " for c in value[: limit + 1])
    return f"'{line[: limit - 1]}…'" if len(line) > limit else f"'{line}'"


def listed(values: Iterable[object], limit: int = 5) -> str:
    """The first values, separated by commas, and how many more there are."""
    items = [str(value) for value in values]
    more = len(items) - limit
    return ", ".join(items[:limit]) + (f" and {more:,} more" if more > 0 else "")
