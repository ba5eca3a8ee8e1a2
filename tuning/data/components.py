"""Which rows belong together when pairs of them do. Knows pairs of positions, not what joined them."""

from collections.abc import Hashable, Iterable, Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

__all__ = ["Components", "Positions", "repeats"]

Positions: TypeAlias = npt.NDArray[np.int64]


class Components:
    """Connected components of positions 0 … count - 1, grown pair by pair (union-find with path halving)."""

    def __init__(self, count: int) -> None:
        self._parent = list(range(count))

    def root(self, position: int) -> int:
        """The smallest position of the component."""
        parent = self._parent
        while parent[position] != position:
            parent[position] = parent[parent[position]]
            position = parent[position]
        return position

    def join(self, one: int, other: int) -> None:
        """The two and all that belong to them belong together."""
        a, b = self.root(one), self.root(other)
        self._parent[max(a, b)] = min(a, b)

    def join_equal(self, first: Sequence[int]) -> None:
        """Join every position with the one that `first` names for it."""
        for position, earlier in enumerate(first):
            if earlier != position:
                self.join(earlier, position)

    def roots(self) -> Positions:
        """For each position the smallest position of its component."""
        return np.fromiter(map(self.root, range(len(self._parent))), np.int64, len(self._parent))


def repeats(values: Iterable[Hashable], count: int) -> Positions:
    """For each of `count` values the position of the first one equal to it.

    Values are compared by their 64-bit hash: among a million, two different ones meet with a chance of 3e-8.
    """
    hashes = np.fromiter(map(hash, values), np.int64, count)
    _, first, inverse = np.unique(hashes, return_index=True, return_inverse=True)
    return np.asarray(first[inverse], np.int64)
