"""Blind votes: whom they are for, what they say together, and what a browser may send."""

import pytest

from tuning.scoring.statistics import wilson
from tuning.ui.blind import Order, Tally, draw_order, keep_tally, read_tallies


def test_a_vote_is_for_whoever_stood_there():
    assert [Order(True).outcome(choice) for choice in ("a", "b", "tie", "both_bad")] == [
        "tuned",
        "base",
        "tie",
        "both_bad",
    ]
    assert Order(False).outcome("a") == "base"
    assert Order(False).outcome("b") == "tuned"


def test_both_orders_are_drawn():
    assert {draw_order().tuned_first for _ in range(100)} == {True, False}


def test_votes_add_up():
    tally = Tally()
    for outcome in ("tuned", "tuned", "base", "tie", "both_bad"):
        tally = tally.with_vote(outcome)
    assert tally == Tally(tuned=2, base=1, tie=1, both_bad=1)
    assert tally.decided == 3


@pytest.mark.parametrize(
    ("tally", "said"),
    [
        (Tally(), ""),
        (Tally(tie=1), "1 vote, none that chose one (1 tie, 0 both bad)."),
        (Tally(tuned=9), "Too few votes to tell"),
        (Tally(tuned=8, base=1, tie=5), "Too few votes to tell"),
        (Tally(tuned=9, base=1), "90 % (95 % interval 60 to 98 %): you prefer tuned."),
        (Tally(tuned=1, base=9), "10 % (95 % interval 2 to 40 %): you prefer the base."),
        (Tally(tuned=6, base=5, both_bad=2), "55 % (95 % interval 28 to 79 %): no clear preference."),
    ],
)
def test_votes_say_as_much_as_they_can(tally, said):
    assert said in tally.words()


def test_the_interval_is_that_of_wilson():
    interval = wilson(9, 10)
    assert (round(100 * interval.low), round(100 * interval.high)) == (60, 98)


@pytest.mark.parametrize(
    "stored", [None, 7, [], {"run": 3}, {"run": {"tuned": -1}}, {"run": {"tuned": 10**9}}, {"run": {"won": 1}}]
)
def test_what_a_browser_cannot_have_been_given_counts_nothing(stored):
    assert read_tallies(stored) == {}


def test_a_browser_keeps_the_tallies_of_the_latest_runs():
    kept: dict[str, Tally] = {}
    for number in range(60):
        kept = read_tallies(keep_tally(kept, str(number), Tally(tuned=number)))
    assert list(kept) == [str(number) for number in range(10, 60)]
    assert kept["59"] == Tally(tuned=59)
    assert list(read_tallies(keep_tally(kept, "10", Tally(base=1))))[-1] == "10"
