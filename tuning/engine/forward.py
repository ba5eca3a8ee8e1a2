"""Rows through a decoder: the states, and from them the likelihoods, that were asked for.

Rows share their prefix, or are padded as everywhere else where a model does not allow that. With a shared prefix the
decoder and its output projection are called apart, so that logits exist only where they are needed, in pieces. Knows
models and batches; knows nothing of what the likelihoods are for.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch
from torch.nn.functional import cross_entropy

from tuning.engine.attention import ATTENTION, KeptPrefix, register
from tuning.engine.batching import RowBatch, RowTokens, prefix_batch, row_batch
from tuning.engine.fused import fused
from tuning.engine.lower_layers import LowerLayers
from tuning.engine.vocabulary import piecewise_nll

if TYPE_CHECKING:
    from tuning.engine.flow import Flow

__all__ = [
    "SHARED",
    "Batching",
    "CausalModel",
    "OnRows",
    "attention",
    "batch_nll",
    "batch_states",
    "keep_prefix",
    "last_states",
    "own_attention",
    "padded_nll",
    "rows_nll",
    "shared_prefix",
]

CausalModel = Any
"""A transformers causal decoder, with or without a PEFT adapter around it."""

OnRows = Callable[[int], None]
"""Told how many more rows are done, 0 while a batch is still under way; may raise to end the work."""


@dataclass(frozen=True)
class Batching:
    """How rows are put through a model; `choose_batching` finds what suits a decoder."""

    shared_prefix: bool = True
    """Whether rows share their prefix; otherwise they are padded."""
    reason: str = ""
    """What was given up and why, as a sentence; empty when nothing was."""
    lower: LowerLayers | None = None
    """Keeps what the layers under the adapter compute; None: computed anew every time."""
    flow: "Flow | None" = None
    """How rows go through a model that is no decoder; it shares no prefix."""


SHARED = Batching()
"""Rows share their prefix and nothing is kept between calls."""


@contextmanager
def attention(model: CausalModel, implementation: str) -> Iterator[None]:
    """Compute attention so for as long as the block lasts; within another such block too."""
    before = own_attention(model)
    model.set_attn_implementation(implementation)
    try:
        yield
    finally:
        model.set_attn_implementation(before)


def own_attention(model: CausalModel) -> str:
    """How the model computes attention now."""
    return str(model.config._attn_implementation)  # noqa: SLF001 - its setter is public, its getter is not


@contextmanager
def shared_prefix(model: CausalModel, batching: Batching = SHARED) -> Iterator[None]:
    """Compute our way for as long as the block lasts, if `batching` does: attention by layout, layers fused."""
    if not batching.shared_prefix:
        with nullcontext() if batching.flow is None else fused(model):
            yield
        return
    register()
    with attention(model, ATTENTION), fused(model):
        yield


def rows_nll(
    model: CausalModel, rows: Sequence[RowTokens], batching: Batching, prefix: int, kept: KeptPrefix | None = None
) -> torch.Tensor:
    """Negative log-likelihood of every completion token, row by row, in nats, fp32, shape (predicted,).

    The first `prefix` tokens are common to all rows, or `kept` already. Needs `shared_prefix`.
    """
    if batching.flow is not None:
        return batching.flow.nll(model, rows)
    if not batching.shared_prefix:
        return padded_nll(model, rows)
    return batch_nll(model, row_batch(rows, prefix, kept).to(_device(model)), batching.lower)


def batch_nll(model: CausalModel, batch: RowBatch, lower: LowerLayers | None = None) -> torch.Tensor:
    """Negative log-likelihood of every predicted token, in nats, fp32, shape (predicted,). Needs `shared_prefix`."""
    states = batch_states(model, batch, lower)
    return piecewise_nll(states[batch.predicted_at], batch.predicted, model.get_output_embeddings())


def batch_states(model: CausalModel, batch: RowBatch, lower: LowerLayers | None = None) -> torch.Tensor:
    """The decoder's last states of all tokens of a batch, (prefix + rows' tokens, hidden). Needs `shared_prefix`."""
    decoder = model.get_decoder()
    if lower is not None:
        return lower.upper_states(decoder, batch)
    out = decoder(input_ids=batch.input_ids, position_ids=batch.position_ids, layout=batch.layout, use_cache=False)
    return out.last_hidden_state[0]


def keep_prefix(model: CausalModel, prefix: tuple[int, ...], lower: LowerLayers | None = None) -> KeptPrefix | None:
    """The keys and values of tokens that every prompt begins with, computed once; None when there are none."""
    if not prefix:
        return None
    kept = KeptPrefix(prefix)
    batch_states(model, prefix_batch(kept).to(_device(model)), lower)
    return kept


def padded_nll(model: CausalModel, rows: Sequence[RowTokens]) -> torch.Tensor:
    """What `rows_nll` gives, from a batch padded on the right and transformers' own attention and logits."""
    device = _device(model)
    inputs = [(*row.prompt, *row.completion[:-1]) for row in rows]
    width = max(map(len, inputs))
    ids = torch.tensor([[*own, *[0] * (width - len(own))] for own in inputs], device=device)
    lengths = torch.tensor([len(own) for own in inputs], device=device)
    first = min(len(row.prompt) for row in rows) - 1
    logits = model(
        input_ids=ids,
        attention_mask=(torch.arange(width, device=device) < lengths.unsqueeze(1)).long(),
        logits_to_keep=last_states(ids, width - first),
        use_cache=False,
    ).logits
    number = [number for number, row in enumerate(rows) for _ in row.completion]
    at = [len(row.prompt) - 1 - first + place for row in rows for place in range(len(row.completion))]
    wanted = torch.tensor([token for row in rows for token in row.completion], device=device)
    return cross_entropy(logits[number, at].float(), wanted, reduction="none")


def last_states(ids: torch.Tensor, count: int) -> torch.Tensor:
    """Where the last `count` tokens of every row stand, as a model's `logits_to_keep`.

    By a number, a model takes a view, of which torch's product in bf16 copies the whole output projection once a row:
    1.9 GB for 32 rows.
    """
    return torch.arange(ids.shape[1] - count, ids.shape[1], device=ids.device)


def _device(model: CausalModel) -> torch.device:
    return next(model.parameters()).device
