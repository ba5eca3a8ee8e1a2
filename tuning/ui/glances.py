"""What a run on its way looks like now, found out once for all who watch it. Knows files; no screen and no visitor."""

import time
from collections.abc import Callable
from pathlib import Path
from threading import Lock
from typing import Generic, TypeVar

from tuning.runs.store import Run

__all__ = ["Glances"]

_MOST_RUNS = 64
_PROCESS_S = 2.0
"""Seconds after which a run whose files stay as they are is looked at again: its process may have ended, or wait."""
_FILES = ("events.jsonl", "worker.json", "cancel", "cancel-seen", "exit.json", "comparison.json", "DONE")
_Look = TypeVar("_Look")
_State = tuple[tuple[int, int] | int | None, ...]


class Glances(Generic[_Look]):
    """What `look` said of every run that is watched, until something in the run's folder or in the queue changes."""

    def __init__(self, look: Callable[[Run, _Look | None], _Look], clock: Callable[[], float] = time.monotonic) -> None:
        """`look` is given what it said before, if that is still known."""
        self._look = look
        self._clock = clock
        self._kept: dict[str, tuple[_State, _Look]] = {}
        self._lock = Lock()

    def of(self, run: Run) -> _Look:
        """What the run looks like."""
        with self._lock:  # whoever comes while one looks wants to know the same
            state = (*map(_changed, self._watched(run)), int(self._clock() / _PROCESS_S))
            kept = self._kept.pop(run.id, None)
            if kept is None or kept[0] != state:
                kept = (state, self._look(run, kept[1] if kept else None))
            self._kept[run.id] = kept
            if len(self._kept) > _MOST_RUNS:
                del self._kept[next(iter(self._kept))]
            return kept[1]

    @staticmethod
    def _watched(run: Run) -> list[Path]:
        return [run.home / "queue", *(run.path / name for name in _FILES)]


def _changed(path: Path) -> tuple[int, int] | None:
    """When and how large; None where there is nothing."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_mtime_ns, found.st_size
