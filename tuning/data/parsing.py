"""Text with a delimiter → columns and rows of text cells. Knows nothing of files or of what columns mean.

What cannot be read exactly is refused by the number of its row; nothing guesses what a broken row meant.
"""

import csv
import re
import unicodedata
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice

from tuning.data.wording import quoted
from tuning.errors import FileError

__all__ = ["DEFAULT_LIMITS", "Parsed", "ReadLimits", "check_cells", "checked_names", "parse_delimited", "too_many_rows"]

_DELIMITERS = ",;\t|"
_NO_DELIMITER = "\x1f"  # The unit separator: a file of one column is read with one that its text does not use.
_SNIFFED_RECORDS = 200
_UNFIT = ("Cc", "Cs", "Zl", "Zp")  # Control characters, half surrogate pairs, line and paragraph ends.
_LONGEST_NAME = 200  # The longest column name that the settings of a run accept.


@dataclass(frozen=True)
class ReadLimits:
    """The most that is read of a file before it is refused."""

    bytes: int = 200_000_000
    """Of the file, and of all cells together once unpacked."""
    rows: int = 1_000_000
    columns: int = 1_000
    cells: int = 20_000_000
    cell: int = 1_000_000
    """Characters of one cell."""


DEFAULT_LIMITS = ReadLimits()


@dataclass(frozen=True)
class Parsed:
    """Every row has every column."""

    columns: list[str]
    rows: list[dict[str, str]]
    delimiter: str | None = None


def parse_delimited(text: str, shown: str, limits: ReadLimits) -> Parsed:
    """A header and rows with a delimiter between cells, quoted as RFC 4180 says. Blank lines are no rows."""
    if "\n" not in text:
        text = text.replace("\r", "\n")
    csv.field_size_limit(limits.cell)  # Process-wide, and always set to the same value before use.
    delimiter = _sniff(text)
    records = _records(text, delimiter or _NO_DELIMITER, shown, limits)
    columns = checked_names(next(records), shown, limits)
    rows: list[dict[str, str]] = []
    for number, record in enumerate(records, 1):
        if len(record) != len(columns):
            cells = "1 cell" if len(record) == 1 else f"{len(record):,} cells"
            raise FileError(
                f"{shown}, row {number:,} has {cells}, the header has {len(columns):,}; "
                f"put quotation marks around cells that contain {_delimiter_name(delimiter)}"
            )
        if number > limits.rows:
            raise too_many_rows(shown, limits)
        check_cells(number * len(columns), shown, limits)
        rows.append(dict(zip(columns, record, strict=True)))
    return Parsed(columns, rows, delimiter)


def _sniff(text: str) -> str | None:
    """The delimiter that cuts the header in two or more and agrees with most of the first records."""
    best: tuple[float, int] = (-1, 0)
    chosen = None
    for delimiter in _DELIMITERS:
        records: list[list[str]] = []
        with suppress(csv.Error):  # Told by the real parse, with its row.
            records.extend(filter(None, islice(csv.reader(_lines(text), delimiter=delimiter), _SNIFFED_RECORDS)))
        if not records:
            continue
        width = len(records[0])
        agreeing = sum(len(record) == width for record in records) / len(records)
        if width > 1 and (agreeing, width) > best:
            best, chosen = (agreeing, width), delimiter
    return chosen


def _lines(text: str) -> Iterator[str]:
    # Not splitlines: it also cuts at characters that are part of a cell, such as U+2028.
    return (match.group() for match in re.finditer(r"[^\n]*\n|[^\n]+", text))


def _records(text: str, delimiter: str, shown: str, limits: ReadLimits) -> Iterator[list[str]]:
    """The records that are not blank, header first. Strict: a quotation mark out of place would swallow rows."""
    number = 0
    try:
        for record in csv.reader(_lines(text), delimiter=delimiter, strict=True):
            if record:
                yield record
                number += 1
    except csv.Error as error:
        where = f"{shown}, row {number:,}" if number else f"{shown}, header"
        if "field larger" in str(error):
            raise FileError(
                f"{where} has a cell of more than {limits.cell:,} characters, the most that is read; shorten it"
            ) from error
        if "new-line character" in str(error):
            raise FileError(
                f"{where} has a carriage return inside a cell; put quotation marks around that cell"
            ) from error
        raise FileError(
            f"{where} has a quotation mark out of place; close quoted cells and double the marks inside them"
        ) from error


def checked_names(header: list[str], shown: str, limits: ReadLimits) -> list[str]:
    """Column names without white space around them. Raises `FileError` if one is missing, too long or there twice."""
    names = [name.strip() for name in header]
    if len(names) > limits.columns:
        raise FileError(
            f"{shown} has {len(names):,} columns, the most that is read is {limits.columns:,}; leave some out"
        )
    seen: set[str] = set()
    for number, name in enumerate(names, 1):
        if not name:
            raise FileError(f"{shown}: column {number:,} has no name; name it or remove it")
        if len(name) > _LONGEST_NAME:
            raise FileError(
                f"{shown}: the name of column {number:,} has more than {_LONGEST_NAME} characters; is the header there?"
            )
        if any(unicodedata.category(c) in _UNFIT for c in name):
            raise FileError(f"{shown}: the name of column {number:,} is not plain text on one line: {quoted(name)}")
        if name in seen:
            raise FileError(f"{shown} has two columns named {quoted(name)}; rename or remove one")
        seen.add(name)
    return names


def _delimiter_name(delimiter: str | None) -> str:
    return {",": "a comma", ";": "a semicolon", "\t": "a tab", "|": "a |"}.get(delimiter or "", "a delimiter")


def check_cells(cells: int, shown: str, limits: ReadLimits) -> None:
    """Raises `FileError` if the table is larger than its file may have made it look."""
    if cells > limits.cells:
        raise FileError(
            f"{shown} has more than {limits.cells:,} cells, the most that is read; leave out columns or rows"
        )


def too_many_rows(shown: str, limits: ReadLimits) -> FileError:
    """The refusal of a file that is too long."""
    return FileError(f"{shown} has more than {limits.rows:,} rows, the most that is read; give a part of it")
