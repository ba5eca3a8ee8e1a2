"""What a comparison needs beside two lists of answers: the same rows asked of base and tuned in other ways.

Knows responders and models, as the adapter stands; knows nothing of run folders or of what is made of the answers.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from tuning.data.examples import Example, drawn
from tuning.engine.forward import Batching, CausalModel, OnRows
from tuning.prediction import Prediction
from tuning.runs.asking import AGAIN_ROWS, Asking, choose_shots
from tuning.runs.checking import CHECKED_ROWS
from tuning.runs.questions import TokenLikelihoods
from tuning.runs.responding import Responder, Responders, answer_to
from tuning.scoring.evidence import NO_TIME, AnswerPair, Evidence, GeneralText, Setup
from tuning.spec import Task

__all__ = ["GENERAL_TEXT", "NO_PROMPT", "BaseSide", "Rungs", "TunedSide", "describe_setup", "with_sides"]

GENERAL_TEXT = Path(__file__).resolve().parents[2] / "assets" / "general_text.txt"
"""Passages of plain English written for this project, apart by blank lines."""
NO_PROMPT = "it reads no prompt that could show examples"
_AGAIN_AT_ONCE = 5


@dataclass(frozen=True)
class BaseSide:
    """What the base answered beside its answers to the test rows."""

    best_reading: list[Prediction]
    """Of classification, with the labels scored the way that suits it best, where that is not the raw likelihood."""
    few_shot: list[Prediction]
    """With training rows shown in its prompt."""
    no_few_shot: str
    """Why there are none."""
    again: list[Prediction]
    """The first rows once more, a few at a time: what differs then is rounding alone."""
    free_text: list[Prediction]
    """Of classification: what it writes when left to write."""
    general: list[list[float]]
    """Negative log-likelihood of every token of the general text, passage by passage, in nats."""
    zero_shot: Sequence[Prediction] = ()
    """Where the base has learned from the training rows: answers of the bare model, which has not."""


@dataclass(frozen=True)
class TunedSide:
    """The same of the tuned model, as far as it is asked; empty when the run has to hurry."""

    free_text: Sequence[Prediction] = ()
    general: Sequence[list[float]] = ()


@dataclass(frozen=True)
class Rungs:
    """Asks one dataset's test rows in further ways."""

    responders: Responders
    """Those that ask the base."""
    responder: Responder
    """Asks either model the way both are asked, always the model itself."""
    base_asking: Asking
    """The way of asking that suits the base best."""
    test: Sequence[Example]
    both: Batching
    """How test rows go through both models: what lies under the adapter may be computed once."""
    few_shot: bool = True
    """Whether there is time for examples in the base's prompt."""
    further: bool = True
    """Whether there is time for what tells where a gain comes from, what was forgotten, and what rounding does."""
    general_text: Path = GENERAL_TEXT

    @cached_property
    def base(self) -> Responder:
        """Asks the base the way both are asked."""
        return replace(self.tuned, asker=self.responders.asker)

    @cached_property
    def tuned(self) -> Responder:
        """Asks the tuned model the way both are asked."""
        return replace(self.responder, batching=self.both)

    @property
    def base_rows(self) -> int:
        """Rows that `ask_base` answers."""
        ways = (self.base_asking.scoring != "raw") + (self.few_shot and self._prompted)
        return ways * len(self.test) + len(self._again) + self.tuned_rows

    @property
    def tuned_rows(self) -> int:
        """Rows that `ask_tuned` answers."""
        return len(self.test) if self.further and self._prompted and self.responder.task is Task.CLASSIFY else 0

    def ask_base(self, model: CausalModel, on_rows: OnRows) -> BaseSide:
        """Everything that is asked of the base before training."""
        best: list[Prediction] = []
        if self.base_asking.scoring != "raw":
            best = self.answer(self.responders.make(self.base_asking), model, on_rows)
        few_shot, missing = self._ask_few_shot(model, on_rows)
        again = [
            prediction
            for start in range(0, len(self._again), _AGAIN_AT_ONCE)
            for prediction in self.responder.predict(model, self._again[start : start + _AGAIN_AT_ONCE], on_rows)
        ]
        both = self._ask_both(self.base, model, on_rows)
        bare = self._ask_bare(model, on_rows)
        return BaseSide(best, few_shot, missing, again, list(both.free_text), list(both.general), bare)

    def ask_tuned(self, model: CausalModel, on_rows: OnRows) -> TunedSide:
        """Everything that is asked of the tuned model beside its answers."""
        return self._ask_both(self.tuned, model, on_rows)

    def answer(self, responder: Responder, model: CausalModel, on_rows: OnRows) -> list[Prediction]:
        """All test rows; where labels will be scored again, those rows are batched among themselves, here as there."""
        if responder.task is Task.GENERATE:
            return responder.predict(model, self.test, on_rows)
        head, rest = self.test[:CHECKED_ROWS], self.test[CHECKED_ROWS:]
        return responder.predict(model, head, on_rows) + responder.predict(model, rest, on_rows)

    def _ask_both(self, responder: Responder, model: CausalModel, on_rows: OnRows) -> TunedSide:
        """What base and tuned are both asked."""
        if not (self.further and self._prompted):
            return TunedSide()
        free_text = responder.write(model, self.test, on_rows) if responder.task is Task.CLASSIFY else []
        general = TokenLikelihoods(self._passages())
        return TunedSide(free_text, responder.asker.ask(general, model, lambda _: on_rows(0), responder.batching))

    @property
    def _prompted(self) -> bool:
        return self.responders.family.prompted

    @property
    def _again(self) -> Sequence[Example]:
        spec = self.responders.spec
        return drawn(self.test, AGAIN_ROWS[self.responder.task], spec.seed) if self.further else []

    def _ask_bare(self, model: CausalModel, on_rows: OnRows) -> list[Prediction]:
        """The model's answers before it has seen any row, where the base's are not."""
        family, base = self.responders.family, self.base
        answers = family.zero_shot(model, base.prompts, base.labels, self.test, on_rows)
        return [answer_to(row, output=answer) for row, answer in zip(self.test, answers, strict=bool(answers))]

    def _ask_few_shot(self, model: CausalModel, on_rows: OnRows) -> tuple[list[Prediction], str]:
        if not self._prompted or not self.few_shot:
            return [], NO_TIME if self._prompted else NO_PROMPT
        wanted = choose_shots(self.responders.splits.train, self.responder.task, self.responders.spec.seed)
        asking = self.base_asking
        if asking.scoring == "calibrated":  # its prior was measured for a prompt without examples
            asking = Asking(wording=asking.wording)
        shots = self.responders.fitting_shots(asking, wanted)
        if not shots:
            on_rows(len(self.test))
            return [], "no training row fits the model's window beside another row"
        return self.responders.make(asking, shots).predict(model, self.test, on_rows), ""

    def _passages(self) -> tuple[tuple[int, ...], ...]:
        text = self.general_text.read_text(encoding="utf-8")
        passages = [" ".join(passage.split()) for passage in text.split("\n\n")]
        tokenizer = self.responders.tokenizer
        return tuple(tuple(tokenizer(passage, add_special_tokens=False)["input_ids"]) for passage in passages)


def with_sides(evidence: Evidence, base: BaseSide, tuned: TunedSide) -> Evidence:
    """What both models were asked beside the test rows, as evidence; what only one was asked proves nothing."""
    return replace(
        evidence,
        best_reading=base.best_reading,
        few_shot=base.few_shot,
        no_few_shot=base.no_few_shot,
        again=base.again,
        zero_shot=base.zero_shot,
        free_text=AnswerPair(base.free_text, tuned.free_text) if base.free_text and tuned.free_text else None,
        general=GeneralText(base.general, tuned.general) if tuned.general else None,
    )


def describe_setup(responder: Responder, test: Sequence[Example], precision: str) -> Setup:
    """How the test rows are asked, so that the receipt can hold both sides against each other."""
    digest = hashlib.sha256()
    for example in test:
        digest.update(f"{list(responder.row_tokens(example).prompt)}\n".encode())
    decoding = f"greedy, at most {responder.stops.max_new_tokens} new tokens"
    if responder.task is Task.CLASSIFY:
        decoding = f"likeliest of {len(responder.labels)} labels, {responder.asking.scoring} likelihood"
    return Setup(prompt_hash=digest.hexdigest(), decoding=decoding, precision=precision)
