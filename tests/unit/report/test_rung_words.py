"""Rungs for people: every one is explained."""

from typing import get_args

from tuning.report.rung_words import RUNG_WORDS
from tuning.scoring.comparison import RungName


def test_every_rung_has_a_title_and_is_explained():
    assert set(RUNG_WORDS) == set(get_args(RungName))
    assert all(words.title and words.meaning for words in RUNG_WORDS.values())
