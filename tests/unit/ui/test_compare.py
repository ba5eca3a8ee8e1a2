"""What the comparison screen says of each kind of run, and what can be taken away."""

import zipfile

import pytest

from tests.unit.ui.builders import finished_run, unfinished_run
from tuning.errors import InputError
from tuning.runs.processes import this_process
from tuning.ui.compare import compare_page, pack_run


def test_a_finished_run_says_its_verdict(tmp_path):
    run = finished_run(tmp_path)
    page = compare_page(run)
    assert page.kind == "better"
    assert page.comparison == run.comparison()
    assert page.about[0] == "text.csv"


def test_no_run_and_a_run_on_its_way_say_so(tmp_path):
    assert compare_page(None).title == "No comparison yet"
    run = unfinished_run(tmp_path)
    run.write_worker(this_process())
    assert compare_page(run).title == "Not yet"
    assert compare_page(run).comparison is None


def test_a_failed_run_says_why_and_shows_no_verdict(tmp_path):
    run = unfinished_run(tmp_path)
    run.finish("failed", "3 of 16 rows differ.", 1)
    page = compare_page(run)
    assert page.title == "This run failed."
    assert page.body.startswith("3 of 16 rows differ.")
    assert page.comparison is None


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
