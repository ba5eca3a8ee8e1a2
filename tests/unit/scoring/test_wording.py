from typing import get_args

import pytest

from tuning.scoring.record import MetricRow, RungName
from tuning.scoring.wording import RUNGS, bounds, change_of, extent, metric_name, percent, points, quoted, row_count


def test_every_rung_has_a_name_for_sentences():
    assert set(RUNGS) == set(get_args(RungName))


@pytest.mark.parametrize(
    ("share", "text"), [(0.178, "+17.8"), (-0.05, "−5.0"), (0.0, "+0.0"), (0.0002, "+0.02"), (-0.0004, "−0.04")]
)
def test_points_have_a_sign_and_small_ones_do_not_read_as_zero(share, text):
    assert points(share) == text
    assert extent(share) == extent(-share) == text[1:]


def test_a_change_is_told_with_its_interval():
    row = MetricRow(name="accuracy", base=0.5, tuned=0.6, delta=0.1, low=0.02, high=0.18, better="higher")
    assert change_of(row) == "+10.0 points (95 % interval +2.0 to +18.0)"
    assert change_of(row.model_copy(update={"low": None})) == "+10.0 points"
    assert bounds(row.model_copy(update={"low": 0.1, "high": 0.1})) == ""
    assert bounds(row.model_copy(update={"delta": 0.0})) == " (95 % interval of the difference +2.0 to +18.0)"
    assert change_of(row.model_copy(update={"delta": None})) == "unknown"


def test_names_and_counts():
    assert metric_name("exact_match") == "exact match"
    assert metric_name("token_f1") == "word overlap"
    assert (row_count(1), row_count(2, "row"), percent(0.0456)) == ("1 test row", "2 rows", "4.6 %")


def test_a_long_text_is_cut_in_quotes():
    assert quoted("short") == "'short'"
    assert len(quoted("x" * 61)) == 62
    assert quoted("x" * 61).endswith("x…'")
