"""The charts of a comparison, each from one specification: the ladder, the losses, how far confidence can be trusted.

Knows a comparison and the events of its run; nothing of files or pages. Altair takes seconds to import: only inside.
"""

from collections.abc import Sequence
from typing import Any

from tuning.events import Event
from tuning.report.drawing import Chart, Palette
from tuning.report.learning import kept_step, loss_frame
from tuning.report.metric_words import difference, figure, metric_words
from tuning.report.rung_words import rung_words
from tuning.scoring.comparison import Comparison, Headline, Reliability, Rung
from tuning.scoring.ladder import ranked

__all__ = ["charts", "ladder_chart", "loss_chart", "reliability_chart"]

_WIDTH = 460
_NARROW = 250
"""Of a chart that fits a phone at its own size."""
_STEP = 34
_SIDE = 340
_LETTER = 7
"""Pixels of a letter in a wide font."""
_MOST_FIGURES = 12
_PERCENT = "round(datum.value * 100) + ' %'"


def charts(comparison: Comparison, events: Sequence[Event], palette: Palette) -> list[Chart]:
    """Those charts that there is something for."""
    drawn = (
        ladder_chart(comparison, palette),
        loss_chart(events, palette),
        reliability_chart(comparison, palette),
    )
    return [chart for chart in drawn if chart is not None]


def ladder_chart(comparison: Comparison, palette: Palette) -> Chart | None:
    """Every rung that was run as a dot with its 95 % interval; a dashed line through the strongest without tuning."""
    import altair as alt

    rungs = [rung for rung in ranked(comparison.ladder) if rung.status == "run" and rung.value is not None]
    if not rungs:
        return None
    headline, name = comparison.headline, comparison.primary
    rows = _rung_values(comparison, rungs, palette)
    order = [row["name"] for row in rows]
    # Room for the names in a wider font than the one they are measured in.
    names = alt.Axis(title=None, ticks=False, domain=False, labelPadding=10, minExtent=_LETTER * max(map(len, order)))
    places = alt.Y("name:N", sort=order, axis=names)
    title, percent = metric_words(name).title, metric_words(name).percent
    # An axis that begins at 0 for shares; of other measures the range is as wide as the values.
    scale = alt.Scale(domain=[0, 1]) if percent else alt.Scale(zero=False)
    axis = alt.Axis(title=title, labelExpr=_PERCENT, tickCount=5) if percent else alt.Axis(title=title)
    base = alt.Chart(alt.Data(values=rows)).encode(y=places)
    color = alt.Color("color:N", scale=None)
    layers = [
        base.mark_rule(strokeWidth=6, opacity=0.35, strokeCap="round").encode(
            x=alt.X("low:Q", scale=scale, axis=axis), x2="high:Q", color=color
        ),
        base.mark_point(filled=True, opacity=1).encode(
            x="value:Q",
            color=color,
            shape=alt.Shape("shape:N", scale=None),
            size=alt.Size("size:Q", scale=None),
        ),
        base.mark_text(align="left", fontWeight="bold").encode(x=alt.value(_WIDTH + 10), text="written:N"),
    ]
    subtitle = f"On {_judged(comparison):,} test rows, with 95 % intervals"
    if headline is not None and headline.metric.base is not None:
        line = alt.Chart(alt.Data(values=[{"line": headline.metric.base}]))
        layers.insert(0, line.mark_rule(strokeDash=[5, 4], strokeWidth=1.5, color=palette.soft).encode(x="line:Q"))
        subtitle += "; dashed: the best without tuning"
    untried = [rung_words(rung.name, comparison).title for rung in comparison.ladder if rung.status == "not_run"]
    lines = [subtitle, f"not tried: {', '.join(untried)}"] if untried else [subtitle]
    drawn = _layer(layers, f"{title} of every way to answer", lines).properties(width=_WIDTH, height=alt.Step(_STEP))
    said = "; ".join(f"{row['name']} {_bounded(name, row)}" for row in rows)
    return Chart("ladder", f"{title} of every way to answer. {'; '.join(lines)}. {said}.", drawn, palette)


def loss_chart(events: Sequence[Event], palette: Palette, *, narrow: bool = False) -> Chart | None:
    """Loss of the training rows and of the dev rows by step, and the step that was kept."""
    import altair as alt

    frame = loss_frame(events)
    if frame.empty:
        return None
    data = alt.Data(values=frame.to_dict("records"))
    kept = kept_step(events)
    x = alt.X(
        "step:Q",
        axis=alt.Axis(title="training step", grid=False, tickCount=4 if narrow else 8, labelSeparation=14),
        scale=alt.Scale(nice=False, zero=False),
    )
    y = alt.Y("loss:Q", axis=alt.Axis(title="nats"), scale=alt.Scale(zero=False))
    base = alt.Chart(data).encode(x=x, y=y)
    dev = base.transform_filter("datum.rows == 'dev'")
    layers = [
        base.transform_filter("datum.rows == 'train'").mark_line(strokeWidth=1.5, color=palette.even, opacity=0.7),
        dev.mark_line(strokeWidth=2.5, color=palette.ink),
        dev.mark_point(size=55, filled=True, opacity=1, color=palette.ink),
    ]
    key = ["thin line: training rows; thick line with dots: dev rows;", "lower is better"]
    subtitle = key if narrow else [" ".join(key)]
    if kept is not None:
        line = alt.Chart(alt.Data(values=[{"kept": kept, "says": f"kept: step {kept}"}])).encode(x="kept:Q")
        layers.append(line.mark_rule(strokeDash=[5, 4], strokeWidth=1.5, color=palette.soft))
        layers.append(
            line.mark_text(align="right", baseline="top", dx=-6, color=palette.soft).encode(
                y=alt.value(4), text="says:N"
            )
        )
    drawn = _layer(layers, "Loss while training", subtitle).properties(
        width=_NARROW if narrow else _WIDTH + 60, height=230
    )
    devs = frame[frame["rows"] == "dev"]
    stride = max(1, -(-len(devs) // _MOST_FIGURES))
    losses = ", ".join(f"step {row.step}: {row.loss:.2f}" for row in devs[::stride].itertuples())
    said = f"Dev loss by training step: {losses}." if losses else "Loss of the training rows by step."
    return Chart("losses", said + (f" The adapter of step {kept} is kept." if kept is not None else ""), drawn, palette)


def reliability_chart(comparison: Comparison, palette: Palette) -> Chart | None:
    """How often each model was right by how sure it was; on the dashed line, confidence is earned."""
    import altair as alt

    pair = comparison.reliability
    curves = [(name, curve) for name, curve in (("base", pair.base), ("tuned", pair.tuned)) if curve is not None]
    if not curves:
        return None
    scale = alt.Scale(domain=[0, 1])
    x = alt.X("confidence:Q", scale=scale, axis=alt.Axis(title="confidence", labelExpr=_PERCENT, tickCount=4))
    y = alt.Y("accuracy:Q", scale=scale, axis=alt.Axis(title="right", labelExpr=_PERCENT, tickCount=4))
    ends = alt.Data(values=[{"confidence": 0, "accuracy": 0}, {"confidence": 1, "accuracy": 1}])
    layers = [alt.Chart(ends).mark_line(strokeDash=[5, 4], strokeWidth=1.5, color=palette.soft).encode(x=x, y=y)]
    looks = {"base": (palette.even, "circle"), "tuned": (palette.ink, "diamond")}
    for name, curve in curves:
        color, shape = looks[name]
        points = alt.Data(values=[{"confidence": one.confidence, "accuracy": one.accuracy} for one in curve.bins])
        drawn = alt.Chart(points).encode(x=x, y=y)
        layers += [
            drawn.mark_line(strokeWidth=2, color=color),
            drawn.mark_point(size=90, filled=True, opacity=1, shape=shape, color=color),
        ]
    key = "circles: base; diamonds: tuned; dashed: confidence is earned"
    whole = _layer(layers, "How sure, and how often right", [key]).properties(width=_SIDE, height=_SIDE)
    return Chart("reliability", " ".join(_reliability_words(name, curve) for name, curve in curves), whole, palette)


def _layer(layers: Sequence[Any], title: str, subtitle: Sequence[str]) -> Any:
    """The layers in one chart below its title."""
    import altair as alt

    return alt.layer(*layers).properties(title=alt.TitleParams(title, subtitle=list(subtitle)))


def _rung_values(comparison: Comparison, rungs: Sequence[Rung], palette: Palette) -> list[dict[str, Any]]:
    """What is drawn of each rung; tuned is told by its shape, and coloured by how it does against the strongest."""
    headline, name = comparison.headline, comparison.primary
    strongest = headline.rung if headline else None
    mark = _tuned_color(headline, _judged(comparison), palette)
    return [
        {
            "name": rung_words(rung.name, comparison).title + (" (to beat)" if rung.name == strongest else ""),
            "value": rung.value,
            "low": rung.value if rung.low is None else rung.low,
            "high": rung.value if rung.high is None else rung.high,
            "written": figure(name, rung.value),
            "color": mark if rung.name == "tuned" else palette.even,
            "shape": "diamond" if rung.name == "tuned" else "circle",
            "size": 190 if rung.name == "tuned" else 110,
        }
        for rung in rungs
    ]


def _judged(comparison: Comparison) -> int:
    """Test rows that the ladder and the verdict are about."""
    return comparison.clean.rows if comparison.clean else comparison.rows.test


def _tuned_color(headline: Headline | None, rows: int, palette: Palette) -> str:
    """Better or worse than the strongest rung below it; grey where that is not clear."""
    way = "even" if headline is None else difference(headline.metric, rows)
    return {"better": palette.better, "worse": palette.worse}.get(way, palette.even)


def _bounded(name: str, row: dict[str, Any]) -> str:
    if row["low"] == row["high"]:
        return str(row["written"])
    return f"{row['written']} ({figure(name, row['low'])} to {figure(name, row['high'])})"


def _reliability_words(name: str, curve: Reliability) -> str:
    points = ", ".join(f"{100 * one.confidence:.0f} % sure and {100 * one.accuracy:.0f} % right" for one in curve.bins)
    return f"{name.capitalize()}: {points}."
