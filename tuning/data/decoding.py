"""Bytes of a file → its text, or what the bytes are instead. Knows nothing of rows, columns or paths.

UTF-8 (with or without a byte-order mark), UTF-16 with one, and Windows-1252 where nothing else fits and the result
looks like text of a language written with it. Nothing is replaced or skipped: text is read whole or refused.
"""

import codecs
import string
from dataclasses import dataclass

from tuning.errors import FileError

__all__ = ["PARQUET", "Decoded", "binary_kind", "decode"]

PARQUET = "a Parquet file"

_MAGIC = (
    (b"PAR1", PARQUET),
    (b"\x1f\x8b", "a gzip file; unpack it first"),
    (b"PK\x03\x04", "a zip archive or an Excel workbook; unpack it, or save the sheet as CSV"),
    (b"PK\x05\x06", "an empty zip archive; give a file of examples"),
    (b"BZh", "a bzip2 file; unpack it first"),
    (b"\xfd7zXZ\x00", "an xz file; unpack it first"),
    (b"\x28\xb5\x2f\xfd", "a zstandard file; unpack it first"),
    (b"\x04\x22\x4d\x18", "an lz4 file; unpack it first"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive; unpack it first"),
    (b"Rar!\x1a\x07", "a RAR archive; unpack it first"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Office file; save the sheet as CSV"),
    (b"%PDF-", "a PDF file; give a table of examples"),
    (b"SQLite format 3\x00", "a SQLite database; export the table as CSV"),
    (b"ARROW1", "an Arrow file; save it as Parquet or CSV"),
    (b"FEA1", "a Feather file; save it as Parquet or CSV"),
    (b"ORC", "an ORC file; save it as Parquet or CSV"),
    (b"\x93NUMPY", "a NumPy file; save it as CSV"),
    (b"\x89HDF\r\n\x1a\n", "an HDF5 file; save it as CSV"),
    (b"\x89PNG\r\n\x1a\n", "a PNG picture; give a table of examples"),
    (b"\xff\xd8\xff", "a JPEG picture; give a table of examples"),
    (b"GIF8", "a GIF picture; give a table of examples"),
    (b"\x7fELF", "a program; give a table of examples"),
    (b"{\\rtf", "an RTF document; save it as plain text"),
)
_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_ASCII = bytes(range(128))
_MOST_ACCENTED = 0.3  # French and Vietnamese text stay under it; Cyrillic or Chinese read as Windows-1252 does not.


@dataclass(frozen=True)
class Decoded:
    """The text of a file and the encoding it was written in."""

    text: str
    encoding: str


def binary_kind(data: bytes) -> str | None:
    """What a binary file is, by its first bytes, with advice after a semicolon; None if it may be text."""
    for magic, kind in _MAGIC:
        # An ASCII magic may also open a text ("ORCHARD,label"); binary files have a NUL or a control byte close by.
        if data.startswith(magic) and (not magic.isalnum() or _has_control_bytes(data[:512])):
            return kind
    if data[257:262] == b"ustar" and b"\0" in data[:257]:
        return "a tar archive; unpack it first"
    if len(data) > 2 and data[0] == 0x80 and data[1] in (2, 3, 4, 5) and data.rstrip(b"\n").endswith(b"."):
        return "a Python pickle; save it as CSV"
    return None


def decode(data: bytes, shown: str) -> Decoded:
    """Decode the bytes of the file that messages call `shown`. Raises `FileError` when they are not text."""
    decoded = _decode(data, shown)
    nul = decoded.text.find("\0")
    if nul >= 0:
        line = decoded.text.count("\n", 0, nul) + 1
        raise FileError(
            f"{shown} holds a NUL character in line {line:,}, so it is not a plain text file; save it as UTF-8 text"
        )
    return decoded


def _decode(data: bytes, shown: str) -> Decoded:
    for mark, encoding in _BYTE_ORDER_MARKS:
        if data.startswith(mark):
            try:
                return Decoded(data[len(mark) :].decode(encoding), encoding)
            except UnicodeDecodeError as error:
                raise _refusal(shown, error.start + len(mark)) from error
    try:
        return Decoded(data.decode("utf-8"), "utf-8")
    except UnicodeDecodeError as error:
        not_utf8 = error
    if not data[: not_utf8.start].isascii():
        # UTF-8 up to here and then broken: taken for Windows-1252, every accented letter would become two signs.
        raise _refusal(shown, not_utf8.start) from not_utf8
    try:
        text = data.decode("cp1252")
    except UnicodeDecodeError as error:
        raise _refusal(shown, not_utf8.start) from error
    if not _reads_as_western(data):
        raise _refusal(shown, not_utf8.start)
    return Decoded(text, "windows-1252")


def _refusal(shown: str, position: int) -> FileError:
    return FileError(
        f"{shown} holds bytes that are text in no supported encoding (first at byte {position + 1:,}); save it as UTF-8"
    )


def _reads_as_western(data: bytes) -> bool:
    """Whether bytes taken for Windows-1252 are printable and mostly unaccented, as text written with it is."""
    accented = len(data.translate(None, delete=_ASCII))
    letters = len(data) - len(data.translate(None, delete=string.ascii_letters.encode()))
    return not _has_control_bytes(data) and accented <= _MOST_ACCENTED * (accented + letters)


def _has_control_bytes(data: bytes) -> bool:
    allowed = b"\t\n\v\f\r"
    return any((byte < 32 and byte not in allowed) or byte == 127 for byte in set(data))
