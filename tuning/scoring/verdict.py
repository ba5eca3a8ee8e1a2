"""Whether tuning helped, in one word and in one sentence. Knows only the primary metric, the flips and the rows.

The word follows from the interval of the difference: no claim is made when it holds 0, when there is none, or when the
test rows are too few. `not_worse` needs a margin, which nobody states yet.
"""

from typing import Literal

from tuning.scoring.record import Flips, MetricRow, Verdict
from tuning.scoring.statistics import POWER_Z, Interval, Z, visible_gap

__all__ = ["FEWEST_ROWS", "judge"]

FEWEST_ROWS = 20
"""The intervals were checked by simulation from here on; with fewer rows no claim is made."""


SPOKEN = {"accuracy": "accuracy", "exact_match": "exact match", "chrf": "chrF (character overlap with the target)"}


def judge(primary: MetricRow, flips: Flips) -> Verdict:
    """The verdict on the primary metric; `flips` say how many test rows there are."""
    kind = _kind(primary, _rows(flips))
    went = _went(primary, flips)
    if kind == "undecided":
        return Verdict(kind=kind, sentence=f"Can't tell yet: {went}; {_what_is_missing(primary, flips)}.")
    opening = went if went.startswith("chrF") else went[0].upper() + went[1:]
    return Verdict(kind=kind, sentence=f"{opening}.")


def _kind(primary: MetricRow, rows: int) -> Literal["better", "worse", "undecided"]:
    interval = _interval(primary)
    if rows < FEWEST_ROWS or interval is None or not interval.excludes_zero:
        return "undecided"
    rises = interval.low > 0
    return "better" if rises == (primary.better == "higher") else "worse"


def _interval(primary: MetricRow) -> Interval | None:
    if primary.low is None or primary.high is None:
        return None
    return Interval(primary.low, primary.high)


def _rows(flips: Flips) -> int:
    return flips.fixed + flips.broken + flips.both_right + flips.both_wrong


def _went(primary: MetricRow, flips: Flips) -> str:
    """What happened, without judging it: values, rows, difference with its interval, flips."""
    name = SPOKEN.get(primary.name, primary.name)
    if primary.base is None or primary.tuned is None or primary.delta is None:
        return f"{name} is not known of both models"
    rows = _rows(flips)
    on = f"on {rows} test row{'' if rows == 1 else 's'}"
    bounds = "" if rows < FEWEST_ROWS else _bounds(primary)
    if primary.delta == 0:
        change = f"{name} stayed at {100 * primary.base:.1f} % {on}{bounds}"
    else:
        values = f"from {100 * primary.base:.1f} % to {100 * primary.tuned:.1f} %"
        change = f"{name} went {values} {on}: {_points(primary.delta)} points{bounds}"
    counted = "" if primary.name in {"accuracy", "exact_match"} else "exactly right answers: "
    return f"{change}, {counted}{flips.fixed} fixed, {flips.broken} broken"


def _bounds(primary: MetricRow) -> str:
    interval = _interval(primary)
    if interval is None or interval.low == interval.high:
        return ""
    of = " of the difference" if primary.delta == 0 else ""
    return f" (95 % interval{of} {_points(interval.low)} to {_points(interval.high)})"


def _what_is_missing(primary: MetricRow, flips: Flips) -> str:
    """Why nothing is claimed, and what would be needed."""
    rows, interval = _rows(flips), _interval(primary)
    if rows < FEWEST_ROWS:
        return f"that is too few rows to conclude from, at least {FEWEST_ROWS} are needed"
    if interval is None:
        return "the difference has no interval"
    if primary.name in {"accuracy", "exact_match"}:
        gap = visible_gap(flips)
    else:
        # Half the interval's width is about Z standard errors; a gap shows at 80 % power from Z + POWER_Z of them.
        gap = (Z + POWER_Z) * (interval.high - interval.low) / (2 * Z)
    if gap == 0:
        return "both models match their targets equally well in every row"
    points = f"{100 * gap:.0f}" if gap >= 0.01 else f"{100 * gap:.1g}"
    unit = "point" if points == "1" else "points"
    return f"with {rows} test rows only a difference of about {points} {unit} or more would show"


def _points(share: float) -> str:
    """A difference in percentage points, with its sign; small ones keep enough digits not to read as zero."""
    points = 100 * share
    return f"{points:+.1f}" if points == 0 or abs(points) >= 0.05 else f"{points:+.1g}"
