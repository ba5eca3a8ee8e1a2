"""Every metric of both models with its difference, drawn and written. Knows metrics; no run and no layout."""

from collections.abc import Sequence

from tuning.report.markup import Column, escape, section, table
from tuning.report.metric_words import DIRECTION_WORDS, difference, figure, metric_words, p_words, span
from tuning.report.tracks import difference_track, reach_of
from tuning.scoring.comparison import Comparison, MetricRow

__all__ = ["scores"]

_AXIS = '<span class="to-axis">◂ worse<i></i>better ▸</span>'


def scores(comparison: Comparison) -> str:
    """The score table; columns that nothing is known for are left out."""
    metrics = comparison.metrics
    bounded = any(metric.low is not None for metric in metrics)
    tested = any(metric.p is not None for metric in metrics)
    best = [Column("Best without", "to-figure")] if any(metric.strongest is not None for metric in metrics) else []
    columns = [Column("Metric"), Column("Base", "to-figure"), *best, Column("Tuned", "to-figure")]
    columns.append(Column("Difference", "to-change"))
    columns += [Column(_AXIS, "to-chart")] if bounded else []
    columns += [Column("p", "to-figure to-p")] if tested else []
    shares = reach_of([metric for metric in metrics if metric_words(metric.name).percent])
    rows = []
    for metric in metrics:
        reach = shares if metric_words(metric.name).percent else reach_of([metric])
        cells = _cells(metric, comparison, sure=bounded)
        cells[2:2] = [figure(metric.name, metric.strongest)] if best else []
        drawn = [difference_track(metric, comparison.rows.test, reach)] if bounded else []
        rows.append([*cells, *drawn, *([p_words(metric)] if tested else [])])
    hint = f"on all {comparison.rows.test:,} test rows" + ("; best without: the best without tuning" if best else "")
    return section("Every score", hint, table("Scores", columns, rows, "to-scores"), _key(metrics, tested=tested))


def _cells(metric: MetricRow, comparison: Comparison, *, sure: bool) -> list[str]:
    words, way = metric_words(metric.name), difference(metric, comparison.rows.test)
    decides = "decides" if comparison.clean is None else f"decides, on the {comparison.clean.rows:,} that did not leak"
    first = metric.name == comparison.primary and (len(comparison.metrics) > 1 or comparison.clean is not None)
    tag = f' <em class="to-tag">{decides}</em>' if first else ""
    lower = "; lower is better" if metric.better == "lower" and metric.name != "length_ratio" else ""
    meaning = f"<small>{words.meaning}{lower}</small>" if words.meaning else ""
    bounds = span(metric) or ("no interval" if sure else "")
    written = f"{figure(metric.name, metric.delta, sign=True)} {DIRECTION_WORDS[way]}"
    return [
        f"{escape(words.title)}{tag}{meaning}",
        figure(metric.name, metric.base),
        figure(metric.name, metric.tuned),
        f'<span class="to-{way}">{written}</span><small>{bounds}</small>',
    ]


def _key(metrics: Sequence[MetricRow], *, tested: bool) -> str:
    """What the bars and p-values mean."""
    said = []
    if any(metric.low is not None for metric in metrics):
        said.append(
            "Bars are 95 % intervals of the difference, better to the right; grey where it may be chance or no "
            "interval is known."
        )
    said.append("Differences are rounded after they are taken, so that they may not be those of the rounded figures.")
    if len(metrics) > 1:
        said.append("The metric that decides was declared before anything was predicted.")
    if tested:
        said.append("p: how often a difference this large comes up when tuning changes nothing")
        said[-1] += (
            "; of all but the metric that decides, adjusted for their number (Holm): of many, one easily differs by "
            "chance, though its own interval does not hold zero."
            if any(m.p_adjusted is not None for m in metrics)
            else "."
        )
    return f'<p class="to-caption to-left">{" ".join(said)}</p>' if said else ""
