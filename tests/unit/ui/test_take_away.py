"""What can be taken away from a run."""

import zipfile

import pytest

from tests.unit.ui.builders import finished_run, unfinished_run
from tuning.errors import InputError
from tuning.ui.take_away import pack_run


def test_the_download_holds_the_adapter_and_no_more_than_the_run(tmp_path):
    run = finished_run(tmp_path / "home")
    (run.path / "predictions" / "link.jsonl").symlink_to("/etc/passwd")
    path = pack_run(run, tmp_path / "files")
    with zipfile.ZipFile(path) as archive:
        names = set(archive.namelist())
    assert {"adapter/adapter_config.json", "predictions/base.jsonl", "comparison.json", "spec.json"} <= names
    assert not [name for name in names if "link" in name or name.startswith(("data/", "/"))]
    assert path.parent != pack_run(run, tmp_path / "files").parent


def test_there_is_no_download_without_a_comparison(tmp_path):
    with pytest.raises(InputError, match="nothing to download"):
        pack_run(unfinished_run(tmp_path / "home"), tmp_path / "files")
    assert not (tmp_path / "files").exists()
