"""What a file is, by its first bytes, and whether its name says the same. Knows nothing of how formats are read.

A file that is not what its name says is refused: a name that is wrong about the content may be wrong about more.
"""

import re
import zipfile
from pathlib import Path, PurePath
from typing import Literal

from tuning.data.wording import quoted
from tuning.errors import FileError

__all__ = ["Kind", "check_suffix", "find_kind"]

Kind = Literal["text", "parquet", "xlsx"]
"""How the bytes are to be taken; whether a text is a CSV or JSON is seen in the text."""

_HEAD = 4096
_MAGIC = (
    (b"\x1f\x8b", "a gzip file", "unpack it first"),
    (b"BZh", "a bzip2 file", "unpack it first"),
    (b"\xfd7zXZ\x00", "an xz file", "unpack it first"),
    (b"\x28\xb5\x2f\xfd", "a zstandard file", "unpack it first"),
    (b"\x04\x22\x4d\x18", "an lz4 file", "unpack it first"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive", "unpack it first"),
    (b"Rar!\x1a\x07", "a RAR archive", "unpack it first"),
    (b"PK\x05\x06", "an empty zip archive", "give a file of examples"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old or password-protected Office file", "save it as .xlsx or .csv"),
    (b"%PDF-", "a PDF file", "give a table of examples"),
    (b"SQLite format 3\x00", "a SQLite database", "export the table as CSV"),
    (b"ARROW1", "an Arrow file", "save it as Parquet or CSV"),
    (b"\xff\xff\xff\xff", "an Arrow stream", "save it as Parquet or CSV"),
    (b"FEA1", "a Feather file", "save it as Parquet or CSV"),
    (b"ORC", "an ORC file", "save it as Parquet or CSV"),
    (b"Obj\x01", "an Avro file", "save it as Parquet or CSV"),
    (b"\x93NUMPY", "a NumPy file", "save it as CSV"),
    (b"\x89HDF\r\n\x1a\n", "an HDF5 file", "save it as CSV"),
    (b"\x89PNG\r\n\x1a\n", "a PNG picture", "give a table of examples"),
    (b"\xff\xd8\xff", "a JPEG picture", "give a table of examples"),
    (b"GIF8", "a GIF picture", "give a table of examples"),
    (b"\x7fELF", "a program", "give a table of examples"),
    (b"{\\rtf", "an RTF document", "save it as plain text"),
)
_ALLOWED_CONTROLS = b"\t\n\v\f\r"
_SUFFIXES: dict[str, tuple[str, ...]] = {
    "csv": (".csv", ".tsv", ".tab"),
    "json": (".json", ".jsonl", ".ndjson"),
    "parquet": (".parquet", ".pq"),
    "xlsx": (".xlsx", ".xlsm"),
}
_NAMES = {"csv": "plain text", "json": "JSON", "parquet": "a Parquet file", "xlsx": "an Excel workbook"}
_FOREIGN = (
    *(".xls", ".xlsb", ".ods", ".doc", ".docx", ".pdf", ".html", ".xml", ".yaml", ".yml", ".py", ".exe"),
    *(".gz", ".zip", ".bz2", ".xz", ".zst", ".7z", ".rar", ".tar", ".png", ".jpg", ".jpeg", ".gif"),
    *(".pkl", ".pickle", ".pt", ".pth", ".bin", ".npy", ".npz", ".h5", ".arrow", ".feather", ".orc", ".avro"),
    *(".db", ".sqlite"),
)
"""Endings that promise what is not read here."""


def find_kind(path: Path, name: str) -> Kind:
    """What the bytes are. Raises `FileError` naming what cannot be read as a table, and what to do instead."""
    with path.open("rb") as file:
        head = file.read(_HEAD)
        file.seek(0, 2)
        file.seek(-min(file.tell(), 64), 2)
        tail = file.read()
    if head.startswith(b"PAR1"):
        return "parquet"
    if head.startswith(b"PK\x03\x04"):
        return _inside_zip(path, name)
    for magic, what, advice in _MAGIC:
        # An ASCII magic may also open a text ("ORCHARD,label"); binary files have a NUL or a control byte close by.
        if head.startswith(magic) and (not magic.isalnum() or _has_control_bytes(head[:512])):
            raise _refused(name, what, advice)
    if head[257:262] == b"ustar" and b"\0" in head[:257]:
        raise _refused(name, "a tar archive", "unpack it first")
    if len(head) > 2 and head[0] == 0x80 and head[1] in (2, 3, 4, 5) and tail.rstrip(b"\n").endswith(b"."):
        raise _refused(name, "a Python pickle", "save it as CSV")
    return "text"


def check_suffix(name: str, found: Literal["csv", "json", "parquet", "xlsx"]) -> None:
    """Raise `FileError` if the name ends as those of another format do."""
    suffix = PurePath(name).suffix.lower()
    others = {end for kind, ends in _SUFFIXES.items() if kind != found for end in ends} | set(_FOREIGN)
    if suffix in others:
        raise FileError(
            f"{quoted(name)} is {_NAMES[found]} called {suffix}; save it as what its name says, "
            f"or name it {_SUFFIXES[found][0]}"
        )


def _inside_zip(path: Path, name: str) -> Kind:
    try:
        with zipfile.ZipFile(path) as archive:
            members = set(archive.namelist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise _refused(name, "a broken zip archive or Excel workbook", "save it again") from error
    if "xl/workbook.xml" in members:
        return "xlsx"
    if "xl/workbook.bin" in members:
        raise _refused(name, "a binary Excel workbook", "save it as .xlsx or .csv")
    if "word/document.xml" in members:
        raise _refused(name, "a Word document", "give a table of examples")
    if "content.xml" in members:
        raise _refused(name, "an OpenDocument file", "save it as .xlsx or .csv")
    if any(re.fullmatch(r"([^/]+/)?data\.pkl", member) for member in members):
        raise _refused(name, "a PyTorch file", "save its data as CSV")
    if members and all(member.endswith(".npy") for member in members):
        raise _refused(name, "a NumPy archive", "save it as CSV")
    raise _refused(name, "a zip archive", "unpack it first")


def _refused(name: str, what: str, advice: str) -> FileError:
    suffix = PurePath(name).suffix.lower()
    readable = {end for ends in _SUFFIXES.values() for end in ends} | {".txt"}
    called = f" called {suffix}" if suffix in readable else ""
    return FileError(f"{quoted(name)} is {what}{called}; {advice}")


def _has_control_bytes(data: bytes) -> bool:
    return any((byte < 32 and byte not in _ALLOWED_CONTROLS) or byte == 127 for byte in set(data))
