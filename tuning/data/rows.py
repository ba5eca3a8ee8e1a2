"""Rows as a model will know them, column by column: where they come from, input, target, group. Knows nothing of files.

A million rows are a handful of lists here, so what looks at all of them takes and returns positions in these lists.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

__all__ = ["Part", "Rows", "input_key"]

Part = Literal["", "train", "dev", "test"]
"""The split that the user's data puts a row in; empty where that is ours to decide."""


@dataclass(frozen=True)
class Rows:
    """Lists of one length, a place in them for each row."""

    numbers: list[int]
    """Of the row in its file, the first row of data being 1."""
    inputs: list[str]
    targets: list[str]
    groups: list[str]
    """Rows of one group never stand in two splits; the empty group is none."""
    parts: list[Part]

    def __len__(self) -> int:
        return len(self.numbers)

    @property
    def own_test(self) -> bool:
        """Whether the user's data says which rows are the test split."""
        return "test" in self.parts

    def at(self, positions: Iterable[int]) -> "Rows":
        """The rows at these positions, in this order."""
        chosen = list(positions)
        return Rows(
            [self.numbers[p] for p in chosen],
            [self.inputs[p] for p in chosen],
            [self.targets[p] for p in chosen],
            [self.groups[p] for p in chosen],
            [self.parts[p] for p in chosen],
        )

    def without(self, positions: Iterable[int]) -> "Rows":
        """All rows but those at these positions."""
        left_out = set(positions)
        return self if not left_out else self.at(p for p in range(len(self)) if p not in left_out)

    def with_texts(self, inputs: list[str], targets: list[str]) -> "Rows":
        """The same rows with other texts."""
        return replace(self, inputs=inputs, targets=targets)

    def followed_by(self, others: "Rows") -> "Rows":
        """These rows, then the others."""
        return Rows(
            self.numbers + others.numbers,
            self.inputs + others.inputs,
            self.targets + others.targets,
            self.groups + others.groups,
            self.parts + others.parts,
        )


def input_key(text: str) -> str:
    """What two inputs have in common that read the same."""
    return " ".join(text.split()).casefold()
