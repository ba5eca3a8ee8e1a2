"""Whether tuning helped: one word, one sentence, and its figures. Knows metrics and flips, not how they came about.

The word answers one question, whether tuned is better than base, and follows from the interval of that difference: no
claim is made when it holds 0, when there is none, when the test rows are too few, or when the difference is no larger
than what another batch size makes. Where something simpler than tuning does as well, the word stays and the sentence
says that tuning is not worth it (`worth_it`): that is judged on the difference from the strongest rung of the ladder.
"""

import math
from dataclasses import dataclass
from typing import Literal

from tuning.data.enough import FEWEST_ROWS
from tuning.scoring.record import Flips, Headline, MetricRow, Moved, Verdict
from tuning.scoring.statistics import POWER_Z, Interval, Z, newcombe_paired, visible_gap
from tuning.scoring.wording import (
    RUNGS,
    change_of,
    each_of,
    extent,
    metric_name,
    percent,
    points,
    row_count,
)

__all__ = ["FEWEST_ROWS", "SMALL_GAIN", "Grounds", "judge", "rows_needed"]

SMALL_GAIN = 0.02
"""A sure gain below this is called small: fewer than one row in fifty."""
COUNTED = frozenset({"accuracy", "exact_match"})
"""Metrics that are shares of rows, so that the flips say how they differ."""

Kind = Literal["better", "worse", "not_worse", "undecided"]


@dataclass(frozen=True)
class Grounds:
    """What else a verdict rests on."""

    headline: Headline | None = None
    margin: float | None = None
    """How much worse than base counts as not worse, in units of the primary metric."""
    noise: float = 0.0
    """The size of the difference that another batch size makes."""
    left_out: int = 0
    """Leaked test rows that the primary metric and the flips are without."""
    unfinished: bool = False
    """Whether training was over before it had seen next to every row: then it is not known what tuning could do."""
    moved: Moved | None = None
    """On how many of the rows tuned came closer, where that is more than right or wrong."""
    untried: bool = False
    """Whether something simpler that might do as well could not be tried."""


def judge(primary: MetricRow, flips: Flips, grounds: Grounds | None = None) -> Verdict:
    """The verdict on the primary metric; `flips` say how many test rows there are."""
    grounds = grounds or Grounds()
    kind = _kind(primary, flips, grounds)
    enough = _rows(flips) >= FEWEST_ROWS
    said = (
        _went(primary, flips) + _so_far(kind, grounds) + _size(kind, primary) + _simpler(kind, grounds, enough=enough)
    )
    if kind == "undecided":
        useless = enough and _worth_it(kind, grounds) is False
        said = f"Against the base it is undecided: {said}" if useless else f"Can't tell yet: {said}"
    elif kind == "not_worse":
        said = f"Not worse within the margin of {extent(grounds.margin or 0)} points: {said}"
    elif not said.startswith("chrF"):
        said = said[0].upper() + said[1:]
    figures = [_by_how_much(primary, flips, grounds)]
    figures += [_what_is_missing(primary, flips, grounds)] if kind == "undecided" else []
    figures += [_against_simpler(kind, grounds)] if enough else []
    needed = rows_needed(primary, flips) if kind == "undecided" else None
    return Verdict(
        kind=kind,
        sentence=f"{said}.",
        details=f"{'; '.join(part for part in figures if part)}.",
        worth_it=_worth_it(kind, grounds) if enough else None,
        behind=enough and _behind(kind, grounds),
        contested=enough and _contested(kind, grounds),
        unfinished=grounds.unfinished,
        rows_needed=needed if needed is not None and needed > _rows(flips) else None,
    )


def rows_needed(primary: MetricRow, flips: Flips) -> int | None:
    """Test rows at which a difference as large as the one seen would show: two-sided 5 %, 80 % power.

    (1.96 sqrt(psi) + 0.84 sqrt(psi - delta^2))^2 / delta^2 for shares of rows, psi being the share of rows on which
    the models disagree (Connor 1987, Biometrics 43(1), 207-211); else the standard error, read off the interval,
    shrinks with the root of the rows. None when no difference was seen, or none has an interval.
    """
    delta, rows = primary.delta, _rows(flips)
    if not delta:
        return None
    if primary.name in COUNTED:
        psi = (flips.fixed + flips.broken) / rows
        root = Z * math.sqrt(psi) + POWER_Z * math.sqrt(max(0.0, psi - delta * delta))
        return max(FEWEST_ROWS, math.ceil(_widening(primary, flips) ** 2 * (root / delta) ** 2))
    interval = _interval(primary)
    if interval is None:
        return None
    return max(FEWEST_ROWS, math.ceil(rows * (_gap_of(interval) / delta) ** 2))


def _kind(primary: MetricRow, flips: Flips, grounds: Grounds) -> Kind:
    interval = _interval(primary)
    if _rows(flips) < FEWEST_ROWS or interval is None or primary.delta is None or _drowned(primary, grounds):
        return "undecided"
    upward = interval if primary.better == "higher" else Interval(-interval.high, -interval.low)
    if upward.low > 0:
        return "better"
    if grounds.margin is not None and upward.low > -grounds.margin:
        return "not_worse"
    return "worse" if upward.high < 0 else "undecided"


def _drowned(primary: MetricRow, grounds: Grounds) -> bool:
    return primary.delta is not None and 0 < abs(primary.delta) <= grounds.noise


def _worth_it(kind: Kind, grounds: Grounds) -> bool | None:
    headline = grounds.headline
    if kind == "worse":
        return False
    if headline is None or headline.metric.delta is None:
        return None
    ahead = _ahead(headline.metric)
    if ahead > 0 and kind == "better" and not grounds.untried:
        return True
    beaten = headline.rung != "base" and (ahead < 0 or _gain(headline.metric) <= 0)
    return False if beaten and not grounds.unfinished else None


def _behind(kind: Kind, grounds: Grounds) -> bool:
    headline = _alternative(kind, grounds)
    return headline is not None and _ahead(headline.metric) < 0


def _contested(kind: Kind, grounds: Grounds) -> bool:
    headline = _alternative(kind, grounds)
    return headline is not None and _ahead(headline.metric) == 0 and _worth_it(kind, grounds) is None


def _ahead(metric: MetricRow) -> int:
    """1 or -1 when tuned is surely better or worse, else 0."""
    interval = _interval(metric)
    if interval is None or not interval.excludes_zero:
        return 0
    return 1 if (interval.low > 0) == (metric.better == "higher") else -1


def _gain(metric: MetricRow) -> float:
    return (metric.delta or 0.0) if metric.better == "higher" else -(metric.delta or 0.0)


def _alternative(kind: Kind, grounds: Grounds) -> Headline | None:
    """The strongest rung, where it is something else than the base and there is a gain to hold against it."""
    headline = grounds.headline
    known = headline is not None and headline.rung != "base" and headline.metric.base is not None
    return headline if known and kind != "worse" else None


def _simpler(kind: Kind, grounds: Grounds, *, enough: bool) -> str:
    """What the strongest rung reaches, and what that says of tuning; on too few rows nothing."""
    headline = _alternative(kind, grounds)
    if headline is None:
        return _equalled(kind, grounds) if enough else ""
    name, reached = RUNGS[headline.rung], percent(headline.metric.base or 0.0)
    ahead = _ahead(headline.metric)
    if ahead > 0 or not enough:
        return f"; without tuning, {name} reaches {reached}"
    if ahead == 0 and _gain(headline.metric) > 0:
        return f", but {name} reaches {reached} without tuning, and that tuning beats it is not shown"
    how = "which is better" if ahead < 0 else "which tuning does not beat"
    so = "which so short a training does not beat" if grounds.unfinished else f"{how}, so tuning is not worth it"
    return f", but {name} reaches {reached} without tuning, {so}"


def _equalled(kind: Kind, grounds: Grounds) -> str:
    """What does as well as the base where nothing does better."""
    headline = grounds.headline
    if kind == "worse" or headline is None or not headline.equals:
        return ""
    return f"; without tuning, {each_of([RUNGS[name] for name in headline.equals])} does as well as the base"


def _against_simpler(kind: Kind, grounds: Grounds) -> str:
    """Tuned against the strongest rung, in figures."""
    headline = _alternative(kind, grounds)
    return "" if headline is None else f"against the best without tuning {change_of(headline.metric)}"


def _so_far(kind: Kind, grounds: Grounds) -> str:
    """Of an adapter that made it worse, that it is half made."""
    return ", after a training too short to see every row" if kind == "worse" and grounds.unfinished else ""


def _size(kind: Kind, primary: MetricRow) -> str:
    if kind == "better" and abs(primary.delta or 0.0) < SMALL_GAIN:
        return ", a gain that is real but small"
    return ""


def _interval(primary: MetricRow) -> Interval | None:
    if primary.low is None or primary.high is None:
        return None
    return Interval(primary.low, primary.high)


def _rows(flips: Flips) -> int:
    return flips.fixed + flips.broken + flips.both_right + flips.both_wrong


def _widening(primary: MetricRow, flips: Flips) -> float:
    """How much wider the interval is than that of independent rows: rows of one group tell less than as many others."""
    interval, alone = _interval(primary), newcombe_paired(flips)
    if interval is None or alone.high == alone.low:
        return 1.0
    return max(1.0, (interval.high - interval.low) / (alone.high - alone.low))


def _gap_of(interval: Interval) -> float:
    """The smallest difference that would show; half the interval's width is about Z standard errors."""
    return (Z + POWER_Z) * (interval.high - interval.low) / (2 * Z)


def _went(primary: MetricRow, flips: Flips) -> str:
    """What happened, without judging it: values and rows."""
    name, on = metric_name(primary.name), f"on {row_count(_rows(flips))}"
    if primary.base is None or primary.tuned is None or primary.delta is None:
        return f"{name} {on} is not known of both models"
    if primary.delta == 0:
        return f"{name} stayed at {percent(primary.base)} {on}"
    return f"{name} went from {percent(primary.base)} to {percent(primary.tuned)} {on}"


def _by_how_much(primary: MetricRow, flips: Flips, grounds: Grounds) -> str:
    """The difference with its interval, and the flips; no interval where rows are too few to claim anything."""
    known, enough = primary.delta is not None, _rows(flips) >= FEWEST_ROWS
    change = (change_of(primary) if enough else f"{points(primary.delta or 0.0)} points") if known else ""
    said = [change, _counted(primary, flips, grounds.moved)]
    if grounds.left_out:
        said.append(f"{row_count(grounds.left_out)} that also stand in the training rows left out")
    return ", ".join(part for part in said if part)


def _counted(primary: MetricRow, flips: Flips, moved: Moved | None) -> str:
    """On how many rows it is so."""
    if moved is not None:
        return f"tuned is closer to the target on {row_count(moved.closer, 'row')}, further from it on {moved.further}"
    exactly = "" if primary.name in COUNTED else "exactly right answers: "
    return f"{exactly}{row_count(flips.fixed, 'row')} fixed, {flips.broken} broken"


def _what_is_missing(primary: MetricRow, flips: Flips, grounds: Grounds) -> str:
    """Why nothing is claimed, and what would be needed."""
    rows, interval = _rows(flips), _interval(primary)
    if rows < FEWEST_ROWS:
        return f"that is too few rows to conclude from, at least {FEWEST_ROWS} are needed"
    if _drowned(primary, grounds):
        return f"another batch size alone moves the base by about {extent(grounds.noise)} points"
    if not flips.fixed + flips.broken and not primary.delta:
        return "no difference was seen in any row" if interval is None else _reach(visible_gap(flips), rows)
    if interval is None:
        return (
            "the rows, those of some class, or the groups they come in are too few for an interval that can be trusted"
        )
    counted = primary.name in COUNTED
    gap = _widening(primary, flips) * visible_gap(flips) if counted else _gap_of(interval)
    return _reach(gap, rows)


def _reach(gap: float, rows: int) -> str:
    if gap >= 1:
        return "so few rows, or groups of rows, can show no difference, however large"
    shown = f"{100 * gap:.0f}" if gap >= 0.01 else f"{100 * gap:.1g}"
    unit = "point" if shown == "1" else "points"
    return f"{row_count(rows)} can show a difference of about {shown} {unit} here, and hardly a smaller one"
