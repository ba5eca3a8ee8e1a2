import math

import numpy as np
import pytest
import sklearn.metrics

from tests.unit.scoring.builders import answers
from tuning.prediction import Prediction
from tuning.scoring import classification
from tuning.scoring.answers import Answers
from tuning.scoring.sums import RowSums

LABELS = ["bad", "bad one", "👍", "5 stars", "中立"]


def total(sums: RowSums | None) -> float:
    assert sums is not None
    return sums.total()


def sample(rows: int, labels: list[str], shares: list[float]) -> list[Prediction]:
    """Answers that are right more often than not, with probabilities that have their highest at the answer."""
    generator = np.random.default_rng(rows)
    predictions = []
    for row in range(1, rows + 1):
        target = str(generator.choice(labels, p=shares))
        scores = generator.dirichlet(np.ones(len(labels)))
        if generator.random() < 0.5:
            scores[labels.index(target)] += 1
        scores /= scores.sum()
        probabilities = dict(zip(labels, scores.tolist(), strict=True))
        output = max(probabilities, key=lambda label: probabilities[label])
        predictions.append(Prediction(row=row, input="", target=target, output=output, probabilities=probabilities))
    return predictions


@pytest.mark.parametrize("shares", [[0.2] * 5, [0.6, 0.1, 0.1, 0.1, 0.1]])
def test_scores_agree_with_scikit_learn(shares):
    predictions = sample(300, LABELS, shares)
    given, order = Answers(predictions), sorted(LABELS)
    targets, outputs = given.targets, given.outputs
    probabilities = np.array([[(p.probabilities or {})[label] for label in order] for p in predictions])
    metrics = sklearn.metrics
    expected = {
        "macro_f1": metrics.f1_score(targets, outputs, average="macro"),
        "balanced_accuracy": metrics.balanced_accuracy_score(targets, outputs),
        "mcc": metrics.matthews_corrcoef(targets, outputs),
        "log_loss": metrics.log_loss(targets, probabilities, labels=order),
        "brier": metrics.brier_score_loss(targets, probabilities, labels=order, scale_by_half=True),
    }
    for name, score in expected.items():
        assert total(getattr(classification, name)(given)) == pytest.approx(score, abs=1e-9), name


def test_answers_that_are_no_label_are_wrong_and_one_class():
    given = Answers(answers(["a", "?", "", "b", "b"], ["a", "a", "b", "b", "a"]))
    outputs = ["a", "other", "other", "b", "b"]
    assert total(classification.mcc(given)) == pytest.approx(
        sklearn.metrics.matthews_corrcoef(given.targets, outputs), abs=1e-12
    )
    expected = sklearn.metrics.f1_score(given.targets, outputs, labels=["a", "b"], average="macro", zero_division=0)
    assert total(classification.macro_f1(given)) == pytest.approx(expected, abs=1e-12)


def test_all_answers_empty_score_nothing():
    given = Answers(answers([""] * 30, ["a", "b", "c"] * 10))
    for metric in (classification.macro_f1, classification.balanced_accuracy, classification.mcc):
        assert total(metric(given)) == 0.0


def test_one_class_among_the_targets():
    given = Answers(answers(["a"] * 3, ["a"] * 3), ["a", "b"])
    assert total(classification.macro_f1(given)) == 1.0
    assert total(classification.mcc(given)) == 0.0


@pytest.mark.parametrize("metric", [classification.macro_f1, classification.balanced_accuracy, classification.mcc])
def test_a_class_without_test_rows_leaves_scores_of_all_classes_without_an_interval(metric):
    rows = answers(["a"] * 100, ["a"] * 99 + ["b"])
    assert metric(Answers(rows, ["a", "b", " c"])).too_few()
    assert not metric(Answers(rows, ["a ", "b"])).too_few()
    assert not metric(Answers(rows)).too_few()


def test_a_probability_of_zero_has_a_finite_loss():
    given = Answers(answers(["a"], ["b"], probabilities={"a": 1.0, "b": 0.0}))
    assert total(classification.log_loss(given)) == pytest.approx(-math.log(2.0**-52))
    assert total(classification.brier(given)) == 1.0


def test_a_target_without_a_probability_is_as_if_it_had_zero():
    given = Answers(answers(["a"], ["c"], probabilities={"a": 1.0}))
    assert total(classification.log_loss(given)) == pytest.approx(-math.log(2.0**-52))
    assert total(classification.brier(given)) == 1.0


def test_probabilities_of_some_rows_are_not_enough():
    known = answers(["a"] * 50, ["a"] * 50, probabilities={"a": 0.7, "b": 0.3})
    given = Answers([*known, *answers(["a"], ["a"])])
    for metric in (classification.log_loss, classification.brier, classification.ece, classification.reliability):
        assert metric(given) is None


def test_calibration_error_of_bins_of_equal_size():
    sure = answers(["a"] * 20, ["a"] * 10 + ["b"] * 10, probabilities={"a": 0.9, "b": 0.1})
    unsure = answers(["a"] * 20, ["a"] * 12 + ["b"] * 8, probabilities={"a": 0.6, "b": 0.4})
    given = Answers([*sure, *unsure])
    curve = classification.reliability(given)
    assert curve is not None
    assert [each.rows for each in curve.bins] == [20, 20]
    assert [each.confidence for each in curve.bins] == pytest.approx([0.6, 0.9])
    assert [each.accuracy for each in curve.bins] == [0.6, 0.5]
    assert curve.error == total(classification.ece(given)) == pytest.approx(0.2)


def test_calibration_takes_two_bins_of_rows():
    few = answers(["a"] * 39, ["a"] * 39, probabilities={"a": 0.6, "b": 0.4})
    assert classification.reliability(Answers(few)) is None
    many = sample(500, LABELS, [0.2] * 5)
    curve = classification.reliability(Answers(many))
    assert curve is not None
    assert [each.rows for each in curve.bins] == [50] * 10
