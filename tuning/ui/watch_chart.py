"""The losses of a run drawn to scale, while it learns and afterwards. Knows steps and losses; no run.

Drawn in HTML around an SVG that is stretched, so that it follows the width and the colours of the page, costs the
server next to nothing at every step, and is sharp on a phone; what it says stands above it as text.
"""

from dataclasses import dataclass
from math import ceil, floor, isfinite, log10

import pandas as pd

__all__ = ["Axis", "axis", "loss_chart", "reach"]

_INTERVALS = 4
"""Between the marks of an axis, at least; at most twice and a half as many."""
_FLAT = 0.02
"""Losses that differ by a smaller share lie on one line: shown in full, its trembling would look like something."""
_FEW_POINTS = 10
"""So few are no line to look into: the axis begins at zero and does not jump with each of them."""
_FEW_STEPS = 8
_MOST_DOTS = 40
_SHADOW = 'aria-hidden="true"'
_Points = list[tuple[int, float]]


@dataclass(frozen=True)
class Axis:
    """From `low` to `high`, with marks at round numbers."""

    low: float
    high: float
    marks: tuple[float, ...]
    decimals: int
    """Of the marks, all alike."""

    def percent(self, value: float) -> float:
        """How far along the axis a value lies."""
        return 100 * (value - self.low) / (self.high - self.low)

    def written(self, mark: float) -> str:
        """A mark as it is read."""
        return f"{mark:,.{self.decimals}f}"


def axis(low: float, high: float, *, whole: bool = False) -> Axis:
    """Marks at multiples of 1, 2 or 5 times a power of ten; the axis ends at marks, or where told if they are whole."""
    rough = (high - low) / _INTERVALS
    power = max(floor(log10(rough)), 0) if whole else floor(log10(rough))
    choices = [(times, power + more) for more in (0, 1) for times in (1, 2, 5)]
    times, power = next((times, at) for times, at in choices if times * 10.0**at >= rough * 0.999)
    step = times * 10.0**power
    first, last = floor(low / step + 1e-9), (floor if whole else ceil)(high / step + (1e-9 if whole else -1e-9))
    marks = tuple(round(number * step, 12) for number in range(first, last + 1))
    ends = (low, high) if whole else (marks[0], marks[-1])
    return Axis(*ends, marks, max(0, -power))


def reach(last: int, total: int | None) -> int:
    """How many steps are drawn when `last` is the latest of `total`: all, or so few that half of them are used."""
    drawn = max(total or last, last, 1)
    while drawn >= 2 * max(last, _FEW_STEPS):
        drawn = ceil(drawn / 2)
    return drawn


def loss_chart(loss: pd.DataFrame, total: int | None = None) -> str:
    """The losses as lines: columns step, loss and rows (train or dev); `total` steps are expected while it learns.

    Before the first loss an empty frame says what will be there.
    """
    train, dev = (_points(loss, rows) for rows in ("train", "dev"))
    both = [*train, *dev]
    if not both:
        return '<p class="to-none to-no-loss">No loss yet: its line begins with the first step of training.</p>'
    steps = axis(0, reach(max(step for step, _ in both), total), whole=True)
    losses = _loss_axis([value for _, value in both])
    return (
        f'<figure class="to-losses"><figcaption>{_train_words(train)}{_dev_words(dev)}</figcaption>'
        f'<div class="to-frame" {_SHADOW}>{_marks(steps, losses)}{_lines(train, dev, steps, losses)}</div></figure>'
    )


def _points(loss: pd.DataFrame, rows: str) -> _Points:
    """What can be drawn: a loss that is no number ends training, and says so elsewhere."""
    found = loss[loss["rows"] == rows]
    pairs = zip(found["step"], found["loss"], strict=True)
    return [(int(step), float(value)) for step, value in pairs if isfinite(value)]


def _loss_axis(values: list[float]) -> Axis:
    """From zero, unless all that happens is far above it."""
    low, high = min(values), max(values) or 1.0
    from_zero = len(values) < _FEW_POINTS or low < high / 2 or high - low < _FLAT * high
    return axis(0.0 if from_zero else low, high)


def _marks(steps: Axis, losses: Axis) -> str:
    levels = "".join(
        f'<span class="to-level" style="top:{100 - losses.percent(mark):.1f}%">{losses.written(mark)}</span>'
        for mark in losses.marks
    )
    stops = "".join(
        f'<span class="to-stop" style="left:{steps.percent(mark):.1f}%">{steps.written(mark)}</span>'
        for mark in steps.marks
    )
    return f'{levels}{stops}<span class="to-unit">training step</span>'


def _lines(train: _Points, dev: _Points, steps: Axis, losses: Axis) -> str:
    """The grid, both lines, and a dot wherever a line would not show a point."""
    grid = "".join(f"M0 {100 - losses.percent(mark):.2f}H100" for mark in losses.marks)
    drawn = {name: [_place(one, steps, losses) for one in points] for name, points in (("train", train), ("dev", dev))}
    lines = "".join(
        f'<polyline class="to-{name}" points="{" ".join(f"{x:.2f},{y:.2f}" for x, y in places)}"/>'
        for name, places in drawn.items()
    )
    dotted = {"train": drawn["train"] if len(train) == 1 else [], "dev": drawn["dev"] if len(dev) <= _MOST_DOTS else []}
    dots = "".join(
        f'<i class="to-{name}" style="left:{x:.2f}%;top:{y:.2f}%"></i>' for name in dotted for x, y in dotted[name]
    )
    return f'<svg viewBox="0 0 100 100" preserveAspectRatio="none"><path d="{grid}"/>{lines}</svg>{dots}'


def _place(point: tuple[int, float], steps: Axis, losses: Axis) -> tuple[float, float]:
    return steps.percent(point[0]), 100 - losses.percent(point[1])


def _train_words(train: _Points) -> str:
    return f'<span class="to-key to-train">training rows <b>{_figure(train[-1][1])}</b></span>' if train else ""


def _dev_words(dev: _Points) -> str:
    if not dev:
        return ""
    best = min(dev, key=lambda point: point[1])
    lowest = f" lowest {_figure(best[1])} after step {best[0]:,}" if best != dev[-1] else ""
    return f'<span class="to-key to-dev">dev rows <b>{_figure(dev[-1][1])}</b>{lowest}</span>'


def _figure(loss: float) -> str:
    return f"{loss:.2f}" if loss >= 0.1 else f"{loss:.2g}"
