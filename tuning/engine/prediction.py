"""Prompts → answers: likelihoods of labels, greedy text, and the likelihood of known completions.

Works on token ids with any causal decoder, adapter on or off as it finds it; knows nothing of text, tasks or runs.
"""

from collections.abc import Sequence

import torch

from tuning.engine.batching import RowBatch, RowTokens, batches_by_length, common_prefix
from tuning.engine.forward import (
    SHARED,
    Batching,
    CausalModel,
    OnRows,
    batch_nll,
    batch_states,
    keep_prefix,
    rows_nll,
    shared_prefix,
)
from tuning.engine.generation import Generated, Stops, generate
from tuning.engine.labels import LabelTree, label_batch
from tuning.engine.vocabulary import log_probabilities

__all__ = [
    "CausalModel",
    "Generated",
    "OnRows",
    "Stops",
    "batch_nll",
    "completion_nlls",
    "generate",
    "label_scores",
    "shared_prefix",
]

_ROWS = 32
_TOKENS = 2048
_COMPLETION_TOKENS = 1024
"""Bounds of one forward pass. A padded one has all its logits at once, up to 200 MB over a vocabulary of 49,152."""


@torch.inference_mode()
def label_scores(
    model: CausalModel,
    prompts: Sequence[tuple[int, ...]],
    labels: Sequence[tuple[int, ...]],
    on_rows: OnRows,
    batching: Batching = SHARED,
) -> list[list[float]]:
    """Log-likelihood of each label's whole completion after each prompt, in nats: one list a prompt."""
    if batching.flow is not None:
        return batching.flow.label_scores(model, prompts, labels, on_rows)
    if not batching.shared_prefix:
        return [_padded_scores(model, prompt, labels, on_rows) for prompt in prompts]
    tree = LabelTree(tuple(labels))
    prefix = common_prefix(prompts)
    lengths = [len(prompt) - prefix + len(tree.tokens) for prompt in prompts]
    scores: list[list[float]] = [[] for _ in prompts]
    with shared_prefix(model):
        kept = keep_prefix(model, prompts[0][:prefix], batching.lower)
        for rows in batches_by_length(lengths, _ROWS, _TOKENS):
            batch = label_batch([prompts[i] for i in rows], tree, prefix, kept)
            for i, row in zip(rows, _tree_scores(model, batch, tree, batching), strict=True):
                scores[i] = row
            on_rows(len(rows))
    return scores


def _tree_scores(model: CausalModel, batch: RowBatch, tree: LabelTree, batching: Batching) -> list[list[float]]:
    """Scores of one batch. A node is followed by tokens of several labels: its logits are computed once."""
    batch = batch.to(next(model.parameters()).device)
    states = batch_states(model, batch, batching.lower)
    places, at = batch.predicted_at.unique(return_inverse=True)
    tokens, which = batch.predicted.unique(return_inverse=True)
    by_token = log_probabilities(states[places], tokens, model.get_output_embeddings())[at, which]
    sizes = [len(label) for label in tree.labels]
    by_row = by_token.cpu().reshape(-1, sum(sizes))
    return torch.stack([part.sum(1) for part in by_row.split(sizes, dim=1)], dim=1).tolist()


def _padded_scores(
    model: CausalModel, prompt: tuple[int, ...], labels: Sequence[tuple[int, ...]], on_rows: OnRows
) -> list[float]:
    """Scores of one prompt, one padded row a label."""
    pairs = [RowTokens(prompt, label) for label in labels]
    nlls = completion_nlls(model, pairs, lambda _: on_rows(0), Batching(shared_prefix=False))
    on_rows(1)
    return [-nll for nll in nlls]


@torch.inference_mode()
def completion_nlls(
    model: CausalModel, rows: Sequence[RowTokens], on_rows: OnRows, batching: Batching = SHARED
) -> list[float]:
    """Summed negative log-likelihood of each row's completion, in nats."""
    nlls = [0.0] * len(rows)
    prefix = common_prefix([row.prompt for row in rows]) if batching.shared_prefix else 0
    lengths = [len(row.prompt) - prefix + len(row.completion) for row in rows]
    with shared_prefix(model, batching):
        kept = keep_prefix(model, rows[0].prompt[:prefix], batching.lower)
        for numbers in batches_by_length(lengths, _ROWS, _COMPLETION_TOKENS):
            some = [rows[i] for i in numbers]
            nlls_of_tokens = rows_nll(model, some, batching, prefix, kept).cpu()
            by_row = nlls_of_tokens.split([len(row.completion) for row in some])
            for i, row in zip(numbers, by_row, strict=True):
                nlls[i] = float(row.sum())
            on_rows(len(numbers))
    return nlls
