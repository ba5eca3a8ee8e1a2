"""Sentences that belong beside a verdict, so that what got worse is read by whoever reads what got better.

Knows the finished parts of a comparison.
"""

from tuning.scoring.record import Comparison, Slice
from tuning.scoring.wording import change_of, quoted, row_count

__all__ = ["find_caveats"]

MOST_SLICES = 3


def find_caveats(comparison: Comparison) -> list[str]:
    """Leaks, gains that are only format, slices that got worse (the worst first), forgetting, rounding."""
    caveats = []
    if comparison.clean:
        leaked = row_count(comparison.clean.leaked)
        caveats.append(
            f"{leaked} also stood in the training rows; the verdict is about the {comparison.clean.rows} others."
        )
    if comparison.gain and comparison.gain.kind in {"format", "unclear"}:
        caveats.append(comparison.gain.note)
    caveats.extend(_worse(comparison.slices))
    if comparison.forgetting and comparison.forgetting.forgot:
        caveats.append(comparison.forgetting.note)
    if not any(row.delta for row in comparison.metrics) and not comparison.flips.fixed:
        caveats.append("Base and tuned answer alike in every metric; was the adapter applied?")
    return caveats


def _worse(slices: list[Slice]) -> list[str]:
    """The slices that are surely worse; exploratory, since many are looked at."""
    found = sorted((part for part in slices if part.claim == "worse"), key=lambda part: -abs(part.metric.delta or 0))
    said = [_worse_where(part) for part in found[:MOST_SLICES]]
    more = len(found) - len(said)
    return [*said, f"{more} more slices are worse."] if more > 0 else said


def _worse_where(part: Slice) -> str:
    where = f"Worse where {part.by} is {quoted(part.value)} (exploratory)"
    return f"{where}: {change_of(part.metric)} on {row_count(part.rows)}."
