"""How rows go through a model that is no decoder: what has to be said of one so that it can be asked and trained.

Rows are padded. Whatever a family does not do (a sentence encoder writes nothing) it refuses. Knows token ids.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import torch

from tuning.engine.batching import RowTokens
from tuning.engine.forward import OnRows
from tuning.engine.generation import Generated, Stops

__all__ = ["Flow", "Tokens", "padded"]

Tokens = tuple[int, ...]


class Flow(ABC):
    """Rows through the models of one family, adapter on or off as they are found."""

    @abstractmethod
    def nll(self, model: Any, rows: Sequence[RowTokens]) -> torch.Tensor:
        """Negative log-likelihood of every completion token, row by row, in nats, fp32, shape (predicted,)."""

    def label_scores(
        self, model: Any, prompts: Sequence[Tokens], labels: Sequence[Tokens], on_rows: OnRows
    ) -> list[list[float]]:
        """Log-likelihood of each label's whole completion after each prompt, in nats: one list a prompt."""
        raise NotImplementedError(f"{type(self).__name__} chooses among no labels")

    def generate(self, model: Any, prompts: Sequence[Tokens], stops: Stops, on_rows: OnRows) -> list[Generated]:
        """One answer a prompt, in order, always of the likeliest tokens."""
        raise NotImplementedError(f"{type(self).__name__} writes nothing")

    def stream(self, model: Any, prompt: Tokens, stops: Stops, choose: Callable[[torch.Tensor], int]) -> Iterator[int]:
        """The tokens of one answer, each chosen from its logits (vocabulary,) when it is asked for."""
        raise NotImplementedError(f"{type(self).__name__} writes nothing")


def padded(rows: Sequence[Tokens], model: Any) -> tuple[torch.Tensor, torch.Tensor]:
    """Token ids padded on the right, and which of them are real, both (rows, width), where `model` lies."""
    width, filler = max(map(len, rows)), model.config.pad_token_id or 0
    ids = torch.tensor([[*row, *[filler] * (width - len(row))] for row in rows], device=model.device)
    lengths = torch.tensor([len(row) for row in rows], device=model.device)
    return ids, (torch.arange(width, device=model.device) < lengths.unsqueeze(1)).long()
