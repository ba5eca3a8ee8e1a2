"""How a run's rows can be asked: wordings of the prompt, readings of the labels' likelihoods, and examples to show.

Knows texts and numbers; knows nothing of models or run folders.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, zip_longest
from random import Random
from typing import Literal

from pydantic import BaseModel, ConfigDict

from tuning.data.examples import Dataset, Example
from tuning.models.prompts import PLAIN, Shot, Wording
from tuning.spec import Task

__all__ = [
    "AGAIN_ROWS",
    "CONTENT_FREE",
    "SCORINGS",
    "WORDING_ROWS",
    "Asking",
    "LabelScores",
    "ScoringName",
    "choose_shots",
    "prior_of",
    "wording",
]

ScoringName = Literal["raw", "length_normalised", "calibrated"]
SCORINGS: tuple[ScoringName, ...] = ("raw", "length_normalised", "calibrated")
CONTENT_FREE = ("N/A", "", "[MASK]")
"""Inputs that say nothing, whose answers tell what a prompt alone makes likely: Zhao et al. 2021, arXiv 2102.09690."""
WORDING_ROWS = 60
"""Dev rows that are asked to find the best wording; more would cost minutes and change the choice rarely."""
AGAIN_ROWS = {Task.CLASSIFY: 48, Task.GENERATE: 8}
"""Test rows that the base is asked once more, to see what rounding does."""
_MOST_SHOTS = {Task.CLASSIFY: 16, Task.GENERATE: 5}


class Asking(BaseModel):
    """How rows are asked; kept in the run as `asking.json`."""

    model_config = ConfigDict(frozen=True)

    wording: Literal["plain", "named"] = "plain"
    """Whether the column names stand around the input."""
    scoring: ScoringName = "raw"
    """How the likelihoods of the labels are read."""
    prior: list[float] | None = None
    """Log-probability of each label after an input that says nothing; of calibrated scoring."""


@dataclass(frozen=True)
class LabelScores:
    """Log-likelihoods of every label's whole completion after one prompt, in nats, and its length in tokens."""

    nats: Sequence[float]
    tokens: Sequence[int]

    def log_probabilities(self, asking: Asking) -> list[float]:
        """Of every label, as the scoring reads them; they are normalised over the labels."""
        read = self.nats
        if asking.scoring == "length_normalised":
            read = [score / count for score, count in zip(self.nats, self.tokens, strict=True)]
        if asking.scoring == "calibrated":
            assert asking.prior is not None
            read = [score - prior for score, prior in zip(self.log_probabilities(Asking()), asking.prior, strict=True)]
        highest = max(read)
        total = highest + math.log(math.fsum(math.exp(score - highest) for score in read))
        return [score - total for score in read]


def wording(asking: Asking, dataset: Dataset) -> Wording:
    """The text around an input."""
    if asking.wording == "plain":
        return PLAIN
    one_column = dataset.shape is None or (dataset.shape.template is None and not dataset.shape.is_chat)
    # A template says itself what is what, and the turns of a chat have no column's name.
    return Wording(f"{_title(dataset.input)}: ", f"\n{_title(dataset.target)}:") if one_column else PLAIN


def prior_of(scores: Sequence[LabelScores]) -> list[float]:
    """Log of the labels' probabilities averaged over content-free inputs."""
    by_input = [score.log_probabilities(Asking()) for score in scores]
    return [math.log(math.fsum(map(math.exp, logs)) / len(logs)) for logs in zip(*by_input, strict=True)]


def choose_shots(train: Sequence[Example], task: Task, seed: int) -> list[Shot]:
    """Training rows to show in a prompt, drawn with the seed, most useful first: of classification, label by label."""
    drawn = list(train)
    Random(seed).shuffle(drawn)
    by_label: dict[str, list[Example]] = {}
    for example in drawn:
        by_label.setdefault(example.target if task is Task.CLASSIFY else "", []).append(example)
    in_turn = chain.from_iterable(zip_longest(*by_label.values()))
    chosen = [example for example in in_turn if example is not None]
    return [Shot(example.input, example.target) for example in chosen[: _MOST_SHOTS[task]]]


def _title(column: str) -> str:
    words = " ".join(column.replace("_", " ").split())
    return words[:1].upper() + words[1:]
