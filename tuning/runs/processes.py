"""Which process is meant, whether it lives, and how to end it with its children. Knows nothing of runs.

A process is known by its number and by the moment of its creation: numbers are given again, moments are not.
"""

import os
import signal
import sys
import time

import psutil
from pydantic import BaseModel, ConfigDict

__all__ = ["ProcessMark", "end_tree", "is_alive", "this_process"]

_SAME_MOMENT = 0.05
"""Seconds; the clocks that creation is read from tick every hundredth."""


class ProcessMark(BaseModel):
    """A process, told apart from every other that had or will have its number."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    pid: int
    create_time: float
    """Seconds; on Linux since the machine started, so that setting the clock does not make it a stranger."""


def this_process() -> ProcessMark:
    """The mark of the calling process."""
    return ProcessMark(pid=os.getpid(), create_time=_create_time(psutil.Process()))


def is_alive(mark: ProcessMark) -> bool:
    """Whether that very process is running (or stopped); one that ended and was not waited for is dead."""
    return _find(mark) is not None


def end_tree(mark: ProcessMark, *, patience_s: float = 10.0) -> bool:
    """End the process, its children and its process group at once, and wait for it; whether it is dead now."""
    process = _find(mark)
    if process is None:
        return True
    for member in [*_children(process), process]:
        try:
            member.kill()
        except psutil.NoSuchProcess:
            continue
    _end_group(mark.pid)
    deadline = time.monotonic() + patience_s
    while is_alive(mark):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def _find(mark: ProcessMark) -> psutil.Process | None:
    try:
        process = psutil.Process(mark.pid)
        same = abs(_create_time(process) - mark.create_time) < _SAME_MOMENT
        return process if same and process.status() != psutil.STATUS_ZOMBIE else None
    except psutil.NoSuchProcess:
        return None
    except psutil.AccessDenied:  # somebody else's, so not a worker of ours
        return None


def _create_time(process: psutil.Process) -> float:
    created = float(process.create_time())
    return created - float(psutil.boot_time()) if sys.platform.startswith("linux") else created


def _children(process: psutil.Process) -> list[psutil.Process]:
    try:
        return list(process.children(recursive=True))
    except psutil.NoSuchProcess:
        return []


def _end_group(pid: int) -> None:
    """End what is left of the group that the process leads, if it leads one and it is not ours."""
    if sys.platform == "win32" or pid == os.getpgrp():
        return
    try:
        os.killpg(pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):  # it led no group, or the group is gone
        return
