"""The linear probe: what it learns, whatever the labels, and what dev decides."""

import numpy as np
import pytest
from numpy.typing import NDArray

from tuning.errors import ColumnError
from tuning.scoring.probe import INVERSE_PENALTIES, LabelledFeatures, Probe, fit_probe


def clouds(labels: int, rows: int, *, noise: float = 0.1, seed: int = 0) -> LabelledFeatures:
    """Rows of every label around a direction of its own."""
    numbers: NDArray[np.int64] = np.arange(rows, dtype=np.int64) % labels
    centres = np.random.default_rng(7).normal(size=(labels, 24))
    features = centres[numbers] + noise * np.random.default_rng(seed).normal(size=(rows, 24))
    return LabelledFeatures(features.astype(np.float32), numbers)


def answers(probe: Probe, rows: LabelledFeatures) -> NDArray[np.int64]:
    found: NDArray[np.int64] = (rows.features @ probe.weight.T + probe.bias).argmax(1)
    return found


@pytest.mark.parametrize("labels", [2, 3, 150])
def test_it_tells_labels_apart_that_it_has_seen(labels):
    train, test = clouds(labels, 4 * labels), clouds(labels, 2 * labels, seed=1)
    probe = fit_probe(train, clouds(labels, labels, seed=2), labels)
    assert probe.weight.shape == (labels, 24)
    assert (probe.weight.dtype, probe.bias.dtype) == (np.float32, np.float32)
    assert (answers(probe, test) == test.labels).mean() > 0.95


def test_a_label_without_training_rows_is_never_given_but_has_a_likelihood():
    train = clouds(3, 30)
    probe = fit_probe(train, clouds(3, 9, seed=2), 5)
    logits = train.features @ probe.weight.T + probe.bias
    assert np.isfinite(logits).all()
    assert set(logits.argmax(1)) == {0, 1, 2}


def test_the_size_of_the_features_does_not_matter():
    train, dev = clouds(3, 30, noise=2), clouds(3, 30, noise=2, seed=1)
    large, larger = (LabelledFeatures(100 * rows.features, rows.labels) for rows in (train, dev))
    one, other = fit_probe(train, dev, 3), fit_probe(large, larger, 3)
    assert one.inverse_penalty == other.inverse_penalty
    np.testing.assert_allclose(one.weight, 100 * other.weight, rtol=0.05, atol=0.02)


def hidden(rows: int, seed: int) -> LabelledFeatures:
    """Two labels, told by a number that is small beside another one, which tells nothing."""
    numbers: NDArray[np.int64] = np.arange(rows, dtype=np.int64) % 2
    noise = np.random.default_rng(seed).normal(size=(rows, 2))
    told = np.stack((10 * noise[:, 0], 0.1 * (2 * numbers - 1) + 0.02 * noise[:, 1]), axis=1)
    return LabelledFeatures(told.astype(np.float32), numbers)


def test_dev_chooses_the_penalty_and_between_equals_the_strongest():
    assert fit_probe(clouds(3, 30), clouds(3, 30, seed=1), 3).inverse_penalty == INVERSE_PENALTIES[0]
    chosen = fit_probe(hidden(60, seed=0), hidden(400, seed=1), 2)
    assert chosen.inverse_penalty == INVERSE_PENALTIES[-1]


def test_a_single_label_is_refused():
    one = LabelledFeatures(np.ones((4, 3), np.float32), np.zeros(4, np.int64))
    with pytest.raises(ColumnError, match="a single label"):
        fit_probe(one, one, 2)
