"""JSON and JSON Lines → columns of text cells. Knows nothing of files or of what columns mean.

What is not text is written as JSON writes it; null is the empty cell. One object is held at a time.
"""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import TextIO

from tuning.data.gathering import Gathered, Gatherer
from tuning.data.limits import ReadLimits
from tuning.data.parsing import checked_names, lines_of
from tuning.data.wording import quoted
from tuning.errors import FileError

__all__ = ["json_text", "parse_json", "parse_json_lines"]

_LONGEST_NUMBER = 4_300  # Digits; more are refused by Python, since reading them takes quadratic time.
_SPACE = re.compile(r"[ \t\r\n]*")


def parse_json(text: TextIO, shown: str, limits: ReadLimits) -> Gathered:
    """One list of objects."""
    return _gathered(_elements(text.read(), shown), shown, limits)


def parse_json_lines(text: TextIO, shown: str, limits: ReadLimits) -> Gathered:
    """One object per line."""
    start = text.tell()
    first = next(filter(str.strip, iter(lambda: text.readline(limits.line_length), "")))
    text.seek(start)
    try:
        json.loads(first)
    except (ValueError, RecursionError):
        # An object that goes on over several lines, or a broken one: judged as a whole for the better message.
        _load(text.read(), shown)
        raise FileError(
            f"{shown} is one JSON object; write a list of objects [{{…}}, {{…}}] or one object per line"
        ) from None
    lines = filter(str.strip, lines_of(text, shown, limits))
    return _gathered((_load(line.rstrip("\r\n"), shown, n) for n, line in enumerate(lines, 1)), shown, limits)


def json_text(value: object) -> str:
    """A cell as text: nothing for null, JSON's own way of writing what is not text."""
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def _elements(text: str, shown: str) -> Iterator[object]:
    """The elements of a list, one by one. Raises `FileError` where the text stops being one."""
    decoder = json.JSONDecoder(object_pairs_hook=_unique, parse_int=_integer)
    at = _skip(text, _skip(text, 0) + 1)
    row = 0
    more = text[at : at + 1] != "]"
    while more:
        row += 1
        try:
            value, at = decoder.raw_decode(text, at)
        except json.JSONDecodeError as error:
            raise _invalid(error, shown) from error
        except (ValueError, RecursionError) as error:
            raise _unusable(error, f"{shown}, row {row:,}") from error
        yield value
        at = _skip(text, at)
        more = text[at : at + 1] == ","
        if more:
            at = _skip(text, at + 1)
        elif text[at : at + 1] != "]":
            raise _invalid(json.JSONDecodeError("Expecting ',' delimiter", text, at), shown)
    end = _skip(text, at + 1)
    if end < len(text):
        raise _invalid(json.JSONDecodeError("Extra data", text, end), shown)


def _skip(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at


def _load(text: str, shown: str, row: int | None = None) -> object:
    try:
        return json.loads(text, object_pairs_hook=_unique, parse_int=_integer)
    except json.JSONDecodeError as error:
        raise _invalid(error, shown, row) from error
    except (ValueError, RecursionError) as error:
        raise _unusable(error, shown if row is None else f"{shown}, row {row:,}") from error


def _invalid(error: json.JSONDecodeError, shown: str, row: int | None = None) -> FileError:
    place = f"line {error.lineno:,}" if row is None else f"row {row:,}"
    return FileError(f"{shown} is not valid JSON at {place}, character {error.colno:,}: {error.msg}; correct it")


def _unusable(error: ValueError | RecursionError, where: str) -> FileError:
    if isinstance(error, RecursionError):
        return FileError(f"{where} is nested too deeply; give objects whose values are text or numbers")
    return FileError(f"{where}: {error}")


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        twice = Counter(name for name, _ in pairs).most_common(1)[0][0]
        raise ValueError(f"an object has {quoted(twice)} twice; keep one")
    return found


def _integer(digits: str) -> int:
    if len(digits) > _LONGEST_NUMBER:
        raise ValueError(f"a number has more than {_LONGEST_NUMBER:,} digits; write it as text")
    return int(digits)


def _gathered(values: Iterable[object], shown: str, limits: ReadLimits) -> Gathered:
    """Objects → columns: all keys in the order of their first appearance."""
    places: dict[str, int] = {}
    columns: list[str] = []
    structured: set[str] = set()
    gatherer = Gatherer(columns, shown, limits)
    for number, value in enumerate(values, 1):
        if not isinstance(value, dict):
            raise FileError(
                f'{shown}, row {number:,} is not a JSON object; write every row as {{"column": "value", …}}'
            )
        if not value:
            raise FileError(f"{shown}, row {number:,} is an empty object; fill it or leave it out")
        if not value.keys() <= places.keys():
            columns += [name for name in value if name not in places]
            checked_names(columns, shown, limits)
            places = {name: place for place, name in enumerate(columns)}
        record = [""] * len(columns)
        for name, cell in value.items():
            record[places[name]] = cell if isinstance(cell, str) else _written(cell, name, f"{shown}, row {number:,}")
            if isinstance(cell, dict | list):
                structured.add(name.strip())
        gatherer.add(record)
    return Gathered(gatherer.finish(), structured=frozenset(structured))


def _written(value: object, name: str, where: str) -> str:
    try:
        return json_text(value)
    except RecursionError as error:
        raise FileError(f"{where}: column {quoted(name)} is nested too deeply; give text or numbers") from error
