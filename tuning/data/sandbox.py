"""Runs the process that parses a file, waits for it, and says in words how it ended. Knows no formats.

The process is handed a folder and nothing else: no secrets of ours in its environment, no shell, no pickle either way.
"""

import logging
import os
import signal
import subprocess
import sys
from pathlib import Path

from pydantic import ValidationError

from tuning.data.child import ANSWER, ERRORS, JOB, Answer, Job
from tuning.data.limits import ReadLimits
from tuning.data.wording import quoted
from tuning.errors import FileError

__all__ = ["run_child"]

_log = logging.getLogger(__name__)

_PASSED_ON = ("PATH", "PYTHONPATH", "LD_LIBRARY_PATH", "SYSTEMROOT", "TMPDIR", "TEMP", "TMP", "LANG", "LC_ALL")
_SET = {
    "ARROW_DEFAULT_MEMORY_POOL": "system",  # Others reserve gigabytes of addresses, which the memory limit counts.
    "MALLOC_ARENA_MAX": "1",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
}
_NO_MEMORY = ("MemoryError", "memory allocation of", "std::bad_alloc", "failed to allocate", "Cannot allocate memory")
_TAIL = 4_000


def run_child(folder: Path, job: Job) -> Answer:
    """Have `folder`/input parsed by a process of its own. Raises `FileError` if that process did not live to answer."""
    (folder / JOB).write_text(job.model_dump_json(), encoding="utf-8")
    command = [sys.executable, "-P", "-m", "tuning.data.child", str(folder)]
    with (folder / ERRORS).open("wb") as errors:
        process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=errors, cwd=folder, env=_environment()
        )
    try:
        code = process.wait(job.limits.seconds)
    except subprocess.TimeoutExpired:
        raise FileError(
            f"{quoted(job.name)} takes longer to read than {job.limits.most('seconds')} seconds; "
            "give a part of it, or save it as CSV"
        ) from None
    finally:
        process.kill()
        process.wait()
        if process.stdin:
            process.stdin.close()
    if code != 0:
        raise _death(code, folder, quoted(job.name), job.limits)
    try:
        return Answer.model_validate_json((folder / ANSWER).read_bytes())
    except (OSError, ValidationError) as error:
        raise _crash(quoted(job.name), "no answer", str(error)) from error


def _environment() -> dict[str, str]:
    passed = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    root = str(Path(__file__).resolve().parents[2])
    path = os.pathsep.join([root, *filter(None, [passed.get("PYTHONPATH")])])
    return {**passed, **_SET, "PYTHONPATH": path}


def _death(code: int, folder: Path, shown: str, limits: ReadLimits) -> FileError:
    """What a process that ended without an answer died of."""
    said = (folder / ERRORS).read_bytes()[-_TAIL:].decode("utf-8", "replace")
    how = signal.Signals(-code).name if code < 0 else f"status {code}"
    if how == "SIGXCPU":
        return FileError(
            f"{shown} takes more computing to read than {limits.most('cpu_seconds')} seconds; "
            "give a part of it, or save it as CSV"
        )
    # Whoever else kills with this signal is the system, short of memory.
    if how == "SIGKILL" or any(sign in said for sign in _NO_MEMORY):
        return FileError(
            f"{shown} takes more memory to read than {limits.most('memory')}; give a part of it, or save it as CSV"
        )
    return _crash(shown, how, said)


def _crash(shown: str, how: str, said: str) -> FileError:
    _log.error("the process reading %s ended with %s: %s", shown, how, said)
    return FileError(f"{shown} made the reader fail ({how}); the file is probably broken, save it again or as CSV")
