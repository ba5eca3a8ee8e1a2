"""Metrics of classification, as sums over rows: macro-F1, MCC, balanced accuracy, log loss, Brier, calibration error.

Each function takes one model's answers and gives its `RowSums`, or None where the metric is not known of every row.
Classes are those with test rows. An answer that is none of them is wrong, and all such answers are one class in MCC.
"""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from tuning.scoring.answers import Answers
from tuning.scoring.scores import CalibrationBin, Reliability
from tuning.scoring.sums import Parts, RowSums, Score

__all__ = [
    "balanced_accuracy",
    "brier",
    "ece",
    "log_loss",
    "macro_f1",
    "mcc",
    "reliability",
]

Array: TypeAlias = NDArray[np.float64]

MOST_BINS = 10
ROWS_A_BIN = 20
"""With fewer rows a bin, the error that calibration is judged by is mostly the luck of the rows in it."""
SMALLEST = float(np.finfo(np.float64).eps)
"""What a probability of zero counts as in a logarithm, as in scikit-learn."""


def macro_f1(answers: Answers) -> RowSums:
    """Mean F1 over the classes with test rows."""
    return _in_classes(answers, _macro_f1)


def balanced_accuracy(answers: Answers) -> RowSums:
    """Mean recall over the classes with test rows."""
    return _in_classes(answers, _balanced_accuracy)


def mcc(answers: Answers) -> RowSums:
    """Matthews' correlation of answers and targets, from -1 to 1, in its form for many classes: Gorodkin 2004.

    0 where it is undefined because there is one class, or one answer.
    """
    return _in_classes(answers, _mcc)


def log_loss(answers: Answers) -> RowSums | None:
    """Mean negative log-probability of the target, in nats; lower is better."""
    shares = _target_probabilities(answers)
    return None if shares is None else RowSums.mean(-np.log(np.clip(shares, SMALLEST, 1.0)))


def brier(answers: Answers) -> RowSums | None:
    """Half the squared distance between the probabilities and the target, from 0 to 1; lower is better. Brier 1950."""
    if answers.probabilities is None:
        return None
    rows = zip(answers.probabilities, answers.targets, strict=True)
    return RowSums.mean(np.array([_squared_distance(shares, target) / 2 for shares, target in rows]))


def ece(answers: Answers) -> RowSums | None:
    """Expected calibration error: the mean distance of confidence and accuracy over bins of rows, weighed by rows.

    Bins of equal size (Nguyen, O'Connor 2015, EMNLP), at most `MOST_BINS` and of `ROWS_A_BIN` rows or more; None with
    fewer than two. A distance is never negative, so with few rows a bin even a perfectly calibrated model has an
    error; how much of it is luck differs between models, and no interval of the difference holds what it should.
    """
    binned = _bins(answers)
    if binned is None:
        return None
    confidence, right, members = binned
    gaps = np.zeros((len(right), len(members) + 1))
    gaps[:, -1] = 1
    for number, rows in enumerate(members):
        gaps[rows, number] = confidence[rows] - right[rows]
    return RowSums(gaps, _mean_distance)


def reliability(answers: Answers) -> Reliability | None:
    """The reliability curve that `ece` is the summary of; None where there is none."""
    binned, error = _bins(answers), ece(answers)
    if binned is None or error is None:
        return None
    confidence, right, members = binned
    bins = [
        CalibrationBin(rows=len(rows), confidence=float(confidence[rows].mean()), accuracy=float(right[rows].mean()))
        for rows in members
    ]
    return Reliability(bins=bins, error=error.total())


def _in_classes(answers: Answers, score: Score) -> RowSums:
    """A score of all classes; one that could have been named but has no test rows is a part without rows."""
    present = len(answers.present)
    missing = len({label.strip() for label in answers.labels or ()} - set(answers.present))
    every, none = np.eye(present), np.zeros((present, present))
    right, wrong = (
        np.vstack([part, np.zeros((missing, 3 * present))])
        for part in (np.hstack([every, every, every]), np.hstack([none, none, every]))
    )
    return RowSums(_class_counts(answers), score, _class_weights, Parts(right, wrong))


def _class_counts(answers: Answers) -> Array:
    """(rows, 3 * classes): whether the row is a hit of the class, was answered with it, and has it as its target."""
    index = {label: number for number, label in enumerate(answers.present)}
    rows = np.arange(len(answers.targets))
    targets = np.array([index[target] for target in answers.targets])
    # An answer that is none of the classes lands in a column that is then dropped.
    outputs = np.array([index.get(output, len(index)) for output in answers.outputs])
    target, output = (np.zeros((len(rows), len(index) + 1)) for _ in range(2))
    target[rows, targets] = 1
    output[rows, outputs] = 1
    return np.hstack([part[:, :-1] for part in (target * output, output, target)])


def _macro_f1(sums: Array) -> Array:
    hits, answered, targets = _thirds(sums)
    return _over_classes(2 * hits, answered + targets, targets > 0)


def _balanced_accuracy(sums: Array) -> Array:
    hits, _, targets = _thirds(sums)
    return _over_classes(hits, targets, targets > 0)


def _mcc(sums: Array) -> Array:
    hits, answered, targets = _thirds(sums)
    rows = targets.sum(axis=1)
    other = rows - answered.sum(axis=1)
    covariance = hits.sum(axis=1) * rows - (answered * targets).sum(axis=1)
    spread = rows**2 - (answered**2).sum(axis=1) - other**2
    product = np.maximum(spread, 0) * np.maximum(rows**2 - (targets**2).sum(axis=1), 0)
    return _ratio(covariance, np.sqrt(product))


def _class_weights(values: Array) -> Array:
    """A row weighs the more the fewer rows its class has."""
    targets = _thirds(values)[2]
    rows = targets.sum(axis=0)
    weights = np.divide(1, rows, out=np.zeros_like(rows), where=rows > 0)
    return targets @ weights


def _thirds(sums: Array) -> tuple[Array, Array, Array]:
    """Hits, answers and targets by class."""
    classes = sums.shape[1] // 3
    return sums[:, :classes], sums[:, classes : 2 * classes], sums[:, 2 * classes :]


def _over_classes(over: Array, under: Array, present: NDArray[np.bool_]) -> Array:
    """The mean ratio over the classes that have rows: those left out of a resample leave the others to be judged by."""
    return _ratio(np.where(present, _ratio(over, under), 0.0).sum(axis=1), present.sum(axis=1).astype(np.float64))


def _mean_distance(sums: Array) -> Array:
    return np.abs(sums[:, :-1]).sum(axis=1) / sums[:, -1]


def _ratio(over: Array, under: Array) -> Array:
    """0 where it is undefined."""
    return np.divide(over, under, out=np.zeros_like(over, dtype=np.float64), where=under > 0)


def _target_probabilities(answers: Answers) -> Array | None:
    if answers.probabilities is None:
        return None
    rows = zip(answers.probabilities, answers.targets, strict=True)
    return np.array([shares.get(target, 0.0) for shares, target in rows])


def _squared_distance(shares: dict[str, float], target: str) -> float:
    missed = 0.0 if target in shares else 1.0
    return missed + sum((share - (label == target)) ** 2 for label, share in shares.items())


def _bins(answers: Answers) -> tuple[Array, Array, list[NDArray[np.intp]]] | None:
    """Each row's confidence in its answer, whether it is right, and the rows of each bin by rising confidence."""
    bins = min(MOST_BINS, len(answers.predictions) // ROWS_A_BIN)
    if answers.probabilities is None or bins < 2:
        return None
    rows = zip(answers.probabilities, answers.outputs, strict=True)
    confidence = np.array([shares.get(output, 0.0) for shares, output in rows])
    right = np.array([float(prediction.correct) for prediction in answers.predictions])
    return confidence, right, np.array_split(np.argsort(confidence, kind="stable"), bins)
