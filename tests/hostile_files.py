"""The corpus of files that reading is judged by: good ones of every kind, broken ones, hostile ones, each with its end.

Every file is made anew by `corpus()`; nothing here is downloaded or kept. `wanted` is the first row of the table where
the file is good, and the whole message where it is not; a message that quotes a library's own words is a pattern.
"""

import bz2
import gzip
import io
import json
import lzma
import pickle
import tarfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, replace

import pyarrow as pa
from pyarrow import parquet

from tests.workbooks import sheet_rows, workbook

__all__ = ["Case", "corpus"]

Row = dict[str, str]
TWO = {"text": "so so", "label": "a"}
CSV = "text,label\nso so,a\nfine,b\n"
OBJECTS = [{"text": "so so", "label": "a"}, {"text": "fine", "label": "b"}]
SHEET = sheet_rows(["text", "label"], ["so so", "a"])
NO_ROWS = "has no rows after its header; give at least 20 rows"
NO_ENCODING = r"holds bytes that are text in no supported encoding \(first at byte [\d,]+\); save it as UTF-8"
NO_JSON = "is not valid JSON at "
MISNAMED = "save it as what its name says, or name it "
MEMORY = r"takes more memory to read than 600 MB \(TUNEOFF_READ_MEMORY\); give a part of it, or save it as CSV"
UNPACKED = r"unpacks to more than 20 MB \(TUNEOFF_READ_BYTES\), the most that is read; give a part of it"
TOO_LONG = "has a cell longer than 1,000,000 (TUNEOFF_READ_CELL_LENGTH) characters, the most that is read; shorten it"


@dataclass(frozen=True)
class Case:
    """One file, and what must come of it."""

    key: str
    name: str
    content: bytes
    wanted: Row | str
    """The first row, or what the refusal says after the file's name."""
    pattern: bool = False
    """Whether the refusal is a regular expression."""
    heavy: bool = False
    """Whether it was made to cost memory, time or disk, so that its end is a matter of limits."""


def corpus() -> Iterator[Case]:
    """Every case; keys are unique."""
    yield from _good_text()
    yield from _good_binary()
    yield from _broken_tables()
    yield from _broken_text()
    yield from _broken_objects()
    yield from _other_formats()
    yield from _misnamed()
    yield from (replace(case, heavy=True) for case in _bombs())


def _good_text() -> Iterator[Case]:
    yield Case("comma", "x.csv", CSV.encode(), TWO)
    yield Case("semicolon", "x.csv", CSV.replace(",", ";").encode(), TWO)
    yield Case("tab", "x.tsv", CSV.replace(",", "\t").encode(), TWO)
    yield Case("bar", "x.txt", CSV.replace(",", "|").encode(), TWO)
    yield Case("single quotes", "x.csv", b"'text','label'\n'so so','a'\n", TWO)
    yield Case("double quotes", "x.csv", b'"text","label"\n"so so","a"\n', TWO)
    yield Case("no last line end", "x.csv", CSV.rstrip().encode(), TWO)
    yield Case("windows line ends", "x.csv", CSV.replace("\n", "\r\n").encode(), TWO)
    yield Case("old mac line ends", "x.csv", CSV.replace("\n", "\r").encode(), TWO)
    yield Case("mixed line ends", "x.csv", b"text,label\r\nso so,a\nfine,b\r\n", TWO)
    yield Case("blank lines", "x.csv", b"\n\ntext,label\n\nso so,a\n\n", TWO)
    yield Case("many lines in a cell", "x.csv", b'text,label\n"so\nso","a"\n', {"text": "so\nso", "label": "a"})
    yield Case("empty cells", "x.csv", b"text,label\n,\n", {"text": "", "label": ""})
    yield Case("one column", "x.csv", b"text\nso, so\n", {"text": "so, so"})
    yield Case("one label", "x.csv", b"text,label\nso so,a\nfine,a\n", TWO)
    yield Case("non-finite", "x.csv", b"text,n\nso so,NaN\nfine,-inf\n", {"text": "so so", "n": "NaN"})
    yield Case("formulas", "x.csv", b"text,label\n=1+1,@x\n", {"text": "=1+1", "label": "@x"})
    yield Case("no suffix", "upload", CSV.encode(), TWO)
    yield Case("utf-8 with mark", "x.csv", CSV.encode("utf-8-sig"), TWO)
    yield Case("utf-16 with mark", "x.csv", CSV.encode("utf-16"), TWO)
    yield Case("utf-16 without mark", "x.csv", CSV.encode("utf-16-le"), TWO)
    yield Case("utf-16 the other way", "x.csv", CSV.encode("utf-16-be"), TWO)
    yield Case("utf-32", "x.csv", CSV.encode("utf-32"), TWO)
    yield Case("western", "x.csv", "text,label\ncafé,a\n".encode("cp1252"), {"text": "café", "label": "a"})
    yield Case("emoji", "x.csv", "text,label\n👍🏽,a\n".encode(), {"text": "👍🏽", "label": "a"})
    yield Case("json", "x.json", json.dumps(OBJECTS, indent=2).encode(), TWO)
    yield Case("json lines", "x.jsonl", "\n".join(map(json.dumps, OBJECTS)).encode(), TWO)
    yield Case("json lines called json", "x.json", "\n".join(map(json.dumps, OBJECTS)).encode(), TWO)
    yield Case("json with mark", "x.json", json.dumps(OBJECTS).encode("utf-8-sig"), TWO)
    yield Case("json in utf-16", "x.json", json.dumps(OBJECTS).encode("utf-16"), TWO)
    yield Case("json with nothing", "x.json", b'[{"a": null, "b": 1.5, "c": true}]', {"a": "", "b": "1.5", "c": "true"})
    yield Case("json not finite", "x.json", b'[{"a": NaN, "b": -Infinity}]', {"a": "NaN", "b": "-Infinity"})
    yield Case("chat", "x.jsonl", b'{"messages": [{"role": "user"}]}\n', {"messages": '[{"role": "user"}]'})


def _good_binary() -> Iterator[Case]:
    yield Case("parquet", "x.parquet", _parquet(text=["so so"], label=["a"]), TWO)
    yield Case("parquet of numbers", "x.pq", _parquet(n=[1, 2], x=[0.5, None]), {"n": "1", "x": "0.5"})
    yield Case(
        "parquet with integer keys", "x.parquet", _parquet(m=pa.array([[(1, "x")]], _INT_KEYS)), {"m": '[[1, "x"]]'}
    )
    yield Case("workbook", "x.xlsx", workbook(SHEET), TWO)
    yield Case("workbook with a hidden sheet", "x.xlsx", workbook(sheet_rows(["x"]), SHEET, hidden=1), TWO)


def _broken_tables() -> Iterator[Case]:
    place = "has a quotation mark out of place; close quoted cells and double the marks inside them"
    quote = "put quotation marks around cells that contain a comma"

    def at(line: int, since: int | None = None) -> str:
        begun = f"the row begins in line {since}, and " if since else ""
        return f"; {begun}line {line} of the file is"

    yield Case("empty", "x.csv", b"", "is empty; give a file with a header and at least 20 rows")
    yield Case("blank", "x.csv", b" \n\r\n\t\n", "is empty; give a file with a header and at least 20 rows")
    yield Case("header alone", "x.csv", b"text,label\n", NO_ROWS)
    yield Case(
        "ragged, long", "x.csv", b"a,b\n1,2\n3,4,5\n", f", row 2 has 3 cells, the header has 2; {quote}{at(3)} '3,4,5'"
    )
    yield Case("ragged, short", "x.csv", b"a,b\n1,2\n3\n", f", row 2 has 1 cell, the header has 2; {quote}{at(3)} '3'")
    yield Case("same name twice", "x.csv", b"a,b,a\n1,2,3\n", "has two columns named 'a'; rename or remove one")
    yield Case("no name", "x.csv", b",text\n0,x\n", ": column 1 has no name; name it or remove it")
    yield Case("quote never closed", "x.csv", b'a,b\n1,2\n"3,4\n5,6\n', f", row 2 {place}{at(4, since=3)} '5,6'")
    yield Case("text after a quote", "x.csv", b'a,b\n"1"x,2\n', f", row 1 {place}{at(2)} " + "'\"1\"x,2'")
    yield Case("quote in the header", "x.csv", b'"a,b\n1,2\n', f", header {place}{at(2, since=1)} '1,2'")
    yield Case(
        "carriage return in a cell", "x.csv", b"a,b\n1\r2,3\n",
        f", row 1 has a carriage return inside a cell; put quotation marks around that cell{at(2)} '1 2,3'",
    )  # fmt: skip
    yield Case(
        "header of two lines", "x.csv", b'"a\nb",c\n1,2\n',
        ": the name of column 1 is not plain text on one line: 'a b'; rename it",
    )  # fmt: skip
    yield Case(
        "no header but text", "x.csv", b"x" * 300 + b",y\n1,2\n",
        ": the name of column 1 has more than 200 characters; put a header above the rows",
    )  # fmt: skip
    yield Case(
        "ten thousand columns", "x.csv", b",".join(b"c%d" % n for n in range(10_000)) + b"\n1\n",
        "has more columns than 1,000 (TUNEOFF_READ_COLUMNS), the most that is read; leave some out", heavy=True,
    )  # fmt: skip
    yield Case(
        "too many rows", "x.csv", b"a,b\n" + b"1,2\n" * 200_001,
        "has more rows than 200,000 (TUNEOFF_READ_ROWS), the most that is read; give a part of it", heavy=True,
    )  # fmt: skip
    yield Case("huge cell", "x.csv", b"a,b\n1,2\n3," + b"x" * 1_000_001, f", row 2: column 'b' {TOO_LONG}", heavy=True)
    yield Case(
        "huge line", "x.csv", b"a,b\n" + b"x" * 10_000_001,
        ", line 2 is longer than 10,000,000 (TUNEOFF_READ_LINE_LENGTH) characters, the most that is read; "
        "break it into rows", heavy=True,
    )  # fmt: skip
    yield Case(
        "too large", "x.csv", b"a,b\n" * 5_000_001,
        "is larger than 20 MB (TUNEOFF_READ_BYTES), the most that is read; give a part of it", heavy=True,
    )  # fmt: skip


def _broken_text() -> Iterator[Case]:
    nul = "so it is not a plain text file; save it as UTF-8 text"
    yield Case("nul", "x.csv", b"a,b\nc,\0d\n", f"holds a NUL character in line 2, {nul}")
    yield Case("all nul", "x.csv", b"\0" * 1_000, f"holds a NUL character in line 1, {nul}", heavy=True)
    yield Case("invalid utf-8", "x.csv", "text,label\ncafé,a\n".encode() + b"\xff\xfe,b\n", NO_ENCODING, pattern=True)
    yield Case("encoded surrogate", "x.csv", "a,b\né,".encode() + b"\xed\xa0\x80\n", NO_ENCODING, pattern=True)
    yield Case("half a pair in utf-16", "x.csv", b"\xff\xfea\x00,\x00\n\xd8", NO_ENCODING, pattern=True)
    yield Case("utf-16 cut short", "x.csv", CSV.encode("utf-16")[:-1], NO_ENCODING, pattern=True)
    yield Case("every byte", "x.csv", bytes(range(1, 256)), NO_ENCODING, pattern=True)
    yield Case("two encodings", "x.csv", "text,label\né,a\n".encode() + b"\xe9,b\n", NO_ENCODING, pattern=True)


def _broken_objects() -> Iterator[Case]:
    deep = "is nested too deeply; give objects whose values are text or numbers"
    lists = 'is not a JSON object; write every row as {"column": "value", …}'
    yield Case("json list of nothing", "x.json", b"[]", NO_ROWS)
    yield Case("json cut short", "x.json", b'[{"a": 1}, {"a"', f"{NO_JSON}line 1, character 16: .*; correct it", True)
    yield Case("json numbers", "x.json", b"[1, 2]", f", row 1 {lists}")
    yield Case("json lists", "x.json", b"[[1], [2]]", f", row 1 {lists}")
    yield Case("json empty object", "x.json", b'[{"a": 1}, {}]', ", row 2 is an empty object; fill it or leave it out")
    yield Case("json key twice", "x.json", b'[{"a": 1, "a": 2}]', ", row 1: an object has 'a' twice; keep one")
    yield Case("json deep list", "x.json", b"[" * 1_000_000, f", row 1 {deep}", heavy=True)
    yield Case("json deep object", "x.jsonl", b'{"a":' * 1_000_000, deep, heavy=True)
    yield Case(
        "json deep cell",
        "x.jsonl",
        b'{"a": 1}\n{"a": ' + b"[" * 9_999 + b"]" * 9_999 + b"}",
        f", row 2 {deep}",
        heavy=True,
    )
    yield Case("json trailing comma", "x.json", b'[{"a": 1},]', f"{NO_JSON}line 1, character 11: .*; correct it", True)
    yield Case("json single quotes", "x.json", b"[{'a': 1}]", f"{NO_JSON}line 1, character 3: .*; correct it", True)
    yield Case("json bad line", "x.jsonl", b'{"a": 1}\n{"a": }', f"{NO_JSON}row 2, character 7: .*; correct it", True)
    yield Case(
        "json wrapped", "x.json", b'{"data":\n[{"a": 1}]}',
        "is one JSON object; write a list of objects [{…}, {…}] or one object per line",
    )  # fmt: skip
    yield Case(
        "json half a pair", "x.json", b'[{"a": "\\ud800"}]',
        ", row 1: column 'a' holds half of a surrogate pair, which is no text; correct it",
    )  # fmt: skip
    yield Case("json nul", "x.json", b'[{"a": "\\u0000"}]', ", row 1: column 'a' holds a NUL character; remove it")
    yield Case(
        "json long number", "x.json", b'[{"a": ' + b"9" * 100_000 + b"}]",
        ", row 1: a number has more than 4,300 digits; write it as text", heavy=True,
    )  # fmt: skip
    yield Case(
        "json a new key in every row", "x.jsonl", b"\n".join(b'{"k%d": 1}' % n for n in range(5_000)),
        "has more columns than 1,000 (TUNEOFF_READ_COLUMNS), the most that is read; leave some out", heavy=True,
    )  # fmt: skip
    yield Case(
        "parquet cut short", "x.parquet", _parquet(a=["x"])[:-30],
        "is a Parquet file that cannot be read: .*; save it again", pattern=True,
    )  # fmt: skip
    yield Case(
        "parquet of bytes", "x.parquet", _parquet(image=[b"\xff\xd8"]),
        ", from row 1: column 'image' holds binary, which cannot be written as text; leave it out",
    )  # fmt: skip
    yield Case("parquet same name twice", "x.parquet", _twice(), "has two columns named 'a'; rename or remove one")
    broken = "is a workbook that cannot be read; save it again, or its sheet as CSV"
    yield Case("workbook cut short", "x.xlsx", workbook(SHEET[:-20]), broken)
    yield Case(
        "workbook without table", "x.xlsx", workbook(""), ": its first sheet, 'A', is empty; move the table there"
    )


def _other_formats() -> Iterator[Case]:
    tar = io.BytesIO()
    with tarfile.open(fileobj=tar, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("x.csv"))
    plain = CSV.encode()
    yield Case("gzip", "x.csv", gzip.compress(plain), "is a gzip file called .csv; unpack it first")
    yield Case("bzip2", "x.csv", bz2.compress(plain), "is a bzip2 file called .csv; unpack it first")
    yield Case("xz", "x.csv", lzma.compress(plain), "is an xz file called .csv; unpack it first")
    yield Case("zip", "x.csv", _zip(("x.csv", plain)), "is a zip archive called .csv; unpack it first")
    yield Case(
        "gzip bomb",
        "x.json",
        gzip.compress(b" " * 20_000_000),
        "is a gzip file called .json; unpack it first",
        heavy=True,
    )
    yield Case("tar", "x.csv", tar.getvalue(), "is a tar archive called .csv; unpack it first")
    yield Case("pickle", "x.csv", pickle.dumps(OBJECTS), "is a Python pickle called .csv; save it as CSV")
    yield Case("torch", "x.csv", _zip(("a/data.pkl", b"")), "is a PyTorch file called .csv; save its data as CSV")
    yield Case("numpy", "x.csv", b"\x93NUMPY\1\0v\0{}\n", "is a NumPy file called .csv; save it as CSV")
    yield Case("arrow", "x.parquet", b"ARROW1\0\0", "is an Arrow file called .parquet; save it as Parquet or CSV")
    yield Case(
        "old office", "x.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512),
        "is an old or password-protected Office file called .xlsx; save it as .xlsx or .csv",
    )  # fmt: skip
    yield Case("pdf", "x.txt", b"%PDF-1.7\n", "is a PDF file called .txt; give a table of examples")


def _misnamed() -> Iterator[Case]:
    table = CSV.encode()
    yield Case("csv called xlsx", "x.xlsx", table, f"is plain text called .xlsx; {MISNAMED}.csv")
    yield Case("csv called parquet", "x.parquet", table, f"is plain text called .parquet; {MISNAMED}.csv")
    yield Case("csv called pickle", "x.pkl", table, f"is plain text called .pkl; {MISNAMED}.csv")
    yield Case("json called csv", "x.csv", json.dumps(OBJECTS).encode(), f"is JSON called .csv; {MISNAMED}.json")
    yield Case("parquet called csv", "x.csv", _parquet(a=["x"]), f"is a Parquet file called .csv; {MISNAMED}.parquet")
    yield Case("workbook called csv", "x.csv", workbook(SHEET), f"is an Excel workbook called .csv; {MISNAMED}.xlsx")
    yield Case("glob in the name", "w[12]*?.csv", table, TWO)
    yield Case("address as the name", "http://example.invalid/x.csv", table, TWO)
    yield Case("zip address as the name", "zip://x.zip::http://example.invalid/x.csv", table, TWO)
    yield Case("path as the name", "../../etc/passwd", table, TWO)
    yield Case("flag as the name", "--help", table, TWO)
    yield Case("command as the name", "$(touch x);`id`|x.csv", table, TWO)


def _bombs() -> Iterator[Case]:
    lol = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    laughs = f'<!DOCTYPE l [<!ENTITY l0 "lol">{lol}]>'
    stolen = '<!DOCTYPE l [<!ENTITY l9 SYSTEM "file:///etc/passwd">]>'
    entity = sheet_rows(["text", "label"], ["&l9;", "a"])
    broken = "is a workbook that cannot be read; save it again, or its sheet as CSV"
    yield Case("parquet bomb", "x.parquet", _parquet(a=_repeated("x" * 100_000, 1_000_000)), UNPACKED, pattern=True)
    yield Case("parquet cell bomb", "x.parquet", _parquet(a=["x" * 300_000_000]), MEMORY, pattern=True)
    yield Case("workbook bomb", "x.xlsx", workbook(SHEET + " " * 90_000_000), r"unpacks to more than 4 times .*", True)
    yield Case("workbook of one far cell", "x.xlsx", workbook(SHEET + _far("XFD1048576")), MEMORY, pattern=True)
    yield Case(
        "workbook beyond Excel", "x.xlsx", workbook(SHEET + _far("A2000000")),
        "has a sheet of more than 1,048,576 rows, which Excel has not; save it as CSV",
    )  # fmt: skip
    yield Case(
        "workbook far beyond Excel", "x.xlsx", workbook(_far("A99999999999")),
        "has a sheet of more than 1,048,576 rows, which Excel has not; save it as CSV",
    )  # fmt: skip
    yield Case("billion laughs", "x.xlsx", workbook(entity, prologue=laughs), broken)
    yield Case("external entity", "x.xlsx", workbook(entity, prologue=stolen), broken)


_INT_KEYS = pa.map_(pa.int64(), pa.string())


def _parquet(**columns: object) -> bytes:
    sink = io.BytesIO()
    parquet.write_table(pa.table(columns), sink, compression="zstd")
    return sink.getvalue()


def _twice() -> bytes:
    sink = io.BytesIO()
    column = pa.array(["x"])
    parquet.write_table(pa.Table.from_arrays([column, column], names=["a", "a"]), sink)
    return sink.getvalue()


def _repeated(cell: str, rows: int) -> pa.Array:
    """The same cell in every row, kept once: a few kilobytes of file for gigabytes of text."""
    return pa.DictionaryArray.from_arrays(pa.array([0] * rows, pa.int32()), pa.array([cell]))


def _far(place: str) -> str:
    number = place.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    return f'<row r="{number}"><c r="{place}"><v>1</v></c></row>'


def _zip(*members: tuple[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in members:
            archive.writestr(name, content)
    return buffer.getvalue()
