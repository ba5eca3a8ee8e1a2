"""Several columns joined to one input by a text with {column} in it. Knows names and cells, not tables or tasks."""

import re
from collections.abc import Collection, Mapping

from tuning.data.wording import listed, quoted
from tuning.errors import ColumnError

__all__ = ["fields", "fill", "names_in", "of_columns"]

_FIELD = re.compile(r"\{([^{}]+)\}")


def of_columns(*names: str) -> str:
    """One column below the other."""
    return "\n\n".join(f"{{{name}}}" for name in names)


def names_in(template: str) -> list[str]:
    """The names in braces, in the template's order."""
    return list(dict.fromkeys(_FIELD.findall(template)))


def fields(template: str, columns: Collection[str]) -> list[str]:
    """The columns that a template names, in its order. Raises `ColumnError` for a name of no column, or no name."""
    names = names_in(template)
    there = listed(map(quoted, columns), 30)
    if not names:
        raise ColumnError(f"the template names no column; write one in braces, such as {{{next(iter(columns))}}}")
    for name in names:
        if name not in columns:
            raise ColumnError(f"the template names {{{name}}}, which is no column; choose one of {there}")
    return names


def fill(template: str, cells: Mapping[str, str]) -> str:
    """The template with cells in place of names; a line is left out where all its cells are empty.

    Empty if every cell is.
    """
    lines = []
    for line in template.split("\n"):
        named = _FIELD.findall(line)
        if not named or any(cells[name].strip() for name in named):
            lines.append(_FIELD.sub(lambda found: cells[found[1]], line))
    if not any(cell.strip() for cell in cells.values()):
        return ""
    return "\n".join(lines).strip()
