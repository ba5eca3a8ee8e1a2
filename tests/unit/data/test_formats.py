"""What a file is by its bytes, whatever it is called, and names that say something else."""

import bz2
import gzip
import io
import lzma
import pickle
import zipfile

import pytest

CSV = b"text,label\na,b\n"


def zipped(**members: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (gzip.compress(CSV), "'x.csv' is a gzip file called .csv; unpack it first"),
        (bz2.compress(CSV), "'x.csv' is a bzip2 file called .csv; unpack it first"),
        (lzma.compress(CSV), "'x.csv' is an xz file called .csv; unpack it first"),
        (zipped(**{"x.csv": CSV}), "'x.csv' is a zip archive called .csv; unpack it first"),
        (zipped(**{"x.csv": CSV})[:-8], "'x.csv' is a broken zip archive or Excel workbook called .csv; save it again"),
        (
            zipped(**{"xl/workbook.bin": b""}),
            "'x.csv' is a binary Excel workbook called .csv; save it as .xlsx or .csv",
        ),
        (zipped(**{"word/document.xml": b""}), "'x.csv' is a Word document called .csv; give a table of examples"),
        (zipped(**{"content.xml": b""}), "'x.csv' is an OpenDocument file called .csv; save it as .xlsx or .csv"),
        (zipped(**{"model/data.pkl": b""}), "'x.csv' is a PyTorch file called .csv; save its data as CSV"),
        (zipped(**{"a.npy": b""}), "'x.csv' is a NumPy archive called .csv; save it as CSV"),
        (pickle.dumps({"a": 1}), "'x.csv' is a Python pickle called .csv; save it as CSV"),
        (b"%PDF-1.7\n\x00", "'x.csv' is a PDF file called .csv; give a table of examples"),
        (b"\x93NUMPY\x01\x00", "'x.csv' is a NumPy file called .csv; save it as CSV"),
        (b"SQLite format 3\x00", "'x.csv' is a SQLite database called .csv; export the table as CSV"),
        (b"ARROW1\x00\x00", "'x.csv' is an Arrow file called .csv; save it as Parquet or CSV"),
        (b"a\0" + b"a" * 255 + b"ustar", "'x.csv' is a tar archive called .csv; unpack it first"),
    ],
)
def test_what_is_no_table_is_refused_with_these_words(refusal, content, message):
    assert refusal(content) == message


def test_a_name_that_says_what_it_is_is_not_held_against_it(refusal):
    assert refusal(gzip.compress(CSV), "x.csv.gz") == "'x.csv.gz' is a gzip file; unpack it first"


def test_letters_that_open_a_binary_file_may_open_a_text(read):
    assert read(b"ORCHARD,label\na,b\n").columns == ["ORCHARD", "label"]


@pytest.mark.parametrize(
    ("content", "name", "message"),
    [
        (CSV, "x.xlsx", "'x.xlsx' is plain text called .xlsx; save it as what its name says, or name it .csv"),
        (CSV, "x.xls", "'x.xls' is plain text called .xls; save it as what its name says, or name it .csv"),
        (CSV, "x.PARQUET", "'x.PARQUET' is plain text called .parquet; save it as what its name says, or name it .csv"),
        (
            CSV,
            "x.json",
            "'x.json' is not JSON: it begins with neither [ nor {; correct it, or name it .csv if it is a table",
        ),
        (b'[{"a": 1}]', "x.csv", "'x.csv' is JSON called .csv; save it as what its name says, or name it .json"),
        (b'{"a": 1}', "x.tsv", "'x.tsv' is JSON called .tsv; save it as what its name says, or name it .json"),
    ],
)
def test_names_of_another_format(refusal, content, name, message):
    assert refusal(content, name) == message


@pytest.mark.parametrize("name", ["x.csv", "x.TSV", "x.txt", "x", "x.2026", "w[12]*?.csv", "http://x/y", ".."])
def test_names_that_say_the_same_or_nothing(read, name):
    assert read(CSV, name).rows == [{"text": "a", "label": "b"}]


def test_a_table_that_opens_with_a_bracket_is_no_json(read):
    assert read(b"[a],{b}\n1,2\n").columns == ["[a]", "{b}"]
