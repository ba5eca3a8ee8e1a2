"""The test rows with both answers: of which kind each is, and how its score changed. Knows predictions; no page."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from rapidfuzz.distance import Indel
from rapidfuzz.process import cpdist

from tuning.prediction import Prediction

__all__ = ["KINDS", "MEANINGS", "SIGNS", "Answer", "Change", "Kind", "Sample", "Samples", "pair_samples"]

Kind = Literal["fixed", "broken", "both right", "both wrong"]
KINDS: tuple[Kind, ...] = ("fixed", "broken", "both right", "both wrong")
MEANINGS: Mapping[Kind, str] = {
    "fixed": "wrong before, right now",
    "broken": "right before, wrong now",
    "both right": "right before and now",
    "both wrong": "wrong before and now",
}
SIGNS: Mapping[Kind, tuple[Literal["better", "worse", "even"], str]] = {
    "fixed": ("better", "▲"),
    "broken": ("worse", "▼"),
    "both right": ("even", "✓"),
    "both wrong": ("even", "✗"),
}
"""What each kind says of tuning, and the sign that says it beside the colour."""
_LIKENED = 2_000
"""Characters of a text that its likeness is computed from, so that no single row can take seconds."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What one model answered; the probabilities are of classification."""

    text: str
    right: bool
    sure: float | None
    """Probability of this answer."""
    on_target: float | None
    """Probability of the target."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One test row and what both models answered."""

    row: int
    input: str
    target: str
    base: Answer
    tuned: Answer
    columns: Mapping[str, str]

    @property
    def kind(self) -> Kind:
        """Which of the four it is."""
        if self.base.right == self.tuned.right:
            return "both right" if self.base.right else "both wrong"
        return "fixed" if self.tuned.right else "broken"


@dataclass(frozen=True, slots=True)
class Change:
    """A row's score under both models, from 0 to 1.

    The probability of its target; of texts, the share of characters that answer and target have in common, in order.
    """

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
        base, tuned = (self._scores([getattr(sample, side) for sample in self.all]) for side in ("base", "tuned"))
        return {sample.row: Change(*pair) for sample, *pair in zip(self.all, base, tuned, strict=True)}

    def _scores(self, answers: Sequence[Answer]) -> list[float]:
        if self.by_probability:
            return [answer.on_target or 0.0 for answer in answers]
        outputs = [answer.text.strip()[:_LIKENED] for answer in answers]
        targets = [sample.target.strip()[:_LIKENED] for sample in self.all]
        # chrF says about the same, but of 10,000 texts it takes seconds: too long for a click.
        return [float(share) for share in cpdist(outputs, targets, scorer=Indel.normalized_similarity)]


def pair_samples(base: Sequence[Prediction], tuned: Sequence[Prediction], seed: str) -> Samples:
    """The rows that both models answered, shuffled by `seed`."""
    other = {prediction.row: prediction for prediction in tuned}
    paired = [
        Sample(one.row, one.input, one.target, _answer(one), _answer(other[one.row]), one.columns or {})
        for one in base
        if one.row in other
    ]
    random.Random(seed).shuffle(paired)
    return Samples(paired)


def _answer(given: Prediction) -> Answer:
    shares = given.probabilities or {}
    return Answer(given.output, given.correct, shares.get(given.output), shares.get(given.target.strip()))
