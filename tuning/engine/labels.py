"""All labels of a classification prompt in one pass: branches of one tree after the prompt.

Tokens that several labels begin with alike are there once. Knows token ids; knows nothing of text or models.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import torch

from tuning.engine.attention import KeptPrefix
from tuning.engine.batching import FlatBatch, RowBatch

__all__ = ["LabelTree", "label_batch"]


@dataclass(frozen=True)
class LabelTree:
    """Completions, each of at least one token, as paths from a common root, which is the end of a prompt.

    The last token of a completion is predicted and never read, so it is no node.
    """

    labels: tuple[tuple[int, ...], ...]

    @cached_property
    def paths(self) -> list[tuple[int, ...]]:
        """The way to every node: in lexical order, which visits a node before its branches."""
        return sorted({label[:end] for label in self.labels for end in range(1, len(label))})

    @cached_property
    def tokens(self) -> list[int]:
        """The token of every node."""
        return [path[-1] for path in self.paths]

    @cached_property
    def depths(self) -> list[int]:
        """How many nodes lie between the root and every node."""
        return [len(path) - 1 for path in self.paths]

    @cached_property
    def predicted_at(self) -> list[int]:
        """For every token of every label in turn, the node that it follows; -1 is the root."""
        place = {path: node for node, path in enumerate(self.paths)}
        return [place.get(label[:end], -1) for label in self.labels for end in range(len(label))]

    @cached_property
    def predicted(self) -> list[int]:
        """Every token of every label in turn."""
        return [token for label in self.labels for token in label]

    @cached_property
    def mask(self) -> torch.Tensor:
        """Which node sees which, (nodes, nodes): itself and those on its way."""
        place = {path: node for node, path in enumerate(self.paths)}
        mask = torch.eye(len(place), dtype=torch.bool)
        for path, node in place.items():
            if len(path) > 1:
                mask[node] |= mask[place[path[:-1]]]
        return mask


def label_batch(
    prompts: Sequence[tuple[int, ...]], tree: LabelTree, prefix: int, kept: KeptPrefix | None = None
) -> RowBatch:
    """Every prompt once, and after it the tree; `predicted` holds, row by row, all tokens of each label in turn."""
    flat = FlatBatch(prompts[0][:prefix], kept, tree.mask)
    for prompt in prompts:
        own = prompt[prefix:]
        flat.predict([len(own) + node if node >= 0 else len(own) - 1 for node in tree.predicted_at], tree.predicted)
        flat.add(own, tree.tokens, tree.depths)
    return flat.finish()
