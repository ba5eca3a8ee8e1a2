"""The first thing to see: no more than the verdict says, and its caveats beside it."""

import re

import pytest

from tests.unit.scoring.builders import pair_with
from tests.unit.ui.builders import HOSTILE
from tests.unit.ui.fragments import Names, metric, text_of
from tuning.report.headline import duel, failure_panel, verdict_panel
from tuning.scoring.comparison import Check, CleanScore, Comparison, Flips, Headline, Verdict, compare
from tuning.spec import Task


def comparison(**changes: object) -> Comparison:
    return compare(*pair_with(fixed=60, broken=4, right=20, wrong=16), Task.CLASSIFY).model_copy(update=changes)


@pytest.mark.parametrize(
    ("kind", "worth_it", "rung", "answer", "colour"),
    [
        ("better", None, None, "▲ Tuning helped", "to-better"),
        ("better", None, "tfidf", "▲ Tuning helped; that it beats something simpler is not shown", "to-better"),
        ("better", True, "base", "▲ Tuning helped, and nothing simpler that was tried does as well", "to-better"),
        ("better", False, "tfidf", "△ Tuning helped, but does not beat something simpler", "to-warning"),
        ("worse", False, "base", "▼ Tuning made it worse", "to-worse"),
        ("not_worse", None, "base", "= Not worse, within the margin", "to-even"),
        ("undecided", None, "base", "? Undecided", "to-even"),
        (
            "undecided",
            False,
            "tfidf",
            "≤ Not worth it: tuning does not beat something simpler (against the base: undecided)",
            "to-even",
        ),
    ],
)
def test_the_answer_comes_in_a_few_words_and_a_colour(kind, worth_it, rung, answer, colour):
    held = None if rung is None else Headline(rung=rung, metric=metric(low=0.3, high=0.7))
    panel = verdict_panel(Verdict(kind=kind, sentence="It is so.", worth_it=worth_it), held, ["data.csv", "model"])
    assert text_of(panel) == f"{answer} It is so. data.csv · model"
    assert panel.startswith(f'<div class="to-verdict {colour}"')


def test_worse_after_half_a_training_is_worse_so_far():
    verdict = Verdict(kind="worse", sentence="S.", worth_it=False, unfinished=True)
    assert "▼ Worse so far: there was no time for all rows" in text_of(verdict_panel(verdict, None, ()))


def test_what_is_surely_behind_something_simpler_is_no_good_news():
    """A training that has not seen every row may become worth it; by now it is not."""
    verdict = Verdict(kind="better", sentence="S.", behind=True, unfinished=True)
    behind = Headline(rung="tfidf", metric=metric(base=0.75, tuned=0.25, delta=-0.5, low=-0.6, high=-0.4))
    panel = verdict_panel(verdict, behind, ())
    assert "△ Tuning helped, but something simpler does better so far" in text_of(panel)
    assert 'class="to-verdict to-warning"' in panel


def test_test_rows_without_an_answer_are_told_beside_those_with_one():
    found = comparison()
    assert "no time" not in text_of(duel(found))
    fewer = found.model_copy(update={"rows": found.rows.model_copy(update={"unanswered": 1116})})
    assert "test rows kept out of tuning; there was no time for 1,116 more" in text_of(duel(fewer))


def test_the_figures_are_the_second_line():
    panel = text_of(verdict_panel(Verdict(kind="better", sentence="It is so.", details="+3 of it."), None, ["data"]))
    assert panel == "▲ Tuning helped It is so. +3 of it. data"


def test_how_it_ended_and_caveats_stand_beside_the_sentence():
    verdict = Verdict(kind="undecided", sentence="S.", rows_needed=1200, caveats=["2 rows leaked.", HOSTILE])
    panel = verdict_panel(verdict, None, [HOSTILE], "It was cancelled.")
    assert "It was cancelled. 2 rows leaked." in text_of(panel)
    assert not Names(panel).tags & {"script", "img"}


def test_a_failed_check_is_named_where_the_verdict_would_be():
    checks = [
        Check(check="same rows", status="fail", detail="row 7 differs"),
        Check(check="b", status="pass", detail=""),
    ]
    panel = text_of(failure_panel(checks, "This run failed.", "Try again.", ["data"]))
    assert panel.startswith(
        "✗ No verdict A check failed, so the numbers of this run are not to be trusted. Same rows: row 7 differs."
    )
    assert "This run failed." in text_of(failure_panel([], "This run failed.", "Why.", ["data"]))


def test_base_and_tuned_and_the_difference_with_a_sign_and_a_word():
    shown = text_of(duel(comparison()))
    assert shown.startswith("Base 24.0 % before tuning +56.0 points ▲ better 95 % interval")
    assert "Tuned 80.0 %" in shown
    assert "on 100 test rows kept out of tuning" in shown


def test_the_numbers_are_those_of_the_verdict_where_rows_leaked():
    clean = CleanScore(
        rows=60, leaked=40, metric=metric(low=0.3, high=0.6), flips=Flips(fixed=1, broken=1, both_right=1, both_wrong=1)
    )
    shown = text_of(duel(comparison(clean=clean)))
    assert "Base 25.0 %" in shown
    assert "on 60 test rows kept" in shown
    assert "Left out: 40 leaked test rows. With them it would be 24.0 % against 80.0 % on 100 rows" in shown


@pytest.mark.parametrize(
    ("rung", "values", "title", "said"),
    [
        ("tfidf", {"low": -0.1, "high": 0.6}, "Counting words (TF-IDF)", "? no clear difference"),
        ("base_few_shot", {"low": 0.1, "high": 0.6}, "Base, shown examples", "▲ better"),
        ("base_best", {"delta": -0.5, "low": -0.6, "high": -0.1}, "Base, read at its best", "▼ worse"),
    ],
)
def test_the_strongest_way_without_tuning_is_as_big_as_base_and_tuned(rung, values, title, said):
    drawn = duel(comparison(headline=Headline(rung=rung, metric=metric(**values))))
    assert drawn.count('<div class="to-side') == 3
    shown = text_of(drawn)
    assert shown.startswith(f"Base 24.0 % before tuning Best without tuning 25.0 % {title} Tuned 80.0 % after tuning")
    assert "Tuned against base +56.0 points ▲ better" in shown
    against = shown.partition("Tuned against the best without tuning ")[2]
    assert against.startswith(f"{'−' if 'delta' in values else '+'}50.0 points {said} 95 % interval")


def test_both_differences_are_drawn_on_one_scale():
    drawn = duel(comparison(headline=Headline(rung="tfidf", metric=metric(delta=0.1, low=0.05, high=0.15))))
    dots = [float(place) for place in re.findall(r'to-dot" style="left:([\d.]+)%', drawn)]
    assert dots[0] > dots[1] > 50


def test_where_nothing_simpler_beats_the_base_there_are_two_numbers():
    ladder = [rung for rung in comparison().ladder if rung.name != "chance"]
    found = comparison(headline=Headline(rung="base", metric=metric(base=0.6)), ladder=ladder)
    assert duel(found).count('<div class="to-side') == 2
    assert "Of what was tried, nothing simpler beats the base: tuned" in duel(found)
    tried = [rung for rung in found.ladder if rung.status == "run"]
    assert ">Nothing simpler beats the base: tuned" in duel(found.model_copy(update={"ladder": tried}))
    alike = Headline(rung="base", metric=metric(base=0.6), equals=["majority", "tfidf"])
    said = text_of(duel(found.model_copy(update={"headline": alike})))
    assert "beats the base, but each of Commonest label and Counting words (TF-IDF) does as well: tuned is" in said
    blind = comparison(headline=Headline(rung="base", metric=metric(base=0.1)))
    assert "which does no better than guessing" in duel(blind)


def test_a_comparison_without_a_ladder_says_nothing_of_it():
    drawn = duel(comparison(headline=None))
    assert "without" not in drawn
    assert "simpler" not in drawn


def test_a_gain_that_something_simpler_may_have_too_is_grey():
    verdict = Verdict(kind="better", sentence="S.", contested=True)
    held = Headline(rung="copy_input", metric=metric(base=0.7, tuned=0.72, delta=0.02, low=-0.05, high=0.09))
    panel = verdict_panel(verdict, held, ())
    assert "△ Tuning helped; that it beats something simpler is not shown" in text_of(panel)
    assert 'class="to-verdict to-even"' in panel
