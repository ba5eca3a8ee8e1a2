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
    two_files: bool = False
    """Whether the test rows are those of a second file, which has numbers of its own."""

    def __len__(self) -> int:
        return len(self.numbers)

    @property
    def own_test(self) -> bool:
        """Whether the user's data says which rows are the test split."""
        return "test" in self.parts

    def name(self, position: int) -> str:
        """How to tell a person which row it is: its number, and its file where there are two."""
        second = self.two_files and self.parts[position] == "test"
        return f"{self.numbers[position]}{' (test file)' if second else ''}"

    def at(self, positions: Iterable[int]) -> "Rows":
        """The rows at these positions, in this order."""
        chosen = list(positions)
        return replace(
            self,
            numbers=[self.numbers[p] for p in chosen],
            inputs=[self.inputs[p] for p in chosen],
            targets=[self.targets[p] for p in chosen],
            groups=[self.groups[p] for p in chosen],
            parts=[self.parts[p] for p in chosen],
        )

    def without(self, positions: Iterable[int]) -> "Rows":
        """All rows but those at these positions."""
        left_out = set(positions)
        return self if not left_out else self.at(p for p in range(len(self)) if p not in left_out)

    def with_texts(self, inputs: list[str], targets: list[str]) -> "Rows":
        """The same rows with other texts."""
        return replace(self, inputs=inputs, targets=targets)

    def followed_by(self, others: "Rows") -> "Rows":
        """These rows, then those of the test file."""
        return Rows(
            self.numbers + others.numbers,
            self.inputs + others.inputs,
            self.targets + others.targets,
            self.groups + others.groups,
            self.parts + others.parts,
            two_files=True,
        )


def input_key(text: str) -> str:
    """What two inputs have in common that read the same."""
    return " ".join(text.split()).casefold()
