"""Examples → predictions: how one dataset's rows are asked of a model, the same way for base and tuned.

Knows prompts and the engine; knows nothing of run folders, training or scores.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tuning.data.examples import Dataset, Example, Splits
from tuning.engine.batching import RowTokens
from tuning.engine.prediction import CausalModel, Generated, OnRows, Stops, completion_nlls, generate, label_scores
from tuning.models.prompts import PromptFormat
from tuning.prediction import Prediction
from tuning.spec import RunSpec, Task

__all__ = ["Responder", "make_responder"]

_ANSWER_ROOM = 1.25
"""A generated answer may be this much longer than the longest known target before it is cut."""


@dataclass(frozen=True)
class Responder:
    """Answers rows of one dataset: the likeliest label for classification, greedy text for generation."""

    prompts: PromptFormat
    task: Task
    labels: tuple[str, ...]
    stops: Stops

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

    def _classify(self, model: CausalModel, examples: Sequence[Example], on_rows: OnRows) -> list[Prediction]:
        completions = [tuple(self.prompts.completion(label)) for label in self.labels]
        prompts = [self.prompts.encode(example.input, None).prompt for example in examples]
        predictions = []
        for example, scores in zip(examples, label_scores(model, prompts, completions, on_rows), strict=True):
            best = max(range(len(scores)), key=scores.__getitem__)
            total = scores[best] + math.log(math.fsum(math.exp(score - scores[best]) for score in scores))
            known = self.labels.index(example.target) if example.target in self.labels else None
            predictions.append(
                _prediction(
                    example,
                    output=self.labels[best],
                    probabilities={
                        label: math.exp(score - total) for label, score in zip(self.labels, scores, strict=True)
                    },
                    target_nll=None if known is None else -scores[known],
                    target_tokens=None if known is None else len(completions[known]),
                )
            )
        return predictions

    def _generate(self, model: CausalModel, examples: Sequence[Example], on_rows: OnRows) -> list[Prediction]:
        rows = [self.row_tokens(example) for example in examples]
        known = [place for place, example in enumerate(examples) if example.target]
        nlls = dict.fromkeys(range(len(rows)), None) | dict(
            zip(
                known,
                completion_nlls(model, [rows[i] for i in known], lambda _: on_rows(0)) if known else [],
                strict=True,
            )
        )
        answers: list[Generated] = generate(model, [row.prompt for row in rows], self.stops, on_rows)
        predictions = []
        for place, (example, row, answer) in enumerate(zip(examples, rows, answers, strict=True)):
            raw = self.prompts.decode(answer.ids)
            predictions.append(
                _prediction(
                    example,
                    output=raw.strip(),
                    raw=raw if raw != raw.strip() else None,
                    hit_limit=answer.hit_limit,
                    target_nll=nlls[place],
                    target_tokens=len(row.completion) if nlls[place] is not None else None,
                )
            )
        return predictions


def make_responder(tokenizer: Any, spec: RunSpec, dataset: Dataset, splits: Splits, window: int) -> Responder:
    """How this dataset is asked; `window` is the longest sequence the model was made for, in tokens.

    The longest answer follows the train and dev targets: the test split decides nothing.
    """
    prompts = PromptFormat(tokenizer, dataset.instruction, min(spec.max_length, window))
    longest = max(len(prompts.completion(example.target)) for example in (*splits.train, *splits.dev))
    limit = min(math.ceil(longest * _ANSWER_ROOM) + 8, spec.max_length, max(window - prompts.max_length, 16))
    return Responder(prompts, dataset.task, tuple(dataset.labels), Stops(_end_ids(tokenizer, prompts), limit))


def _end_ids(tokenizer: Any, prompts: PromptFormat) -> tuple[int, ...]:
    """The template's end of turn, and the model's own end of text where that is another token."""
    ends = [prompts.end_of_turn[-1], tokenizer.eos_token_id]
    return tuple(dict.fromkeys(end for end in ends if end is not None))


def _prediction(example: Example, **answer: Any) -> Prediction:
    return Prediction(
        row=example.row,
        input=example.input,
        target=example.target,
        group=example.group,
        columns=example.columns or None,
        **answer,
    )
