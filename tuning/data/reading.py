"""A file → a `Table` of text cells. Knows nothing of what the columns mean.

The format is found from the content, never from a name alone, and a name is shown, never opened or interpreted: CSV and
its relatives by the standard library, JSON and JSON Lines likewise, Parquet by pyarrow from bytes in memory.
"""

import hashlib
from pathlib import Path

from tuning.data.decoding import PARQUET, binary_kind, decode
from tuning.data.objects import parse_json, parse_json_lines, parse_parquet
from tuning.data.parsing import DEFAULT_LIMITS, Parsed, ReadLimits, parse_delimited
from tuning.data.table import Table, TableFormat, text_columns
from tuning.data.wording import quoted
from tuning.errors import FileError

__all__ = ["Table", "read_table"]

_JSON_SUFFIXES = (".json", ".jsonl", ".ndjson")


def read_table(path: Path, *, name: str | None = None, limits: ReadLimits = DEFAULT_LIMITS) -> Table:
    """Read a file of examples. Raises `FileError` saying what is wrong, where, and what to do."""
    name = name or path.name
    shown = quoted(name)
    data = _read_bytes(path, shown, limits)
    kind = binary_kind(data)
    if kind == PARQUET:
        return _table(name, data, "parquet", "binary", parse_parquet(data, shown, limits))
    if kind is not None:
        raise FileError(f"{shown} is {kind}")
    decoded = decode(data, shown)
    text = decoded.text
    if not text.strip():
        raise FileError(f"{shown} is empty; give a file with a header and at least 20 rows")
    if text.lstrip()[0] not in "[{":
        if name.lower().endswith(_JSON_SUFFIXES):
            raise FileError(
                f"{shown} is not JSON: it begins with neither [ nor {{; correct it, or name it .csv if it is a table"
            )
        return _table(name, data, "csv", decoded.encoding, parse_delimited(text, shown, limits))
    if text.lstrip()[0] == "[":
        return _table(name, data, "json", decoded.encoding, parse_json(text, shown, limits))
    return _table(name, data, "jsonl", decoded.encoding, parse_json_lines(text, shown, limits))


def _table(name: str, data: bytes, kind: TableFormat, encoding: str, parsed: Parsed) -> Table:
    if not (parsed.rows and parsed.columns):
        raise FileError(f"{quoted(name)} has no rows after its header; give at least 20 rows")
    return Table(
        name=name,
        format=kind,
        encoding=encoding,
        delimiter=parsed.delimiter,
        data=text_columns({name: [row[name] for row in parsed.rows] for name in parsed.columns}),
        sha256=hashlib.sha256(data).hexdigest(),
    )


def _read_bytes(path: Path, shown: str, limits: ReadLimits) -> bytes:
    try:
        if path.is_dir():
            raise FileError(f"{shown} is a directory; give a file of examples")
        if not path.exists():
            raise FileError(f"file {shown} does not exist; check its path")
        # A pipe or a device could block or never end.
        if not path.is_file():
            raise FileError(f"{shown} is not a regular file; save the examples in a file first")
        with path.open("rb") as file:
            data = file.read(limits.bytes + 1)
    except (OSError, ValueError) as error:
        raise FileError(f"{shown} cannot be read: {error.strerror if isinstance(error, OSError) else error}") from error
    if not data:
        raise FileError(f"{shown} is empty; give a file with a header and at least 20 rows")
    if len(data) > limits.bytes:
        raise FileError(
            f"{shown} is larger than {limits.bytes / 1e6:,.0f} MB, the most that is read; give a part of it"
        )
    return data
