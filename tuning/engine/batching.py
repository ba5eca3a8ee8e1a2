"""Encoded rows → shared-prefix batches: flat token ids, positions, layout, and where the completions are predicted.

Knows token ids; knows nothing of text, models or training.
"""

from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from hashlib import blake2b

import torch

from tuning.engine.attention import KeptPrefix, Layout

__all__ = ["FlatBatch", "RowBatch", "RowTokens", "batches_by_length", "common_prefix", "prefix_batch", "row_batch"]


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

    input_ids: torch.Tensor  # (1, prefix + rows * width)
    position_ids: torch.Tensor  # the same shape
    layout: Layout
    predicted_at: torch.Tensor  # (predicted,)
    predicted: torch.Tensor  # (predicted,)
    tokens: int
    """Tokens computed, padding not counted."""
    head: tuple[int, ...]
    """Ids of the shared prefix, in the sequence or kept."""
    keys: tuple[bytes, ...]
    """A digest for each row of all that its states depend on: prefix, own tokens, and who sees whom."""
    real: torch.Tensor
    """Which of the rows' tokens are no padding, (rows * width,), always on the CPU."""

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
    ids: list[int] = field(default_factory=list)
    positions: list[int] = field(default_factory=list)
    real: list[bool] = field(default_factory=list)
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

    def add(self, ids: Sequence[int], width: int, branch: Sequence[int] = (), depths: Sequence[int] = ()) -> None:
        """One row: `ids`, padding up to `width`, then branches, whose tokens lie `depths` after the last of `ids`."""
        padding = width - len(ids)
        start = len(self.head)
        self.ids += [*ids, *[0] * padding, *branch]
        self.positions += [*range(start, start + width), *(start + len(ids) + depth for depth in depths)]
        self.real += [True] * len(ids) + [False] * padding + [True] * len(branch)
        about = array("q", [*self.head, -1, *ids, -1, *branch, -1, *depths])
        self.keys.append(blake2b(about.tobytes(), digest_size=16).digest())

    def finish(self, own_mask: torch.Tensor | None) -> RowBatch:
        """The batch; `own_mask` as in `Layout`."""
        prefix = 0 if self.kept is not None else len(self.head)
        width = own_mask.shape[-1] if own_mask is not None else 0
        return RowBatch(
            input_ids=torch.tensor([self.ids]),
            position_ids=torch.tensor([self.positions]),
            layout=Layout(prefix, len(self.keys), width, own_mask, kept=self.kept),
            predicted_at=torch.tensor(self.predicted_at, dtype=torch.long),
            predicted=torch.tensor(self.predicted, dtype=torch.long),
            tokens=prefix + sum(self.real),
            head=self.head,
            keys=tuple(self.keys),
            real=torch.tensor(self.real, dtype=torch.bool),
        )


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
    inputs = [(*row.prompt[prefix:], *row.completion[:-1]) for row in rows]
    width = max(len(ids) for ids in inputs)
    flat = FlatBatch(rows[0].prompt[:prefix], kept)
    for row, ids in zip(rows, inputs, strict=True):
        start = len(row.prompt) - prefix - 1
        flat.predict(range(start, start + len(row.completion)), row.completion)
        flat.add(ids, width)
    return flat.finish(torch.ones(1, width, width, dtype=torch.bool).tril())


def prefix_batch(keep: KeptPrefix) -> RowBatch:
    """The prefix alone, so that its keys and values are kept."""
    batch = FlatBatch(keep.ids).finish(None)
    return replace(batch, layout=replace(batch.layout, keep=keep))
