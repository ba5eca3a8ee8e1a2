"""Where tuned is better and where it is worse: the same difference on parts of the test rows.

Exploratory: many parts are looked at, so some will differ by luck; nothing is claimed of a part of fewer than 20 rows.
Knows predictions; the parts come from targets, inputs, their likeness to training rows and the columns that were kept.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from tuning.prediction import Prediction
from tuning.scoring.copying import BY_TARGET, target_part
from tuning.scoring.evidence import Contest
from tuning.scoring.likeness import BY_LIKENESS, likeness_part
from tuning.scoring.metric_table import paired_metric, score_of
from tuning.scoring.record import MetricRow, Slice
from tuning.scoring.verdict import FEWEST_ROWS
from tuning.spec import Task

__all__ = ["MOST_VALUES", "claim_of", "find_slices"]

MOST_VALUES = 12
"""A column with more values than this says who a row is rather than what kind it is of."""
LENGTHS = 3
"""Input lengths are cut into this many parts of about equally many rows."""


@dataclass(frozen=True)
class _Part:
    """Some of the rows, by their places in the contest."""

    by: str
    value: str
    places: Sequence[int]


def find_slices(contest: Contest, strongest: Sequence[Prediction] = ()) -> list[Slice]:
    """By class or target, likeness to training, input length, kept columns of 2 to `MOST_VALUES` values, so ordered.

    Classifications are scored by accuracy, as F1 over one class says little; generation by its primary metric.
    `strongest` are the answers of the best without tuning to the same rows, where there are any.
    """
    name = "accuracy" if contest.task is Task.CLASSIFY else contest.primary
    found = []
    for part in _parts(contest):
        base, tuned = ([side[place] for place in part.places] for side in (contest.base, contest.tuned))
        metric = paired_metric(base, tuned, name, contest.labels or None)
        best = score_of([strongest[place] for place in part.places], name, contest.labels) if strongest else None
        claim = claim_of(metric, len(base))
        found.append(Slice(by=part.by, value=part.value, rows=len(base), metric=metric, strongest=best, claim=claim))
    return found


def claim_of(metric: MetricRow, rows: int) -> Literal["better", "worse"] | None:
    """What may be said of a part of that many rows; None where its interval holds 0, or on fewer than 20 rows."""
    if rows < FEWEST_ROWS or metric.low is None or metric.high is None or metric.low <= 0 <= metric.high:
        return None
    return "better" if (metric.low > 0) == (metric.better == "higher") else "worse"


def _parts(contest: Contest) -> Iterator[_Part]:
    rows = contest.base
    if contest.task is Task.CLASSIFY:
        yield from _by_value("class", [row.target.strip() for row in rows])
    elif len(set(wanted := [target_part(row.input, row.target) for row in rows])) > 1:
        yield from _by_value(BY_TARGET, wanted)
    yield from _by_likeness(rows)
    yield from _by_length(rows)
    names = dict.fromkeys(name for row in rows for name in row.columns or {})
    for name in names:
        values = [(row.columns or {}).get(name, "") for row in rows]
        if 2 <= len(set(values)) <= MOST_VALUES:
            yield from _by_value(f"column {name}", values)


def _by_value(by: str, values: Sequence[str]) -> Iterator[_Part]:
    places = defaultdict(list)
    for place, value in enumerate(values):
        places[value].append(place)
    for value in sorted(places):
        yield _Part(by, value, places[value])


def _by_likeness(rows: Sequence[Prediction]) -> Iterator[_Part]:
    """Rows that are like a training row and rows that are not, where there are both."""
    parts = [likeness_part(row.likeness) for row in rows if row.likeness is not None]
    if len(parts) == len(rows) and len(set(parts)) > 1:
        yield from _by_value(BY_LIKENESS, parts)


def _by_length(rows: Sequence[Prediction]) -> Iterator[_Part]:
    """Thirds by characters of input; inputs of one length stay together, so there may be fewer than three."""
    lengths = [len(row.input) for row in rows]
    ordered = sorted(lengths)
    ends = sorted({ordered[max(0, len(rows) * part // LENGTHS - 1)] for part in range(1, LENGTHS + 1)})
    if len(ends) < 2:
        return
    for above, end in zip([-1, *ends], ends, strict=False):
        places = [place for place, length in enumerate(lengths) if above < length <= end]
        shortest = min(lengths[place] for place in places)
        span = f"{shortest} to {end}" if shortest < end else str(end)
        yield _Part("input length", f"{span} character{'' if end == 1 else 's'}", places)
