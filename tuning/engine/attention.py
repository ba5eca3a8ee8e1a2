"""Shared-prefix attention: rows that begin with the same tokens compute them once and attend to them together.

Registered with transformers' attention interface. A forward pass gets one flat sequence of `prefix` tokens followed by
`rows × width` row tokens, and a `Layout` that says so; each row sees the prefix and what its own mask allows, no row
sees another. Knows queries, keys and values; knows nothing of tokens, losses or models.
"""

from dataclasses import dataclass, field, replace
from typing import Any

import torch
from torch.nn.functional import scaled_dot_product_attention
from transformers import AttentionInterface, AttentionMaskInterface

__all__ = ["ATTENTION", "KeptPrefix", "Layout", "register"]

ATTENTION = "tune_off_shared_prefix"


@dataclass(frozen=True)
class KeptPrefix:
    """Keys and values of a prefix by layer index, each (1, kv heads, prefix, head size), rotated."""

    ids: tuple[int, ...]
    layers: dict[int, tuple[torch.Tensor, torch.Tensor]] = field(default_factory=dict)


@dataclass(frozen=True)
class Layout:
    """How a flat sequence is to be read: `prefix` tokens, then `rows` rows of `width` tokens, padding included.

    `own_mask` is boolean, (rows or 1, width, width): which tokens of its own row each row token sees.
    """

    prefix: int
    rows: int
    width: int
    own_mask: torch.Tensor | None
    kept: KeptPrefix | None = None
    """Keys and values computed before, used in place of a prefix in the sequence (then `prefix` is 0)."""
    keep: KeptPrefix | None = None
    """Filled with the keys and values of the prefix in this sequence."""

    def to(self, device: torch.device) -> "Layout":
        """The same layout with its mask on `device`."""
        return replace(self, own_mask=self.own_mask.to(device) if self.own_mask is not None else None)


def _attend(  # noqa: PLR0913, PLR0917 - the signature is transformers'
    module: torch.nn.Module,
    query: torch.Tensor,  # (1, heads, prefix + rows * width, head size)
    key: torch.Tensor,  # (1, kv heads, prefix + rows * width, head size)
    value: torch.Tensor,
    attention_mask: torch.Tensor | None,
    scaling: float | None = None,
    dropout: float = 0.0,
    layout: Layout | None = None,
    **other: Any,
) -> tuple[torch.Tensor, None]:
    """Attention of every token to the prefix and to its own row; returns (1, tokens, heads, head size)."""
    unsupported = [
        name for name in ("sliding_window", "softcap", "s_aux", "position_bias") if other.get(name) is not None
    ]
    if layout is None or attention_mask is not None or dropout or unsupported:
        raise ValueError(f"shared-prefix attention needs a layout and no mask, dropout or {unsupported or 'extras'}")
    grouped = query.shape[1] != key.shape[1]
    prefix = layout.prefix
    parts = []
    if prefix:
        head_key, head_value = key[:, :, :prefix], value[:, :, :prefix]
        if layout.keep is not None:
            layout.keep.layers[int(module.layer_idx)] = (head_key, head_value)
        parts.append(
            scaled_dot_product_attention(
                query[:, :, :prefix], head_key, head_value, is_causal=True, scale=scaling, enable_gqa=grouped
            )
        )
    elif layout.kept is not None:
        head_key, head_value = layout.kept.layers[int(module.layer_idx)]
    else:
        head_key, head_value = key[:, :, :0], value[:, :, :0]
    if layout.rows:
        parts.append(_attend_rows(query, (key, value), (head_key, head_value), scaling, layout))
    return torch.cat(parts, dim=2).transpose(1, 2).contiguous(), None


def _attend_rows(
    query: torch.Tensor,
    own: tuple[torch.Tensor, torch.Tensor],
    head: tuple[torch.Tensor, torch.Tensor],
    scaling: float | None,
    layout: Layout,
) -> torch.Tensor:
    """The rows' part of `_attend`, rows side by side as a batch; returns (1, heads, rows * width, head size)."""
    rows, width = layout.rows, layout.width
    assert layout.own_mask is not None

    def by_row(states: torch.Tensor) -> torch.Tensor:
        heads, size = states.shape[1], states.shape[3]
        return states[0, :, layout.prefix :].reshape(heads, rows, width, size).transpose(0, 1)

    key, value = (torch.cat((h.expand(rows, -1, -1, -1), by_row(o)), dim=2) for h, o in zip(head, own, strict=True))
    sees_head = layout.own_mask.new_ones(layout.own_mask.shape[0], width, head[0].shape[2])
    mask = torch.cat((sees_head, layout.own_mask), dim=2).unsqueeze(1)  # (rows or 1, 1, width, head + width)
    out = scaled_dot_product_attention(
        by_row(query), key, value, attn_mask=mask, scale=scaling, enable_gqa=query.shape[1] != own[0].shape[1]
    )
    heads, size = out.shape[1], out.shape[3]
    return out.transpose(0, 1).reshape(1, heads, rows * width, size)


def _no_mask(*_args: Any, **_kwargs: Any) -> None:
    """The layout says who sees whom, so the model builds no mask of its own."""
    return


def register() -> None:
    """Make `ATTENTION` known to transformers as an attention implementation."""
    AttentionInterface.register(ATTENTION, _attend)
    AttentionMaskInterface.register(ATTENTION, _no_mask)
