"""Examples → predictions: how one dataset's rows are asked of a model, the same way for base and tuned.

Knows prompts and the engine; knows nothing of run folders, training or scores.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from tuning.data.examples import Dataset, Example, Splits
from tuning.engine.batching import RowTokens
from tuning.engine.forward import Batching, CausalModel, OnRows
from tuning.engine.generation import Stops
from tuning.errors import IntegrityError
from tuning.models.prompts import PLAIN, RowFormat, Shot
from tuning.prediction import Prediction
from tuning.runs.asking import Asking, LabelScores, wording
from tuning.runs.families.family import Family, Way
from tuning.runs.questions import DIRECTLY, Asker, FreeText, LabelLikelihoods, TargetLikelihoods
from tuning.spec import RunSpec, Task

__all__ = ["Responder", "Responders", "answer_to"]

_ANSWER_ROOM = 1.25
"""A generated answer may be this much longer than the longest known target before it is cut."""
_SHOT_TOKENS = 1024
"""Most tokens of examples shown in a prompt."""


@dataclass(frozen=True)
class Responder:
    """Answers rows of one dataset: the likeliest label for classification, greedy text for generation."""

    prompts: RowFormat
    task: Task
    labels: tuple[str, ...]
    stops: Stops
    asking: Asking
    batching: Batching
    """How this model takes rows."""
    asker: Asker = DIRECTLY
    """Who gets the answers."""

    def row_tokens(self, example: Example) -> RowTokens:
        """A test row's prompt, as it is asked, and its whole target."""
        row = self.prompts.encode_unseen(example.input, example.target)
        return RowTokens(row.prompt, row.completion)

    def predict(self, model: CausalModel, examples: Sequence[Example], on_rows: OnRows) -> list[Prediction]:
        """One prediction an example, in order. `target_nll` is left out where the target is unknown (empty)."""
        if not examples:
            return []
        if self.task is Task.CLASSIFY:
            return self._classify(model, examples, on_rows)
        return self._generate(model, examples, on_rows)

    def score_labels(self, model: CausalModel, inputs: Sequence[str], on_rows: OnRows) -> list[LabelScores]:
        """The likelihoods of all labels after each input."""
        completions = tuple(tuple(self.prompts.completion(label)) for label in self.labels)
        prompts = tuple(self.prompts.encode(text, None).prompt for text in inputs)
        sizes = tuple(len(completion) for completion in completions)
        table = self.asker.ask(LabelLikelihoods(prompts, completions), model, on_rows, self.batching)
        _check_finite(nats for row in table for nats in row)
        return [LabelScores(nats, sizes) for nats in table]

    def target_nlls(self, model: CausalModel, examples: Sequence[Example], on_rows: OnRows) -> list[float]:
        """Negative log-likelihood of each whole target and its end of turn, in nats."""
        rows = tuple(self.row_tokens(example) for example in examples)
        nlls = self.asker.ask(TargetLikelihoods(rows), model, on_rows, self.batching)
        _check_finite(nlls)
        return nlls

    def write(self, model: CausalModel, examples: Sequence[Example], on_rows: OnRows) -> list[Prediction]:
        """What the model writes by itself, greedily, whatever the task."""
        if not examples:
            return []
        prompts = tuple(self.row_tokens(example).prompt for example in examples)
        answers = self.asker.ask(FreeText(prompts, self.stops), model, on_rows, self.batching)
        predictions = []
        for example, answer in zip(examples, answers, strict=True):
            raw = self.prompts.decode(answer.ids)
            predictions.append(
                answer_to(
                    example,
                    output=raw.strip(),
                    raw=raw if raw != raw.strip() else None,
                    hit_limit=answer.hit_limit,
                )
            )
        return predictions

    def _classify(self, model: CausalModel, examples: Sequence[Example], on_rows: OnRows) -> list[Prediction]:
        predictions = []
        table = self.score_labels(model, [example.input for example in examples], on_rows)
        for example, scores in zip(examples, table, strict=True):
            logs = scores.log_probabilities(self.asking)
            best = max(range(len(logs)), key=logs.__getitem__)
            known = self.labels.index(example.target) if example.target in self.labels else None
            predictions.append(
                answer_to(
                    example,
                    output=self.labels[best],
                    probabilities={label: math.exp(log) for label, log in zip(self.labels, logs, strict=True)},
                    target_nll=None if known is None else -scores.nats[known],
                    target_tokens=None if known is None else scores.tokens[known],
                )
            )
        return predictions

    def _generate(self, model: CausalModel, examples: Sequence[Example], on_rows: OnRows) -> list[Prediction]:
        known = [place for place, example in enumerate(examples) if example.target]
        targets = [examples[place] for place in known]
        nlls = self.target_nlls(model, targets, lambda _: on_rows(0)) if known else []
        found = dict(zip(known, nlls, strict=True))
        sizes = {place: len(self.row_tokens(examples[place]).completion) for place in known}
        return [
            answer.model_copy(update={"target_nll": found.get(place), "target_tokens": sizes.get(place)})
            for place, answer in enumerate(self.write(model, examples, on_rows))
        ]


@dataclass(frozen=True)
class Responders:
    """Makes responders of one dataset for one model; `window` is the longest sequence it was made for, in tokens.

    The longest answer follows the train and dev targets: the test split decides nothing.
    """

    family: Family
    tokenizer: Any
    spec: RunSpec
    dataset: Dataset
    splits: Splits
    window: int
    batching: Batching
    asker: Asker = DIRECTLY

    def make(self, asking: Asking = Asking(), shots: Sequence[Shot] = ()) -> Responder:  # noqa: B008 - it is frozen
        """A responder that asks this way. Raises `SettingError` when the instruction does not fit."""
        prompts = self._format(Way(wording(asking, self.dataset), shots))
        stops = Stops(prompts.end_ids, self._answer_limit(prompts))
        labels = tuple(self.dataset.labels)
        return Responder(prompts, self.dataset.task, labels, stops, asking, self.batching, self.asker)

    def fitting_shots(self, asking: Asking, shots: Sequence[Shot]) -> list[Shot]:
        """The shots that fit the window together, those too long for it left out."""
        bare = self.make(asking)
        room = min(_SHOT_TOKENS, self.window - bare.prompts.max_length - bare.stops.max_new_tokens)
        fitting: list[Shot] = []
        for shot in shots:
            longer = self.make(asking, [*fitting, shot])
            if longer.prompts.max_length - bare.prompts.max_length <= room:
                fitting.append(shot)
        return fitting

    @cached_property
    def _longest_target(self) -> int:
        """In tokens, its end of turn included; no wording changes it."""
        prompts = self._format(Way(PLAIN))
        known = (example.target for split in (self.splits.train, self.splits.dev) for example in split)
        return max(len(prompts.completion(target)) for target in dict.fromkeys(known))

    def _format(self, way: Way) -> RowFormat:
        return self.family.row_format(self.tokenizer, self.dataset, min(self.spec.max_length, self.window), way)

    def _answer_limit(self, prompts: RowFormat) -> int:
        longest = math.ceil(self._longest_target * _ANSWER_ROOM) + 8
        return min(longest, self.spec.max_length, prompts.answer_room(self.window))


def _check_finite(nats: Iterable[float]) -> None:
    if not all(map(math.isfinite, nats)):
        raise IntegrityError(
            "the model's likelihoods are not numbers, so nothing can be compared; training diverged: set a lower "
            "learning rate"
        )


def answer_to(example: Example, **answer: Any) -> Prediction:
    """A prediction of that row."""
    return Prediction(
        row=example.row,
        input=example.input,
        target=example.target,
        group=example.group,
        columns=example.columns or None,
        **answer,
    )
