"""Files as such: names, emptiness, what is no file at all."""

import hashlib
import os
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tuning.data.limits import ReadLimits
from tuning.data.reading import read_table
from tuning.errors import FileError


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"\xef\xbb\xbf \n\n", "'x.csv' is empty; give a file with a header and at least 20 rows"),
        (b"text,label\n", "'x.csv' has no rows after its header; give at least 20 rows"),
        (b"\n\n", "'x.csv' is empty; give a file with a header and at least 20 rows"),
    ],
)
def test_files_without_rows_are_refused_with_these_words(refusal, content, message):
    assert refusal(content) == message


def test_name_and_digest(tmp_path):
    content = b"a,b\n1,2\n"
    path = tmp_path / "upload-1"
    path.write_bytes(content)
    table = read_table(path, name="customers.csv")
    assert table.name == "customers.csv"
    assert table.sha256 == hashlib.sha256(content).hexdigest()
    assert table.rows == [{"a": "1", "b": "2"}]
    assert (table.format, table.encoding, table.delimiter, table.bom) == ("csv", "utf-8", ",", False)


def test_limits_come_from_the_environment(tmp_path, monkeypatch):
    path = tmp_path / "x.csv"
    path.write_text("a,b\n1,2\n3,4\n")
    monkeypatch.setenv("TUNEOFF_READ_ROWS", "1")
    with pytest.raises(FileError, match=r"^'x.csv' has more rows than 1 \(TUNEOFF_READ_ROWS\), the most"):
        read_table(path)


def test_size_is_seen_before_anything_is_parsed(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("a,b\n1,2\n")
    with pytest.raises(FileError) as caught:
        read_table(path, limits=ReadLimits(bytes=7))
    assert str(caught.value) == (
        "'x.csv' is larger than 7e-06 MB (TUNEOFF_READ_BYTES), the most that is read; give a part of it"
    )
    path.write_text("")
    with pytest.raises(FileError, match=r"^'x.csv' is empty; give a file with a header and at least 20 rows$"):
        read_table(path)


def test_a_name_is_never_a_pattern_or_an_address(tmp_path):
    (tmp_path / "w1.csv").write_text("a,b\nsomebody,else\n")
    (tmp_path / "w[12].csv").write_text("a,b\nmy,own\n")
    assert read_table(tmp_path / "w[12].csv").rows == [{"a": "my", "b": "own"}]
    with pytest.raises(FileError, match=r"^file 'data.csv' does not exist; check its path$"):
        read_table(Path("http://example.invalid/data.csv"))


def test_what_is_no_file(tmp_path):
    (tmp_path / "folder").mkdir()
    with pytest.raises(FileError, match=r"^'folder' is a directory; give a file of examples$"):
        read_table(tmp_path / "folder")
    with pytest.raises(FileError, match=r"^file 'gone.csv' does not exist; check its path$"):
        read_table(tmp_path / "gone.csv")
    with pytest.raises(FileError, match=r"cannot be read|does not exist"):
        read_table(tmp_path / "nul\0.csv")


@pytest.mark.skipif(sys.platform == "win32", reason="this system has no named pipes")
def test_a_pipe_does_not_block(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(FileError, match=r"^'pipe' is not a regular file; save the examples in a file first$"):
        read_table(tmp_path / "pipe")


def test_names_in_messages_stay_on_one_line(refusal):
    assert refusal(b"\n", "a\nb\x1b[31m.csv") == (
        "'a b [31m.csv' is empty; give a file with a header and at least 20 rows"
    )


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=200) | st.text(alphabet='a,;"\n\r\t|[]{}:1é', max_size=60).map(str.encode))
def test_any_bytes_are_read_or_refused(read, content):
    try:
        table = read(content)
    except FileError:
        return
    assert len(table) > 0
    assert table.columns
    assert all(column.null_count == 0 for column in table.data.columns)


@pytest.fixture
def temporary(tmp_path, monkeypatch):
    """Where private folders are made, watched."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def test_nothing_is_left_behind(tmp_path, temporary):
    path = tmp_path / "x.csv"
    path.write_text("a,b\n1,2\n")
    read_table(path)
    with pytest.raises(FileError):
        read_table(path, limits=ReadLimits(rows=1, columns=1))
    with pytest.raises(FileError):
        read_table(path, limits=ReadLimits(seconds=0.01))
    assert list(temporary.iterdir()) == []


def test_a_name_that_is_no_unicode_is_shown_as_far_as_it_goes(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("a,b\n1,2\n")
    assert read_table(path, name="caf\udce9.csv").name == "caf?.csv"
