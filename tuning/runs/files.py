"""Writing so that a reader never takes a half-written file for a whole one. Knows nothing of runs.

Everything is written under a temporary name beside its place, forced to disk, and renamed. Temporary names begin with
a dot, so that whoever lists a folder can tell them.
"""

import os
import secrets
import shutil
from collections.abc import Callable
from pathlib import Path

__all__ = [
    "disk_bytes",
    "make_private",
    "remove_folder",
    "sync_folder",
    "temporary_sibling",
    "write_folder",
    "write_text",
]


def temporary_sibling(path: Path, word: str = "new") -> Path:
    """A name in the same folder that nobody uses; it begins with a dot."""
    return path.with_name(f".{word}-{secrets.token_hex(8)}")


def make_private(folder: Path) -> None:
    """Create the folder and its parents where missing; what is created here is for its owner alone (0700)."""
    if folder.is_dir():
        return
    make_private(folder.parent)
    folder.mkdir(mode=0o700, exist_ok=True)


def sync_folder(folder: Path) -> None:
    """Force a folder's list of names to disk. Windows cannot open folders, and does not need to."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_text(path: Path, text: str) -> None:
    """Put `text` (UTF-8, newlines as they are) at `path`, whole or not at all. Raises `OSError`, leaving no trace."""
    temporary = temporary_sibling(path)
    try:
        with temporary.open("wb") as file:
            file.write(text.encode("utf-8"))
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def write_folder(path: Path, fill: Callable[[Path], None]) -> None:
    """Put the folder that `fill` fills at `path`, whole or not at all; one that is there already is replaced."""
    temporary = temporary_sibling(path)
    temporary.mkdir(mode=0o700)
    try:
        fill(temporary)
        _sync_tree(temporary)
        if path.exists():
            remove_folder(path)
        temporary.replace(path)
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        raise
    sync_folder(path.parent)


def remove_folder(path: Path) -> None:
    """Take the folder out of sight in one step, then delete what was in it. Raises `OSError` if it cannot be moved."""
    doomed = temporary_sibling(path, "trash")
    path.replace(doomed)
    shutil.rmtree(doomed, ignore_errors=True)  # what is left is a temporary name, swept later


def disk_bytes(folder: Path) -> int:
    """Bytes in the files below `folder`; what disappears while counting counts nothing."""
    total = 0
    for parent, _, names in os.walk(folder):
        for name in names:
            try:
                total += (Path(parent) / name).lstat().st_size
            except FileNotFoundError:
                continue
    return total


def _sync_tree(folder: Path) -> None:
    for parent, _, names in os.walk(folder):
        for name in names:
            with (Path(parent) / name).open("rb+") as file:
                os.fsync(file.fileno())
        sync_folder(Path(parent))
