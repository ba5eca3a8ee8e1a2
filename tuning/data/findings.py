"""What the audit may find, and how it is told: kind, count, rows, examples, effect on the result, remedy.

Knows words and numbers, not how anything is found.
"""

from collections.abc import Iterable, Sequence
from typing import Literal

from pydantic import BaseModel, ConfigDict

from tuning.data.rows import Rows
from tuning.data.wording import quoted
from tuning.spec import CleaningStep

__all__ = ["Finding", "FindingKind", "Severity", "count_of", "located", "row_numbers", "shown", "some"]

Severity = Literal["info", "warning", "serious"]
"""Good to know; weakens the result; makes the result untrue unless it is dealt with."""
FindingKind = Literal[
    "empty rows", "garbled text", "personal data", "label spellings", "duplicates", "near duplicates",
    "leaked test rows", "conflicting targets", "rare labels", "templated text", "imbalance", "target in input",
    "number labels", "empty column", "constant column", "id column", "column gives target away", "long rows",
    "mixed languages", "few test rows", "labels without training rows", "target is input", "families",
]  # fmt: skip

_ROWS, _EXAMPLES, _CHARACTERS = 20, 3, 160


class Finding(BaseModel):
    """One thing about the data that changes what the result means."""

    model_config = ConfigDict(frozen=True)

    kind: FindingKind
    severity: Severity
    count: int
    """Of rows, columns or labels, as the title says."""
    title: str
    """One sentence: what, and how much of it."""
    effect: str
    """One sentence: what it does to the result."""
    remedy: str
    """One sentence: what is done about it, or what to do."""
    rows: list[int] = []
    """Numbers of the first rows it is about."""
    examples: list[str] = []
    step: CleaningStep | None = None
    """The step of the cleaning plan that deals with it."""


def located(finding: Finding, rows: Rows, positions: Sequence[int]) -> Finding:
    """The finding with the first rows that it is about, as numbers and as examples, unless it has others of its own."""
    numbers = finding.rows or row_numbers(rows, positions)
    examples = finding.examples or some(shown(rows, p) for p in positions)
    return finding.model_copy(update={"rows": numbers, "examples": examples})


def row_numbers(rows: Rows, positions: Iterable[int]) -> list[int]:
    """Numbers of the first rows at these positions."""
    return [rows.numbers[p] for p, _ in zip(positions, range(_ROWS), strict=False)]


def some(examples: Iterable[str]) -> list[str]:
    """The first few."""
    return [example for example, _ in zip(examples, range(_EXAMPLES), strict=False)]


def shown(rows: Rows, position: int) -> str:
    """A row as an example: its number, input and target, shortened."""
    text, target = rows.inputs[position], rows.targets[position]
    return f"row {rows.name(position)}: {quoted(text.strip(), _CHARACTERS)} → {quoted(target, _CHARACTERS // 2)}"


def count_of(count: int | Sequence[object], noun: str = "row", verb: str = "") -> str:
    """A number with its noun, and the verb that goes with it ("holds" for one, "hold" for more)."""
    number = count if isinstance(count, int) else len(count)
    one, many = verb.split("|") if verb else ("", "")
    words = f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
    return f"{words} {one if number == 1 else many}".strip()
