"""Bytes of a text file → the encoding they are in. Knows nothing of rows or columns.

UTF-8 and UTF-16 are known for sure. Where the bytes are neither, charset-normalizer guesses among the encodings that
office programs write, and the guess is said. Nothing is replaced or skipped: text is read whole or refused.
"""

import codecs
import io
from dataclasses import dataclass
from pathlib import Path

from tuning.errors import FileError

__all__ = ["Encoding", "find_encoding", "open_text"]

_CHUNK = 1 << 20
_SAMPLE = 1 << 18
_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # Before UTF-16: its mark begins with that one's.
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_WESTERN, _CENTRAL = "cp1252", "cp1250"
_CENTRAL_LANGUAGES = frozenset({"Czech", "Polish", "Slovak", "Slovene", "Croatian", "Romanian"})
_SCRIPTS = {
    "cp1251": "Cyrillic",
    "koi8_r": "Cyrillic",
    "cp1253": "Greek and Coptic",
    "cp932": "Hiragana",  # Katakana and Kanji also come out of others' bytes by chance.
    "euc_jp": "Hiragana",
    "cp949": "Hangul Syllables",
    "gb18030": "CJK Unified Ideographs",
    "big5": "CJK Unified Ideographs",
}
_MOST_MESS = 0.1  # Of charset-normalizer; the right encoding stayed under it in ten languages.
_MOST_ACCENTED = 0.3  # Of all letters; French and Vietnamese stay under it, Cyrillic or Chinese taken for Latin do not.
_FEWEST_WIDE = 16  # Bytes beyond ASCII from which on a guess at another script is more than chance.
_ZERO_SHARE = 0.3  # Of every second byte, from which on they are taken for the upper halves of UTF-16.


@dataclass(frozen=True)
class Encoding:
    """How a file's text is written."""

    name: str
    """As Python names the codec."""
    mark: bytes
    """The byte-order mark before the text, empty without one."""
    guessed: bool
    line_end: str
    """What ends a line: "\\n" (perhaps after a "\\r"), or "\\r" in a file without any "\\n"."""


@dataclass(frozen=True)
class _Scan:
    """What was met while the whole file was decoded once."""

    invalid_at: int | None = None
    """The first byte that is no text in this encoding."""
    ascii_before: bool = True
    """Whether everything before that byte is plain ASCII."""
    nul_line: int | None = None
    lines: int = 0
    """Line feeds."""


def find_encoding(path: Path, shown: str) -> Encoding:
    """The encoding of the file that messages call `shown`. Raises `FileError` when it is not text."""
    with path.open("rb") as file:
        sample = file.read(_SAMPLE)
    mark, name = next((known for known in _BYTE_ORDER_MARKS if sample.startswith(known[0])), (b"", "utf-8"))
    guess = None if mark else _utf16_without_mark(sample)
    scan = _scan(path, guess or name, mark)
    if scan.invalid_at is not None and scan.ascii_before and not mark:
        # UTF-8 for a while and then broken is not guessed at: every accented letter would become two signs.
        guess = _guess(_around(path, scan.invalid_at))
        other = _scan(path, guess, mark) if guess else scan
        scan = scan if other.invalid_at is not None else other
    if scan.invalid_at is not None:
        raise FileError(
            f"{shown} holds bytes that are text in no supported encoding (first at byte {scan.invalid_at + 1:,}); "
            "save it as UTF-8"
        )
    if scan.nul_line is not None:
        raise FileError(
            f"{shown} holds a NUL character in line {scan.nul_line:,}, so it is not a plain text file; "
            "save it as UTF-8 text"
        )
    return Encoding(guess or name, mark, guessed=guess is not None, line_end="\n" if scan.lines else "\r")


def open_text(path: Path, encoding: Encoding) -> io.TextIOWrapper:
    """The text after the byte-order mark; lines keep their ends and end only at `line_end`."""
    file = path.open("rb")
    file.seek(len(encoding.mark))
    return io.TextIOWrapper(file, encoding=encoding.name, errors="strict", newline=encoding.line_end)


def _scan(path: Path, encoding: str, mark: bytes) -> _Scan:
    """Decode the file once, a piece at a time, to see whether it is text in that encoding."""
    decoder = codecs.getincrementaldecoder(encoding)()
    lines, nul_line, ascii_before = 0, None, True
    with path.open("rb") as file:
        file.seek(len(mark))
        while True:
            start = file.tell() - len(decoder.getstate()[0])
            chunk = file.read(_CHUNK)
            try:
                text = decoder.decode(chunk, final=not chunk)
            except UnicodeDecodeError as error:
                return _Scan(start + error.start, ascii_before and error.object[: error.start].isascii())
            nul = text.find("\0") if nul_line is None else -1
            if nul >= 0:
                nul_line = lines + text.count("\n", 0, nul) + 1
            lines += text.count("\n")
            ascii_before = ascii_before and text.isascii()
            if not chunk:
                return _Scan(None, ascii_before, nul_line, lines)


def _utf16_without_mark(sample: bytes) -> str | None:
    """UTF-16 by the zeros that plain letters have in it."""
    half = len(sample) // 2
    if half and sample[1::2].count(0) > _ZERO_SHARE * half and not sample[::2].count(0):
        return "utf-16-le"
    if half and sample[::2].count(0) > _ZERO_SHARE * half and not sample[1::2].count(0):
        return "utf-16-be"
    return None


def _around(path: Path, position: int) -> bytes:
    """Lines that are not plain ASCII, near that byte."""
    with path.open("rb") as file:
        file.seek(max(0, position - 1000))
        lines = file.read(_CHUNK).split(b"\n")
    return b"\n".join(line for line in lines if not line.isascii())[:_SAMPLE]


def _guess(sample: bytes) -> str | None:
    """The encoding that charset-normalizer finds likely, if text of a language it is written with comes out."""
    from charset_normalizer import from_bytes

    matches = [
        match for match in from_bytes(sample, cp_isolation=[_WESTERN, _CENTRAL, *_SCRIPTS]) if match.chaos <= _MOST_MESS
    ]
    wide = sum(byte > 127 for byte in sample)
    letters = sum(chr(byte).isalpha() for byte in sample if byte < 128)
    latin = {charset: match for match in matches for charset in match.could_be_from_charset}
    if _WESTERN in latin and wide <= _MOST_ACCENTED * (wide + letters):
        # The two differ in few letters, and in which language they then make.
        central = _CENTRAL in latin and latin[_CENTRAL].language in _CENTRAL_LANGUAGES
        return _CENTRAL if central else _WESTERN
    # Chance makes Hangul out of Japanese bytes, never Hiragana out of Korean ones.
    matches.sort(key=lambda match: "Hiragana" not in match.alphabets)
    for match in matches if wide >= _FEWEST_WIDE else []:
        script = _SCRIPTS.get(match.encoding)
        # One byte a letter makes words of any bytes, so a language must show.
        if script in match.alphabets and (match.coherence > 0 or script not in ("Cyrillic", "Greek and Coptic")):
            return str(match.encoding)
    return None
