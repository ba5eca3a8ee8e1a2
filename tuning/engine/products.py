"""Softmax attention as plain matrix products: in bfloat16 on a CPU the fastest way to gradients.

torch's own kernel takes two to four times as long there on its way back. It rounds less often, though, so what is only
answered or scored is left to it. Knows queries, keys and values; knows nothing of rows or layouts.
"""

import math
from typing import Any

import torch
from torch.autograd.function import once_differentiable
from torch.nn.functional import scaled_dot_product_attention

__all__ = ["attend"]

_SCORES = 8 * 2**20
"""With more scores than this at once, memory costs more than products save."""
_KEPT = 2**19
"""So many probabilities, of one block of rows in one layer, are kept for the way back: 1 MB in bf16."""


def attend(
    query: torch.Tensor,  # (batch, heads, tokens, size)
    key: torch.Tensor,  # (batch, kv heads, seen, size)
    value: torch.Tensor,
    mask: torch.Tensor | None,  # (batch or 1, 1, tokens, seen), true where a token is seen; None: causal
    scaling: float,
) -> torch.Tensor:
    """softmax(query · key · scaling) · value, (batch, heads, tokens, size)."""
    grouped = query.shape[1] != key.shape[1]
    scores = query[..., 0].numel() * key.shape[2]
    slow = query.device.type == "cpu" and query.dtype == torch.bfloat16 and torch.is_grad_enabled()
    if not slow or scores > _SCORES:
        causal = mask is None
        return scaled_dot_product_attention(
            query, key, value, attn_mask=mask, is_causal=causal, scale=scaling, enable_gqa=grouped
        )
    if mask is None:
        mask = torch.ones(query.shape[2], key.shape[2], dtype=torch.bool).tril()
    unseen = torch.zeros(mask.shape, dtype=query.dtype).masked_fill_(~mask, -math.inf)
    return _ByProducts.apply(query, key, value, unseen, scaling)


class _ByProducts(torch.autograd.Function):
    """Query heads that share keys lie below each other as more queries, so that keys are never repeated.

    Keys are taken from their mean, which softmax does not see: scores are then small enough to be rounded, which alone
    would change gradients by a third. Zhang et al. 2024, arXiv 2410.02367. Many probabilities are computed again on the
    way back: they would take more memory than all else of a layer.
    """

    @staticmethod
    def forward(  # noqa: PLR0913, PLR0917 - what is differentiated has to be an argument of its own
        ctx: Any, query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, unseen: torch.Tensor, scaling: float
    ) -> torch.Tensor:
        shape, groups = query.shape, key.shape[0] * key.shape[1]
        queries, keys, values = (states.reshape(groups, -1, shape[3]) for states in (query, key, value))
        keys = (keys.float() - keys.mean(1, keepdim=True, dtype=torch.float32)).to(keys.dtype)
        queries = queries * scaling
        probabilities = _probabilities(queries, keys, unseen, shape)
        few = probabilities.numel() <= _KEPT
        ctx.save_for_backward(queries, keys, values, probabilities if few else unseen)
        ctx.shapes, ctx.scaling, ctx.few = (shape, key.shape), scaling, few
        return torch.bmm(probabilities, values).view(shape)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, by_out: torch.Tensor) -> tuple[torch.Tensor | None, ...]:
        queries, keys, values, kept = ctx.saved_tensors
        shape, kv_shape = ctx.shapes
        by_outs = by_out.reshape(queries.shape)
        probabilities = kept if ctx.few else _probabilities(queries, keys, kept, shape)
        by_values = torch.bmm(probabilities.transpose(1, 2), by_outs)
        by_probabilities = torch.bmm(by_outs, values.transpose(1, 2))
        by_scores = torch.ops.aten._softmax_backward_data(  # noqa: SLF001 - softmax's own way back, in one pass
            by_probabilities, probabilities, -1, probabilities.dtype
        )
        by_queries = torch.bmm(by_scores, keys).mul_(ctx.scaling)
        by_keys = torch.bmm(by_scores.transpose(1, 2), queries)
        return by_queries.view(shape), by_keys.view(kv_shape), by_values.view(kv_shape), None, None


def _probabilities(queries: torch.Tensor, keys: torch.Tensor, unseen: torch.Tensor, shape: torch.Size) -> torch.Tensor:
    """Who is looked at how much, (groups, heads in a group * tokens, seen), by scaled queries."""
    scores = torch.bmm(queries, keys.transpose(1, 2))
    scores.view(*shape[:3], -1).add_(unseen)
    return scores.softmax(-1)
