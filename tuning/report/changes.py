"""What tuning changed beside the headline: fields, parts that got better and worse, where the gain comes from,
forgetting.

What got worse has the same room as what got better. Knows a comparison; no run and no layout.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tuning.report.markup import Column, escape, fold, section, table
from tuning.report.metric_words import DIRECTION_WORDS, difference, figure, metric_words, span
from tuning.report.tracks import difference_track, reach_of
from tuning.scoring.comparison import Comparison, FieldScore, Forgetting, Gain, MetricRow, Slice
from tuning.scoring.verdict import FEWEST_ROWS
from tuning.scoring.wording import row_count

__all__ = ["changes", "part_name"]

_GAINS = {
    "format": "The gain is mostly format",
    "knowledge": "The gain is knowledge",
    "both": "The gain is part format, part knowledge",
    "unclear": "Format or knowledge: not clear from these rows",
}
_FIELDS, _NAME = 12, 80
"""Fields that are shown unfolded, and characters of a name."""
_SHOWN = 6
"""Parts that are shown unfolded on either side."""
_EXPLORATORY = (
    "Exploratory: many parts are looked at, and some differ by luck. Intervals are not corrected for their number; "
    f"fewer than {FEWEST_ROWS} rows are called neither better nor worse."
)


@dataclass(frozen=True)
class _Scale:
    """What all parts of a comparison are drawn with."""

    reach: float
    name: Callable[[Slice], str]


def part_name(part: Slice) -> str:
    """What a part of the test rows is called, and how many they are."""
    return f"{escape(part.value[:80] or '(empty)')}<small>{escape(part.by[:80])}, {row_count(part.rows, 'row')}</small>"


def changes(comparison: Comparison, name: Callable[[Slice], str] = part_name) -> str:
    """Fields, slices, gain and forgetting, those of them that there are; `name` draws what a part is called."""
    cards = [_gain(comparison.gain), _forgetting(comparison.forgetting)]
    beside = f'<div class="to-cards">{"".join(cards)}</div>' if any(cards) else ""
    fields = section("Field by field", "share of its rows with the right value", _fields(comparison.fields))
    parts = section(
        "What got better, what got worse", "by part of the test rows", _slices(comparison.slices, name), beside
    )
    return fields + parts


def _fields(fields: Sequence[FieldScore]) -> str:
    """Every field of JSON answers; nothing where targets have none."""
    if not fields:
        return ""
    reach = reach_of([field.metric for field in fields])
    rows = [
        (
            f"{escape(field.field[:_NAME] or '(no name)')}<small>{row_count(field.rows, 'row')}</small>",
            _went(field.metric, field.rows),
            difference_track(field.metric, field.rows, reach),
        )
        for field in fields
    ]
    columns = (Column("Field"), Column("Right values", "to-change"), Column("◂ worse · better ▸", "to-chart"))
    first = table("Fields of the answers", columns, rows[:_FIELDS], "to-parts")
    if not rows[_FIELDS:]:
        return first
    return first + fold(f"{len(rows) - _FIELDS} more", table("More fields", columns, rows[_FIELDS:], "to-parts"))


def _slices(slices: Sequence[Slice], name: Callable[[Slice], str]) -> str:
    if not slices:
        return ""
    scale = _Scale(reach_of([part.metric for part in slices]), name)
    claimed = sorted((part for part in slices if part.claim), key=lambda part: -abs(part.metric.delta or 0.0))
    sides = "".join(
        _side(kind, [part for part in claimed if part.claim == kind], scale) for kind in ("better", "worse")
    )
    others = [part for part in slices if part.claim is None]
    if not claimed:
        sides = '<p class="to-none">No part of the test rows is surely better or worse.</p>'
    return (
        f'<div class="to-halves">{sides}</div>{_others(others, scale)}<p class="to-caption to-left">{_EXPLORATORY}</p>'
    )


def _side(kind: str, parts: Sequence[Slice], scale: _Scale) -> str:
    sign = {"better": "▲", "worse": "▼"}[kind]
    if parts:
        body = _part_table(f"Parts that got {kind}", parts[:_SHOWN], scale)
        if parts[_SHOWN:]:
            body += fold(f"{len(parts) - _SHOWN} more", _part_table(f"More that got {kind}", parts[_SHOWN:], scale))
    else:
        body = f'<p class="to-none">No part of the test rows is surely {kind}.</p>'
    count = f" <small>{len(parts)} part{'' if len(parts) == 1 else 's'}</small>" if parts else ""
    return f'<div class="to-half to-{kind}"><h3>{sign} Got {kind}{count}</h3>{body}</div>'


def _others(parts: Sequence[Slice], scale: _Scale) -> str:
    even = [part for part in parts if part.rows >= FEWEST_ROWS]
    few = [part for part in parts if part.rows < FEWEST_ROWS]
    small = f"of fewer than {FEWEST_ROWS} rows: too few to tell better from luck"
    return "".join(
        fold(f"{len(some)} part{'' if len(some) == 1 else 's'} {what}", _part_table(f"Parts {what}", some, scale))
        for some, what in ((even, "without a clear difference"), (few, small))
        if some
    )


def _part_table(caption: str, parts: Sequence[Slice], scale: _Scale) -> str:
    title = metric_words(parts[0].metric.name).title
    columns = (Column("Part"), Column(title, "to-change"), Column("◂ worse · better ▸", "to-chart"))
    return table(caption, columns, [_part(part, scale) for part in parts], "to-parts")


def _part(part: Slice, scale: _Scale) -> tuple[str, str, str]:
    track = difference_track(part.metric, part.rows, scale.reach)
    return scale.name(part), _went(part.metric, part.rows), track


def _went(metric: MetricRow, rows: int) -> str:
    """The difference in its colour, what it is of, and its interval."""
    change = f'<span class="to-{difference(metric, rows)}">{figure(metric.name, metric.delta, sign=True)}</span>'
    values = f"{figure(metric.name, metric.base)} → {figure(metric.name, metric.tuned)}"
    bounds = (span(metric) or "no interval").removesuffix(" points")
    return f"{change}<small>{values}</small><small>{bounds}</small>"


def _gain(gain: Gain | None) -> str:
    """Answers as written against answers read for what they mean."""
    if gain is None:
        return ""
    readings = [
        ("As written", "the answer is the target", gain.strict),
        ("Read for its meaning", "the answer holds the target", gain.lenient),
    ]
    if gain.likelihood:
        readings.append(("By label likelihood", "the target is the likeliest label", gain.likelihood))
    reach = reach_of([metric for _, _, metric in readings])
    rows = [
        (f"{name}<small>{meaning}</small>", _went(metric, FEWEST_ROWS), difference_track(metric, FEWEST_ROWS, reach))
        for name, meaning, metric in readings
    ]
    columns = (
        Column("Read"),
        Column("Right answers", "to-change"),
        Column("◂ worse · better ▸", "to-chart"),
    )
    body = table("Where the gain comes from", columns, rows, "to-parts")
    return f'<div class="to-card"><h3>{_GAINS[gain.kind]}</h3>{body}<p class="to-note">{escape(gain.note)}</p></div>'


def _forgetting(forgetting: Forgetting | None) -> str:
    """What tuning did to plain text that has nothing to do with the task."""
    if forgetting is None:
        return ""
    metric = forgetting.metric
    way = difference(metric, FEWEST_ROWS)
    title = {
        "worse": "▼ Forgetting" if forgetting.forgot else "▼ Hardly any forgetting",
        "better": "▲ General text got easier",
        "even": "? No clear sign of forgetting",
        "open": "Forgetting: not known",
    }[way]
    return (
        f'<div class="to-card"><h3>{title}</h3><p class="to-figures"><b>{figure(metric.name, metric.base)}</b> → '
        f'<b>{figure(metric.name, metric.tuned)}</b> <span class="to-{way}">'
        f"{figure(metric.name, metric.delta, sign=True)} {DIRECTION_WORDS[way]}</span></p>"
        f"{difference_track(metric, FEWEST_ROWS, reach_of([metric]))}"
        f'<p class="to-note">{escape(forgetting.note)} Measured on {forgetting.passages:,} passages that are not '
        f"of the task, {forgetting.tokens:,} tokens; lower is better.</p></div>"
    )
