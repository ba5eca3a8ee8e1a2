"""Worlds in which the true difference between two models is known, to see how often an interval holds it.

A world is a list of rows with both models' answers, each with a probability; a test set is a sample of it. Rows where
the models differ come up with probability `disagreement`, and those that tuned wins outnumber those it loses by `gap`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tuning.prediction import Prediction
from tuning.scoring.answers import Answers
from tuning.scoring.catalog import find_metric
from tuning.scoring.sums import PairedSums, RowSums

__all__ = ["Sides", "World", "balanced", "classified", "generated", "grouped"]

WORDS = 12
"""Words of a target text."""
TEXTS = 60
"""Different rows in a world of generated texts."""


@dataclass(frozen=True)
class Sides:
    """How likely a row is to be won, lost, right with both and wrong with both."""

    disagreement: float
    gap: float
    right: float = 0.7
    """Share that the models are right on, on average; less where disagreement leaves no room for it."""

    def shares(self) -> list[float]:
        """[both right, broken, fixed, both wrong]"""
        broken, fixed = (self.disagreement - self.gap) / 2, (self.disagreement + self.gap) / 2
        both = max(0.0, min(self.right - self.disagreement / 2, 1 - self.disagreement))
        return [both, broken, fixed, 1 - both - broken - fixed]


@dataclass(frozen=True)
class World:
    """Every sort of row there is, with what each model's answer to it adds to a metric's sums."""

    pairs: PairedSums
    weights: NDArray[np.float64]

    def truth(self) -> float:
        """The difference in score on endlessly many rows."""
        base, tuned = (float(side.score((self.weights @ side.values)[np.newaxis])[0]) for side in self._sides())
        return tuned - base

    def draw(self, rows: int, sets: int, generator: np.random.Generator) -> list[PairedSums]:
        """So many test sets."""
        drawn = generator.choice(len(self.weights), (sets, rows), p=self.weights)
        return [PairedSums(*(replace(side, values=side.values[places]) for side in self._sides())) for places in drawn]

    def _sides(self) -> tuple[RowSums, RowSums]:
        return self.pairs.base, self.pairs.tuned


def classified(metric: str, sides: Sides, classes: Sequence[float], *, rare: Sides | None = None) -> World:
    """A classification with classes of the given shares; wrong answers are any other class, often the same one.

    With `rare`, that is how the models differ on all classes but the first.
    """
    rows = [
        (cell_share * share * chance, label, base, tuned)
        for label, share in enumerate(classes)
        for cell, cell_share in enumerate((rare if rare and label else sides).shares())
        for base, tuned, chance in _answers(cell, label, len(classes))
    ]
    generator = np.random.default_rng(0)
    names = [f"label {number}" for number in range(len(classes))]
    base = [_classification(names, target, answer, generator) for _, target, answer, _ in rows]
    tuned = [_classification(names, target, answer, generator) for _, target, _, answer in rows]
    return _world(metric, base, tuned, [weight for weight, *_ in rows])


def generated(metric: str, sides: Sides, *, dense: bool = False) -> World:
    """Texts, each answered well or badly; the models' answers are the same where both do equally well.

    With `dense`, the models differ by a word or two even there.
    """
    generator = np.random.default_rng(1)
    base, tuned, weights = [], [], []
    for _ in range(TEXTS):
        target = _text(generator, WORDS + int(generator.integers(-6, 7)))
        good, bad = (_generation(target, keep, generator) for keep in (0.9, 0.4))
        for share, (one, other) in zip(
            sides.shares(), [(good, good), (good, bad), (bad, good), (bad, bad)], strict=True
        ):
            base.append(_jittered(one, generator) if dense else one)
            tuned.append(_jittered(other, generator) if dense else other)
            weights.append(share / TEXTS)
    return _world(metric, base, tuned, weights)


def balanced(make: Callable[[Sides], World], sides: Sides) -> World:
    """Half the world asked for, half its mirror image with the models changed about.

    Where rows that both get right or wrong have scores of their own, neither model is then the better by accident, and
    a gap of 0 makes a true null.
    """
    one, other = make(sides), make(replace(sides, gap=-sides.gap))
    base, tuned = (
        replace(side, values=np.concatenate([side.values, opposite.values]))
        for side, opposite in ((one.pairs.base, other.pairs.tuned), (one.pairs.tuned, other.pairs.base))
    )
    return World(PairedSums(base, tuned), np.concatenate([one.weights, other.weights]) / 2)


def grouped(sides: Sides, *, most: int = 6, alike: float = 0.5) -> World:
    """Groups of 1 to `most` rows, right or wrong; a row is like the first of its group with probability `alike`."""
    generator = np.random.default_rng(2)
    groups = 3000
    sums = np.zeros((groups, 2, 2))
    for number, size in enumerate(generator.integers(1, most + 1, groups)):
        cells = generator.choice(4, size, p=sides.shares())
        cells[generator.random(size) < alike] = cells[0]
        right = np.stack([np.isin(cells, [0, 1]), np.isin(cells, [0, 2])], axis=1)
        sums[number, :, 0], sums[number, :, 1] = right.sum(axis=0), size
    share = RowSums.share([True])
    base, tuned = (RowSums(sums[:, side], share.score, share.weigh) for side in range(2))
    pairs = PairedSums(base, tuned)
    return World(pairs, np.full(groups, 1 / groups))


def _world(metric: str, base: list[Prediction], tuned: list[Prediction], weights: Sequence[float]) -> World:
    sums = [find_metric(metric).sums(Answers(side)) for side in (base, tuned)]
    assert sums[0] is not None
    assert sums[1] is not None
    return World(PairedSums(sums[0], sums[1]), np.array(weights) / np.sum(weights))


def _answers(cell: int, label: int, classes: int) -> list[tuple[int, int, float]]:
    """What base and tuned may answer in a cell of `Sides.shares`, with probabilities."""
    wrong = [other for other in range(classes) if other != label]
    each = 1 / len(wrong)
    if cell == 0:
        return [(label, label, 1.0)]
    if cell == 1:
        return [(label, other, each) for other in wrong]
    if cell == 2:
        return [(other, label, each) for other in wrong]
    same = 0.7
    return [(one, other, each * (same * (one == other) + (1 - same) * each)) for one in wrong for other in wrong]


def _classification(names: list[str], target: int, answer: int, generator: np.random.Generator) -> Prediction:
    """An answer with a confidence somewhere between a guess and near certainty."""
    guess = 1 / len(names)
    confidence = guess + (0.98 - guess) * float(generator.beta(3, 1.5))
    rest = (1 - confidence) / (len(names) - 1)
    shares = {name: confidence if number == answer else rest for number, name in enumerate(names)}
    return Prediction(row=1, input="", target=names[target], output=names[answer], probabilities=shares)


def _text(generator: np.random.Generator, words: int) -> str:
    # A small vocabulary, so that wrong words share letters with the right ones.
    return " ".join("".join(generator.choice(list("aeilnorst"), int(generator.integers(2, 8)))) for _ in range(words))


def _generation(target: str, keep: float, generator: np.random.Generator) -> Prediction:
    output = _replaced(target, keep, generator)
    nll = float(generator.lognormal(0.2 if keep > 0.5 else 0.9, 0.5))
    tokens = len(target.split()) * 2
    return Prediction(row=1, input="", target=target, output=output, target_nll=nll * tokens, target_tokens=tokens)


def _jittered(answer: Prediction, generator: np.random.Generator) -> Prediction:
    noise = float(generator.lognormal(0, 0.1))
    assert answer.target_nll is not None
    output = _replaced(answer.output, 0.9, generator)
    return answer.model_copy(update={"output": output, "target_nll": answer.target_nll * noise})


def _replaced(text: str, keep: float, generator: np.random.Generator) -> str:
    return " ".join(word if generator.random() < keep else _text(generator, 1) for word in text.split())
