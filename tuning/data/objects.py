"""Objects (JSON, JSON Lines, Parquet) → columns and rows of text cells. Knows nothing of files or of what columns mean.

What is not text is written as JSON writes it; null is the empty cell.
"""

import json
from collections import Counter
from collections.abc import Iterable

from tuning.data.parsing import Parsed, ReadLimits, check_cells, checked_names, too_many_rows
from tuning.data.wording import quoted
from tuning.errors import FileError

__all__ = ["parse_json", "parse_json_lines", "parse_parquet"]


def parse_json(text: str, shown: str, limits: ReadLimits) -> Parsed:
    """One list of objects."""
    values = _load_json(text, shown)
    if not isinstance(values, list):
        raise FileError(f"{shown} is not a list of JSON objects; write [{{…}}, {{…}}] or one object per line")
    return _from_objects(values, shown, limits)


def parse_json_lines(text: str, shown: str, limits: ReadLimits) -> Parsed:
    """One object per line."""
    lines = [line for line in text.split("\n") if line.strip()]
    try:
        json.loads(lines[0])
    except (ValueError, RecursionError):
        # An object that goes on over several lines, or a broken one: judged as a whole for the better message.
        _load_json(text, shown)
        raise FileError(
            f"{shown} is one JSON object; write a list of objects [{{…}}, {{…}}] or one object per line"
        ) from None
    return _from_objects((_load_json(line, shown, row=n) for n, line in enumerate(lines, 1)), shown, limits)


def parse_parquet(data: bytes, shown: str, limits: ReadLimits) -> Parsed:
    """A Parquet file held in memory."""
    import pyarrow as pa
    from pyarrow import parquet

    try:
        file = parquet.ParquetFile(pa.BufferReader(data))
        columns = checked_names(list(file.schema_arrow.names), shown, limits)
        # The footer may lie about sizes, so batches are small and what they unpack to is counted.
        batches = (row for batch in file.iter_batches(batch_size=100) for row in batch.to_pylist())
        rows = _from_objects(batches, shown, limits).rows
    except (pa.ArrowException, OSError) as error:
        raise FileError(f"{shown} is a Parquet file that cannot be read: {_first_line(error)}") from error
    return Parsed(columns, rows)


def _load_json(text: str, shown: str, row: int | None = None) -> object:
    where = "" if row is None else f", row {row:,}"
    try:
        return json.loads(text, object_pairs_hook=_unique)
    except json.JSONDecodeError as error:
        place = f"line {error.lineno:,}" if row is None else f"row {row:,}"
        raise FileError(
            f"{shown} is not valid JSON at {place}, character {error.colno:,}: {error.msg}; correct it"
        ) from error
    except ValueError as error:
        raise FileError(f"{shown}{where}: {_first_line(error)}") from error
    except RecursionError as error:
        raise FileError(
            f"{shown}{where} is nested too deeply; give objects whose values are text or numbers"
        ) from error


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        twice = Counter(name for name, _ in pairs).most_common(1)[0][0]
        raise ValueError(f"an object has {quoted(twice)} twice; keep one")
    return found


def _from_objects(values: Iterable[object], shown: str, limits: ReadLimits) -> Parsed:
    """Objects → rows; the columns are all keys in the order of their first appearance."""
    columns: dict[str, None] = {}
    rows: list[dict[str, str]] = []
    size = 0
    for number, value in enumerate(values, 1):
        where = f"{shown}, row {number:,}"
        if not isinstance(value, dict):
            raise FileError(f'{where} is not a JSON object; write every row as {{"column": "value", …}}')
        if number > limits.rows:
            raise too_many_rows(shown, limits)
        if not value.keys() <= columns.keys():
            columns |= dict.fromkeys(value)
            checked_names(list(columns), shown, limits)
        row = {name: _cell(cell, name, where, limits) for name, cell in value.items()}
        check_cells(number * len(columns), shown, limits)
        size += sum(map(len, row.values()))
        if size > limits.bytes:
            raise FileError(
                f"{shown} unpacks to more than {limits.bytes / 1e6:,.0f} MB, the most that is read; give a part of it"
            )
        rows.append(row)
    return Parsed(
        [name.strip() for name in columns], [{name.strip(): row.get(name, "") for name in columns} for row in rows]
    )


def _cell(value: object, name: str, where: str, limits: ReadLimits) -> str:
    """A cell as text: JSON's own way of writing what is not text, nothing for null."""
    try:
        text = _as_text(value)
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise FileError(
            f"{where}: column {quoted(name)} holds half of a surrogate pair, which is no text; correct it"
        ) from error
    except RecursionError as error:
        raise FileError(f"{where}: column {quoted(name)} is nested too deeply; give text or numbers") from error
    if "\0" in text:
        raise FileError(f"{where}: column {quoted(name)} holds a NUL character; remove it")
    if len(text) > limits.cell:
        raise FileError(
            f"{where} has a cell of more than {limits.cell:,} characters, the most that is read; shorten it"
        )
    return text


def _as_text(value: object) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def _first_line(error: BaseException) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:200]
