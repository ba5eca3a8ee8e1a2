"""The process that parses a stranger's file: `python -m tuning.data.child FOLDER`. Knows one folder and its own limits.

    FOLDER/
    ├── input         the file, under this name whatever the user calls it
    ├── job.json      `Job`: what to call it in messages, and the limits
    ├── answer.json   `Answer`, written last: what was found, or why the file is refused
    ├── table.arrow   the columns, when it was not refused
    └── errors.txt    what the process itself complained of

Whatever goes wrong with a parser goes wrong here: the process limits its own memory, computing time and output before
it opens the file. macOS does not hold a limit on memory, and Windows none of them; there the counts of `ReadLimits` and
the parent's patience remain.
"""

import errno
import os
import shutil
import sys
import threading
import time
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from tuning.data.limits import ReadLimits
from tuning.data.table import TableFormat
from tuning.errors import FileError

__all__ = ["ANSWER", "ERRORS", "INPUT", "JOB", "TABLE", "Answer", "Found", "Job", "main"]

INPUT, JOB, ANSWER, TABLE, ERRORS = "input", "job.json", "answer.json", "table.arrow", "errors.txt"

_OUTPUT_SPARE = 1_000_000
_OFFSET = 4  # Bytes that Arrow keeps for each cell beside its text.


class Job(BaseModel):
    """What the process is asked to do."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    limits: ReadLimits


class Found(BaseModel):
    """What `Table` says of a file beside its columns."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: TableFormat
    encoding: str
    bom: bool
    delimiter: str | None
    quote: str | None
    structured: frozenset[str]
    notes: tuple[str, ...]


class Answer(BaseModel):
    """What came of it: exactly one of `found` and `refusal`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    found: Found | None = None
    refusal: str | None = None
    peak_memory: int
    """Bytes that the process had in memory at most."""
    cpu_seconds: float


def main(folder: Path) -> int:
    """Read `folder`/input as its job says and leave the answer beside it."""
    job = Job.model_validate_json((folder / JOB).read_bytes())
    _restrict(job.limits)
    threading.Thread(target=_end_with_parent, args=(folder,), daemon=True).start()
    found = refusal = None
    try:
        found = _read(folder, job)
    except FileError as error:
        refusal = str(error)
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        refusal = "there is no room left for temporary files; make room, or set TMPDIR to a folder on another disk"
    answer = Answer(found=found, refusal=refusal, peak_memory=_peak_memory(), cpu_seconds=time.process_time())
    (folder / ANSWER).write_text(answer.model_dump_json(), encoding="utf-8")
    return 0


def _read(folder: Path, job: Job) -> Found:
    import pyarrow as pa

    from tuning.data.contents import read_contents

    contents = read_contents(folder / INPUT, job.name, job.limits)
    gathered = contents.gathered
    with pa.OSFile(str(folder / TABLE), "wb") as sink, pa.ipc.new_file(sink, gathered.data.schema) as writer:
        writer.write_table(gathered.data)
    return Found(
        format=contents.format,
        encoding=contents.encoding,
        bom=contents.bom,
        delimiter=gathered.delimiter,
        quote=gathered.quote,
        structured=gathered.structured,
        notes=contents.notes,
    )


def _restrict(limits: ReadLimits) -> None:
    """Have the system end this process where it takes more than it may."""
    if sys.platform == "win32":
        return
    import resource

    output = 2 * limits.bytes + _OFFSET * limits.cells + _OUTPUT_SPARE
    wanted = [(resource.RLIMIT_CPU, limits.cpu_seconds), (resource.RLIMIT_FSIZE, output), (resource.RLIMIT_CORE, 0)]
    if sys.platform != "darwin":
        wanted.append((resource.RLIMIT_AS, limits.memory))
    for kind, value in wanted:
        hard = resource.getrlimit(kind)[1]
        allowed = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(kind, (allowed, hard))


def _end_with_parent(folder: Path) -> None:
    """Wait for the end of standard input, which the parent holds open; without it nobody takes the answer or tidies."""
    os.read(0, 1)
    shutil.rmtree(folder, ignore_errors=True)
    os._exit(1)


def _peak_memory() -> int:
    """Bytes. Linux counts what a process had before it became this program in `ru_maxrss`, so its own file is asked."""
    status = Path("/proc/self/status")
    if status.exists():
        lines = status.read_text(encoding="ascii").splitlines()
        return next(1024 * int(line.split()[1]) for line in lines if line.startswith("VmHWM:"))
    if sys.platform == "win32":
        return 0
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
