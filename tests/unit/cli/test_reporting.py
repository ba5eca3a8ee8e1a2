"""A run's report from the command line."""

import argparse

import pytest

from tests.unit.cli.helpers import finished_run, pipe_screen, shown, waiting_run
from tuning.cli.reporting import write_report
from tuning.cli.session import Session
from tuning.errors import InputError


def write(run, out):
    """What is printed."""
    session = Session({"TUNEOFF_HOME": str(run.home)}, pipe_screen(), pipe_screen())
    assert write_report(argparse.Namespace(run=run.id, out=out), session) == 0
    return shown(session.out)


def test_the_report_is_written_where_it_should_be(tmp_path):
    place = tmp_path / "report.html"
    assert str(place) in write(finished_run(tmp_path / "home"), place)
    assert place.read_text(encoding="utf-8").startswith("<!doctype html>")


def test_without_a_place_it_is_named_by_the_run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    run = finished_run(tmp_path / "home")
    write(run, None)
    assert (tmp_path / f"tune-off-{run.id[:8]}.html").is_file()


def test_a_run_without_a_comparison_has_no_report(tmp_path):
    with pytest.raises(InputError, match="nothing to report"):
        write(waiting_run(tmp_path / "home"), tmp_path / "report.html")
    assert not (tmp_path / "report.html").exists()


def test_a_place_that_cannot_be_written_to_is_named(tmp_path):
    place = tmp_path / "missing" / "report.html"
    with pytest.raises(InputError, match=r"missing/report\.html.*--out"):
        write(finished_run(tmp_path / "home"), place)
