"""A run is looked at once for all who watch it, and again as soon as there is something to see."""

import pytest

from tests.runs_support import Clock, step
from tests.unit.ui.builders import unfinished_run
from tuning.runs.processes import this_process
from tuning.ui.glances import Glances


@pytest.fixture
def run(tmp_path):
    return unfinished_run(tmp_path)


@pytest.fixture
def looked():
    return []


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def glances(looked, clock):
    def look(run, before):
        looked.append(before)
        return len(looked)

    return Glances(look, clock)


def test_everybody_is_told_what_the_first_one_saw(glances, run):
    assert [glances.of(run) for _ in range(100)] == [1] * 100


@pytest.mark.parametrize(
    "change",
    [
        lambda run: run.append(step(3)),
        lambda run: run.request_cancel(),
        lambda run: run.write_worker(this_process()),
        lambda run: run.finish("failed", "no", 1),
        lambda run: (run.home / "queue").mkdir(),
    ],
    ids=["a step", "a cancel", "a process", "an end", "the queue"],
)
def test_what_happens_is_seen_at_once(glances, looked, run, change):
    assert glances.of(run) == 1
    change(run)
    assert glances.of(run) == 2
    assert looked == [None, 1], "whoever looks again is told what was seen before"


def test_a_process_that_ends_without_a_word_is_noticed(glances, run, clock):
    assert glances.of(run) == 1
    clock.now += 2
    assert glances.of(run) == 2


def test_runs_that_nobody_watches_are_forgotten(glances, looked, tmp_path, run):
    glances.of(run)
    for number in range(64):
        glances.of(type(run)(tmp_path / f"{number:032x}"))
    assert glances.of(run) == len(looked) == 66
    assert looked[-1] is None
