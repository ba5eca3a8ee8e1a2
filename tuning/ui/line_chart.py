"""Lines drawn to scale in a frame with round marks. Knows points and colours; not what they mean.

Drawn in HTML around an SVG that is stretched, so that it follows the width and the colours of the page, costs the
server next to nothing, and is sharp on a phone; what it says stands above it as text.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, log10

from tuning.report.markup import attribute

__all__ = ["Axis", "Line", "axis", "line_chart"]

_INTERVALS = 4
"""Between the marks of an axis, at least; at most twice and a half as many."""
_SHADOW = 'aria-hidden="true"'


@dataclass(frozen=True)
class Axis:
    """From `low` to `high`, with marks at round numbers."""

    low: float
    high: float
    marks: tuple[float, ...]
    decimals: int
    """Of the marks, all alike."""

    def percent(self, value: float) -> float:
        """How far along the axis a value lies, at most at its end."""
        return 100 * (min(value, self.high) - self.low) / (self.high - self.low)

    def written(self, mark: float) -> str:
        """A mark as it is read."""
        return f"{mark:,.{self.decimals}f}"


def axis(low: float, high: float, *, whole: bool = False, to_marks: bool = True) -> Axis:
    """Marks at multiples of 1, 2 or 5 times a power of ten, all of them whole if asked.

    The axis ends at marks, or where told if it is not to reach beyond its values or its marks are whole.
    """
    within = whole or not to_marks
    rough = (high - low) / (_INTERVALS if to_marks else 2 * _INTERVALS)
    power = max(floor(log10(rough)), 0) if whole else floor(log10(rough))
    choices = [(times, power + more) for more in (0, 1) for times in (1, 2, 5)]
    times, power = next((times, at) for times, at in choices if times * 10.0**at >= rough * 0.999)
    step = times * 10.0**power
    first = (ceil if within else floor)(low / step + (-1e-9 if within else 1e-9))
    last = (floor if within else ceil)(high / step + (1e-9 if within else -1e-9))
    marks = tuple(round(number * step, 12) for number in range(first, last + 1))
    ends = (low, high) if within else (marks[0], marks[-1])
    return Axis(*ends, marks, max(0, -power))


@dataclass(frozen=True)
class Line:
    """One line, and the dots on it."""

    key: str
    """Names its look: the class `to-KEY`."""
    points: Sequence[tuple[float, float]]
    dotted: bool
    """Whether every point is marked."""
    color: str = ""
    """Of its own, where its look does not say it."""


def line_chart(  # noqa: PLR0913 - a frame has two axes
    lines: Sequence[Line], caption: str, across: Axis, up: Axis, unit: str, *, marked: float | None = None
) -> str:
    """The lines in their frame; `caption` is markup that says what they show, `unit` what goes across.

    A dashed line stands at `marked`. What lies above the frame is drawn at its upper edge.
    """
    grid = "".join(f"M0 {100 - up.percent(mark):.2f}H100" for mark in up.marks)
    drawn = "".join(_polyline(line, across, up) for line in lines)
    dots = "".join(_dots(line, across, up) for line in lines if line.dotted)
    at = "" if marked is None else f'<path class="to-marked" d="M{across.percent(marked):.2f} 0V100"/>'
    svg = f'<svg viewBox="0 0 100 100" preserveAspectRatio="none"><path d="{grid}"/>{at}{drawn}</svg>{dots}'
    frame = f'<div class="to-frame" {_SHADOW}>{_marks(across, up, unit)}{svg}</div>'
    return f'<figure class="to-losses"><figcaption>{caption}</figcaption>{frame}</figure>'


def _marks(across: Axis, up: Axis, unit: str) -> str:
    levels = "".join(
        f'<span class="to-level" style="top:{100 - up.percent(mark):.1f}%">{up.written(mark)}</span>'
        for mark in up.marks
    )
    stops = "".join(
        f'<span class="to-stop" style="left:{across.percent(mark):.1f}%">{across.written(mark)}</span>'
        for mark in across.marks
    )
    return f'{levels}{stops}<span class="to-unit">{unit}</span>'


def _polyline(line: Line, across: Axis, up: Axis) -> str:
    points = " ".join(f"{across.percent(x):.2f},{100 - up.percent(y):.2f}" for x, y in line.points)
    color = f' style="stroke:{attribute(line.color)}"' if line.color else ""
    return f'<polyline class="to-{line.key}"{color} points="{points}"/>'


def _dots(line: Line, across: Axis, up: Axis) -> str:
    color = f";background:{attribute(line.color)}" if line.color else ""
    return "".join(
        f'<i class="to-{line.key}" style="left:{across.percent(x):.2f}%;top:{100 - up.percent(y):.2f}%{color}"></i>'
        for x, y in line.points
    )
