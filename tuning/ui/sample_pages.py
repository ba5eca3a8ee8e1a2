"""Samples searched, sorted and paged. Knows samples; no page of the app."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from tuning.errors import SettingError
from tuning.report.samples import Change, Sample, Samples
from tuning.ui.filters import NOTHING, Chosen

__all__ = ["MOST_SEARCHED", "PAGE_ROWS", "Order", "SamplePage", "View", "read_view", "sample_page"]

PAGE_ROWS = 20
MOST_SEARCHED = 200
"""Characters that can be searched for."""
Order = Literal["shuffled", "change", "mistakes"]


class View(BaseModel):
    """Which page of the samples is looked at, in which order."""

    model_config = ConfigDict(frozen=True)

    order: Order = "shuffled"
    search: str = Field("", max_length=MOST_SEARCHED)
    page: int = Field(0, ge=0)


@dataclass(frozen=True)
class SamplePage:
    """A page of samples and what stands beside it."""

    samples: Sequence[Sample]
    changes: Sequence[Change]
    """Of the samples; empty unless they are sorted by it."""
    words: str
    """What was chosen and searched for; to be escaped."""
    narrowed: bool
    """Whether anything else than every row was chosen."""
    found: int
    """Samples on all pages together."""
    number: int
    """Of the page, from 0; within what there is."""
    pages: int
    none: str = NOTHING
    """What to say where there are none."""


def read_view(order: object, search: object, page: int) -> View:
    """What the form says. Raises `SettingError` naming what cannot be."""
    try:
        return View.model_validate({"order": order, "search": search or "", "page": page})
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        name = first["loc"][0]
        rule = f"at most {MOST_SEARCHED} characters" if name == "search" else "one that the page offers"
        raise SettingError(f"samples: {name} must be {rule}; change it") from error


def sample_page(samples: Samples, chosen: Chosen, view: View) -> SamplePage:
    """The page of `view`, or the nearest there is, of the samples that were chosen and hold what is searched for."""
    wanted = view.search.strip().casefold()
    kept = [sample for sample in samples.all if chosen.keep(sample) and (not wanted or _holds(sample, wanted))]
    kept = _sorted(samples, kept, view.order)
    pages = max(1, -(-len(kept) // PAGE_ROWS))
    number = min(view.page, pages - 1)
    shown = kept[number * PAGE_ROWS : (number + 1) * PAGE_ROWS]
    changes = [samples.changes[sample.row] for sample in shown] if view.order == "change" else []
    searched = f"with “{view.search.strip()}”"
    words = (f"{chosen.words}; {searched}" if chosen.narrows else f"rows {searched}") if wanted else chosen.words
    none = NOTHING if wanted else chosen.none
    return SamplePage(shown, changes, words, chosen.narrows, len(kept), number, pages, none)


def _holds(sample: Sample, wanted: str) -> bool:
    texts = (sample.input, sample.target, sample.base.text, sample.tuned.text)
    return any(wanted in text.casefold() for text in texts)


def _sorted(samples: Samples, kept: list[Sample], order: Order) -> list[Sample]:
    """Equal samples stay in the order they are in."""
    match order:
        case "change":
            return sorted(kept, key=lambda sample: -samples.changes[sample.row].size)
        case "mistakes":
            wrong = [sample for sample in kept if not sample.tuned.right]
            right = [sample for sample in kept if sample.tuned.right]
            return sorted(wrong, key=lambda sample: -(sample.tuned.sure or 0.0)) + right
        case "shuffled":
            return kept
