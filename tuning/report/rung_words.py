"""The ways to answer, for people: what each rung of the ladder is called and what it does.

Knows words and rungs; no HTML and no run.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from tuning.scoring.comparison import RungName

__all__ = ["RUNG_WORDS", "RungWords"]


@dataclass(frozen=True)
class RungWords:
    """What a rung is called, and what it does in a few words."""

    title: str
    meaning: str


RUNG_WORDS: Mapping[RungName, RungWords] = MappingProxyType(
    {
        "chance": RungWords("Chance", "guessing blindly"),
        "majority": RungWords("Commonest label", "the same answer to every row"),
        "copy_input": RungWords("Copy the input", "no work done"),
        "nearest_neighbour": RungWords("Nearest neighbour", "the answer of the training row that is most similar"),
        "tfidf": RungWords("TF-IDF + logistic regression", "counts words, weighs rare ones more; no language model"),
        "zero_shot": RungWords("Similarity to label names", "compares meanings, learns nothing"),
        "base": RungWords("Base", "the model before tuning"),
        "base_best": RungWords("Base, read at its best", "the same model, read in the way that favours it"),
        "base_few_shot": RungWords("Base, few-shot", "the same model, told by example what is wanted"),
        "tuned": RungWords("Tuned", "the same model after tuning on the training rows"),
    }
)
