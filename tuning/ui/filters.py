"""Which samples a click asks for: all, a kind, a cell of a confusion matrix, a part. Knows comparisons; no page.

What a browser sends is only numbers and fixed words: they are checked here, and mean something in one comparison alone.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, NonNegativeInt, ValidationError

from tuning.errors import InputError
from tuning.report.samples import MEANINGS, Kind, Move, Sample
from tuning.scoring.comparison import Comparison, Confusion, Slice
from tuning.scoring.copying import BY_TARGET, target_part
from tuning.scoring.likeness import BY_LIKENESS, likeness_part

__all__ = [
    "NOTHING",
    "Cell",
    "Chosen",
    "Every",
    "Filter",
    "OfKind",
    "Part",
    "Pick",
    "choose",
    "read_filter",
    "read_pick",
]

NOTHING = "No test row is like that."
_Keep = Callable[[Sample], bool]
_LENGTHS = re.compile(r"(\d+)(?: to (\d+))? characters?")
_NONE: Mapping[Kind | Move, str] = {
    "fixed": "Tuning fixed no row: what the base got wrong, tuned gets wrong too.",
    "broken": "Tuning broke no row: what the base got right, tuned gets right too.",
    "both right": "No row is right with both.",
    "both wrong": "No row is wrong with both.",
    "closer": "Tuning brought no answer closer to its target.",
    "further": "Tuning moved no answer away from its target.",
    "as close": "Every answer came closer or moved away.",
}
_NONE_RIGHT = "The base got no row right, so there was none to break."
_UNKNOWN = "these samples cannot be shown: the page asked for {} that this comparison does not have; reload the page"


class _Sent(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Every(_Sent):
    """Every test row."""

    by: Literal["every"] = "every"


class OfKind(_Sent):
    """Rows of one of the four kinds, or whose answer came closer to its target, or did not."""

    by: Literal["kind"] = "kind"
    kind: Kind | Move


class Cell(_Sent):
    """Rows of one target that got one answer; both by their places among the labels."""

    by: Literal["cell"] = "cell"
    side: Literal["base", "tuned", "difference"]
    """`difference`: the rows that exactly one of both answered so."""
    target: NonNegativeInt
    answer: NonNegativeInt


class Part(_Sent):
    """Rows of a slice, by its place among the slices."""

    by: Literal["part"] = "part"
    number: NonNegativeInt


Filter: TypeAlias = Annotated[Every | OfKind | Cell | Part, Field(discriminator="by")]


class Pick(_Sent):
    """What was clicked: other samples, or another page of those shown."""

    filter: Filter | None = None
    page: NonNegativeInt = 0


@dataclass(frozen=True)
class Chosen:
    """A filter that was understood."""

    words: str
    """What it keeps; holds texts of the data, so it must be escaped."""
    keep: _Keep
    narrows: bool = True
    """Whether it can leave rows out."""
    none: str = NOTHING
    """What to say where it keeps no row."""


def read_pick(sent: object) -> Pick:
    """What a browser says was clicked. Raises `InputError` for anything that the page has no button for."""
    try:
        return Pick.model_validate(sent)
    except ValidationError as error:
        raise InputError(_UNKNOWN.format("something")) from error


def read_filter(kept: object) -> Filter:
    """The filter that was chosen last. Raises `InputError` for anything else."""
    return read_pick({"filter": kept}).filter or Every()


def choose(wanted: Filter, comparison: Comparison, leaked: frozenset[int]) -> Chosen:
    """What a filter means in a comparison, of whose parts the `leaked` rows are none.

    Raises `InputError` for a label or a part that it does not have.
    """
    match wanted:
        case Every():
            return Chosen("every test row", lambda _: True, narrows=False)
        case OfKind(kind=kind):
            none = _NONE_RIGHT if kind == "broken" and not _base_right(comparison) else _NONE[kind]
            return Chosen(f"{kind}: {MEANINGS[kind]}", lambda sample: kind in (sample.kind, sample.move), none=none)
        case Cell():
            return _choose_cell(wanted, comparison.confusion)
        case Part(number=number) if number < len(comparison.slices):
            return _choose_part(comparison.slices[number], leaked)
    raise InputError(_UNKNOWN.format("a part"))


def _base_right(comparison: Comparison) -> int:
    return comparison.flips.both_right + comparison.flips.broken


def _choose_cell(cell: Cell, confusion: Confusion | None) -> Chosen:
    labels = confusion.labels if confusion else []
    if max(cell.target, cell.answer) >= len(labels):
        raise InputError(_UNKNOWN.format("a label"))
    places = {label: place for place, label in enumerate(labels)}
    target, answer = labels[cell.target], labels[cell.answer]

    def said(text: str) -> bool:
        # The last label stands for all answers that are none, where there are any.
        return places.get(text.strip(), len(labels) - 1) == cell.answer

    def keep(sample: Sample) -> bool:
        base, tuned = said(sample.base.text), said(sample.tuned.text)
        wanted = {"base": base, "tuned": tuned, "difference": base != tuned}[cell.side]
        return wanted and sample.target.strip() == target

    who = {"base": "base answered", "tuned": "tuned answered", "difference": "only one of both answered"}[cell.side]
    return Chosen(f"target {target}, {who} {answer}", keep)


def _choose_part(part: Slice, leaked: frozenset[int]) -> Chosen:
    found = _LENGTHS.fullmatch(part.value) if part.by == "input length" else None
    name = part.by.removeprefix("column ")

    def keep(sample: Sample) -> bool:
        if sample.row in leaked:
            return False
        if part.by == "class":
            return sample.target.strip() == part.value
        if part.by == BY_TARGET:
            return target_part(sample.input, sample.target) == part.value
        if part.by == BY_LIKENESS:
            return sample.likeness is not None and likeness_part(sample.likeness) == part.value
        if found is not None:
            return int(found[1]) <= len(sample.input) <= int(found[2] or found[1])
        return sample.columns.get(name, "") == part.value

    return Chosen(f"{part.by}: {part.value or '(empty)'}", keep)
