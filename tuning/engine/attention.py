"""Shared-prefix attention: rows that begin with the same tokens compute them once and attend to them together.

Registered with transformers' attention interface. A forward pass gets one flat sequence, the prefix and then row after
row without padding, and a `Layout` that says so; each row sees the prefix and what its own mask allows, no row sees
another. Knows queries, keys and values; knows nothing of tokens, losses or models.
"""

from dataclasses import dataclass, field, replace
from typing import Any

import torch
from torch.autograd.function import once_differentiable
from transformers import AttentionInterface, AttentionMaskInterface

from tuning.engine.products import attend

__all__ = ["ATTENTION", "Block", "KeptPrefix", "Layout", "register"]

ATTENTION = "tune_off_shared_prefix"


@dataclass(frozen=True)
class KeptPrefix:
    """Keys and values of a prefix by layer index, each (1, kv heads, prefix, head size), rotated."""

    ids: tuple[int, ...]
    layers: dict[int, tuple[torch.Tensor, torch.Tensor]] = field(default_factory=dict)


@dataclass(frozen=True)
class Block:
    """Rows that attend side by side, padded to the longest of them; nothing else is computed of padding."""

    places: torch.Tensor
    """(tokens,) where each token of the rows, one row after another, lies in the block of rows * width cells."""
    mask: torch.Tensor
    """(rows or 1, 1, width, prefix + width), true where a token sees another; all see the shared prefix."""
    rows: int

    @property
    def width(self) -> int:
        """Tokens of the longest row."""
        return self.mask.shape[2]

    def pad(self, states: torch.Tensor) -> torch.Tensor:
        """(tokens, heads, size) → (rows, heads, width, size), zeros where there is no token."""
        cells = states.new_zeros(self.rows * self.width, *states.shape[1:]).index_copy(0, self.places, states)
        return cells.view(self.rows, self.width, *states.shape[1:]).transpose(1, 2)

    def unpad(self, states: torch.Tensor) -> torch.Tensor:
        """(rows, heads, width, size) → (tokens, heads, size)."""
        cells = states.transpose(1, 2).reshape(self.rows * self.width, states.shape[1], states.shape[3])
        return _Taken.apply(cells, self.places)


class _Taken(torch.autograd.Function):
    """Some of the first dimension, each at most once: the way back copies, where torch's own has to add."""

    @staticmethod
    def forward(ctx: Any, cells: torch.Tensor, places: torch.Tensor) -> torch.Tensor:
        ctx.save_for_backward(places)
        ctx.count = len(cells)
        return cells.index_select(0, places)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, by_taken: torch.Tensor) -> tuple[torch.Tensor, None]:
        (places,) = ctx.saved_tensors
        return by_taken.new_zeros(ctx.count, *by_taken.shape[1:]).index_copy_(0, places, by_taken), None


@dataclass(frozen=True)
class Layout:
    """How a flat sequence is to be read: `prefix` tokens, then the tokens of the rows, block by block."""

    prefix: int
    blocks: tuple[Block, ...]
    kept: KeptPrefix | None = None
    """Keys and values computed before, used in place of a prefix in the sequence (then `prefix` is 0)."""
    keep: KeptPrefix | None = None
    """Filled with the keys and values of the prefix in this sequence."""

    def to(self, device: torch.device) -> "Layout":
        """The same layout on `device`."""
        return replace(
            self,
            blocks=tuple(
                replace(block, places=block.places.to(device), mask=block.mask.to(device)) for block in self.blocks
            ),
        )


def _attend(  # noqa: PLR0913, PLR0917 - the signature is transformers'
    module: torch.nn.Module,
    query: torch.Tensor,  # (1, heads, prefix + rows' tokens, head size)
    key: torch.Tensor,  # (1, kv heads, prefix + rows' tokens, head size)
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
    scaling = query.shape[-1] ** -0.5 if scaling is None else scaling
    prefix = layout.prefix
    head = key[:, :, :prefix], value[:, :, :prefix]
    parts = []
    if prefix:
        if layout.keep is not None:
            layout.keep.layers[int(module.layer_idx)] = head
        parts.append(attend(query[:, :, :prefix], *head, None, scaling)[0].transpose(0, 1))
    elif layout.kept is not None:
        head = layout.kept.layers[int(module.layer_idx)]
    start = prefix
    for block in layout.blocks:
        end = start + len(block.places)
        rows = [block.pad(states[0, :, start:end].transpose(0, 1)) for states in (query, key, value)]
        seen_key, seen_value = (
            torch.cat((shared.expand(block.rows, -1, -1, -1), own), dim=2)
            for shared, own in zip(head, rows[1:], strict=True)
        )
        parts.append(block.unpad(attend(rows[0], seen_key, seen_value, block.mask, scaling)))
        start = end
    return torch.cat(parts).unsqueeze(0), None


def _no_mask(*_args: Any, **_kwargs: Any) -> None:
    """The layout says who sees whom, so the model builds no mask of its own."""
    return


def register() -> None:
    """Make `ATTENTION` known to transformers as an attention implementation."""
    AttentionInterface.register(ATTENTION, _attend)
    AttentionMaskInterface.register(ATTENTION, _no_mask)
