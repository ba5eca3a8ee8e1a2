"""How like a training row a test row is: the words in common with the nearest one, whatever else stands there."""

import pytest

from tests.unit.scoring.builders import answers
from tuning.data.examples import Example
from tuning.prediction import Prediction
from tuning.scoring.likeness import (
    LIKE,
    UNLIKE,
    count_alike,
    likeness_part,
    nearest_training_rows,
    with_likeness,
)


def trained(*texts: str) -> list[Example]:
    return [Example(row=number, input=text, target="x") for number, text in enumerate(texts, 1)]


def asked(*texts: str) -> list[Prediction]:
    return [Prediction(row=number, input=text, target="x", output="x") for number, text in enumerate(texts, 101)]


def test_likeness_is_that_with_the_nearest_training_row():
    known = trained("language files for German", "a quite different text", "...")
    test = asked("Language files for FRENCH!", "nothing of it", "a quite different text", "different", "...", "")
    found = nearest_training_rows(known, test)
    # 3 of 4 words on both sides; 1 of 1 and of 4: 2 · 1 / 5.
    assert found == pytest.approx({101: 0.75, 102: 0.0, 103: 1.0, 104: 0.4, 105: 1.0, 106: 0.0})


def test_without_training_rows_nothing_is_known():
    assert nearest_training_rows([], asked("a")) == {}
    assert nearest_training_rows(trained("", " "), asked("a")) == {}
    assert nearest_training_rows(trained("a"), []) == {}
    unknown = with_likeness(asked("a", "b"), {101: 0.7})
    assert [answer.likeness for answer in unknown] == [0.7, None]
    assert count_alike(unknown) is None
    assert count_alike([]) is None


def test_rows_with_half_of_the_words_are_alike():
    assert [likeness_part(share) for share in (0.0, 0.49, 0.5, 1.0)] == [UNLIKE, UNLIKE, LIKE, LIKE]
    rows = answers(["a"] * 3, ["a"] * 3)
    assert (
        count_alike(with_likeness(rows, {row.row: share for row, share in zip(rows, (0.2, 0.5, 1), strict=True)})) == 2
    )
