"""Starting a run's worker on this machine, and ending one that does not answer. Knows processes, not the work.

The worker leads a session and a process group of its own: whoever started it may go, the run stays.
"""

import logging
import os
import re
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

import tuning
from tuning.errors import TuneOffError
from tuning.runs.processes import end_tree, is_alive
from tuning.runs.run import Run
from tuning.runs.status import CANCELLED_TWICE, ExitNote

__all__ = ["enforce_cancel", "start", "worker_env"]

_log = logging.getLogger(__name__)
_SECRET = re.compile(r"TOKEN|SECRET|PASSW|KEY|OAUTH|AUTH|CREDENTIAL|COOKIE", re.IGNORECASE)
_NOT_SECRET = frozenset({"TOKENIZERS_PARALLELISM", "HF_HUB_DISABLE_IMPLICIT_TOKEN"})
_FOLDERS = ("TUNEOFF_CACHE", "HF_HOME", "HF_HUB_CACHE", "XDG_CACHE_HOME")


def start(run: Run, *, env: Mapping[str, str], command: Sequence[str] | None = None) -> None:
    """Start the worker (or `command` in its place) and return. Raises `TuneOffError` if there is no process to be had.

    Whoever calls may end: the run goes on. While they live, a thread waits for the worker and notes how it ended.
    """
    path = run.path.absolute()
    arguments = list(command) if command else [sys.executable, "-m", "tuning.runs.worker", str(path)]
    try:
        with run.log_path.open("ab") as log:
            process = _spawn(arguments, path, worker_env(run, env), log.fileno())
    except OSError as error:
        raise TuneOffError(f"the run's process cannot be started: {error.strerror or error}") from error
    threading.Thread(target=_wait, args=(process, run), name=f"wait-{run.id}", daemon=True).start()


def enforce_cancel(run: Run, *, patience_s: float = 30.0) -> bool:
    """End a worker that was cancelled twice, or did not hear within `patience_s`; whether it was ended here.

    Cheap when there is nothing to do, so whoever watches a run may call it at every look.
    """
    requests, first = run.cancel_requests(), run.first_cancel()
    overdue = first is not None and not run.cancel_acknowledged() and run.clock() - first > patience_s
    if (requests < 2 and not overdue) or run.ending() is not None:
        return False
    worker = run.worker()
    if worker is None or not is_alive(worker) or not end_tree(worker):
        return False
    if run.ending() is None:  # else it said so itself at the last moment
        why = (
            CANCELLED_TWICE
            if requests >= 2
            else (f"Cancelled; the run did not answer within {patience_s:g} s and was ended.")
        )
        run.finish("cancelled", why, 3)
    return True


def worker_env(run: Run, env: Mapping[str, str]) -> dict[str, str]:
    """The worker's environment: no secrets, one GPU at most, folders that mean the same from anywhere."""
    kept = {name: value for name, value in env.items() if name in _NOT_SECRET or not _SECRET.search(name)}
    kept.update({name: str(Path(kept[name]).absolute()) for name in _FOLDERS if kept.get(name)})
    package = str(Path(tuning.__file__).parent.parent)
    paths = [package, *(path for path in kept.get("PYTHONPATH", "").split(os.pathsep) if path)]
    first_gpu = kept.get("CUDA_VISIBLE_DEVICES", "0").split(",")[0]  # with more, transformers splits every batch
    # Of every new number of tokens, products in bf16 keep compiled code, in two places: 1,024 kinds each unless told,
    # a quarter of a megabyte a kind. A step needs about 30; with 16 it took a quarter longer.
    for cache in ("ONEDNN_PRIMITIVE_CACHE_CAPACITY", "LRU_CACHE_CAPACITY"):
        kept.setdefault(cache, "64")
    return kept | {
        "CUDA_VISIBLE_DEVICES": first_gpu,
        "PYTHONFAULTHANDLER": "1",
        "PYTHONPATH": os.pathsep.join(paths),
        "PYTHONSAFEPATH": "1",  # the run's folder is data, not code
        "PYTHONUNBUFFERED": "1",
        "PYTHONUTF8": "1",
        "TUNEOFF_HOME": str(run.home.absolute()),
    }


def _spawn(arguments: list[str], folder: Path, env: Mapping[str, str], log: int) -> "subprocess.Popen[bytes]":
    flags = 0
    if sys.platform == "win32":
        flags = subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW
    return subprocess.Popen(
        arguments,
        cwd=folder,
        env=dict(env),
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=subprocess.STDOUT,
        creationflags=flags,
        start_new_session=os.name != "nt",
    )


def _wait(process: "subprocess.Popen[bytes]", run: Run) -> None:
    """Take the worker off the system's list when it ends, and note how it ended if it did not say so itself."""
    returncode = process.wait()
    try:
        if run.ending() is None and run.path.is_dir():
            run.write_exit_note(ExitNote(returncode=returncode))
    except OSError as error:  # deleted meanwhile, or the disk is full: the note is a help, not a need
        _log.info("how the worker of run %s ended could not be noted: %s", run.id, error)
