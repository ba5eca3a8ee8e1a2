"""The bytes of a file → `Contents`: its format, how it was written, its columns. Trusts nothing in them.

This is what runs in a process of its own (`tuning.data.child`); it opens the one path it is given, and uses the name
that the user knows only to show it and to hold its ending against the content.
"""

import re
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Literal

from tuning.data.decoding import Encoding, find_encoding, open_text
from tuning.data.formats import check_suffix, find_kind
from tuning.data.gathering import Gathered
from tuning.data.limits import ReadLimits
from tuning.data.objects import parse_json, parse_json_lines
from tuning.data.parquet import parse_parquet
from tuning.data.parsing import parse_delimited
from tuning.data.spreadsheet import parse_workbook
from tuning.data.table import TableFormat
from tuning.data.wording import quoted
from tuning.errors import FileError

__all__ = ["Contents", "read_contents"]

_JSON_SUFFIXES = (".json", ".jsonl", ".ndjson")
_JSON_START = re.compile(r'\[\s*(?:[\[{]|\]\s*\Z)|\{\s*(?:"|\}\s*\Z)')
_PEEK = 1 << 16


@dataclass(frozen=True)
class Contents:
    """What is in a file."""

    format: TableFormat
    encoding: str
    bom: bool
    gathered: Gathered
    notes: tuple[str, ...]


def read_contents(path: Path, name: str, limits: ReadLimits) -> Contents:
    """Read the file at `path`, which the user calls `name`. Raises `FileError` saying what is wrong with it, where."""
    shown = quoted(name)
    kind = find_kind(path, name)
    if kind == "text":
        return _read_text(path, name, limits)
    check_suffix(name, kind)
    gathered = (parse_parquet if kind == "parquet" else parse_workbook)(path, shown, limits)
    return _checked(Contents(kind, "binary", bom=False, gathered=gathered, notes=gathered.notes), shown)


def _read_text(path: Path, name: str, limits: ReadLimits) -> Contents:
    shown = quoted(name)
    encoding = find_encoding(path, shown)
    with open_text(path, encoding) as text:
        found = _text_format(text.read(_PEEK).lstrip(), name)
    with open_text(path, encoding) as text:
        if found == "csv":
            gathered = parse_delimited(text, shown, limits)
        elif found == "json":
            gathered = parse_json(text, shown, limits)
        else:
            gathered = parse_json_lines(text, shown, limits)
    notes = (*_encoding_notes(encoding), *gathered.notes)
    contents = Contents(found, _name_of(encoding), bool(encoding.mark), gathered, notes)
    return _checked(contents, shown)


def _text_format(start: str, name: str) -> Literal["csv", "json", "jsonl"]:
    """CSV or JSON by how the text begins; where that says nothing, by how the name ends."""
    if not start:
        raise FileError(f"{quoted(name)} is empty; give a file with a header and at least 20 rows")
    called_json = PurePath(name).suffix.lower() in _JSON_SUFFIXES
    if start[0] not in "[{" or not (called_json or _JSON_START.match(start)):
        if called_json:
            raise FileError(
                f"{quoted(name)} is not JSON: it begins with neither [ nor {{; correct it, or name it .csv if it is a "
                "table"
            )
        check_suffix(name, "csv")
        return "csv"
    check_suffix(name, "json")
    return "json" if start[0] == "[" else "jsonl"


def _checked(contents: Contents, shown: str) -> Contents:
    data = contents.gathered.data
    if not (data.num_rows and data.num_columns):
        raise FileError(f"{shown} has no rows after its header; give at least 20 rows")
    return contents


def _name_of(encoding: Encoding) -> str:
    return encoding.name.replace("cp125", "windows-125")


def _encoding_notes(encoding: Encoding) -> tuple[str, ...]:
    if not encoding.guessed:
        return ()
    return (
        f"The encoding was guessed to be {_name_of(encoding)}: check accented letters, else save the file as UTF-8.",
    )
