"""The losses of a run while it learns and afterwards, and those of several runs together. Knows losses; no run.

In nats: of a language model per token of the right answer, of a sentence encoder per row.
"""

from collections.abc import Mapping
from math import ceil, isfinite

import pandas as pd

from tuning.report.markup import escape
from tuning.ui.line_chart import Axis, Line, axis, line_chart

__all__ = ["loss_chart", "losses_of_runs", "reach"]

_FLAT = 0.02
"""Losses that differ by a smaller share lie on one line: shown in full, its trembling would look like something."""
_FEW_POINTS = 10
"""So few are no line to look into: the axis begins at zero and does not jump with each of them."""
_FEW_STEPS = 8
_MOST_DOTS = 40
_MOST, _SPIKE = 0.98, 1.5
"""A train loss above 1.5 times what 98 % of them reach is a spike: the axis ends below it, so that the rest is seen."""
_Points = list[tuple[float, float]]


def reach(last: int, total: int | None) -> int:
    """How many steps are drawn when `last` is the latest of `total`: all, or so few that half of them are used."""
    drawn = max(total or last, last, 1)
    while drawn >= 2 * max(last, _FEW_STEPS):
        drawn = ceil(drawn / 2)
    return drawn


def loss_chart(loss: pd.DataFrame, total: int | None = None, kept: int | None = None) -> str:
    """The losses as lines: columns step, loss and rows (train or dev); `total` steps are expected while it learns,
    the adapter of the step `kept` is the one that is compared.

    Before the first loss an empty frame says what will be there.
    """
    train, dev = (_points(loss[loss["rows"] == rows], "step") for rows in ("train", "dev"))
    both = [*train, *dev]
    if not both:
        return '<p class="to-none to-no-loss">No loss yet: its line begins with the first step of training.</p>'
    steps = axis(0, reach(int(max(step for step, _ in both)), total), whole=True)
    lines = [Line("train", train, dotted=len(train) == 1), Line("dev", dev, dotted=len(dev) <= _MOST_DOTS)]
    up = _loss_axis([*_without_spikes(train), *dev])
    words = _train_words(train, up) + _dev_words(dev) + _kept_words(kept)
    return line_chart(lines, words, steps, up, "training step", marked=kept)


def losses_of_runs(curves: pd.DataFrame, rows: str, colors: Mapping[str, str]) -> str:
    """Several runs' losses on `rows` (train or dev): columns epoch, loss, rows and run, told apart by `colors`.

    Nothing where no run has any.
    """
    there = curves[curves["rows"] == rows]
    lines = [
        Line("run", _points(there[there["run"] == run], "epoch"), dotted=rows == "dev", color=color)
        for run, color in colors.items()
    ]
    drawn = [line for line in lines if line.points]
    if not drawn:
        return ""
    points = [point for line in drawn for point in line.points]
    passes = axis(0, max(epoch for epoch, _ in points) or 1.0, to_marks=False)
    words = "".join(
        _run_words(run, color, line.points[-1][1])
        for (run, color), line in zip(colors.items(), lines, strict=True)
        if line.points
    )
    return line_chart(drawn, words, passes, _loss_axis(points), "passes over the training rows")


def _points(loss: pd.DataFrame, across: str) -> _Points:
    """What can be drawn: a loss that is no number ends training, and says so elsewhere."""
    pairs = zip(loss[across], loss["loss"], strict=True)
    return [(float(place), float(value)) for place, value in pairs if isfinite(value)]


def _loss_axis(points: _Points) -> Axis:
    """From zero, unless all that happens is far above it."""
    values = [value for _, value in points]
    low, high = min(values), max(values) or 1.0
    from_zero = len(values) < _FEW_POINTS or low < high / 2 or high - low < _FLAT * high
    return axis(0.0 if from_zero else low, high)


def _without_spikes(train: _Points) -> _Points:
    if len(train) < _FEW_POINTS:
        return train
    values = sorted(value for _, value in train)
    bound = _SPIKE * values[int(_MOST * (len(values) - 1))]
    return [(place, value) for place, value in train if value <= bound]


def _train_words(train: _Points, up: Axis) -> str:
    if not train:
        return ""
    above = [value for _, value in train if value > up.high]
    spikes = f" up to {_figure(max(above))}, above the frame" if above else ""
    return f'<span class="to-key to-train">training rows <b>{_figure(train[-1][1])}</b>{spikes}</span>'


def _dev_words(dev: _Points) -> str:
    if not dev:
        return ""
    best = min(dev, key=lambda point: point[1])
    figure = "" if _figure(best[1]) == _figure(dev[-1][1]) else f" {_figure(best[1])}"
    when = f"after step {best[0]:,.0f}" if best[0] else "before training"
    lowest = f" lowest{figure} {when}" if best != dev[-1] else ""
    return f'<span class="to-key to-dev">dev rows <b>{_figure(dev[-1][1])}</b>{lowest}</span>'


def _kept_words(kept: int | None) -> str:
    return "" if kept is None else f'<span class="to-key to-kept">kept: step <b>{kept:,.0f}</b></span>'


def _run_words(run: str, color: str, last: float) -> str:
    return f'<span class="to-key to-run" style="--to-own:{color}">run {escape(run)} <b>{_figure(last)}</b></span>'


def _figure(loss: float) -> str:
    return f"{loss:.2f}" if loss >= 0.1 else f"{loss:.2g}"
