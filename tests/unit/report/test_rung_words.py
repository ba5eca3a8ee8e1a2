"""Rungs for people: every one is explained."""

from typing import get_args

from tests.unit.scoring.builders import pair_with
from tuning.report.rung_words import base_words, rung_words
from tuning.scoring.comparison import ModelCard, RungName, compare
from tuning.spec import Task


def test_every_rung_has_a_title_and_is_explained():
    found = compare(*pair_with(fixed=3, broken=1, right=4, wrong=2), Task.CLASSIFY)
    assert all(rung_words(name, found).title and rung_words(name, found).meaning for name in get_args(RungName))


def test_the_base_of_an_encoder_has_learned_to_name_labels_and_that_is_said():
    decoder = compare(*pair_with(fixed=3, broken=1, right=4, wrong=2), Task.CLASSIFY)
    encoder = decoder.model_copy(update={"model": ModelCard(family="encoder")})
    assert "fitted to the training rows" in rung_words("base", encoder).meaning
    assert "fitted" not in rung_words("base", decoder).meaning
    assert rung_words("tfidf", encoder) == rung_words("tfidf", decoder)
    assert (base_words(decoder), base_words(encoder)) == (
        "before tuning",
        "as it came, with a last layer fitted to your rows",
    )
