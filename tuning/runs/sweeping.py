"""Tidying up: old runs, half-made folders, dead tickets, and the oldest runs when the disk limit is passed.

Knows which runs may go, not when to look: the app calls it at start and every hour, submission when the disk is full.
"""

import logging
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tuning.errors import TuneOffError
from tuning.runs.files import disk_bytes
from tuning.runs.limits import Limits
from tuning.runs.queue import remove_dead_tickets

if TYPE_CHECKING:
    from tuning.runs.run import Run
    from tuning.runs.store import RunStore

__all__ = ["sweep"]

_log = logging.getLogger(__name__)
_DAY_S = 86_400.0
_STALE_S = 3_600.0
"""A temporary folder that old was left by a process that ended."""


@dataclass(frozen=True)
class _Over:
    """A run that is over, and since when."""

    run: "Run"
    ended: float


def sweep(store: "RunStore", limits: Limits) -> list[str]:
    """Delete what need not be kept; the ids of the runs deleted, oldest first. A run that goes on is never touched."""
    _remove_leftovers(store)
    remove_dead_tickets(store.root)
    over = sorted(_runs_over(store), key=lambda one: one.ended)
    too_old = store.clock() - limits.keep_days * _DAY_S
    deleted = [one.run.id for one in over if one.ended < too_old and _delete(store, one.run)]
    used = disk_bytes(store.folder)
    for one in over:
        if used < limits.max_disk_bytes:
            break
        if one.run.id in deleted:
            continue
        size = disk_bytes(one.run.path)
        if _delete(store, one.run):
            deleted.append(one.run.id)
            used -= size
    return deleted


def _runs_over(store: "RunStore") -> list[_Over]:
    over = []
    for run in store.list():
        try:
            if not run.status().active:
                over.append(_Over(run, _ended(run)))
        except (TuneOffError, OSError, ValueError) as error:
            _log.warning("run %s is passed over while sweeping: %s", run.id, error)
    return over


def _ended(run: "Run") -> float:
    """When the run ended; of an interrupted one, when it was last heard of."""
    ending = run.ending()
    if ending is not None:
        return ending.at
    traces = [run.path / name for name in ("worker.json", "events.jsonl", "exit.json")]
    return max([run.record().created, *(trace.stat().st_mtime for trace in traces if trace.is_file())])


def _delete(store: "RunStore", run: "Run") -> bool:
    try:
        store.delete(run)
    except TuneOffError as error:
        _log.warning("run %s stays for now: %s", run.id, error)
        return False
    return True


def _remove_leftovers(store: "RunStore") -> None:
    for path in store.folder.iterdir() if store.folder.is_dir() else ():
        try:
            stale = path.name.startswith(".") and store.clock() - path.lstat().st_mtime > _STALE_S
        except FileNotFoundError:  # its owner removed it
            continue
        if stale and path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
