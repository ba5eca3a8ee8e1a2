"""The event log: JSON Lines that are only ever added to. Knows the shape of events, not their meaning.

A line is added with one write. A process that is killed in the middle leaves a torn line: readers pass over it, and
the next writer begins a new line.
"""

import logging
import os
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from tuning.events import Event, event_adapter

__all__ = ["EventPage", "append_event", "read_events", "read_recent"]

_log = logging.getLogger(__name__)
_RECENT_BYTES = 16_384


@dataclass(frozen=True)
class EventPage:
    """Events in the order they were written, and where to go on reading."""

    events: list[Event]
    offset: int


def append_event(path: Path, event: Event, *, sync: bool = False) -> None:
    """Add one event; with `sync` it is on disk, machine failures included, when this returns."""
    line = event.model_dump_json().encode("utf-8") + b"\n"
    with path.open("ab+", buffering=0) as file:
        size = file.seek(0, os.SEEK_END)
        if size:
            file.seek(size - 1)
            if file.read(1) != b"\n":
                line = b"\n" + line
        file.write(line)
        if sync:
            os.fsync(file.fileno())


def read_events(path: Path, offset: int = 0) -> EventPage:
    """The whole lines from byte `offset` on; no log yet is no events."""
    try:
        with path.open("rb") as file:
            file.seek(offset)
            data = file.read()
    except FileNotFoundError:
        return EventPage([], 0)
    whole = data[: data.rfind(b"\n") + 1]
    return EventPage(_parse(whole, path), offset + len(whole))


def read_recent(path: Path) -> list[Event]:
    """The events in the log's last 16 KiB, at little cost however long the log is."""
    try:
        size = path.stat().st_size
        if size <= _RECENT_BYTES:
            return read_events(path).events
        with path.open("rb") as file:
            file.seek(size - _RECENT_BYTES)
            file.readline()  # the rest of a line whose beginning was not read
            data = file.read()
    except FileNotFoundError:
        return []
    return _parse(data[: data.rfind(b"\n") + 1], path)


def _parse(data: bytes, path: Path) -> list[Event]:
    events = []
    for line in data.split(b"\n"):
        if not line:
            continue
        try:
            events.append(event_adapter.validate_json(line))
        except ValidationError:
            _log.warning("%s holds a line that is no event; it is passed over: %r", path, line[:80])
    return events
