"""What is told of a pass from two measured ones."""

from dataclasses import replace

import pytest

from tuning.runs.budget import Pace, Work
from tuning.runs.pacing import FEW, prefix_seconds, settled_pace
from tuning.spec import Task

WORK = Work(
    task=Task.CLASSIFY,
    train=100,
    dev=20,
    test=40,
    batch_size=8,
    depth=30,
    layers=None,
    epochs=None,
    prompted=True,
)
QUICK = Pace(row_s=0.1, pass_s=0.5, load_s=0.5, batch_s=0.0, prefix_s=0.1)
DISTURBED = Pace(row_s=9.0, pass_s=20.0, load_s=0.5, batch_s=0.0, prefix_s=0.1)


@pytest.mark.parametrize("prefix_s", [0.0, 0.3])
def test_what_a_pass_takes_however_few_its_rows(prefix_s):
    assert prefix_seconds(prefix_s + 8 * 0.2, 8, prefix_s + FEW * 0.2) == pytest.approx(prefix_s)


def test_a_pass_of_few_rows_tells_nothing():
    assert prefix_seconds(1.0, FEW, 1.0) == prefix_seconds(1.0, 1, 1.0) == 0.0


def test_a_disturbed_measurement_leaves_something_for_the_rows():
    assert prefix_seconds(1.0, 8, 5.0) == 0.8
    assert prefix_seconds(1.0, 8, 0.01) == 0.0


def test_what_would_not_do_is_measured_again_and_the_faster_counts():
    measured = [DISTURBED, QUICK, QUICK]
    assert settled_pace(60, lambda: measured.pop(0), WORK, lambda: 10.0) is QUICK
    assert len(measured) == 1
    measured = [DISTURBED, replace(DISTURBED, row_s=90.0)]
    assert settled_pace(60, lambda: measured.pop(0), WORK, lambda: 10.0) is DISTURBED


def test_what_does_is_measured_once():
    measured = [QUICK, DISTURBED]
    assert settled_pace(60, lambda: measured.pop(0), WORK, lambda: 10.0) is QUICK
    assert measured == [DISTURBED]
