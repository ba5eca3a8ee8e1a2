"""A file → a `Table` of text cells. Knows nothing of what the columns mean, and parses nothing itself.

The file is copied under a name of our own into a private folder and parsed there by another process, within
`ReadLimits`; the folder is gone before this returns, however it ends. A name is shown, never opened or interpreted.
"""

import errno
import hashlib
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from tuning.data.child import INPUT, TABLE, Job
from tuning.data.limits import ReadLimits
from tuning.data.sandbox import run_child
from tuning.data.table import Table
from tuning.data.wording import quoted
from tuning.errors import FileError

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Table", "read_table"]

_CHUNK = 1 << 20


def read_table(path: Path, *, name: str | None = None, limits: ReadLimits | None = None) -> Table:
    """Read a file of examples, which the user calls `name` where that is not `path.name`.

    Without `limits`, those of the environment hold. Raises `FileError` saying what is wrong, where, and what to do.
    """
    limits = limits or ReadLimits.from_env()
    name = (name or path.name).encode("utf-8", "replace").decode("utf-8")
    with tempfile.TemporaryDirectory(prefix="tune-off-") as private:
        folder = Path(private)
        sha256 = _copy(path, folder / INPUT, quoted(name), limits)
        answer = run_child(folder, Job(name=name, limits=limits))
        if answer.found is None:
            raise FileError(answer.refusal)
        data = _load(folder / TABLE)
    found = answer.found
    return Table(
        name=name,
        format=found.format,
        data=data,
        sha256=sha256,
        encoding=found.encoding,
        delimiter=found.delimiter,
        quote=found.quote,
        bom=found.bom,
        structured=found.structured,
        notes=found.notes,
    )


def _copy(path: Path, target: Path, shown: str, limits: ReadLimits) -> str:
    """Copy what is a file, and not too large; returns the SHA-256 of its bytes."""
    try:
        if path.is_dir():
            raise FileError(f"{shown} is a directory; give a file of examples")
        if not path.exists():
            raise FileError(f"file {shown} does not exist; check its path")
        # A pipe or a device could block or never end.
        if not path.is_file():
            raise FileError(f"{shown} is not a regular file; save the examples in a file first")
        with path.open("rb") as source:
            return _pour(source, target, shown, limits)
    except (OSError, ValueError) as error:
        if isinstance(error, OSError) and error.errno == errno.ENOSPC:
            raise FileError(
                f"there is no room to copy {shown}; make room, or set TMPDIR to a folder on another disk"
            ) from error
        reason = error.strerror if isinstance(error, OSError) else error
        raise FileError(f"{shown} cannot be read: {reason}; check its name and permissions") from error


def _pour(source: BinaryIO, target: Path, shown: str, limits: ReadLimits) -> str:
    digest = hashlib.sha256()
    size = 0
    with target.open("xb") as copy:
        while chunk := source.read(_CHUNK):
            size += len(chunk)
            if size > limits.bytes:
                raise FileError(
                    f"{shown} is larger than {limits.most('bytes')}, the most that is read; give a part of it"
                )
            digest.update(chunk)
            copy.write(chunk)
    if not size:
        raise FileError(f"{shown} is empty; give a file with a header and at least 20 rows")
    return digest.hexdigest()


def _load(path: Path) -> "pa.Table":
    """The columns that the other process wrote, which is trusted no more than the file it read."""
    import pyarrow as pa

    with pa.OSFile(str(path), "rb") as source:
        data = pa.ipc.open_file(source).read_all()
    data.validate(full=True)
    if set(data.schema.types) != {pa.string()}:
        raise FileError("the process that read the file answered with something that is no table of text; try again")
    return data
