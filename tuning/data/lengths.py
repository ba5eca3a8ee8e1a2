"""How long rows are for a model, what would be cut, and a few of them as it sees them. Knows no model: how to count and
to render come in as callables.
"""

import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, ConfigDict

from tuning.data.findings import Finding, count_of, row_numbers
from tuning.data.planning import Division
from tuning.data.wording import quoted

__all__ = ["Lengths", "ModelView", "Piece", "PreviewRow", "long_rows", "measure", "preview"]

_MEASURED = 5_000  # Rows.
_PREVIEWED = 3


@dataclass(frozen=True)
class Piece:
    """A stretch of a row as the model sees it."""

    text: str
    kind: Literal["template", "read", "target"]
    """Of the model's own template; of the user's instruction or input; what is to be written."""


@dataclass(frozen=True)
class ModelView:
    """What can be said of texts once a model is chosen."""

    count_tokens: Callable[[Sequence[str]], Sequence[int]]
    """Tokens of each text."""
    pieces: Callable[[str, str, str], Sequence[Piece]]
    """Instruction, input and target → a training row, turn markers and all."""
    window: int
    """The most tokens of a row: the setting max_length, or what the model was made for where that is less."""

    def render(self, instruction: str, text: str, target: str) -> str:
        """The whole text of a training row."""
        return "".join(piece.text for piece in self.pieces(instruction, text, target))


class Lengths(BaseModel):
    """Tokens of whole rows: instruction, input, target and turn markers."""

    model_config = ConfigDict(frozen=True)

    measured: int
    """Rows that were counted; of large files a sample."""
    mean: float
    p95: int
    longest: int
    window: int
    cut: int
    """Rows of those measured that are longer than the window."""


class PreviewRow(BaseModel):
    """One training row as the model sees it."""

    model_config = ConfigDict(frozen=True)

    row: int
    text: str
    """All of it; without a model at hand, instruction and input alone."""
    target: str
    tokens: int | None = None
    pieces: list[Piece] = []
    """What `text` is made of, in order; empty without a model at hand."""


def preview(division: Division, model: ModelView | None) -> list[PreviewRow]:
    """The first training rows."""
    rows, found = division.state.rows, []
    for p in division.parts.train[:_PREVIEWED]:
        text = "\n\n".join(filter(None, (division.instruction, rows.inputs[p])))
        tokens, pieces = None, list[Piece]()
        if model is not None:
            pieces = list(model.pieces(division.instruction, rows.inputs[p], rows.targets[p]))
            text = model.render(division.instruction, rows.inputs[p], rows.targets[p])
            tokens = model.count_tokens([text])[0]
        row = PreviewRow(row=rows.numbers[p], text=text, target=rows.targets[p], tokens=tokens, pieces=pieces)
        found.append(row)
    return found


def measure(division: Division, model: ModelView) -> Lengths:
    """The lengths of the rows, or of a sample that is always the same one."""
    return _summary(list(_tokens(division, model).values()), model.window)


def long_rows(division: Division, model: ModelView) -> Finding | None:
    """What would be cut; None if nothing."""
    tokens = _tokens(division, model)
    long = [p for p, count in tokens.items() if count > model.window]
    if not long:
        return None
    rows = division.state.rows
    ratio = len(rows) / len(tokens)
    sampled = "" if ratio == 1 else f" (of {len(tokens):,} measured, about {math.ceil(len(long) * ratio):,} in all)"
    worst = max(long, key=tokens.__getitem__)
    return Finding(
        kind="long rows",
        severity="warning",
        count=len(long),
        title=f"{count_of(long, verb='is|are')} longer than the {model.window:,} tokens that fit{sampled}.",
        effect=f"The end of their input is cut; row {rows.name(worst)} is the longest: {tokens[worst]:,} tokens.",
        remedy="Set max_length higher if the model allows it, or shorten these inputs.",
        rows=row_numbers(rows, long),
        examples=[f"row {rows.name(worst)} ends with {quoted(rows.inputs[worst].strip()[-80:])}"],
    )


def _tokens(division: Division, model: ModelView) -> dict[int, int]:
    rows = division.state.rows
    positions: Sequence[int] = range(len(rows))
    if len(rows) > _MEASURED:
        positions = sorted(random.Random(0).sample(positions, _MEASURED))
    texts = [model.render(division.instruction, rows.inputs[p], rows.targets[p]) for p in positions]
    return dict(zip(positions, model.count_tokens(texts), strict=True))


def _summary(tokens: list[int], window: int) -> Lengths:
    ordered = sorted(tokens)
    return Lengths(
        measured=len(ordered),
        mean=sum(ordered) / len(ordered),
        p95=ordered[min(len(ordered) - 1, math.ceil(0.95 * len(ordered)) - 1)],
        longest=ordered[-1],
        window=window,
        cut=sum(count > window for count in ordered),
    )
