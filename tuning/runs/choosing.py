"""The way of asking that suits the base best, found on dev before anything is trained.

Classification: the wording and the reading of label likelihoods with the highest accuracy; generation: the wording
under which the targets are likeliest. The wording is then frozen for both models. The reading is a rung of the base
alone: what calibrates the base misreads the tuned model (on the ICD-10 example, dev accuracy of tuned .69 raw, .36
calibrated by the base, .59 by itself), so both are held against each other raw. Knows responders; the test split is out
of its sight.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

from tuning.data.examples import Dataset, Example, drawn
from tuning.engine.forward import CausalModel, OnRows
from tuning.runs.asking import CONTENT_FREE, SCORINGS, WORDING_ROWS, Asking, LabelScores, prior_of, wording
from tuning.runs.responding import Responders
from tuning.scoring.record import ScoringVariant
from tuning.spec import Task

__all__ = ["Choice", "choose_asking", "rows_to_ask"]

_PLAIN, _NAMED = Asking(wording="plain"), Asking(wording="named")


@dataclass(frozen=True)
class Choice:
    """What was chosen, and from what."""

    base: Asking
    """The best for the base, wording and reading."""
    variants: list[ScoringVariant]
    """Of classification: every way that was tried."""

    @property
    def both(self) -> Asking:
        """How both models are asked: in the same words, read as they are."""
        return Asking(wording=self.base.wording)

    @classmethod
    def unsought(cls) -> "Choice":
        """The simplest way, where there is no time to look for a better one."""
        return cls(Asking(), [])


@dataclass(frozen=True)
class _Reading:
    """One way of asking, and the share of dev rows that the base gets right with it."""

    asking: Asking
    accuracy: float

    def variant(self, *, chosen: bool) -> ScoringVariant:
        asking = self.asking
        return ScoringVariant(wording=asking.wording, name=asking.scoring, dev_accuracy=self.accuracy, chosen=chosen)


def rows_to_ask(responders: Responders) -> int:
    """How many rows `choose_asking` asks."""
    return len(_wordings(responders.dataset)) * min(len(responders.splits.dev), WORDING_ROWS)


def choose_asking(model: CausalModel, responders: Responders, on_rows: OnRows) -> Choice:
    """Ask dev rows in every way. Between equals the simplest wins, which is the first."""
    dev, wordings = drawn(responders.splits.dev, WORDING_ROWS, responders.spec.seed), _wordings(responders.dataset)
    if responders.dataset.task is Task.CLASSIFY:
        readings = [_read_labels(model, responders, asking, dev, on_rows) for asking in wordings]
        best = max(chain.from_iterable(readings), key=lambda reading: reading.accuracy)
        return Choice(
            best.asking, [reading.variant(chosen=reading is best) for reading in chain.from_iterable(readings)]
        )
    nats = [sum(responders.make(asking).target_nlls(model, dev, on_rows)) for asking in wordings]
    return Choice(wordings[nats.index(min(nats))], [])


def _wordings(dataset: Dataset) -> tuple[Asking, ...]:
    """Those that make prompts which are not the same, the simplest first."""
    return (_PLAIN,) if wording(_NAMED, dataset) == wording(_PLAIN, dataset) else (_PLAIN, _NAMED)


def _read_labels(
    model: CausalModel, responders: Responders, asking: Asking, dev: Sequence[Example], on_rows: OnRows
) -> list[_Reading]:
    """All readings under one wording, from the same likelihoods."""
    responder = responders.make(asking)
    scores = responder.score_labels(model, [example.input for example in dev], on_rows)
    prior = prior_of(responder.score_labels(model, CONTENT_FREE, lambda _: on_rows(0)))
    readings = [
        asking.model_copy(update={"scoring": name, "prior": prior if name == "calibrated" else None})
        for name in SCORINGS
    ]
    return [_Reading(reading, _accuracy(reading, scores, dev, responder.labels)) for reading in readings]


def _accuracy(reading: Asking, scores: Sequence[LabelScores], dev: Sequence[Example], labels: Sequence[str]) -> float:
    right = 0
    for score, example in zip(scores, dev, strict=True):
        logs = score.log_probabilities(reading)
        right += labels[logs.index(max(logs))] == example.target
    return right / len(dev)
