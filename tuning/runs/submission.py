"""From prepared data to a run that has begun: may it, can it, then make the folder and start the worker.

Knows who may do what, not how it is done. An error leaves nothing behind.
"""

import logging
from collections.abc import Mapping

import psutil
from filelock import FileLock

from tuning.data.examples import Prepared
from tuning.errors import TuneOffError
from tuning.models.catalog import ModelEntry, check_available, find_model
from tuning.models.kinds import check_task, family_of
from tuning.models.viewing import model_folder
from tuning.runs.files import disk_bytes, make_private, remove_folder
from tuning.runs.forecasting import check_time
from tuning.runs.free_memory import free_memory
from tuning.runs.limits import Limits
from tuning.runs.local import start
from tuning.runs.memory import check_memory
from tuning.runs.processes import is_alive
from tuning.runs.store import Run, RunStore
from tuning.spec import Task

__all__ = ["submit"]

_log = logging.getLogger(__name__)
_LOCK_S = 60.0


def submit(store: RunStore, prepared: Prepared, *, owner: str, limits: Limits, env: Mapping[str, str]) -> Run:
    """Start a run of `prepared` for `owner`; it may have to wait its turn.

    Raises `LimitError`, `ModelError`, `SettingError` when memory or surely the time does not suffice, or `TuneOffError`
    when the folder or the process cannot be had.
    """
    limits.check(prepared)
    entry = find_model(prepared.spec.model, env)
    check_available(entry, env)
    _check_task(entry, prepared.dataset.task, env)
    check_memory(prepared, env, lambda: free_memory() + _held_by_workers(store))
    check_time(prepared, store)
    make_private(store.root)
    with FileLock(store.root / "submit.lock", timeout=_LOCK_S):  # two requests at once are counted one after the other
        _check_room(store, owner, limits)
        run = store.create(prepared, owner)
        try:
            start(run, env=env)
        except BaseException:
            remove_folder(run.path)
            raise
    return run


def _check_task(entry: ModelEntry, task: Task, env: Mapping[str, str]) -> None:
    """By the model's own configuration where it is here; else by the catalog, or not before the run starts."""
    folder = model_folder(entry, env)
    family = entry.family if folder is None else family_of(folder)
    if family is not None:
        check_task(entry.name, family, task)


def _check_room(store: RunStore, owner: str, limits: Limits) -> None:
    limits.check_visitor(sum(map(_unfinished, store.list(owner))))
    if disk_bytes(store.folder) >= limits.max_disk_bytes:
        store.sweep(limits)
    limits.check_disk(disk_bytes(store.folder))


def _unfinished(run: Run) -> bool:
    try:
        return run.status().active
    except (TuneOffError, OSError, ValueError) as error:  # deleted meanwhile, or of another version
        _log.warning("run %s is not counted: %s", run.id, error)
        return False


def _held_by_workers(store: RunStore) -> int:
    """Bytes that runs now at work hold; they have ended when a new one's turn comes."""
    held = 0
    for run in store.list():
        mark = run.worker() if run.ending() is None else None
        if mark is None or not is_alive(mark):
            continue
        try:
            held += psutil.Process(mark.pid).memory_info().rss
        except psutil.NoSuchProcess:  # it has just ended
            continue
    return held
