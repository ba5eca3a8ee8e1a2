"""Test rows that tuned has seen in training: its answers to them say nothing about new rows. Knows texts only."""

import unicodedata
from collections.abc import Sequence

from tuning.data.examples import Example
from tuning.prediction import Prediction

__all__ = ["find_leaks"]


def find_leaks(train: Sequence[Example], test: Sequence[Prediction]) -> frozenset[int]:
    """Numbers of the test rows whose input also stands in the training rows; case, width and white space aside."""
    known = {_folded(example.input) for example in train}
    return frozenset(row.row for row in test if _folded(row.input) in known)


def _folded(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())
