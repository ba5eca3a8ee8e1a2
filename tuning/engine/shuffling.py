"""The order in which rows are learned: batches of about equal length, which waste no padding, in random order.

transformers' `LengthGroupedSampler` gives such batches from long to short, over and over. A training of so few steps
that it sees only some of the rows then ends on the shortest, and unlearns what only longer ones have. Knows lengths.
"""

from collections.abc import Iterator, Sequence

import torch
from torch.utils.data import Sampler

__all__ = ["ShuffledBatches"]

_POOLS, _MOST_BATCHES = 4, 50
"""Rows are drawn into so many pools, or more of so many batches, and sorted by length in each."""


class ShuffledBatches(Sampler[int]):
    """Places of rows such that every `batch_size` in a row are a batch; other batches in every epoch."""

    def __init__(self, lengths: Sequence[int], batch_size: int, seed: int) -> None:
        self._lengths, self._batch_size = lengths, batch_size
        self._generator = torch.Generator().manual_seed(seed)

    def __len__(self) -> int:
        return len(self._lengths)

    def __iter__(self) -> Iterator[int]:
        drawn = self._permuted(len(self._lengths))
        size = self._batch_size
        pool = size * max(min(len(drawn) // (_POOLS * size), _MOST_BATCHES), 1)
        batches = []
        for start in range(0, len(drawn), pool):
            alike = sorted(drawn[start : start + pool], key=self._lengths.__getitem__)
            batches += [alike[place : place + size] for place in range(0, len(alike), size)]
        # A batch that is not full would shift all after it.
        full = [batch for batch in batches if len(batch) == size]
        rest = [batch for batch in batches if len(batch) < size]
        for number in self._permuted(len(full)):
            yield from full[number]
        for batch in rest:
            yield from batch

    def _permuted(self, count: int) -> list[int]:
        order: list[int] = torch.randperm(count, generator=self._generator).tolist()
        return order
