"""Encoded rows → shared-prefix batches: flat token ids, positions, layout, and where the completions are predicted.

Knows token ids; knows nothing of text, models or training.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import torch

from tuning.engine.attention import KeptPrefix, Layout

__all__ = ["RowBatch", "RowTokens", "batches_by_length", "common_prefix", "label_batch", "prefix_batch", "row_batch"]


@dataclass(frozen=True)
class RowTokens:
    """Token ids of one row: a prompt of at least one token and, where known, its completion."""

    prompt: tuple[int, ...]
    completion: tuple[int, ...] = ()


@dataclass(frozen=True)
class RowBatch:
    """Rows laid flat beside their shared prefix, for one forward pass.

    `predicted[i]` (a token id) is to be predicted at flat position `predicted_at[i]`, for row `row_of[i]`.
    """

    input_ids: torch.Tensor  # (1, prefix + rows * width)
    position_ids: torch.Tensor  # the same shape
    layout: Layout
    predicted_at: torch.Tensor  # (predicted,)
    predicted: torch.Tensor  # (predicted,)
    row_of: torch.Tensor  # (predicted,)
    tokens: int
    """Tokens computed, padding not counted."""

    def to(self, device: torch.device) -> "RowBatch":
        """The same batch on `device`."""
        return replace(
            self,
            input_ids=self.input_ids.to(device),
            position_ids=self.position_ids.to(device),
            layout=self.layout.to(device),
            predicted_at=self.predicted_at.to(device),
            predicted=self.predicted.to(device),
            row_of=self.row_of.to(device),
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
    head = () if kept is not None else rows[0].prompt[:prefix]
    flat = _start(head)
    for number, (row, ids) in enumerate(zip(rows, inputs, strict=True)):
        start = len(flat.ids) + len(row.prompt) - prefix - 1
        flat.predicted_at += range(start, start + len(row.completion))
        flat.predicted += row.completion
        flat.row_of += [number] * len(row.completion)
        flat.ids += [*ids, *[0] * (width - len(ids))]
        flat.positions += range(prefix, prefix + width)
    causal = torch.ones(1, width, width, dtype=torch.bool).tril()
    layout = Layout(prefix=len(head), rows=len(rows), width=width, own_mask=causal, kept=kept)
    tokens = len(head) + sum(len(ids) for ids in inputs)
    return flat.batch(layout, tokens)


def prefix_batch(prefix: Sequence[int], keep: KeptPrefix) -> RowBatch:
    """The prefix alone, so that its keys and values are kept."""
    layout = Layout(prefix=len(prefix), rows=0, width=0, own_mask=None, keep=keep)
    return _start(prefix).batch(layout, len(prefix))


def label_batch(
    prompts: Sequence[tuple[int, ...]], labels: Sequence[tuple[int, ...]], prefix: int, kept: KeptPrefix | None = None
) -> RowBatch:
    """Every prompt once with every label's completion as a branch after it; a branch sees the prompt and itself.

    A label's completion is at least one token and an end of turn. `predicted` holds, row by row and label by label,
    all tokens of each label's completion.
    """
    own = [prompt[prefix:] for prompt in prompts]
    longest = max(len(ids) for ids in own)
    branch = [token for label in labels for token in label[:-1]]
    width = longest + len(branch)
    starts, offset = [], longest
    for label in labels:
        starts.append(offset)
        offset += len(label) - 1
    branch_mask = torch.block_diag(*[torch.ones(len(label) - 1, len(label) - 1).tril() for label in labels])
    mask = torch.zeros(len(prompts), width, width, dtype=torch.bool)
    mask[:, :longest, :longest] = torch.ones(longest, longest, dtype=torch.bool).tril()
    mask[:, longest:, longest:] = branch_mask.bool()
    head = () if kept is not None else prompts[0][:prefix]
    flat = _start(head)
    for number, ids in enumerate(own):
        mask[number, longest:, : len(ids)] = True
        base = len(flat.ids)
        for label, start in zip(labels, starts, strict=True):
            flat.predicted_at += [base + len(ids) - 1, *range(base + start, base + start + len(label) - 1)]
            flat.predicted += label
            flat.row_of += [number] * len(label)
        flat.ids += [*ids, *[0] * (longest - len(ids)), *branch]
        flat.positions += range(prefix, prefix + longest)
        after = prefix + len(ids)
        flat.positions += [after + depth for label in labels for depth in range(len(label) - 1)]
    layout = Layout(prefix=len(head), rows=len(prompts), width=width, own_mask=mask, kept=kept)
    tokens = len(head) + sum(len(ids) for ids in own) + len(branch) * len(own)
    return flat.batch(layout, tokens)


@dataclass
class _Flat:
    """A batch as it is being laid out."""

    ids: list[int]
    positions: list[int]
    predicted_at: list[int] = field(default_factory=list)
    predicted: list[int] = field(default_factory=list)
    row_of: list[int] = field(default_factory=list)

    def batch(self, layout: Layout, tokens: int) -> RowBatch:
        return RowBatch(
            input_ids=torch.tensor([self.ids]),
            position_ids=torch.tensor([self.positions]),
            layout=layout,
            predicted_at=torch.tensor(self.predicted_at, dtype=torch.long),
            predicted=torch.tensor(self.predicted, dtype=torch.long),
            row_of=torch.tensor(self.row_of, dtype=torch.long),
            tokens=tokens,
        )


def _start(head: Sequence[int]) -> _Flat:
    return _Flat(list(head), list(range(len(head))))
