"""A fixed general text → the likelihood of every token under a model, adapter on or off as it finds it.

Knows token ids; knows nothing of what is made of them, nor where the text is kept.
"""

from collections.abc import Sequence

import torch

from tuning.engine.batching import RowTokens, batches_by_length
from tuning.engine.forward import SHARED, Batching, CausalModel, OnRows, rows_nll, shared_prefix

__all__ = ["token_nlls"]

_TOKENS = 512
"""Bound of one forward pass: every token is predicted, so every token has its logits."""


@torch.inference_mode()
def token_nlls(
    model: CausalModel, passages: Sequence[Sequence[int]], on_rows: OnRows, batching: Batching = SHARED
) -> list[list[float]]:
    """Negative log-likelihood of every token but the first of each passage, given those before it, in nats.

    A passage has at least two tokens.
    """
    rows = [RowTokens(tuple(ids[:1]), tuple(ids[1:])) for ids in passages]
    nlls: list[list[float]] = [[] for _ in rows]
    with shared_prefix(model, batching):
        for numbers in batches_by_length([len(ids) for ids in passages], len(rows), _TOKENS):
            found = rows_nll(model, [rows[i] for i in numbers], batching, prefix=0)
            for i, row in zip(numbers, found.cpu().split([len(rows[i].completion) for i in numbers]), strict=True):
                nlls[i] = row.tolist()
            on_rows(0)
    return nlls
