"""Prompts → answers: likelihoods of labels, greedy text, and the likelihood of known completions.

Works on token ids with any causal decoder, adapter on or off as it finds it; knows nothing of text, tasks or runs.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from transformers import GenerationConfig, StoppingCriteria, StoppingCriteriaList

from tuning.engine.attention import ATTENTION, KeptPrefix, register
from tuning.engine.batching import (
    RowBatch,
    RowTokens,
    batches_by_length,
    common_prefix,
    label_batch,
    prefix_batch,
    row_batch,
)

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

CausalModel = Any
"""A transformers causal decoder, with or without a PEFT adapter around it."""

OnRows = Callable[[int], None]
"""Told how many more rows are done, 0 while a batch is still under way; may raise to end the work."""

_ROWS = 32
_TOKENS = 2048
_PREDICTED = 1024
"""Bounds of one forward pass: the logits of 1,024 positions over a vocabulary of 49,152 are 200 MB."""


@dataclass(frozen=True)
class Generated:
    """New tokens without the end of turn; `hit_limit` says that none was reached."""

    ids: tuple[int, ...]
    hit_limit: bool


@dataclass(frozen=True)
class Stops:
    """When greedy text ends."""

    end_ids: tuple[int, ...]
    """Tokens that end an answer."""
    max_new_tokens: int


@contextmanager
def shared_prefix(model: CausalModel) -> Iterator[None]:
    """Compute attention by layout for as long as the block lasts."""
    register()
    before = model.config._attn_implementation  # noqa: SLF001 - its setter is public, its getter is not
    model.set_attn_implementation(ATTENTION)
    try:
        yield
    finally:
        model.set_attn_implementation(before)


def batch_nll(model: CausalModel, batch: RowBatch) -> torch.Tensor:
    """Negative log-likelihood of every predicted token, in nats, fp32, shape (predicted,). Needs `shared_prefix`."""
    logits = model(
        input_ids=batch.input_ids,
        position_ids=batch.position_ids,
        layout=batch.layout,
        logits_to_keep=batch.predicted_at,
        use_cache=False,
    ).logits[0]
    return torch.nn.functional.cross_entropy(logits.float(), batch.predicted, reduction="none")


@torch.inference_mode()
def label_scores(
    model: CausalModel, prompts: Sequence[tuple[int, ...]], labels: Sequence[tuple[int, ...]], on_rows: OnRows
) -> list[list[float]]:
    """Log-likelihood of each label's whole completion after each prompt, in nats: one list a prompt."""
    device = next(model.parameters()).device
    sizes = [len(label) for label in labels]
    prefix = common_prefix(prompts)
    branches = sum(sizes) - len(labels)
    lengths = [len(prompt) - prefix + branches for prompt in prompts]
    scores: list[list[float]] = [[] for _ in prompts]
    with shared_prefix(model):
        kept = _keep_prefix(model, prompts[0][:prefix], device)
        for rows in batches_by_length(lengths, max(_PREDICTED // sum(sizes), 1), _TOKENS):
            batch = label_batch([prompts[i] for i in rows], labels, prefix, kept).to(device)
            by_row = batch_nll(model, batch).cpu().split(sum(sizes))
            for i, row in zip(rows, by_row, strict=True):
                scores[i] = [-float(nll.sum()) for nll in row.split(sizes)]
            on_rows(len(rows))
    return scores


@torch.inference_mode()
def completion_nlls(model: CausalModel, rows: Sequence[RowTokens], on_rows: OnRows) -> list[float]:
    """Summed negative log-likelihood of each row's completion, in nats."""
    device = next(model.parameters()).device
    prefix = common_prefix([row.prompt for row in rows])
    lengths = [len(row.prompt) - prefix + len(row.completion) for row in rows]
    nlls = [0.0] * len(rows)
    with shared_prefix(model):
        kept = _keep_prefix(model, rows[0].prompt[:prefix], device)
        for numbers in batches_by_length(lengths, _ROWS, _PREDICTED):
            batch = row_batch([rows[i] for i in numbers], prefix, kept).to(device)
            totals = torch.zeros(len(numbers), device=device).index_add_(0, batch.row_of, batch_nll(model, batch))
            for i, total in zip(numbers, totals.tolist(), strict=True):
                nlls[i] = total
            on_rows(len(numbers))
    return nlls


@torch.inference_mode()
def generate(model: CausalModel, prompts: Sequence[tuple[int, ...]], stops: Stops, on_rows: OnRows) -> list[Generated]:
    """The most likely next token, again and again; prompts are padded on the left, attention is transformers' own."""
    device = next(model.parameters()).device
    config = GenerationConfig(
        do_sample=False,
        max_new_tokens=stops.max_new_tokens,
        eos_token_id=list(stops.end_ids),
        pad_token_id=stops.end_ids[0],
    )
    answers = [Generated((), False)] * len(prompts)
    lengths = [len(prompt) + stops.max_new_tokens for prompt in prompts]
    for rows in batches_by_length(lengths, _ROWS, 4 * _TOKENS):
        width = max(len(prompts[i]) for i in rows)
        padding = [width - len(prompts[i]) for i in rows]
        ids = torch.tensor([[stops.end_ids[0]] * pad + list(prompts[i]) for i, pad in zip(rows, padding, strict=True)])
        mask = torch.arange(width) >= torch.tensor(padding).unsqueeze(1)
        out = model.generate(
            input_ids=ids.to(device),
            attention_mask=mask.long().to(device),
            generation_config=config,
            stopping_criteria=StoppingCriteriaList([_EveryToken(on_rows)]),
        )
        for i, new in zip(rows, out[:, width:].tolist(), strict=True):
            end = next((at for at, token in enumerate(new) if token in stops.end_ids), None)
            answers[i] = Generated(tuple(new[:end]), hit_limit=end is None)
        on_rows(len(rows))
    return answers


class _EveryToken(StoppingCriteria):
    """Ends nothing by itself: a long batch is told of once a token, so that a cancel need not wait for its end."""

    def __init__(self, on_rows: OnRows) -> None:
        self._on_rows = on_rows

    def __call__(self, input_ids: torch.Tensor, scores: Any, **_: Any) -> torch.Tensor:  # noqa: ARG002
        self._on_rows(0)
        return torch.zeros(len(input_ids), dtype=torch.bool, device=input_ids.device)


def _keep_prefix(model: CausalModel, prefix: tuple[int, ...], device: torch.device) -> KeptPrefix | None:
    """The keys and values of tokens that every prompt begins with, computed once; None when there are none."""
    if not prefix:
        return None
    kept = KeptPrefix(len(prefix))
    batch = prefix_batch(prefix, kept).to(device)
    model(
        input_ids=batch.input_ids,
        position_ids=batch.position_ids,
        layout=batch.layout,
        logits_to_keep=1,
        use_cache=False,
    )
    return kept
