"""Files as such: names, emptiness, what is no file at all."""

import hashlib
import os
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tuning.data.reading import read_table
from tuning.errors import FileError


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "'x.csv' is empty; give a file with a header and at least 20 rows"),
        (b"\xef\xbb\xbf \n\n", "'x.csv' is empty; give a file with a header and at least 20 rows"),
        (b"text,label\n", "'x.csv' has no rows after its header; give at least 20 rows"),
        (b"[]", "'x.csv' has no rows after its header; give at least 20 rows"),
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


def test_a_name_is_never_a_pattern_or_an_address(read, tmp_path):
    (tmp_path / "w1.csv").write_text("a,b\nsomebody,else\n")
    assert read("a,b\nmy,own\n", "w[12].csv").rows == [{"a": "my", "b": "own"}]
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
    assert refusal(b"", "a\nb\x1b[31m.csv") == (
        "'a b [31m.csv' is empty; give a file with a header and at least 20 rows"
    )


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=200) | st.text(alphabet='a,;"\n\r\t|[]{}:1é', max_size=60).map(str.encode))
def test_any_bytes_are_read_or_refused(read, content):
    try:
        table = read(content)
    except FileError:
        return
    assert table.rows
    assert all(list(row) == table.columns for row in table.rows)
