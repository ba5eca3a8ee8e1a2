"""What is told of a pass from two measured ones."""

import pytest

from tuning.runs.pacing import FEW, prefix_seconds


@pytest.mark.parametrize("prefix_s", [0.0, 0.3])
def test_what_a_pass_takes_however_few_its_rows(prefix_s):
    assert prefix_seconds(prefix_s + 8 * 0.2, 8, prefix_s + FEW * 0.2) == pytest.approx(prefix_s)


def test_a_pass_of_few_rows_tells_nothing():
    assert prefix_seconds(1.0, FEW, 1.0) == prefix_seconds(1.0, 1, 1.0) == 0.0


def test_a_disturbed_measurement_leaves_something_for_the_rows():
    assert prefix_seconds(1.0, 8, 5.0) == 0.8
    assert prefix_seconds(1.0, 8, 0.01) == 0.0
