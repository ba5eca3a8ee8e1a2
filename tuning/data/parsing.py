"""Text with a delimiter → columns of text cells. Knows nothing of files or of what columns mean.

What cannot be read exactly is refused by the number of its row and by its line; nothing guesses what it meant. Where
cells are apart by tabs and quotation marks cannot be meant to enclose them, they are text, and that is said. The
standard library's parser is used in its strict mode: faster ones read a stray quotation mark as they please.
"""

import csv
import re
import unicodedata
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import accumulate, islice, takewhile
from typing import TextIO

from tuning.data.gathering import Gathered, Gatherer
from tuning.data.limits import ReadLimits
from tuning.data.wording import quoted
from tuning.errors import FileError

__all__ = ["checked_names", "lines_of", "parse_delimited"]

_DELIMITERS = ",;\t|"
_NO_DELIMITER = "\x1f"  # The unit separator: a file of one column is read with one that its text does not use.
_SNIFFED_LINES = 1_000
_SNIFFED_CHARACTERS = 1_000_000
_SNIFFED_RECORDS = 200
_UNFIT = ("Cc", "Cs", "Zl", "Zp")  # Control characters, half surrogate pairs, line and paragraph ends.
_SHOWN = 60  # Characters of a line that is shown.
_LONGEST_NAME = 200  # The longest column name that the settings of a run accept.


@dataclass(frozen=True)
class _Dialect:
    delimiter: str | None
    quote: str
    quoting: bool | None
    """Whether the first lines quote any cell; None where marks are text."""


def parse_delimited(text: TextIO, shown: str, limits: ReadLimits) -> Gathered:
    """A header and rows with a delimiter between cells, quoted as RFC 4180 says. Blank lines are no rows."""
    csv.field_size_limit(limits.line_length)  # Process-wide, and always set to the same value before use.
    start = text.tell()
    dialect = _find_dialect(text)
    text.seek(start)
    try:
        return _parse(text, dialect, shown, limits)
    except _StrayMarkError as stray:
        if dialect.delimiter != "\t":
            raise
        text.seek(start)
        try:  # Cells apart by tabs need no quotation marks, and most programs write none: then marks are text.
            gathered = _parse(text, replace(dialect, quoting=None), shown, limits)
        except FileError:
            raise stray from None
        said = f"Quotation marks are read as text: row {stray.row:,} has one that does not enclose its cell."
        return replace(gathered, notes=(said,))


class _StrayMarkError(FileError):
    """A quotation mark that encloses no cell."""

    def __init__(self, message: str, row: int) -> None:
        super().__init__(message)
        self.row = row


def _parse(text: TextIO, dialect: _Dialect, shown: str, limits: ReadLimits) -> Gathered:
    records = _records(text, dialect, shown, limits)
    _, header = next(records)
    columns = checked_names(header, shown, limits)
    gatherer = Gatherer(columns, shown, limits)
    width = len(columns)
    for number, (line, record) in enumerate(records, 1):
        if len(record) != width:
            cells = "1 cell" if len(record) == 1 else f"{len(record):,} cells"
            name = _delimiter_name(dialect.delimiter)
            raise FileError(
                f"{shown}, row {number:,} has {cells}, the header has {width:,}{_alike(records, width)}; "
                f"put quotation marks around cells that contain {name}; "
                f"{_line(line, (dialect.delimiter or '').join(record))}"
            )
        if dialect.quoting is None and any(len(cell) > 1 and cell[0] == cell[-1] == dialect.quote for cell in record):
            raise FileError(f"{shown}, row {number:,} has a cell in quotation marks, and others have them as text")
        gatherer.add(record)
    return Gathered(gatherer.finish(), dialect.delimiter, dialect.quote if dialect.quoting else None)


def _alike(records: Iterator[tuple[int, list[str]]], width: int) -> str:
    """How many of the other rows are as wrong, so that whoever mends one knows."""
    others = 0
    with suppress(FileError):  # what else is wrong is told when this is mended
        for _, record in records:
            others += len(record) != width
    if not others:
        return ""
    return f" ({others:,} more rows do not fit it either)" if others > 1 else " (1 more row does not fit it either)"


def _line(number: int, text: str) -> str:
    """Where an editor shows it, and what it looks like."""
    shown = quoted(text.strip(), _SHOWN)
    return f"line {number:,} of the file {'begins with' if '…' in shown else 'is'} {shown}"


class _Lines:
    """The lines of a text, the latest of which is remembered."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self.latest = ""

    def __iter__(self) -> Iterator[str]:
        for line in self._lines:
            self.latest = line
            yield line


def lines_of(text: TextIO, shown: str, limits: ReadLimits) -> Iterator[str]:
    """The lines with their ends. Raises `FileError` at one that is too long, before the whole of it is read."""
    number = 0
    while line := text.readline(limits.line_length + 1):
        number += 1
        if len(line) > limits.line_length:
            raise FileError(
                f"{shown}, line {number:,} is longer than {limits.most('line_length')} characters, the most that is "
                "read; break it into rows"
            )
        yield line


def checked_names(header: list[str], shown: str, limits: ReadLimits) -> list[str]:
    """Column names without white space around them. Raises `FileError` if one is missing, too long or there twice."""
    names = [name.strip() for name in header]
    if len(names) > limits.columns:
        raise FileError(
            f"{shown} has more columns than {limits.most('columns')}, the most that is read; leave some out"
        )
    seen: set[str] = set()
    for number, name in enumerate(names, 1):
        if not name:
            raise FileError(f"{shown}: column {number:,} has no name; name it or remove it")
        if len(name) > _LONGEST_NAME:
            raise FileError(
                f"{shown}: the name of column {number:,} has more than {_LONGEST_NAME} characters; "
                "put a header above the rows"
            )
        if any(unicodedata.category(c) in _UNFIT for c in name):
            raise FileError(
                f"{shown}: the name of column {number:,} is not plain text on one line: {quoted(name)}; rename it"
            )
        if name in seen:
            raise FileError(f"{shown} has two columns named {quoted(name)}; rename or remove one")
        seen.add(name)
    return names


def _find_dialect(text: TextIO) -> _Dialect:
    """The delimiter that cuts the header in two or more and agrees with most of the first records."""
    lines = list(islice(iter(lambda: text.readline(_SNIFFED_CHARACTERS), ""), _SNIFFED_LINES))
    lines = lines[: 1 + sum(1 for _ in takewhile(_SNIFFED_CHARACTERS.__gt__, accumulate(map(len, lines))))]
    quote = _quote(lines)
    best: tuple[float, int] = (-1, 0)
    chosen = None
    for delimiter in _DELIMITERS:
        records: list[list[str]] = []
        with suppress(csv.Error):  # Told by the real parse, with its row.
            reader = csv.reader(lines, delimiter=delimiter, quotechar=quote)
            records.extend(filter(None, islice(reader, _SNIFFED_RECORDS)))
        if not records:
            continue
        width = len(records[0])
        agreeing = sum(len(record) == width for record in records) / len(records)
        if width > 1 and (agreeing, width) > best:
            best, chosen = (agreeing, width), delimiter
    begins = re.compile(rf"(?:^|{re.escape(chosen or _NO_DELIMITER)}){quote}")
    return _Dialect(chosen, quote, quoting=any(map(begins.search, lines)))


def _quote(lines: list[str]) -> str:
    """Single quotes where every name of the header wears them: elsewhere they are apostrophes."""
    header = next((line.strip() for line in lines if line.strip()), "")
    wearing = re.fullmatch(rf"'[^']*'(?:[{re.escape(_DELIMITERS)}]'[^']*')*", header)
    return "'" if wearing else '"'


def _records(text: TextIO, dialect: _Dialect, shown: str, limits: ReadLimits) -> Iterator[tuple[int, list[str]]]:
    """The records that are not blank, header first, each with the number of its first line.

    Strict: a quotation mark out of place would swallow rows.
    """
    number, line = 0, 1
    lines = _Lines(lines_of(text, shown, limits))
    reader = csv.reader(
        lines,
        delimiter=dialect.delimiter or _NO_DELIMITER,
        quotechar=dialect.quote,
        quoting=csv.QUOTE_NONE if dialect.quoting is None else csv.QUOTE_MINIMAL,
        strict=True,
    )
    try:
        for record in reader:
            if record:
                yield line, record
                number += 1
            line = reader.line_num + 1
    except csv.Error as error:
        where = f"{shown}, row {number:,}" if number else f"{shown}, header"
        at = _line(reader.line_num, lines.latest)
        if reader.line_num > line:
            at = f"the row begins in line {line:,}, and {at}"
        if "field larger" in str(error):
            raise FileError(
                f"{where} has a cell longer than {limits.most('line_length')} characters; "
                "close the quotation mark that it begins with, or shorten it"
            ) from error
        if "new-line character" in str(error):
            raise FileError(
                f"{where} has a carriage return inside a cell; put quotation marks around that cell; {at}"
            ) from error
        mend = "close quoted cells and double the marks inside them"
        raise _StrayMarkError(f"{where} has a quotation mark out of place; {mend}; {at}", number) from error


def _delimiter_name(delimiter: str | None) -> str:
    return {",": "a comma", ";": "a semicolon", "\t": "a tab", "|": "a |"}.get(delimiter or "", "a delimiter")
