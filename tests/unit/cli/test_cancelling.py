"""Cancelling stays until the run has heard it or has ended, and says which."""

import pytest

from tests.unit.cli.helpers import finished_run, working_run
from tuning.cli.cancelling import cancel_and_wait
from tuning.runs.store import Run


def script(*steps):
    left = list(steps)

    def pause(_seconds):
        left.pop(0)()

    return pause


def test_a_run_that_hears_it_goes_on_to_compare(tmp_path):
    run = working_run(tmp_path)
    enforced: list[Run] = []

    said = cancel_and_wait(run, now=False, enforce=enforced.append, pause=script(lambda: None, run.acknowledge_cancel))

    assert run.cancel_requests() == 1
    assert len(enforced) == 3
    assert "will compare what it learned" in said


def test_a_run_that_does_not_hear_it_is_ended_by_the_rule(tmp_path):
    run = working_run(tmp_path)
    looks = []

    def enforce(one):
        looks.append(one)
        if len(looks) == 4:
            one.finish("cancelled", "It did not answer.", 3)

    said = cancel_and_wait(run, now=False, enforce=enforce, pause=lambda _: None)

    assert said == f"run {run.id} has ended: cancelled"


@pytest.mark.parametrize("earlier", [0, 1])
def test_cancelling_now_or_again_waits_for_the_end(tmp_path, earlier):
    run = working_run(tmp_path)
    for _ in range(earlier):
        run.request_cancel()
        run.acknowledge_cancel()

    said = cancel_and_wait(
        run,
        now=not earlier,
        enforce=lambda _: None,
        pause=script(run.acknowledge_cancel, lambda: run.finish("cancelled", "Cancelled twice.", 3)),
    )

    assert run.cancel_requests() == 2
    assert said == f"run {run.id} has ended: cancelled"


def test_a_run_that_has_ended_is_left_alone(tmp_path):
    run = finished_run(tmp_path)

    assert "had ended before: done" in cancel_and_wait(run, now=False)
    assert run.cancel_requests() == 0
