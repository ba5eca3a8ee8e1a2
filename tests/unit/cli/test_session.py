"""A run is meant by its id, by the beginning of one, or by 'last'."""

import pytest

from tests.unit.cli.helpers import pipe_screen, waiting_run
from tuning.cli.session import Session
from tuning.errors import InputError, RunNotFoundError


@pytest.fixture
def session(tmp_path):
    return Session({"TUNEOFF_HOME": str(tmp_path)}, pipe_screen(), pipe_screen())


def test_an_id_and_its_beginning_mean_the_run(session, tmp_path):
    run = waiting_run(tmp_path)
    waiting_run(tmp_path)

    assert session.find_run(run.id).id == run.id
    assert session.find_run(run.id[:12]).id == run.id


def test_last_is_the_newest(session, tmp_path):
    waiting_run(tmp_path)
    run = waiting_run(tmp_path)

    assert session.find_run("last").id == run.id


def test_there_is_no_last_before_the_first(session):
    with pytest.raises(RunNotFoundError, match="no last run"):
        session.find_run("last")


@pytest.mark.parametrize("text", ["ffffffff", "../../etc", "z" * 500, "last "])
def test_what_is_no_run_is_said_to_be_none(session, tmp_path, text):
    waiting_run(tmp_path)

    with pytest.raises(RunNotFoundError, match="does not exist"):
        session.find_run(text)


def test_too_short_a_beginning_is_refused(session, tmp_path):
    run = waiting_run(tmp_path)

    for text in ("", run.id[:3]):
        with pytest.raises(InputError, match="at least 4"):
            session.find_run(text)


def test_a_beginning_of_two_runs_is_refused(session, tmp_path):
    first, second = waiting_run(tmp_path), waiting_run(tmp_path)
    second.path.rename(second.path.with_name(first.id[:-1] + ("0" if first.id[-1] != "0" else "1")))

    with pytest.raises(InputError, match="any of 2"):
        session.find_run(first.id[:10])
