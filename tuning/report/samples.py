"""The test rows with both answers: of which kind each is, and how its score changed. Knows predictions; no page."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from tuning.prediction import Prediction
from tuning.scoring.row_scores import GRADED, with_scores

__all__ = [
    "KINDS",
    "MEANINGS",
    "MOVES",
    "SIGNS",
    "Answer",
    "Change",
    "Kind",
    "Move",
    "Sample",
    "Samples",
    "pair_samples",
]

Kind = Literal["fixed", "broken", "both right", "both wrong"]
KINDS: tuple[Kind, ...] = ("fixed", "broken", "both right", "both wrong")
Move = Literal["closer", "further", "as close"]
MOVES: tuple[Move, ...] = ("closer", "further", "as close")
MEANINGS: Mapping[Kind | Move, str] = {
    "fixed": "wrong before, right now",
    "broken": "right before, wrong now",
    "both right": "right before and now",
    "both wrong": "wrong before and now",
    "closer": "tuned is nearer the target than base",
    "further": "tuned is further from the target",
    "as close": "both are as near, or as far",
}
SIGNS: Mapping[Kind | Move, tuple[Literal["better", "worse", "even"], str]] = {
    "fixed": ("better", "▲"),
    "broken": ("worse", "▼"),
    "both right": ("even", "✓"),
    "both wrong": ("even", "✗"),
    "closer": ("better", "▲"),
    "further": ("worse", "▼"),
    "as close": ("even", "="),
}
"""What each says of tuning, and the sign that says it beside the colour."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What one model answered; the probabilities are of classification."""

    text: str
    right: bool
    sure: float | None
    """Probability of this answer."""
    on_target: float | None
    """Probability of the target."""
    score: float | None = None
    """Of a text: how good it is by itself, from 0 to 1."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One test row and what both models answered."""

    row: int
    input: str
    target: str
    base: Answer
    tuned: Answer
    columns: Mapping[str, str]
    likeness: float | None = None
    """How like the nearest training row its input is."""
    strongest: Answer | None = None
    """What the best without tuning answered, where that is another than the base and is known."""
    graded: bool = False
    """Whether an answer can be better without being right."""

    @property
    def kind(self) -> Kind:
        """Which of the four it is."""
        if self.base.right == self.tuned.right:
            return "both right" if self.base.right else "both wrong"
        return "fixed" if self.tuned.right else "broken"

    @property
    def move(self) -> Move | None:
        """Which answer is nearer the target; None where they are right or wrong and no more."""
        if not self.graded or self.base.score is None or self.tuned.score is None:
            return None
        if self.base.score == self.tuned.score:
            return "as close"
        return "closer" if self.tuned.score > self.base.score else "further"

    @property
    def told(self) -> Kind | Move:
        """What is said of it: its kind, or of two answers that are both wrong, which is nearer."""
        return self.move or self.kind if self.kind == "both wrong" else self.kind


@dataclass(frozen=True, slots=True)
class Change:
    """A row under both models, from 0 to 1: the probability of its target, or how good the text is by itself."""

    base: float
    tuned: float

    @property
    def size(self) -> float:
        """How far it went, either way."""
        return abs(self.tuned - self.base)


@dataclass(frozen=True)
class Samples:
    """All samples of a run, in an order that says nothing about them and is the same at every visit."""

    all: Sequence[Sample]

    @cached_property
    def by_probability(self) -> bool:
        """Whether the probabilities of every answer and target are known."""
        sides = [side for sample in self.all for side in (sample.base, sample.tuned)]
        return all(side.sure is not None and side.on_target is not None for side in sides)

    @cached_property
    def changes(self) -> Mapping[int, Change]:
        """Every row's change, by row; computed when first asked for."""
        return {sample.row: Change(self._score(sample.base), self._score(sample.tuned)) for sample in self.all}

    def _score(self, answer: Answer) -> float:
        return (answer.on_target if self.by_probability else answer.score) or 0.0


def pair_samples(
    base: Sequence[Prediction],
    tuned: Sequence[Prediction],
    seed: str,
    primary: str,
    strongest: Sequence[Prediction] = (),
) -> Samples:
    """The rows that both models answered, shuffled by `seed`; judged by the metric `primary`."""
    other = {prediction.row: prediction for prediction in with_scores(tuned, primary)}
    best = {prediction.row: _answer(prediction) for prediction in with_scores(strongest, primary)}
    graded = primary in GRADED
    paired = [
        Sample(
            row=one.row,
            input=one.input,
            target=one.target,
            base=_answer(one),
            tuned=_answer(other[one.row]),
            columns=one.columns or {},
            likeness=one.likeness,
            strongest=best.get(one.row),
            graded=graded,
        )
        for one in with_scores(base, primary)
        if one.row in other
    ]
    random.Random(seed).shuffle(paired)
    return Samples(paired)


def _answer(given: Prediction) -> Answer:
    shares = given.probabilities or {}
    return Answer(given.output, given.correct, shares.get(given.output), shares.get(given.target.strip()), given.score)
