"""Rungs for people: every one is explained, and the order is that of the scores."""

from typing import get_args

from tuning.report.rung_words import RUNG_WORDS, ranked
from tuning.scoring.comparison import Rung, RungName


def test_every_rung_has_a_title_and_is_explained():
    assert set(RUNG_WORDS) == set(get_args(RungName))
    assert all(words.title and words.meaning for words in RUNG_WORDS.values())


def test_the_best_stands_first_and_what_was_not_run_last():
    rungs = [
        Rung(name="chance", status="run", value=0.2),
        Rung(name="base_few_shot", status="not_run", note="no time"),
        Rung(name="base", status="run", value=0.1),
        Rung(name="tuned", status="run", value=0.2),
        Rung(name="tfidf", status="run", value=0.7),
    ]
    assert [rung.name for rung in ranked(rungs)] == ["tfidf", "chance", "tuned", "base", "base_few_shot"]
