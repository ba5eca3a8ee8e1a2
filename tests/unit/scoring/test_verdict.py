from dataclasses import replace

import pytest

from tuning.scoring.record import Flips, Headline, MetricRow, RungName
from tuning.scoring.statistics import newcombe_paired
from tuning.scoring.verdict import Grounds, judge, rows_needed
from tuning.scoring.wording import about_rows


def accuracy(base: float, tuned: float, low: float | None, high: float | None) -> MetricRow:
    return MetricRow(name="accuracy", base=base, tuned=tuned, delta=tuned - base, low=low, high=high, better="higher")


def flips(fixed: int, broken: int, right: int, wrong: int) -> Flips:
    return Flips(fixed=fixed, broken=broken, both_right=right, both_wrong=wrong)


def test_better_reads_as_one_sentence():
    verdict = judge(accuracy(0.045, 0.825, 0.715, 0.832), flips(157, 1, 8, 34))
    assert verdict.kind == "better"
    assert verdict.sentence == "Accuracy went from 4.5 % to 82.5 % on 200 test rows."
    assert verdict.details == "+78.0 points (95 % interval +71.5 to +83.2), 157 rows fixed, 1 broken."


def test_worse_is_said_as_plainly():
    verdict = judge(accuracy(0.8, 0.6, -0.28, -0.12), flips(5, 45, 115, 35))
    assert verdict.kind == "worse"
    assert verdict.sentence == "Accuracy went from 80.0 % to 60.0 % on 200 test rows."
    assert verdict.details == "−20.0 points (95 % interval −28.0 to −12.0), 5 rows fixed, 45 broken."


def test_undecided_says_what_would_have_shown():
    verdict = judge(accuracy(0.5, 0.575, -0.143, 0.284), flips(12, 9, 11, 8))
    assert verdict.kind == "undecided"
    assert verdict.sentence == "Can't tell yet: accuracy went from 50.0 % to 57.5 % on 40 test rows."
    assert verdict.details == (
        "+7.5 points (95 % interval −14.3 to +28.4), 12 rows fixed, 9 broken; "
        "40 test rows can show a difference of about 32 points here, and hardly a smaller one."
    )
    assert verdict.rows_needed == 731


@pytest.mark.parametrize(("low", "high"), [(-0.1, 0.1), (0.0, 0.1), (-0.1, 0.0), (None, None), (None, 0.1)])
def test_no_claim_without_an_interval_off_zero(low, high):
    assert judge(accuracy(0.5, 0.55, low, high), flips(60, 50, 440, 450)).kind == "undecided"


@pytest.mark.parametrize(("rows", "kind"), [(1, "undecided"), (15, "undecided"), (19, "undecided"), (20, "better")])
def test_no_claim_on_few_rows_and_it_says_so(rows, kind):
    verdict = judge(accuracy(0.0, 1.0, 0.7, 1.0), flips(rows, 0, 0, 0))
    assert verdict.kind == kind
    assert ("too few rows to conclude from, at least 20 are needed" in verdict.details) == (kind == "undecided")
    # An interval beside "too few" would be read as a claim.
    assert ("interval" in verdict.details) == (kind == "better")


def test_one_row_is_singular():
    assert " on 1 test row." in judge(accuracy(0.0, 1.0, None, None), flips(1, 0, 0, 0)).sentence


def test_a_tiny_sure_gain_does_not_read_as_zero():
    verdict = judge(accuracy(0.5, 0.503, 0.0002, 0.0058), flips(40, 10, 4990, 4960))
    assert "(95 % interval +0.02 to +0.6)" in verdict.details


def test_a_lower_value_can_be_better():
    primary = MetricRow(name="perplexity", base=9, tuned=4, delta=-5, low=-6, high=-4, better="lower")
    assert judge(primary, flips(0, 0, 30, 30)).kind == "better"


def test_chrf_says_what_it_is_and_what_its_counts_are():
    primary = MetricRow(name="chrf", base=0.2, tuned=0.5, delta=0.3, low=0.2, high=0.4, p=0.001, better="higher")
    verdict = judge(primary, flips(9, 0, 0, 41))
    assert verdict.sentence == "chrF (character overlap with the target) went from 20.0 % to 50.0 % on 50 test rows."
    assert (
        verdict.details == "+30.0 points (95 % interval +20.0 to +40.0), exactly right answers: 9 rows fixed, 0 broken."
    )
    primary = primary.model_copy(update={"low": -0.05, "high": 0.35})
    # (1.96 + 0.84) standard errors of .40 / 3.92.
    undecided = judge(primary, flips(9, 0, 0, 41))
    assert "50 test rows can show a difference of about 29 points here" in undecided.details
    # The gap of .286 is to be seen at 50 rows, and rows shrink with the square of the gap: 50 * (.286 / .3)^2.
    assert rows_needed(primary, flips(9, 0, 0, 41)) == 46
    assert undecided.rows_needed is None


def headline(rung: RungName, base: float, low: float, high: float, tuned: float = 0.8) -> Grounds:
    row = MetricRow(name="accuracy", base=base, tuned=tuned, delta=tuned - base, low=low, high=high, better="higher")
    return Grounds(headline=Headline(rung=rung, metric=row))


BETTER = (accuracy(0.5, 0.8, 0.22, 0.38), flips(70, 10, 90, 30))


def test_a_gain_over_the_base_is_worth_it_when_it_beats_the_strongest_rung_too():
    verdict = judge(*BETTER, headline("tfidf", 0.6, 0.1, 0.3))
    assert (verdict.kind, verdict.worth_it) == ("better", True)
    assert verdict.sentence.endswith("; without tuning, counting words (TF-IDF) reaches 60.0 %.")
    assert verdict.details.endswith("; against the best without tuning +20.0 points (95 % interval +10.0 to +30.0).")
    alone = judge(*BETTER, headline("base", 0.5, 0.22, 0.38))
    assert (alone.worth_it, "without" in alone.sentence, "against" in alone.details) == (True, False, False)
    untried = replace(headline("base", 0.5, 0.22, 0.38), untried=True)
    assert (judge(*BETTER, untried).kind, judge(*BETTER, untried).worth_it) == ("better", None)
    assert judge(*BETTER, untried).standing == "better"


@pytest.mark.parametrize(
    ("base", "low", "high", "worth_it", "said"),
    [
        (0.9, -0.15, -0.05, False, ("without tuning, which is better, so tuning is not worth it", "−10.0")),
        (0.8, -0.05, 0.05, False, ("without tuning, which tuning does not beat, so tuning is not worth it", "+0.0")),
        (0.78, -0.04, 0.08, None, ("without tuning, and that tuning beats it is not shown", "+2.0")),
    ],
)
def test_something_simpler_that_does_as_well_is_said_though_the_base_is_beaten(base, low, high, worth_it, said):
    judged, points = said
    verdict = judge(*BETTER, headline("base_few_shot", base, low, high))
    assert (verdict.kind, verdict.worth_it, verdict.behind) == ("better", worth_it, low < -0.1)
    assert verdict.standing == ("contested" if worth_it is None else "outdone")
    assert f"but the base model shown examples reaches {100 * base:.1f} % {judged}." in verdict.sentence
    assert f"; against the best without tuning {points} points (95 %" in verdict.details


def test_a_training_that_did_not_see_every_row_leaves_open_what_tuning_is_worth():
    verdict = judge(*BETTER, replace(headline("tfidf", 0.9, -0.15, -0.05), unfinished=True))
    assert (verdict.worth_it, verdict.standing) == (None, "outdone")
    assert "which so short a training does not beat." in verdict.sentence


def test_worse_after_a_short_training_says_that_it_was_short():
    grounds = replace(headline("base", 0.8, -0.28, -0.12), unfinished=True)
    verdict = judge(accuracy(0.8, 0.6, -0.28, -0.12), flips(5, 45, 115, 35), grounds)
    assert (verdict.kind, verdict.unfinished) == ("worse", True)
    assert verdict.sentence.endswith("on 200 test rows, after a training too short to see every row.")


def test_worse_is_never_worth_it_and_needs_no_rung():
    verdict = judge(accuracy(0.8, 0.6, -0.28, -0.12), flips(5, 45, 115, 35), headline("tfidf", 0.9, -0.4, -0.2, 0.6))
    assert (verdict.standing, verdict.worth_it, verdict.behind) == ("worse", False, False)
    assert "TF-IDF" not in verdict.sentence
    assert "against" not in verdict.details


def test_an_undecided_gain_over_the_base_is_not_called_worth_it():
    primary = accuracy(0.5, 0.55, -0.02, 0.12)
    assert judge(primary, flips(30, 20, 80, 70), headline("base", 0.5, -0.02, 0.12)).worth_it is None


@pytest.mark.parametrize(
    ("low", "high", "margin", "kind"),
    [
        (-0.03, 0.03, None, "undecided"),
        (-0.03, 0.03, 0.05, "not_worse"),
        (-0.03, 0.03, 0.03, "undecided"),
        (-0.04, -0.01, 0.05, "not_worse"),
        (-0.08, -0.01, 0.05, "worse"),
        (0.01, 0.05, 0.05, "better"),
    ],
)
def test_not_worse_needs_a_margin_that_the_whole_interval_keeps_to(low, high, margin, kind):
    primary = accuracy(0.5, 0.5 + (low + high) / 2, low, high)
    verdict = judge(primary, flips(100, 100, 400, 400), Grounds(margin=margin))
    assert verdict.kind == kind
    assert verdict.sentence.startswith("Not worse within the margin of 5.0 points: ") == (kind == "not_worse")


def test_a_margin_counts_downwards_where_lower_is_better():
    primary = MetricRow(name="perplexity", base=9, tuned=9.1, delta=0.1, low=-0.2, high=0.4, better="lower")
    assert judge(primary, flips(0, 0, 30, 30), Grounds(margin=0.5)).kind == "not_worse"
    assert judge(primary, flips(0, 0, 30, 30), Grounds(margin=0.3)).kind == "undecided"


def test_a_sure_but_small_gain_is_called_small():
    small = judge(accuracy(0.5, 0.51, 0.004, 0.016), flips(40, 10, 1500, 1450))
    assert small.kind == "better"
    assert small.sentence.endswith("on 3,000 test rows, a gain that is real but small.")
    assert "small" not in judge(*BETTER).sentence


def test_a_difference_that_another_batch_size_makes_is_no_difference():
    primary, counts = accuracy(0.5, 0.54, 0.01, 0.07), flips(30, 10, 260, 200)
    assert judge(primary, counts, Grounds(noise=0.03)).kind == "better"
    drowned = judge(primary, counts, Grounds(noise=0.041))
    assert drowned.kind == "undecided"
    assert "another batch size alone moves the base by about 4.1 points" in drowned.details


def test_rows_left_out_are_told():
    details = judge(*BETTER, Grounds(left_out=12)).details
    assert details.endswith("10 broken, 12 test rows that also stand in the training rows left out.")


def test_when_every_row_is_left_out_nothing_is_known():
    unknown = MetricRow(name="accuracy", base=None, tuned=None, delta=None, better="higher")
    verdict = judge(unknown, flips(0, 0, 0, 0), Grounds(left_out=40))
    assert verdict.kind == "undecided"
    assert verdict.sentence == "Can't tell yet: accuracy on 0 test rows is not known of both models."
    assert verdict.details.startswith(
        "0 rows fixed, 0 broken, 40 test rows that also stand in the training rows left out; "
    )


def test_rows_needed_are_those_of_the_published_table():
    # comparison.md, psi = .3: a gap of .20 takes 57 rows, .10 takes 233, .05 takes 938 (with 1.96 and 0.84 rounded).
    for fixed, broken, rows in ((250, 50, 57), (200, 100, 234), (175, 125, 940)):
        delta = (fixed - broken) / 1000
        needed = rows_needed(accuracy(0.5, 0.5 + delta, None, None), flips(fixed, broken, 400, 300))
        assert needed is not None
        assert abs(needed - rows) <= 1
    assert rows_needed(accuracy(0.5, 0.5, -0.1, 0.1), flips(5, 5, 40, 40)) is None


def test_grouped_rows_take_more_rows():
    counts = flips(12, 9, 11, 8)
    alone = newcombe_paired(counts)
    wide = accuracy(0.5, 0.575, 0.075 - (alone.high - alone.low), 0.075 + (alone.high - alone.low))
    assert rows_needed(wide, counts) == pytest.approx(4 * 730.3, abs=1)


def test_no_difference_of_more_than_everything_is_asked_for():
    wide = MetricRow(name="macro_f1", base=0.5, tuned=0.6, delta=0.1, low=-0.8, high=0.8, better="higher")
    details = judge(wide, flips(12, 9, 11, 8)).details
    assert "so few rows, or groups of rows, can show no difference, however large" in details
    assert " or more" not in details


def test_more_than_a_million_rows_are_not_counted():
    needed = judge(accuracy(0.5, 0.5001, -0.009, 0.009), flips(1001, 1000, 4000, 3999)).rows_needed
    assert needed is not None
    assert about_rows(needed) == "more than a million"


def test_on_too_few_rows_nothing_is_said_to_be_as_good_either():
    verdict = judge(accuracy(0.26, 0.63, 0.01, 0.62), flips(10, 3, 2, 4), headline("tfidf", 0.79, -0.38, 0.09, 0.63))
    assert (verdict.kind, verdict.worth_it) == ("undecided", None)
    assert verdict.details.endswith("at least 20 are needed.")
    assert verdict.sentence.endswith("; without tuning, counting words (TF-IDF) reaches 79.0 %.")
    assert "worth it" not in verdict.sentence
