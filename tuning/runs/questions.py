"""What can be asked of a model, as token ids: one value a question, so that it can be compared, kept and asked again.

Knows the engine; knows nothing of text, data sets or run folders.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, Protocol, TypeVar

from pydantic import TypeAdapter

from tuning.engine.batching import RowTokens
from tuning.engine.forward import Batching, CausalModel, OnRows
from tuning.engine.generation import Generated, Stops, generate
from tuning.engine.passages import token_nlls
from tuning.engine.prediction import completion_nlls, label_scores

__all__ = [
    "DIRECTLY",
    "Asker",
    "FreeText",
    "LabelLikelihoods",
    "Question",
    "TargetLikelihoods",
    "TokenLikelihoods",
]

Answer = TypeVar("Answer")

_Tokens = tuple[int, ...]


class Question(Protocol, Generic[Answer]):
    """Rows, at least one, and what is wanted of each. Equal questions get equal answers of one model on one machine."""

    answers: ClassVar[TypeAdapter[Any]]
    """Reads and writes a list of answers."""

    @property
    def prompts(self) -> Sequence[_Tokens]:
        """What the model reads of each row before it answers."""

    def ask(self, model: CausalModel, on_rows: OnRows, batching: Batching) -> list[Answer]:
        """One answer a row, from the model as it is."""


class Asker(Protocol):
    """Gets the answers to a question."""

    def ask(self, question: Question[Answer], model: CausalModel, on_rows: OnRows, batching: Batching) -> list[Answer]:
        """One answer a row, in order."""


class _Directly:
    """Asks the model itself, every time."""

    @staticmethod
    def ask(question: Question[Answer], model: CausalModel, on_rows: OnRows, batching: Batching) -> list[Answer]:
        """One answer a row, in order."""
        return question.ask(model, on_rows, batching)


DIRECTLY: Asker = _Directly()
"""Asks the model itself, every time."""


@dataclass(frozen=True)
class LabelLikelihoods:
    """The log-likelihood of every label's completion after each prompt, in nats."""

    answers: ClassVar = TypeAdapter(list[list[float]])

    prompts: tuple[_Tokens, ...]
    labels: tuple[_Tokens, ...]

    def ask(self, model: CausalModel, on_rows: OnRows, batching: Batching) -> list[list[float]]:
        """One number a label, row by row."""
        return label_scores(model, self.prompts, self.labels, on_rows, batching)


@dataclass(frozen=True)
class FreeText:
    """What is written after each prompt, greedily."""

    answers: ClassVar = TypeAdapter(list[Generated])

    prompts: tuple[_Tokens, ...]
    stops: Stops

    def ask(self, model: CausalModel, on_rows: OnRows, batching: Batching) -> list[Generated]:
        """The new tokens of each row."""
        return generate(model, self.prompts, self.stops, on_rows, batching)


@dataclass(frozen=True)
class TargetLikelihoods:
    """The negative log-likelihood of each row's whole completion, in nats."""

    answers: ClassVar = TypeAdapter(list[float])

    rows: tuple[RowTokens, ...]

    @property
    def prompts(self) -> list[_Tokens]:
        """Without the completions."""
        return [row.prompt for row in self.rows]

    def ask(self, model: CausalModel, on_rows: OnRows, batching: Batching) -> list[float]:
        """One number a row."""
        return completion_nlls(model, self.rows, on_rows, batching)


@dataclass(frozen=True)
class TokenLikelihoods:
    """The negative log-likelihood of every token but the first of each passage of two or more tokens, in nats."""

    answers: ClassVar = TypeAdapter(list[list[float]])

    prompts: tuple[_Tokens, ...]

    def ask(self, model: CausalModel, on_rows: OnRows, batching: Batching) -> list[list[float]]:
        """One number a token, passage by passage."""
        return token_nlls(model, self.prompts, on_rows, batching)
