"""How like a training row each test row is: rows of one template are easier than what a model meets later.

Likeness is Dice's coefficient of the sets of words of two inputs, twice the words in common by the words of both (Dice
1945, Ecology 26:297); a test row's is that with its nearest training row. Every word counts alike: what a template
repeats is what is to be noticed. Knows texts. scikit-learn is imported when first used.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from tuning.data.examples import Example
from tuning.prediction import Prediction
from tuning.scoring.tokens import tokenize_words

__all__ = ["BY_LIKENESS", "LIKE", "UNLIKE", "count_alike", "likeness_part", "nearest_training_rows", "with_likeness"]

BY_LIKENESS = "likeness to training"
"""What rows are parted by, as a slice says it."""
LIKE = "half its words or more in common with a training row"
UNLIKE = "less than half in common with any"
_ALIKE = 0.5
_ROWS_AT_ONCE = 500
"""Test rows held against all training rows in one table."""
_MOST_TRAINING_ROWS = 10_000
"""More are not read, so that it stays a matter of seconds: then a row may be liker to one that was not."""


def nearest_training_rows(train: Sequence[Example], test: Sequence[Prediction]) -> dict[int, float]:
    """By the number of each test row its likeness to the training row nearest to it, from 0 to 1."""
    known = [example for example in train[:_MOST_TRAINING_ROWS] if example.input.strip()]
    if not known or not test:
        return {}
    from sklearn.feature_extraction.text import CountVectorizer

    vectorizer = CountVectorizer(analyzer=_words, binary=True, dtype=np.float32)
    rows = vectorizer.fit_transform([example.input for example in known])
    counts = np.asarray(rows.sum(axis=1)).ravel()
    found: dict[int, float] = {}
    for start in range(0, len(test), _ROWS_AT_ONCE):
        chunk = test[start : start + _ROWS_AT_ONCE]
        for row, share in zip(chunk, _best(vectorizer, chunk, rows, counts), strict=True):
            found[row.row] = round(float(share), 4)
    return found


def with_likeness(predictions: Sequence[Prediction], nearest: dict[int, float]) -> list[Prediction]:
    """The same answers, each with the likeness of its row, where that is known."""
    return [answer.model_copy(update={"likeness": nearest.get(answer.row)}) for answer in predictions]


def likeness_part(likeness: float) -> str:
    """Which of the two parts a row is in."""
    return LIKE if likeness >= _ALIKE else UNLIKE


def count_alike(predictions: Sequence[Prediction]) -> int | None:
    """How many rows are like a training row; None where that is not known of all."""
    shares = [answer.likeness for answer in predictions if answer.likeness is not None]
    if not shares or len(shares) < len(predictions):
        return None
    return Counter(map(likeness_part, shares))[LIKE]


def _best(vectorizer: Any, chunk: Sequence[Prediction], rows: Any, counts: Any) -> npt.NDArray[np.float32]:
    shared = (vectorizer.transform([row.input for row in chunk]) @ rows.T).toarray()
    sizes = np.array([[len(_words(row.input))] for row in chunk], np.float32)
    best: npt.NDArray[np.float32] = (2 * shared / np.maximum(sizes + counts, 1)).max(axis=1)
    return best


def _words(text: str) -> set[str]:
    return set(tokenize_words(text))
