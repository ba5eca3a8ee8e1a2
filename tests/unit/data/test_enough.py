"""The smallest visible gap, as the reference table has it."""

import pytest

from tuning.data.enough import enough_sentence, smallest_visible_gap


@pytest.mark.parametrize(("rows", "points"), [(50, 22), (200, 11), (1000, 5)])
def test_the_gaps_of_the_reference(rows, points):
    assert round(100 * smallest_visible_gap(rows)) == points


def test_a_gap_is_no_larger_than_everything():
    assert smallest_visible_gap(0) == 1
    assert smallest_visible_gap(5) == 1
    assert smallest_visible_gap(20) == pytest.approx(2.8**2 / 20)


def test_plain_words():
    assert enough_sentence(6) == ("6 test rows are too few for a verdict: at least 20 are needed; add rows.")
    assert enough_sentence(100) == (
        "With 100 test rows, base and tuned must as a rule differ by about 16 points to be told apart; "
        "less is enough where they answer most rows alike, and more test rows would show smaller ones."
    )
    assert (
        enough_sentence(1000)
        == "With 1,000 test rows, base and tuned must as a rule differ by about 5 points to be told apart; "
        "less is enough where they answer most rows alike."
    )
