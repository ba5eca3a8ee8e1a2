"""A linear probe: logistic regression from a frozen model's features to labels, on the rows that tuning trains on.

What an encoder can do without being tuned, and so what a tuned one is held against. Knows numbers; knows no models.
scikit-learn is imported when first used.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tuning.errors import ColumnError

__all__ = ["INVERSE_PENALTIES", "LabelledFeatures", "Probe", "fit_probe"]

INVERSE_PENALTIES = (1.0, 10.0, 100.0)
"""Of which dev chooses, strongest penalty first, for features of length 1 in the mean, as then only rows and labels
matter."""
_UNSEEN = -30.0
"""Logit of a label that no training row has: e^-30 of one at zero, and still a number."""
_STEPS = 1000


@dataclass(frozen=True)
class LabelledFeatures:
    """Rows of one split: `features` (rows, features), and the number of each row's label."""

    features: NDArray[np.float32]
    labels: NDArray[np.int64]


@dataclass(frozen=True)
class Probe:
    """Features → one logit a label."""

    weight: NDArray[np.float32]  # (labels, features)
    bias: NDArray[np.float32]  # (labels,)
    inverse_penalty: float
    """scikit-learn's C."""


def fit_probe(train: LabelledFeatures, dev: LabelledFeatures, labels: int) -> Probe:
    """The probe that gets most dev rows right; `labels` are all there are, seen in training or not.

    Between equals the strongest penalty wins: what has learned its rows by heart leaves tuning nothing to learn.
    Raises `ColumnError` when the training rows have a single label.
    """
    if len(np.unique(train.labels)) < 2:
        raise ColumnError("the training rows have a single label, so nothing can be learned; use more rows")
    scale = float(np.sqrt((train.features**2).sum(1).mean())) or 1.0
    probes = (_fit(train, inverse_penalty, scale, labels) for inverse_penalty in INVERSE_PENALTIES)
    return max(probes, key=lambda probe: _accuracy(probe, dev))


def _fit(train: LabelledFeatures, inverse_penalty: float, scale: float, labels: int) -> Probe:
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=inverse_penalty, max_iter=_STEPS)
    model.fit(train.features / scale, train.labels)
    seen: Sequence[Any] = model.classes_
    weight, bias = model.coef_ / scale, model.intercept_
    if len(seen) == 2:  # one logit tells two labels apart
        weight, bias = np.concatenate((-weight / 2, weight / 2)), np.concatenate((-bias / 2, bias / 2))
    whole = Probe(
        np.zeros((labels, weight.shape[1]), np.float32), np.full(labels, _UNSEEN, np.float32), inverse_penalty
    )
    whole.weight[seen], whole.bias[seen] = weight, bias
    return whole


def _accuracy(probe: Probe, rows: LabelledFeatures) -> float:
    answers = (rows.features @ probe.weight.T + probe.bias).argmax(axis=1)
    return float((answers == rows.labels).mean())
