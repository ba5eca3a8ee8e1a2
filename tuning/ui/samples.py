"""The test rows with both answers: which of the four kinds each is, filtered and paged. Knows no layout."""

from collections.abc import Sequence
from dataclasses import dataclass

from tuning.prediction import Prediction

__all__ = [
    "HEADERS",
    "KINDS",
    "MEANINGS",
    "PAGE_ROWS",
    "Sample",
    "SamplePage",
    "choose_samples",
    "pair_samples",
    "sample_page",
]

KINDS = ("fixed", "broken", "both right", "both wrong")
MEANINGS = {
    "fixed": "wrong before, right now",
    "broken": "right before, wrong now",
    "both right": "right before and now",
    "both wrong": "wrong before and now",
}
HEADERS = ("Row", "Input", "Target", "Base", "Tuned", "Kind")
PAGE_ROWS = 20
_CELL = 240
_MARKS = {"fixed": "▲ fixed", "broken": "▼ broken", "both right": "✓ both right", "both wrong": "✗ both wrong"}


@dataclass(frozen=True)
class Sample:
    """One test row and what both models answered."""

    row: int
    input: str
    target: str
    base: str
    tuned: str
    kind: str

    def cells(self) -> list[str]:
        """As a line of the table, long texts cut; every cell is a text."""
        texts = (self.input, self.target, self.base, self.tuned)
        return [str(self.row), *(_cut(text) for text in texts), _MARKS[self.kind]]


@dataclass(frozen=True)
class SamplePage:
    """A page of samples and the words beside it."""

    rows: list[list[str]]
    position: str
    number: int
    """Of the page, from 0; within what there is."""
    pages: int


def pair_samples(base: Sequence[Prediction], tuned: Sequence[Prediction]) -> list[Sample]:
    """Rows that both models answered, in the order of the base's file."""
    other = {prediction.row: prediction for prediction in tuned}
    return [
        Sample(one.row, one.input, one.target, one.output, other[one.row].output, _kind(one, other[one.row]))
        for one in base
        if one.row in other
    ]


def choose_samples(samples: Sequence[Sample], kind: str) -> list[Sample]:
    """Those of one kind; all of them for any other word."""
    return [sample for sample in samples if kind not in KINDS or sample.kind == kind]


def sample_page(samples: Sequence[Sample], number: int) -> SamplePage:
    """Page `number` of these samples, or the nearest there is."""
    pages = max(1, -(-len(samples) // PAGE_ROWS))
    number = min(max(0, number), pages - 1)
    shown = samples[number * PAGE_ROWS : (number + 1) * PAGE_ROWS]
    first = number * PAGE_ROWS + 1
    position = f"{first:,} to {first + len(shown) - 1:,} of {len(samples):,}" if shown else "No row is of this kind."
    return SamplePage([sample.cells() for sample in shown], position, number, pages)


def _kind(base: Prediction, tuned: Prediction) -> str:
    if base.correct == tuned.correct:
        return "both right" if base.correct else "both wrong"
    return "fixed" if tuned.correct else "broken"


def _cut(text: str) -> str:
    return text if len(text) <= _CELL else text[: _CELL - 1] + "…"
