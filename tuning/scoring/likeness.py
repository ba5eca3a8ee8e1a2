"""How like a training row each test row is, and the two parts of the test rows by it. Knows rows, no measure."""

from collections import Counter
from collections.abc import Sequence

from tuning.data.examples import Example
from tuning.data.likeness import ALIKE, likeness
from tuning.prediction import Prediction

__all__ = ["BY_LIKENESS", "LIKE", "UNLIKE", "count_alike", "likeness_part", "nearest_training_rows", "with_likeness"]

BY_LIKENESS = "likeness to training"
"""What rows are parted by, as a slice says it."""
LIKE = "half its words or more in common with a training row"
UNLIKE = "less than half in common with any"
_MOST_TRAINING_ROWS = 10_000
"""More are not read, so that it stays a matter of seconds: then a row may be liker to one that was not."""


def nearest_training_rows(train: Sequence[Example], test: Sequence[Prediction]) -> dict[int, float]:
    """By the number of each test row its likeness to the training row nearest to it, from 0 to 1."""
    known = [example.input for example in train[:_MOST_TRAINING_ROWS] if example.input.strip()]
    if not known:
        return {}
    shares = likeness((row.input for row in test), known)
    return {row.row: round(float(share), 4) for row, share in zip(test, shares, strict=True)}


def with_likeness(predictions: Sequence[Prediction], nearest: dict[int, float]) -> list[Prediction]:
    """The same answers, each with the likeness of its row, where that is known."""
    return [answer.model_copy(update={"likeness": nearest.get(answer.row)}) for answer in predictions]


def likeness_part(share: float) -> str:
    """Which of the two parts a row is in."""
    return LIKE if share >= ALIKE else UNLIKE


def count_alike(predictions: Sequence[Prediction]) -> int | None:
    """How many rows are like a training row; None where that is not known of all."""
    shares = [answer.likeness for answer in predictions if answer.likeness is not None]
    if not shares or len(shares) < len(predictions):
        return None
    return Counter(map(likeness_part, shares))[LIKE]
