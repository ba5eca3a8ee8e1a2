import pytest

from tuning.scoring.record import Flips, MetricRow
from tuning.scoring.verdict import judge


def accuracy(base: float, tuned: float, low: float | None, high: float | None) -> MetricRow:
    return MetricRow(name="accuracy", base=base, tuned=tuned, delta=tuned - base, low=low, high=high, better="higher")


def flips(fixed: int, broken: int, right: int, wrong: int) -> Flips:
    return Flips(fixed=fixed, broken=broken, both_right=right, both_wrong=wrong)


def test_better_reads_as_one_sentence():
    verdict = judge(accuracy(0.045, 0.825, 0.715, 0.832), flips(157, 1, 8, 34))
    assert verdict.kind == "better"
    assert verdict.sentence == (
        "Accuracy went from 4.5 % to 82.5 % on 200 test rows: +78.0 points (95 % interval +71.5 to +83.2), "
        "157 fixed, 1 broken."
    )


def test_worse_is_said_as_plainly():
    verdict = judge(accuracy(0.8, 0.6, -0.28, -0.12), flips(5, 45, 115, 35))
    assert verdict.kind == "worse"
    assert verdict.sentence.startswith("Accuracy went from 80.0 % to 60.0 % on 200 test rows: -20.0 points")
    assert "5 fixed, 45 broken" in verdict.sentence


def test_undecided_says_what_would_have_shown():
    verdict = judge(accuracy(0.5, 0.575, -0.143, 0.284), flips(12, 9, 11, 8))
    assert verdict.kind == "undecided"
    assert verdict.sentence == (
        "Can't tell yet: accuracy went from 50.0 % to 57.5 % on 40 test rows: +7.5 points "
        "(95 % interval -14.3 to +28.4), 12 fixed, 9 broken; "
        "with 40 test rows only a difference of about 32 points or more would show."
    )


@pytest.mark.parametrize(("low", "high"), [(-0.1, 0.1), (0.0, 0.1), (-0.1, 0.0), (None, None), (None, 0.1)])
def test_no_claim_without_an_interval_off_zero(low, high):
    assert judge(accuracy(0.5, 0.55, low, high), flips(60, 50, 440, 450)).kind == "undecided"


@pytest.mark.parametrize(("rows", "kind"), [(1, "undecided"), (15, "undecided"), (19, "undecided"), (20, "better")])
def test_no_claim_on_few_rows_and_it_says_so(rows, kind):
    verdict = judge(accuracy(0.0, 1.0, 0.7, 1.0), flips(rows, 0, 0, 0))
    assert verdict.kind == kind
    assert ("too few rows to conclude from, at least 20 are needed" in verdict.sentence) == (kind == "undecided")
    # An interval beside "too few" would be read as a claim.
    assert ("interval" in verdict.sentence) == (kind == "better")


def test_one_row_is_singular():
    assert " on 1 test row:" in judge(accuracy(0.0, 1.0, None, None), flips(1, 0, 0, 0)).sentence


def test_a_tiny_sure_gain_does_not_read_as_zero():
    verdict = judge(accuracy(0.5, 0.503, 0.0002, 0.0058), flips(40, 10, 4990, 4960))
    assert "(95 % interval +0.02 to +0.6)" in verdict.sentence


def test_a_lower_value_can_be_better():
    primary = MetricRow(name="perplexity", base=9, tuned=4, delta=-5, low=-6, high=-4, better="lower")
    assert judge(primary, flips(0, 0, 30, 30)).kind == "better"


def test_chrf_says_what_it_is_and_what_its_counts_are():
    primary = MetricRow(name="chrf", base=0.2, tuned=0.5, delta=0.3, low=0.2, high=0.4, p=0.001, better="higher")
    assert judge(primary, flips(9, 0, 0, 41)).sentence == (
        "chrF (character overlap with the target) went from 20.0 % to 50.0 % on 50 test rows: "
        "+30.0 points (95 % interval +20.0 to +40.0), exactly right answers: 9 fixed, 0 broken."
    )
    primary = primary.model_copy(update={"low": -0.05, "high": 0.35})
    # (1.96 + 0.84) standard errors of .40 / 3.92.
    assert "about 29 points or more" in judge(primary, flips(9, 0, 0, 41)).sentence
