"""Values drawn to scale: a score with its interval, a difference with its interval around zero. Knows numbers only.

Drawn in HTML so that it follows the width of the page and its colours; the same numbers always stand beside it as text.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from tuning.report.metric_words import difference
from tuning.scoring.comparison import MetricRow

__all__ = ["Dot", "difference_track", "reach_of", "score_track"]


@dataclass(frozen=True)
class Dot:
    """A score between 0 and 1 with its interval."""

    value: float
    low: float | None = None
    high: float | None = None


def score_track(dot: Dot | None, kind: str, line: float | None = None) -> str:
    """A dot and its interval on a track from 0 to 100 %; `line` is drawn through, to hold the dot against."""
    across = f'<i class="to-line" style="left:{_place(line)}"></i>' if line is not None else ""
    drawn = ""
    if dot is not None:
        if dot.low is not None and dot.high is not None:
            drawn = _whisker(dot.low, dot.high)
        drawn += f'<i class="to-dot" style="left:{_place(dot.value)}"></i>'
    return f'<span class="to-track to-{kind}" aria-hidden="true">{across}{drawn}</span>'


def reach_of(metrics: Sequence[MetricRow]) -> float:
    """The largest distance from zero of these differences and their bounds; 1 when all are zero."""
    known = [abs(x) for metric in metrics for x in (metric.delta, metric.low, metric.high) if x is not None]
    return max(known, default=0.0) or 1.0


def difference_track(metric: MetricRow, rows: int, reach: float) -> str:
    """A difference and its interval around zero, better to the right; `reach` is half the width of the track."""
    if metric.delta is None:
        return ""
    turn = 1 if metric.better == "higher" else -1
    delta, *bounds = (_centred(turn * x, reach) for x in (metric.delta, metric.low, metric.high) if x is not None)
    drawn = _whisker(min(bounds), max(bounds)) if len(bounds) == 2 else ""
    drawn += f'<i class="to-dot" style="left:{_place(delta)}"></i>'
    kind = difference(metric, rows)
    return f'<span class="to-track to-zeroed to-{kind}" aria-hidden="true"><i class="to-zero"></i>{drawn}</span>'


def _whisker(low: float, high: float) -> str:
    return f'<i class="to-whisker" style="left:{_place(low)};right:{_place(1 - high)}"></i>'


def _centred(value: float, reach: float) -> float:
    return 0.5 + value / reach / 2


def _place(share: float) -> str:
    return f"{100 * min(1.0, max(0.0, share)):.2f}%"
