"""The supervisor, looked through by hand: no thread, a clock that is set, a process that is not ended."""

import pytest

from tests.runs_support import Clock, new_run
from tuning.runs.limits import Limits
from tuning.runs.supervision import Patience, Supervisor


class Desk:
    """A run, its supervisor, the clock, and the exit codes it wanted to end the process with."""

    def __init__(self, home):
        self.run = new_run(home)
        self.clock = Clock(0.0)
        self.ended: list[int] = []
        self.supervisor = Supervisor(
            self.run, Limits(max_minutes=10), Patience(), clock=self.clock, end_process=self.ended.append
        )

    def look_at(self, seconds: float) -> None:
        self.clock.now = seconds
        self.supervisor.look()


@pytest.fixture
def desk(tmp_path):
    return Desk(tmp_path)


def test_nothing_is_asked_of_a_run_that_goes_well(desk):
    desk.supervisor.begin()
    desk.look_at(500)
    assert desk.supervisor.control.stop_requested() is None
    assert desk.ended == []
    assert desk.run.ending() is None


def test_cancel_is_told_and_remembered(desk):
    assert not desk.supervisor.answered_cancelled
    desk.run.request_cancel()
    assert desk.supervisor.control.stop_requested() == "cancelled"
    assert desk.supervisor.answered_cancelled


def test_time_limit_is_told_once_the_minutes_are_over(desk):
    desk.clock.now = 5_000  # spent in the queue, so not counted
    desk.supervisor.begin()
    desk.clock.now = 5_599
    assert desk.supervisor.control.stop_requested() is None
    desk.clock.now = 5_601
    assert desk.supervisor.control.stop_requested() == "time limit"
    assert not desk.supervisor.answered_cancelled


def test_unheard_cancel_ends_the_process_after_its_time(desk):
    desk.run.request_cancel()
    desk.look_at(100)
    desk.look_at(129)
    assert desk.ended == []
    desk.look_at(131)
    assert desk.ended == [3]
    ending = desk.run.ending()
    assert (ending.state, ending.exit_code) == ("cancelled", 3)


def test_heard_cancel_is_given_all_the_time(desk):
    desk.run.request_cancel()
    desk.look_at(0)
    desk.supervisor.control.acknowledge()
    desk.look_at(10_000)
    assert desk.ended == []


def test_second_cancel_ends_the_process_at_once(desk):
    desk.run.request_cancel()
    desk.supervisor.control.acknowledge()
    desk.run.request_cancel()
    desk.look_at(0)
    assert desk.ended == [3]
    assert desk.run.status().state == "cancelled"


def test_run_far_over_its_time_has_failed(desk):
    desk.supervisor.begin()
    desk.look_at(899)
    assert desk.ended == []
    desk.look_at(901)
    assert desk.ended == [1]
    assert "TUNEOFF_MAX_MINUTES" in desk.run.ending().message


def test_finished_run_is_left_alone(desk):
    assert desk.supervisor.finish("done", "Well.", 0) == 0
    desk.run.request_cancel()
    desk.run.request_cancel()
    desk.look_at(0)
    assert desk.ended == []
    assert desk.supervisor.finish("failed", "Too late.", 1) == 0
    assert desk.run.ending().message == "Well."
