import pytest

from tests.unit.scoring.builders import answers
from tuning.scoring.classes import class_scores, confusion_of, label_names

TARGETS = ["b", "a", "b", "a"]


def test_labels_are_those_given_and_every_target():
    base = answers(["x"] * 4, TARGETS, probabilities={"a": 0.5, "c": 0.5})
    assert label_names(base, base, None) == ["a", "b", "c"]
    assert label_names(base, base, [" z ", "b", "z"]) == ["z", "b", "a"]


def test_f1_of_each_class_with_test_rows():
    base, tuned = answers(["b", "b", "b", "c"], TARGETS), answers(TARGETS, TARGETS)
    scores = [(score.label, score.rows, score.base_f1, score.tuned_f1) for score in class_scores(base, tuned)]
    assert scores == [("a", 2, 0.0, 1.0), ("b", 2, pytest.approx(0.8), 1.0)]


def test_answers_that_are_no_label_are_counted_last():
    base, tuned = answers(["b", "?", "(other)", "a"], TARGETS), answers(TARGETS, TARGETS)
    found = confusion_of(base, tuned, ["a", "b"])
    assert found.labels == ["a", "b", "(other)"]
    assert found.base == [[1, 0, 1], [0, 1, 1], [0, 0, 0]]
    assert confusion_of(tuned, tuned, ["a", "b"]).labels == ["a", "b"]
    assert confusion_of(base, tuned, ["a", "b", "(other)"]).labels == ["a", "b", "(other)", "((other))"]
