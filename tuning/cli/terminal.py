"""Where the command line writes to: two streams that know whether a person reads them. Knows nothing of runs.

Text of the user's never steers the terminal: markup is off and control characters are made visible.
"""

import json
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TextIO

from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

__all__ = ["Listing", "Screen", "open_screen", "print_json", "print_listing", "visible"]

_JOINERS = "\u200c\u200d"  # part of the spelling of Persian words and of emoji
_GAP = 2
_NARROWEST = 4
"""Columns that a flexible column keeps, however narrow the terminal."""


@dataclass(frozen=True)
class Screen:
    """One stream. `live` when it can redraw lines, otherwise every line is final and uncut."""

    console: Console
    live: bool

    def line(self, text: str, style: str = "") -> None:
        """One paragraph: folded on a terminal, one uncut line in a pipe."""
        self.console.print(Text(text, style=style), soft_wrap=not self.console.is_terminal)

    def raw(self, text: str) -> None:
        """Text for programs or for the clipboard, exactly as it is."""
        self.console.file.write(text + "\n")
        self.console.file.flush()


@dataclass(frozen=True)
class Listing:
    """Rows to be listed; the first column identifies a row, `flexible` ones are cut first on a terminal."""

    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    flexible: Sequence[str] = ()


def open_screen(stream: TextIO, *, width: int | None = None) -> Screen:
    """A screen on a stream; whether it is a terminal decides the layout, not FORCE_COLOR and its kin."""
    terminal = stream.isatty()
    console = Console(file=stream, force_terminal=terminal, width=width, markup=False, highlight=False, emoji=False)
    return Screen(console, live=terminal and not console.is_dumb_terminal)


def visible(text: str) -> str:
    """Text on one line with its control characters spelled out, so that it cannot move the cursor or hide."""
    return "".join(map(_visible_character, text))


def _visible_character(character: str) -> str:
    if character.isprintable() or character in _JOINERS:
        return character
    if unicodedata.category(character) == "Zs":
        return " "
    return character.encode("unicode_escape").decode("ascii")


def print_json(screen: Screen, value: object) -> None:
    """A value made of JSON's own types, readable by people too."""
    screen.raw(json.dumps(value, ensure_ascii=False, indent=2))


def print_listing(screen: Screen, listing: Listing, *, empty: str) -> None:
    """A table on a terminal; in a pipe one line each, tab-separated and uncut, nothing when there are none."""
    if not screen.console.is_terminal:
        for row in listing.rows:
            screen.raw("\t".join(visible(cell) for cell in row))
        return
    if not listing.rows:
        screen.line(empty)
        return
    table = Table(box=None, padding=(0, _GAP, 0, 0), header_style="bold")
    rows = [[visible(cell) for cell in row] for row in listing.rows]
    for name, width in zip(listing.columns, _widths(listing, rows, screen.console.width), strict=True):
        table.add_column(name, no_wrap=True, overflow="ellipsis", width=width)
    for row in rows:
        table.add_row(*map(Text, row))
    screen.console.print(table)


def _widths(listing: Listing, rows: Sequence[Sequence[str]], room: int) -> list[int]:
    """Widths of the columns: what they need, but the flexible ones share what the others leave, narrowest first."""
    wanted = [max(map(cell_len, column)) for column in zip(listing.columns, *rows, strict=True)]
    loose = [number for number, name in enumerate(listing.columns) if name in listing.flexible]
    left = room - _GAP * len(wanted) - sum(width for number, width in enumerate(wanted) if number not in loose)
    for done, number in enumerate(sorted(loose, key=lambda one: wanted[one])):
        wanted[number] = max(_NARROWEST, min(wanted[number], left // (len(loose) - done)))
        left -= wanted[number]
    return wanted
