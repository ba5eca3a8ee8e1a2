"""Encoded rows → shared-prefix batches: flat token ids, positions, layout, and where the completions are predicted.

Knows token ids; knows nothing of text, models or training.
"""

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from hashlib import blake2b

import torch

from tuning.engine.attention import Block, KeptPrefix, Layout

__all__ = ["FlatBatch", "RowBatch", "RowTokens", "batches_by_length", "common_prefix", "prefix_batch", "row_batch"]

_SCORES = 2**17
"""Of one head, at once: few enough for a processor's caches, and for rows of like length to stay together."""


@dataclass(frozen=True)
class RowTokens:
    """Token ids of one row: a prompt of at least one token and, where known, its completion."""

    prompt: tuple[int, ...]
    completion: tuple[int, ...] = ()


@dataclass(frozen=True)
class RowBatch:
    """Rows laid flat beside their shared prefix, for one forward pass.

    `predicted[i]` (a token id) is to be predicted at flat position `predicted_at[i]`; rows come one after another.
    """

    input_ids: torch.Tensor  # (1, prefix + rows' tokens)
    position_ids: torch.Tensor  # the same shape
    layout: Layout
    predicted_at: torch.Tensor  # (predicted,)
    predicted: torch.Tensor  # (predicted,)
    head: tuple[int, ...]
    """Ids of the shared prefix, in the sequence or kept."""
    keys: tuple[bytes, ...]
    """A digest for each row of all that its states depend on: prefix, own tokens, and who sees whom."""
    lengths: tuple[int, ...]
    """Tokens of each row."""

    def to(self, device: torch.device) -> "RowBatch":
        """The same batch on `device`."""
        return replace(
            self,
            input_ids=self.input_ids.to(device),
            position_ids=self.position_ids.to(device),
            layout=self.layout.to(device),
            predicted_at=self.predicted_at.to(device),
            predicted=self.predicted.to(device),
        )


@dataclass
class FlatBatch:
    """A batch as it is being laid out: first the shared prefix, unless it is kept, then row after row."""

    head: tuple[int, ...]
    kept: KeptPrefix | None = None
    branches: torch.Tensor | None = None
    """Where rows end in branches, which of their tokens see which, (branch tokens, branch tokens)."""
    ids: list[int] = field(default_factory=list)
    positions: list[int] = field(default_factory=list)
    lengths: list[int] = field(default_factory=list)
    predicted_at: list[int] = field(default_factory=list)
    predicted: list[int] = field(default_factory=list)
    keys: list[bytes] = field(default_factory=list)

    def __post_init__(self) -> None:
        if self.kept is None:
            self.ids += self.head
            self.positions += range(len(self.head))

    def predict(self, at: Sequence[int], tokens: Sequence[int]) -> None:
        """Of the row to be added next: `tokens[i]` is predicted at its own position `at[i]`."""
        self.predicted_at += [len(self.ids) + own for own in at]
        self.predicted += tokens

    def add(self, ids: Sequence[int], branch: Sequence[int] = (), depths: Sequence[int] = ()) -> None:
        """One row: `ids`, then branches, whose tokens lie `depths` after the last of `ids`."""
        start, end = len(self.head), len(self.head) + len(ids)
        self.ids += [*ids, *branch]
        self.positions += [*range(start, end), *(end + depth for depth in depths)]
        self.lengths.append(len(ids) + len(branch))
        about = array("q", [*self.head, -1, *ids, -1, *branch, -1, *depths])
        self.keys.append(blake2b(about.tobytes(), digest_size=16).digest())

    def finish(self) -> RowBatch:
        """The batch."""
        prefix = 0 if self.kept is not None else len(self.head)
        return RowBatch(
            input_ids=torch.tensor([self.ids]),
            position_ids=torch.tensor([self.positions]),
            layout=Layout(prefix, tuple(self._block(lengths) for lengths in self._side_by_side()), kept=self.kept),
            predicted_at=torch.tensor(self.predicted_at, dtype=torch.long),
            predicted=torch.tensor(self.predicted, dtype=torch.long),
            head=self.head,
            keys=tuple(self.keys),
            lengths=tuple(self.lengths),
        )

    def _side_by_side(self) -> Iterator[list[int]]:
        """The rows' lengths, divided into blocks."""
        block: list[int] = []
        for length in self.lengths:
            width = max([*block, length])
            if block and (len(block) + 1) * width * (len(self.head) + width) > _SCORES:
                yield block
                block = []
            block.append(length)
        if block:
            yield block

    def _block(self, lengths: list[int]) -> Block:
        width = max(lengths)
        places = [row * width + place for row, length in enumerate(lengths) for place in range(length)]
        mask = torch.ones(1, width, width, dtype=torch.bool).tril()
        if self.branches is not None:
            count = len(self.branches)
            mask = mask.repeat(len(lengths), 1, 1)
            for row, length in enumerate(lengths):
                mask[row, length - count : length, length - count : length] = self.branches
        sees_head = mask.new_ones(len(mask), width, len(self.head))
        return Block(torch.tensor(places), torch.cat((sees_head, mask), dim=2).unsqueeze(1), len(lengths))


def common_prefix(prompts: Sequence[tuple[int, ...]]) -> int:
    """How many tokens all prompts begin with, leaving each at least one token of its own."""
    first, last = min(prompts), max(prompts)
    length = next((i for i, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), min(len(first), len(last)))
    return max(min(length, min(len(p) for p in prompts) - 1), 0)


def batches_by_length(lengths: Sequence[int], size: int, budget: int) -> list[list[int]]:
    """Indices in batches of rows of similar length, longest first.

    A batch has at most `size` rows and, padded, at most `budget` tokens, but always one row.
    """
    order = sorted(range(len(lengths)), key=lambda i: (-lengths[i], i))
    batches: list[list[int]] = []
    for index in order:
        fits = batches and len(batches[-1]) < min(size, budget // max(lengths[batches[-1][0]], 1))
        if fits:
            batches[-1].append(index)
        else:
            batches.append([index])
    return batches


def row_batch(rows: Sequence[RowTokens], prefix: int, kept: KeptPrefix | None = None) -> RowBatch:
    """Rows with their completions, to score or learn the completions; `kept` stands in for the prefix if given.

    The last completion token is predicted and never read, so it is no input.
    """
    flat = FlatBatch(rows[0].prompt[:prefix], kept)
    for row in rows:
        start = len(row.prompt) - prefix - 1
        flat.predict(range(start, start + len(row.completion)), row.completion)
        flat.add((*row.prompt[prefix:], *row.completion[:-1]))
    return flat.finish()


def prefix_batch(keep: KeptPrefix) -> RowBatch:
    """The prefix alone, so that its keys and values are kept."""
    batch = FlatBatch(keep.ids).finish()
    return replace(batch, layout=replace(batch.layout, keep=keep))
