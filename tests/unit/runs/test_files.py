"""Files and folders are whole or absent."""

import os
import stat

import pytest

from tuning.runs.files import disk_bytes, make_private, remove_folder, write_folder, write_text


def test_text_replaces_text_and_leaves_nothing_else(tmp_path):
    write_text(tmp_path / "a", "one\n")
    write_text(tmp_path / "a", "zwei ü\n")
    assert (tmp_path / "a").read_bytes() == "zwei ü\n".encode()
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


def test_text_that_cannot_be_put_in_place_leaves_no_trace(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "b").touch()
    with pytest.raises(OSError, match="a"):
        write_text(tmp_path / "a", "text")
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


def test_folder_appears_filled_and_replaces_the_former(tmp_path):
    seen = []

    def fill(folder):
        (folder / "sub").mkdir()
        (folder / "sub" / "file").write_text("x")
        seen.append((tmp_path / "target").exists())

    write_folder(tmp_path / "target", fill)
    (tmp_path / "target" / "old").touch()
    write_folder(tmp_path / "target", fill)
    assert seen == [False, True]
    assert sorted(path.name for path in (tmp_path / "target").rglob("*")) == ["file", "sub"]
    assert [path.name for path in tmp_path.iterdir()] == ["target"]


def test_folder_whose_filling_fails_leaves_no_trace(tmp_path):
    def fill(folder):
        (folder / "file").touch()
        raise RuntimeError("no")

    with pytest.raises(RuntimeError, match="no"):
        write_folder(tmp_path / "target", fill)
    assert list(tmp_path.iterdir()) == []


def test_removed_folder_is_gone_and_a_missing_one_is_an_error(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "b").touch()
    remove_folder(tmp_path / "a")
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(FileNotFoundError):
        remove_folder(tmp_path / "a")


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
def test_created_folders_are_for_their_owner_alone(tmp_path):
    make_private(tmp_path / "a" / "b")
    make_private(tmp_path / "a" / "b")
    assert [stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "a", tmp_path / "a" / "b")] == [0o700, 0o700]


def test_bytes_are_counted_in_every_depth(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "b").write_bytes(b"123")
    (tmp_path / "c").write_bytes(b"45")
    assert disk_bytes(tmp_path) == 5
    assert disk_bytes(tmp_path / "missing") == 0
