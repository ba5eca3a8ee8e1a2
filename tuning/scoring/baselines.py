"""Answers without any language model: what a tuned model has to beat to be worth its training.

Each baseline answers the test rows as a model would, so that it is scored the same way. Knows training rows and test
rows, nothing of scores. scikit-learn is imported when first used.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from tuning.data.examples import Example
from tuning.prediction import Prediction

__all__ = [
    "MOST_TRAINING_ROWS",
    "ROWS_AT_ONCE",
    "copy_input",
    "majority_class",
    "nearest_neighbour",
    "tfidf_regression",
]

MOST_TRAINING_ROWS = 10_000
"""TF-IDF reads no more than the first of these, so that a comparison stays a matter of seconds."""
ROWS_AT_ONCE = 500
"""Test rows compared with all training rows in one table of at most 40 MB."""
INVERSE_PENALTY = 10.0
"""Weakly regularised, since rows of unit length with thousands of features hardly overfit; fixed, not chosen."""


def majority_class(train: Sequence[Example], test: Sequence[Prediction]) -> list[Prediction]:
    """The commonest target of the training rows for every row; of equally common ones the first in the alphabet."""
    counts = Counter(example.target.strip() for example in train)
    label = min(counts, key=lambda name: (-counts[name], name))
    return [_answer(row, label) for row in test]


def copy_input(test: Sequence[Prediction]) -> list[Prediction]:
    """The input as it is."""
    return [_answer(row, row.input) for row in test]


def nearest_neighbour(train: Sequence[Example], test: Sequence[Prediction]) -> list[Prediction]:
    """The target of the training row whose input is nearest by the cosine of TF-IDF; the first of equally near ones."""
    known = train[:MOST_TRAINING_ROWS]
    vectorizer = _vectorizer()
    rows = vectorizer.fit_transform([example.input for example in known])
    asked = vectorizer.transform([row.input for row in test])
    answers = []
    for start in range(0, len(test), ROWS_AT_ONCE):
        nearest = (asked[start : start + ROWS_AT_ONCE] @ rows.T).toarray().argmax(axis=1)
        chunk = test[start : start + ROWS_AT_ONCE]
        answers += [_answer(row, known[int(place)].target) for row, place in zip(chunk, nearest, strict=True)]
    return answers


def tfidf_regression(train: Sequence[Example], test: Sequence[Prediction]) -> list[Prediction]:
    """Logistic regression on TF-IDF of words and characters, learned from the training rows; at least two classes."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    known = train[:MOST_TRAINING_ROWS]
    model = make_pipeline(_vectorizer(), LogisticRegression(C=INVERSE_PENALTY, max_iter=1000))
    model.fit([example.input for example in known], [example.target.strip() for example in known])
    return [
        _answer(row, str(label)) for row, label in zip(test, model.predict([row.input for row in test]), strict=True)
    ]


def _vectorizer() -> Any:
    """Words and pairs of words, and 2 to 4 characters within words, for scripts and spellings that words miss."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.pipeline import make_union

    # A word, or a symbol by itself, so that texts of emoji alone have something to be told apart by.
    word = r"\w+|[^\w\s]"
    return make_union(
        TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, token_pattern=word),
        TfidfVectorizer(ngram_range=(2, 4), sublinear_tf=True, analyzer="char_wb"),
    )


def _answer(row: Prediction, output: str) -> Prediction:
    return Prediction(
        row=row.row, input=row.input, target=row.target, output=output, group=row.group, columns=row.columns
    )
