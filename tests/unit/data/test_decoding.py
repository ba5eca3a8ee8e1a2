"""Bytes in every encoding that is read, and what they are called when they are none."""

import bz2
import gzip
import io
import lzma
import pickle
import zipfile

import pytest

CSV = b"text,label\na,b\n"


def zipped(content: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("x.csv", content)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (gzip.compress(CSV), "'x.csv' is a gzip file; unpack it first"),
        (zipped(CSV), "'x.csv' is a zip archive or an Excel workbook; unpack it, or save the sheet as CSV"),
        (bz2.compress(CSV), "'x.csv' is a bzip2 file; unpack it first"),
        (lzma.compress(CSV), "'x.csv' is an xz file; unpack it first"),
        (pickle.dumps({"a": 1}), "'x.csv' is a Python pickle; save it as CSV"),
        (b"%PDF-1.7\n\x00", "'x.csv' is a PDF file; give a table of examples"),
        (b"\x93NUMPY\x01\x00", "'x.csv' is a NumPy file; save it as CSV"),
        (b"SQLite format 3\x00", "'x.csv' is a SQLite database; export the table as CSV"),
        (b"ARROW1\x00\x00", "'x.csv' is an Arrow file; save it as Parquet or CSV"),
        (
            b"text,label\na,\x81\x8d\n",
            "'x.csv' holds bytes that are text in no supported encoding (first at byte 14); save it as UTF-8",
        ),
        (
            "text,label\nпривет всем,да\n".encode("koi8-r"),
            "'x.csv' holds bytes that are text in no supported encoding (first at byte 12); save it as UTF-8",
        ),
        (
            "text,label\ncafé,a\n".encode() + b"caf\xe9,b\n",
            "'x.csv' holds bytes that are text in no supported encoding (first at byte 23); save it as UTF-8",
        ),
        (
            b"\xff\xfea\x00,\x00\n\xd8",
            "'x.csv' holds bytes that are text in no supported encoding (first at byte 7); save it as UTF-8",
        ),
        (
            b"a,b\nc,\x00d\n",
            "'x.csv' holds a NUL character in line 2, so it is not a plain text file; save it as UTF-8 text",
        ),
        (
            "a,b\nc,d\n".encode("utf-16-le"),
            "'x.csv' holds a NUL character in line 1, so it is not a plain text file; save it as UTF-8 text",
        ),
    ],
)
def test_what_is_no_text_is_refused_with_these_words(refusal, content, message):
    assert refusal(content) == message


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        ("text,label\ncafé,a\n".encode(), "utf-8"),
        ("text,label\ncafé,a\n".encode("utf-8-sig"), "utf-8"),
        ("text,label\ncafé,a\n".encode("utf-16"), "utf-16-le"),
        (b"\xfe\xff" + "text,label\ncafé,a\n".encode("utf-16-be"), "utf-16-be"),
        ("text,label\ncafé,a\n".encode("cp1252"), "windows-1252"),
    ],
)
def test_encodings(read, content, encoding):
    table = read(content)
    assert table.encoding == encoding
    assert table.columns == ["text", "label"]
    assert table.rows == [{"text": "café", "label": "a"}]
