"""Run folders: made, listed, opened, deleted, written and read. Knows nothing of processes' work or of the machine.

    HOME/runs/ID/   run.json spec.json dataset.json data/{train,dev,test}.jsonl   written when the run is made
                    worker.json worker.log exit.json cancel cancel-seen           between the worker and everybody else
                    base_answers/ events.jsonl pace.json asking.json
                    predictions/{base,tuned,strongest}.jsonl adapter/ comparison.json
                    DONE                                                          the last to be written

Every file but the event log and the cancel requests is whole or absent. Nothing is kept in memory: two readers agree.
"""

import errno
import logging
import re
import secrets
import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import platformdirs
from pydantic import ValidationError

from tuning.data.examples import Prepared, dump_examples
from tuning.errors import InputError, RunNotFoundError, TuneOffError
from tuning.runs.files import make_private, remove_folder, sync_folder, temporary_sibling, write_text
from tuning.runs.limits import Limits
from tuning.runs.run import EventPage, Run, RunRecord
from tuning.runs.status import RunStatus
from tuning.runs.sweeping import sweep

__all__ = ["EventPage", "Run", "RunRecord", "RunStatus", "RunStore", "home"]

_log = logging.getLogger(__name__)
_RUN_ID = re.compile(r"[0-9a-f]{32}")


def home(env: Mapping[str, str]) -> Path:
    """The folder that everything is kept in: TUNEOFF_HOME, else the user's data directory. Not created here."""
    chosen = env.get("TUNEOFF_HOME")
    return Path(chosen).expanduser().absolute() if chosen else platformdirs.user_data_path("tune-off", appauthor=False)


class RunStore:
    """All runs below one home folder."""

    def __init__(self, root: Path, clock: Callable[[], float] = time.time) -> None:
        self.root = root
        """The home folder; the runs are in `runs` below it."""
        self.clock = clock

    @property
    def folder(self) -> Path:
        """The folder of run folders."""
        return self.root / "runs"

    def create(self, prepared: Prepared, owner: str) -> Run:
        """Make the folder of a new run, whole or not at all. Raises `TuneOffError` if the disk does not take it."""
        record = RunRecord(id=secrets.token_hex(16), owner=owner, created=self.clock(), name=prepared.dataset.name)
        path = self.folder / record.id
        temporary = temporary_sibling(path)
        try:
            make_private(self.folder)
            temporary.mkdir(mode=0o700)
            _fill(temporary, record, prepared)
            temporary.replace(path)
            sync_folder(self.folder)
        except OSError as error:
            shutil.rmtree(temporary, ignore_errors=True)
            raise TuneOffError(_cannot_write(self.folder, error)) from error
        return Run(path, self.clock)

    def open(self, run_id: str) -> Run:
        """The run of that id. Raises `RunNotFoundError`, also for what is not an id or not a folder of ours."""
        path = self.folder / run_id if _RUN_ID.fullmatch(run_id) else None
        if path is None or path.is_symlink() or not (path / "run.json").is_file():
            shown = run_id if len(run_id) <= 64 else f"{run_id[:64]}…"
            raise RunNotFoundError(f"no run has the id {shown!r}; `runs` lists those there are")
        return Run(path, self.clock)

    def list(self, owner: str | None = None) -> list[Run]:
        """Every run (of that owner), newest first; half-made and half-deleted ones are not runs."""
        found: list[tuple[float, str, Run]] = []
        for path in self.folder.iterdir() if self.folder.is_dir() else ():
            if not _RUN_ID.fullmatch(path.name) or path.is_symlink():
                continue
            run = Run(path, self.clock)
            try:
                record = run.record()
            except RunNotFoundError:  # deleted meanwhile
                continue
            except (ValidationError, OSError):
                _log.warning("run folder %s is left out of the list: its run.json cannot be read", path.name)
                continue
            if owner is None or record.owner == owner:
                found.append((record.created, record.id, run))
        return [run for _, _, run in sorted(found, key=lambda one: one[:2], reverse=True)]

    def delete(self, run: Run) -> None:
        """Delete a run that is over. Raises `InputError` while it goes on, `TuneOffError` if the system refuses."""
        status = run.status()
        if status.active:
            raise InputError(f"run {run.id} is {status.state}; cancel it first, then delete it")
        try:
            remove_folder(run.path)
        except FileNotFoundError as error:
            raise RunNotFoundError(f"no run has the id {run.id!r}; it was deleted meanwhile") from error
        except OSError as error:
            raise TuneOffError(f"run {run.id} cannot be deleted: {error.strerror}; close what has it open") from error

    def sweep(self, limits: Limits) -> Sequence[str]:
        """Delete what is too old, what was left half-made, and the oldest runs over the disk limit; the ids deleted."""
        return sweep(self, limits)


def _fill(folder: Path, record: RunRecord, prepared: Prepared) -> None:
    (folder / "data").mkdir(mode=0o700)
    for name in ("train", "dev", "test"):
        write_text(folder / "data" / f"{name}.jsonl", dump_examples(getattr(prepared.splits, name)))
    write_text(folder / "dataset.json", prepared.dataset.model_dump_json(indent=2) + "\n")
    write_text(folder / "spec.json", prepared.spec.model_dump_json(indent=2) + "\n")
    write_text(folder / "run.json", record.model_dump_json(indent=2) + "\n")


def _cannot_write(folder: Path, error: OSError) -> str:
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return f"the disk that holds '{folder}' is full; free some space or set TUNEOFF_HOME to another folder"
    reason = error.strerror or str(error)
    return f"the run cannot be written to '{folder}': {reason}; set TUNEOFF_HOME to a folder that you may write to"
