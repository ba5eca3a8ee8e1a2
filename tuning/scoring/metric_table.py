"""Two models' answers to the same rows in every metric that applies, each difference with its interval and its test.

                    difference                                        one model
    shares of rows  Newcombe's paired interval, McNemar's mid-p       Wilson's interval
    other metrics   jackknife and Tango's interval, randomization     jackknife and Wilson's interval
    over classes    as other metrics, and as if each class had two rows more
    rows in groups  as other metrics, whole groups left out and swapped

Closed forms take rows for independent, which rows of one group are not. `benchmarks/results/calibration.md` shows how
often each interval covers and each test rejects a true null. Knows nothing of verdicts, runs or files.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from tuning.prediction import Prediction
from tuning.scoring.answers import Answers
from tuning.scoring.catalog import METRICS, Metric, find_metric
from tuning.scoring.record import Flips, MetricRow
from tuning.scoring.resampling import bounded_interval, paired_interval, positive_interval, randomization_ps
from tuning.scoring.statistics import Interval, holm, mcnemar_midp, newcombe_paired, wilson
from tuning.scoring.sums import PairedSums, RowSums
from tuning.spec import Task

__all__ = [
    "Score",
    "difference_interval",
    "flips_of",
    "metric_table",
    "paired_metric",
    "paired_share",
    "score_interval",
]


@dataclass(frozen=True)
class Score:
    """One model's value of one metric and its 95 % interval; None for what is not known."""

    value: float | None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class _Contest:
    """One metric of both models, the sums None where they are not known; `units` are groups where rows have them."""

    metric: Metric
    rows: PairedSums | None
    units: PairedSums | None

    @property
    def flips(self) -> Flips | None:
        """Counts of rows for the closed forms; None for a metric or for rows that these are not for."""
        if self.metric.kind != "share" or self.rows is None or self.rows is not self.units:
            return None
        return flips_of(self.rows)


def metric_table(
    base: Sequence[Prediction],
    tuned: Sequence[Prediction],
    task: Task,
    *,
    primary: str,
    labels: Sequence[str] | None = None,
) -> list[MetricRow]:
    """Every metric of the task that the rows are of the sort for and, perplexity aside, that is known of every row.

    `primary` comes first, with the p that it has; the other p-values are adjusted for their number (`holm`).
    Both lists hold at least one row, the same rows in the same order. Raises `KeyError` if `primary` does not apply.
    """
    sides = Answers(base, labels), Answers(tuned, labels)
    fitting = [metric for metric in METRICS[task] if metric.applies is None or metric.applies(sides[0])]
    metrics = {metric.name: metric for metric in [find_metric(primary), *fitting]}
    contests = {name: _contest(metric, *sides) for name, metric in metrics.items()}
    known = [each for name, each in contests.items() if each.rows is not None or name in {primary, "perplexity"}]
    first, *others = _rows(known)
    tested = [row.p for row in others if row.p is not None]
    adjusted = iter(holm(tested))
    return [first, *(row if row.p is None else row.model_copy(update={"p_adjusted": next(adjusted)}) for row in others)]


def paired_metric(
    base: Sequence[Prediction], tuned: Sequence[Prediction], name: str, labels: Sequence[str] | None = None
) -> MetricRow:
    """One metric of any two models, or of two models on some of the rows; at least one row.

    Raises `KeyError` if there is no such metric.
    """
    (row,) = _rows([_contest(find_metric(name), Answers(base, labels), Answers(tuned, labels))])
    return row


def paired_share(
    name: str, base: Sequence[bool], tuned: Sequence[bool], *, groups: Sequence[str] | None = None
) -> MetricRow:
    """The share of rows that each model is right on in some respect of that name; at least one row."""
    rows = PairedSums(RowSums.share(base), RowSums.share(tuned))
    metric = replace(find_metric("exact_match"), name=name)
    return _rows([_Contest(metric, rows, rows if groups is None else rows.by_group(groups))])[0]


def score_of(predictions: Sequence[Prediction], name: str, labels: Sequence[str] | None = None) -> float | None:
    """One model's score; at least one row, None where it is not known. Raises `KeyError` if there is no such metric."""
    sums = find_metric(name).sums(Answers(predictions, labels or None))
    return None if sums is None else sums.total()


def score_interval(predictions: Sequence[Prediction], name: str, labels: Sequence[str] | None = None) -> Score:
    """One model's score with its interval; at least one row. Raises `KeyError` if there is no such metric."""
    answers, metric = Answers(predictions, labels), find_metric(name)
    sums = metric.sums(answers)
    if sums is None:
        return Score(None)
    interval = _single_interval(metric, sums, answers.groups)
    return Score(sums.total(), interval.low, interval.high) if interval else Score(sums.total())


def difference_interval(metric: Metric, units: PairedSums) -> Interval | None:
    """95 % interval of a difference where no closed form is for it; None where none was seen to cover."""
    interval = paired_interval(units)
    if interval is None or metric.kind == "bare" or len(units.base.values) < metric.fewest:
        return None
    reach = {"open": math.inf, "signed": 2.0}.get(metric.kind, 1.0)
    return Interval(max(-reach, interval.low), min(reach, interval.high))


def flips_of(pairs: PairedSums) -> Flips:
    """Rows fixed, broken, right and wrong with both, from the sums of a share of rows (`RowSums.share`)."""
    base, tuned = (side.values[:, 0] > 0 for side in (pairs.base, pairs.tuned))
    return Flips(
        fixed=int((tuned & ~base).sum()),
        broken=int((base & ~tuned).sum()),
        both_right=int((base & tuned).sum()),
        both_wrong=int((~base & ~tuned).sum()),
    )


def _contest(metric: Metric, base: Answers, tuned: Answers) -> _Contest:
    sums = metric.sums(base), metric.sums(tuned)
    if sums[0] is None or sums[1] is None:
        return _Contest(metric, None, None)
    rows = PairedSums(sums[0], sums[1])
    return _Contest(metric, rows, rows if base.groups is None else rows.by_group(base.groups))


def _rows(contests: Sequence[_Contest]) -> list[MetricRow]:
    resampled = [each for each in contests if each.units is not None and each.flips is None]
    ps = iter(randomization_ps([each.units for each in resampled if each.units is not None]))
    drawn = {each.metric.name: p for each, p in zip(resampled, ps, strict=True)}
    return [_row(each, drawn.get(each.metric.name)) for each in contests]


def _row(contest: _Contest, drawn_p: float | None) -> MetricRow:
    metric, rows, flips = contest.metric, contest.rows, contest.flips
    base, tuned = (rows.base.total(), rows.tuned.total()) if rows else (None, None)
    interval, p = None, drawn_p
    if flips is not None:
        interval, p = newcombe_paired(flips), mcnemar_midp(flips.broken, flips.fixed)
    elif contest.units is not None:
        interval = difference_interval(metric, contest.units)
    return MetricRow(
        name=metric.name,
        base=base,
        tuned=tuned,
        delta=None if base is None or tuned is None else tuned - base,
        low=interval.low if interval else None,
        high=interval.high if interval else None,
        p=p,
        better=_better(metric, base, tuned),
    )


def _better(metric: Metric, base: float | None, tuned: float | None) -> Literal["higher", "lower"]:
    """Of a ratio that is best at 1, the direction that is better here: the one taken if it led nearer to 1."""
    if metric.better != "nearer 1":
        return metric.better
    if base is None or tuned is None:
        return "lower"
    nearer = _distance_from_one(tuned) <= _distance_from_one(base)
    return "higher" if nearer == (tuned > base) else "lower"


def _distance_from_one(ratio: float) -> float:
    return abs(math.log(ratio)) if ratio > 0 else math.inf


def _single_interval(metric: Metric, sums: RowSums, groups: Sequence[str] | None) -> Interval | None:
    units = sums if groups is None else sums.by_group(groups)
    if metric.kind == "share" and groups is None:
        return wilson(float(sums.values[:, 0].sum()), len(sums.values))
    if metric.kind == "bare":
        return None
    if metric.kind == "open":
        return positive_interval(units)
    if metric.kind == "signed":
        return bounded_interval(units, low=-1.0)
    return bounded_interval(units)
