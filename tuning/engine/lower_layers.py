"""What the layers under the adapter compute, computed once a row: frozen, they give the same states every time.

A batch's rows are looked up one by one, so that epochs may shuffle them; a batch with an unknown row goes through the
lower layers once. The upper layers then start from there, the lower ones standing aside as pass-throughs, so that the
list of layers keeps its length and every layer its index. Knows decoders and batches; knows nothing of adapters.
"""

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import torch

from tuning.engine.attention import KeptPrefix
from tuning.engine.batching import RowBatch, prefix_batch
from tuning.engine.state_store import StateStore

__all__ = ["LowerLayers", "lower_layers"]

_MEMORY_BYTES = 256 * 2**20
_FILE_SHARE = 0.25
"""Of the disk's free bytes, so that a run fills no disk."""


class _PassThrough(torch.nn.Module):
    """Stands in for a layer and leaves the states as they are."""

    def forward(self, states: torch.Tensor, *_args: Any, **_kwargs: Any) -> torch.Tensor:
        return states


@dataclass(frozen=True)
class _Head:
    """A prefix under the upper layers: its states, (prefix, hidden), and the lower layers' keys and values."""

    states: torch.Tensor
    kept: KeptPrefix


class LowerLayers:
    """The lowest `count` layers of a decoder, at least one, whose weights do not change while this is used.

    Rows that do not fit `store` any more are computed anew every time.
    """

    def __init__(self, count: int, store: StateStore) -> None:
        self.count = count
        self._store = store
        self._heads: dict[tuple[int, ...], _Head] = {}

    def upper_states(self, decoder: Any, batch: RowBatch) -> torch.Tensor:
        """The decoder's last states of all tokens of a batch, (prefix + rows' tokens, hidden)."""
        states = self._under(decoder, batch)
        with _passing(decoder.layers, range(self.count)):
            out = decoder(
                inputs_embeds=states.unsqueeze(0), position_ids=batch.position_ids, layout=batch.layout, use_cache=False
            )
        return out.last_hidden_state[0]

    @torch.no_grad()
    def _under(self, decoder: Any, batch: RowBatch) -> torch.Tensor:
        """States of all tokens of a batch under the upper layers."""
        if not batch.head:
            return self._rows(decoder, batch, None)
        if batch.head not in self._heads:
            kept = KeptPrefix(batch.head)
            states = self._compute(decoder, prefix_batch(kept).to(batch.input_ids.device))
            self._heads[batch.head] = _Head(states, kept)
        head = self._heads[batch.head]
        if batch.layout.keep is not None:
            batch.layout.keep.layers.update(head.kept.layers)
        rows = self._rows(decoder, batch, head.kept) if batch.layout.blocks else head.states[:0]
        return torch.cat((head.states[: batch.layout.prefix], rows))

    def _rows(self, decoder: Any, batch: RowBatch, kept: KeptPrefix | None) -> torch.Tensor:
        """States of the rows' tokens, from the store or computed and stored."""
        known = [self._store.get(key) for key in batch.keys]
        found = [states for states in known if states is not None]
        if len(found) == len(known):
            return torch.cat(found).to(batch.input_ids.device)
        start = batch.layout.prefix
        alone = replace(
            batch,
            input_ids=batch.input_ids[:, start:],
            position_ids=batch.position_ids[:, start:],
            layout=replace(batch.layout, prefix=0, kept=kept),
        )
        states = self._compute(decoder, alone)
        for key, row in zip(batch.keys, states.cpu().split(list(batch.lengths)), strict=True):
            self._store.add(key, row)
        return states

    def _compute(self, decoder: Any, batch: RowBatch) -> torch.Tensor:
        """One batch through the lower layers alone, (tokens, hidden)."""
        seen: list[torch.Tensor] = []
        layers = decoder.layers
        hook = layers[self.count - 1].register_forward_hook(lambda _module, _inputs, out: seen.append(out[0]))
        try:
            with _passing(layers, range(self.count, len(layers))):
                decoder(
                    input_ids=batch.input_ids, position_ids=batch.position_ids, layout=batch.layout, use_cache=False
                )
        finally:
            hook.remove()
        return seen[0]


def lower_layers(model: Any, layers: int | Literal["all"], folder: Path) -> LowerLayers | None:
    """What is frozen when only the top `layers` are trained, None if nothing is; beyond memory, kept in `folder`."""
    count = 0 if layers == "all" else len(model.get_decoder().layers) - layers
    if count < 1:
        return None
    folder.mkdir(parents=True, exist_ok=True)
    return LowerLayers(count, StateStore(folder, _MEMORY_BYTES, int(_FILE_SHARE * shutil.disk_usage(folder).free)))


@contextmanager
def _passing(layers: torch.nn.ModuleList, indices: Sequence[int]) -> Iterator[None]:
    """Let these layers do nothing for as long as the block lasts."""
    aside = {index: layers[index] for index in indices}
    for index in aside:
        layers[index] = _PassThrough()
    try:
        yield
    finally:
        for index, layer in aside.items():
            layers[index] = layer
