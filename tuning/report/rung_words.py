"""The ways to answer, for people: what each rung of the ladder is called and what it does.

Knows words and rungs; no HTML and no run.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from tuning.scoring.comparison import Comparison, RungName

__all__ = ["RungWords", "base_words", "rung_words"]


@dataclass(frozen=True)
class RungWords:
    """What a rung is called, and what it does in a few words."""

    title: str
    meaning: str


_RUNGS: Mapping[RungName, RungWords] = MappingProxyType(
    {
        "chance": RungWords("Chance", "guessing blindly"),
        "majority": RungWords("Commonest label", "the same answer to every row"),
        "copy_input": RungWords("Copy the input", "no work done"),
        "nearest_neighbour": RungWords("Nearest neighbour", "the answer of the training row that is most similar"),
        "tfidf": RungWords(
            "Counting words (TF-IDF)", "rare words weigh more, logistic regression decides; no language model"
        ),
        "zero_shot": RungWords("Similarity to label names", "compares meanings, learns nothing"),
        "base": RungWords("Base", "the model before tuning"),
        "base_best": RungWords("Base, read at its best", "the same model, read in the way that favours it"),
        "base_few_shot": RungWords(
            "Base, shown examples", "the same model, a few training rows in its prompt (few-shot)"
        ),
        "tuned": RungWords("Tuned", "the same model after tuning on the training rows"),
    }
)
_PROBE = RungWords("Base", "the encoder before tuning, with a layer fitted to the training rows to name labels")


def rung_words(name: RungName, comparison: Comparison) -> RungWords:
    """The words for a rung; an encoder names no label by itself, so its base has learned that much."""
    return _PROBE if name == "base" and comparison.model.family == "encoder" else _RUNGS[name]


def base_words(comparison: Comparison) -> str:
    """What base is, below its big number."""
    return (
        "as it came, with a last layer fitted to your rows" if comparison.model.family == "encoder" else "before tuning"
    )
