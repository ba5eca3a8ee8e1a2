# ruff: noqa: ARG002 - the signatures of overridden methods are transformers'
"""Keys and values in memory with room for more, so that a new token does not copy those of all earlier ones.

transformers' own layer joins old and new at every token, which took longer than the attention itself. Knows
transformers' caches; knows nothing of prompts or answers.
"""

from typing import Any

import torch
from transformers import DynamicCache, PreTrainedConfig
from transformers.cache_utils import DynamicLayer

__all__ = ["growing_cache"]

_ROOM = 64
"""Tokens there is room for at a time."""


class _GrowingLayer(DynamicLayer):
    """One layer's keys and values, (rows, kv heads, tokens, head size), as the first part of larger tensors."""

    _rooms: tuple[torch.Tensor, torch.Tensor] | None = None

    def update(
        self, key_states: torch.Tensor, value_states: torch.Tensor, *args: Any, **kwargs: Any
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Add the states of new tokens; returns those of all."""
        if not self.is_initialized:
            self.lazy_initialization(key_states, value_states)
        known = self.get_seq_length()
        total = known + key_states.shape[-2]
        if self._rooms is None or self._rooms[0].shape[-2] < total:
            self._make_room(key_states, known, total + _ROOM)
        assert self._rooms is not None
        for room, states in zip(self._rooms, (key_states, value_states), strict=True):
            room[..., known:total, :] = states
        self._show(total)
        return self.keys, self.values

    def batch_repeat_interleave(self, repeats: int) -> None:
        """Every row so many times."""
        super().batch_repeat_interleave(repeats)
        self._rooms = None

    def batch_select_indices(self, indices: torch.Tensor) -> None:
        """Keep these rows alone."""
        total = self.get_seq_length()
        if self._rooms is not None:
            self._rooms = (self._rooms[0][indices], self._rooms[1][indices])
            self._show(total)
        else:
            super().batch_select_indices(indices)

    def _make_room(self, like: torch.Tensor, known: int, size: int) -> None:
        shape = (*like.shape[:-2], size, like.shape[-1])
        rooms = like.new_empty(shape), like.new_empty(shape)
        if known:
            rooms[0][..., :known, :], rooms[1][..., :known, :] = self.keys, self.values
        self._rooms = rooms

    def _show(self, total: int) -> None:
        assert self._rooms is not None
        self.keys, self.values = (room[..., :total, :] for room in self._rooms)


def growing_cache(config: PreTrainedConfig) -> DynamicCache:
    """An empty cache for a model, with room to grow in every layer that keeps all tokens."""
    cache = DynamicCache(config=config)
    cache.layers = [_GrowingLayer() if type(layer) is DynamicLayer else layer for layer in cache.layers]
    return cache
