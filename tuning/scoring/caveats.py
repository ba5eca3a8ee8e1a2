"""Sentences that belong beside a verdict, so that what got worse is read by whoever reads what got better.

Knows the finished parts of a comparison, and the rows that it is about.
"""

from collections import Counter
from collections.abc import Sequence

from tuning.prediction import Prediction
from tuning.scoring.record import Comparison, Slice
from tuning.scoring.wording import change_of, percent, quoted, row_count

__all__ = ["find_caveats"]

MOST_SLICES = 3


def find_caveats(comparison: Comparison, rows: Sequence[Prediction] = ()) -> list[str]:
    """Unseen rows, leaks, targets that differ, no skill, gains of format alone, worse slices, forgetting, no change.

    `rows` are those that the verdict is about, by either model.
    """
    caveats = []
    if comparison.rows.unseen:
        seen = comparison.rows.train or 0
        there = row_count(seen + comparison.rows.unseen, "training row")
        caveats.append(f"Training saw {seen} of {there}: what tuning does with all of them takes more time to know.")
    if comparison.clean:
        leaked = row_count(comparison.clean.leaked)
        caveats.append(
            f"{leaked} also stood in the training rows; the verdict is about the {comparison.clean.rows} others."
        )
    caveats.extend(_torn(rows))
    caveats.extend(_no_skill(comparison))
    if comparison.gain and comparison.gain.kind in {"format", "unclear"}:
        caveats.append(comparison.gain.note)
    caveats.extend(_worse(comparison.slices))
    if comparison.forgetting and comparison.forgetting.forgot:
        caveats.append(comparison.forgetting.note)
    if not any(row.delta for row in comparison.metrics) and not comparison.flips.fixed:
        caveats.append(
            "Every score is the same before and after tuning; the checks say whether the adapter was applied."
        )
    return caveats


def _torn(rows: Sequence[Prediction]) -> list[str]:
    """To the same input a model gives the same answer, so where targets differ it cannot be right each time."""
    targets: dict[str, Counter[str]] = {}
    for row in rows:
        targets.setdefault(row.input, Counter())[row.target] += 1
    lost = sum(counts.total() - max(counts.values()) for counts in targets.values())
    if not lost:
        return []
    most = f"{len(rows) - lost} of {row_count(len(rows))} at most can be answered as their target says"
    return [f"{most}: some inputs stand with different targets."]


def _no_skill(comparison: Comparison) -> list[str]:
    """A tuned model that always answers alike, or no better than chance, has learned nothing whatever its gain."""
    if comparison.confusion is None or len(comparison.classes) < 2:
        return []
    said = []
    columns = zip(comparison.confusion.labels, *comparison.confusion.tuned, strict=True)
    given = [label for label, *counts in columns if any(counts)]
    if len(given) == 1:
        said.append(f"Tuned gives one answer to every row: {quoted(given[0])}.")
    values = {rung.name: rung.value for rung in comparison.ladder}
    chance, tuned = values.get("chance"), values.get("tuned")
    if chance is not None and tuned is not None and tuned <= chance:
        said.append(f"Tuned is no better than chance: {percent(tuned)} against {percent(chance)}.")
    return said


def _worse(slices: list[Slice]) -> list[str]:
    """The slices that are surely worse; exploratory, since many are looked at."""
    found = sorted((part for part in slices if part.claim == "worse"), key=lambda part: -abs(part.metric.delta or 0))
    said = [_worse_where(part) for part in found[:MOST_SLICES]]
    more = len(found) - len(said)
    return [*said, f"{more} more slices are worse."] if more > 0 else said


def _worse_where(part: Slice) -> str:
    where = f"Worse where {part.by} is {quoted(part.value)} (exploratory)"
    return f"{where}: {change_of(part.metric)} on {row_count(part.rows)}."
