"""Runs against each other, as escaped HTML and as curves to draw. Knows a `SideBySide`; no layout."""

from collections.abc import Sequence
from datetime import UTC, datetime

import pandas as pd

from tuning.events import Step
from tuning.report.learning import loss_frame
from tuning.report.markup import Column, escape, notice, section, table
from tuning.report.metric_words import DIRECTION_WORDS, difference, figure, metric_words, span
from tuning.report.rung_words import rung_words
from tuning.runs.side_by_side import Contender, Difference, SideBySide
from tuning.runs.snippet import model_name
from tuning.runs.store import Run
from tuning.scoring.comparison import MetricRow
from tuning.scoring.metric_table import Score
from tuning.scoring.wording import RUNGS
from tuning.ui.loss_chart import losses_of_runs
from tuning.ui.setting_words import label_of

__all__ = ["RUN_COLORS", "curves", "date_words", "loss_curves", "scores_and_settings"]

RUN_COLORS = {letter: f"var(--to-run-{letter.lower()})" for letter in "ABCDEF"}
"""Of lines, by letter; readable on light and on dark."""
_OF_TWO_KINDS = (
    "The losses are not drawn together: a sentence encoder's is by row, a language model's by token. Each run's own "
    "page has its curve."
)
_CELL = 160
_SMOOTHED = 15


def date_words(seconds: float) -> str:
    """A moment, given in seconds since the epoch."""
    return datetime.fromtimestamp(seconds, tz=UTC).strftime("%d %b %Y, %H:%M UTC")


def scores_and_settings(found: SideBySide) -> str:
    """Who scored what, whether that may be compared, and what was set otherwise."""
    warning = notice("warning", "These scores cannot be held against each other", found.unfair) if found.unfair else ""
    warning += notice("info", "Judged by the same rows", found.narrowed) if found.narrowed else ""
    warning += notice("warning", "Not all of these test rows are new", found.easier) if found.easier else ""
    return warning + _conclusion(found) + _scores(found) + _settings(found)


def curves(found: SideBySide) -> str:
    """The losses of all runs, drawn over one another where they are of one kind."""
    if len(_families(found)) > 1:
        return section("Loss", "", f'<p class="to-none">{_OF_TWO_KINDS}</p>')
    frame = loss_curves(found)
    dev, train = (losses_of_runs(frame, rows, RUN_COLORS) for rows in ("dev", "train"))
    hint = "how unlikely the right answers seemed, in nats; lower is better"
    return section("Loss of the dev rows", hint, dev) + section("Loss of the training rows", "smoothed", train)


def _families(found: SideBySide) -> set[str]:
    comparisons = [one.run.comparison() for one in found.contenders]
    return {comparison.model.family for comparison in comparisons if comparison is not None}


def loss_curves(found: SideBySide) -> pd.DataFrame:
    """Losses of all runs by epoch: columns epoch, loss, rows (train or dev) and run (its letter).

    Those of training rows are averaged over some neighbours, or nobody could tell the lines apart.
    """
    frames = [_curve(one.run).assign(run=one.letter) for one in found.contenders]
    return pd.concat(frames, ignore_index=True)


def _curve(run: Run) -> pd.DataFrame:
    events = run.events()
    last = next((event for event in reversed(events) if isinstance(event, Step)), None)
    # Runs with other batch sizes take other steps for the same rows.
    per_step = last.epoch / last.step if last is not None and last.step else 1.0
    frame = loss_frame(events)
    frame["epoch"] = frame.pop("step") * per_step
    train = frame["rows"] == "train"
    frame.loc[train, "loss"] = frame.loc[train, "loss"].rolling(_SMOOTHED, min_periods=1, center=True).mean()
    return frame


def _conclusion(found: SideBySide) -> str:
    """What all runs together say of tuning: a base of another run may be the better one."""
    best = found.over_base
    if best is None:
        return ""
    way = difference(best.metric, found.contenders[0].rows)
    said = {"better": "is better than", "worse": "is worse than"}.get(way, "is not surely better than")
    whose = "its own" if best.base == best.tuned else f"run {best.base}'s"
    base = f"the best base ({whose})"
    return (
        _between(found)
        + (
            f'<p class="to-against to-{way}"><span>The best tuned model, run {best.tuned}\'s, <b>{said}</b> {base}: '
            f"{_figures(found.metric, best.metric)}.</span></p>"
        )
        + _beside_simpler(found)
    )


def _beside_simpler(found: SideBySide) -> str:
    """What all of that is beside the best without tuning."""
    best = found.over_simpler
    if best is None:
        return ""
    way = difference(best.metric, found.contenders[0].rows)
    said = {"better": "is better than", "worse": "is worse than"}.get(way, "is not surely better than")
    return (
        f'<p class="to-against to-{way}"><span>It <b>{said}</b> the best without tuning, {escape(RUNGS[best.rung])}: '
        f"{_figures(found.metric, best.metric)}.</span></p>"
    )


def _between(found: SideBySide) -> str:
    """Of two runs, which tuned model is better."""
    gain = found.contenders[-1].against_first
    if len(found.contenders) > 2 or gain is None:
        return ""
    way = difference(gain, found.contenders[-1].rows)
    said = {"better": "better than", "worse": "worse than"}.get(way, "not surely better or worse than")
    told = f"Run B's tuned model is <b>{said}</b> run A's: {_figures(found.metric, gain)}."
    return f'<p class="to-against to-{way}"><span>{told} A is the run that was started first.</span></p>'


def _figures(name: str, gain: MetricRow) -> str:
    """Both values and their difference, with its interval where there is one."""
    bounds = f" (95 % interval {span(gain)})" if span(gain) else ""
    return (
        f"{figure(name, gain.tuned)} against {figure(name, gain.base)}, {figure(name, gain.delta, sign=True)}{bounds}"
    )


def _scores(found: SideBySide) -> str:
    words, fair = metric_words(found.metric), not found.unfair
    columns = [Column("Run"), Column("Base", "to-figure"), Column("Tuned", "to-figure")]
    columns += [Column("Tuned, against run A", "to-change")] if fair else []
    rows = [_row(one, found, fair=fair) for one in found.contenders]
    hint = f"{words.title}, with 95 % intervals" + ("" if fair else ", each on its own test rows")
    return section("Scores", hint, table("Scores", columns, rows, "to-contest"), _caution(found) if fair else "")


def _row(one: Contender, found: SideBySide, *, fair: bool) -> list[str]:
    about = f"{date_words(one.created)}; {one.rows:,} test rows"
    model = escape(model_name(one.run.spec().model))
    cells = [f"{one.letter} · {escape(one.name)}<small>{model}</small><small>{about}</small>"]
    cells += [_bounded(found.metric, score) for score in (one.base, one.tuned)]
    if fair:
        cells.append(_gain(one, found))
    return cells


def _bounded(metric: str, score: Score) -> str:
    if score.low is None or score.high is None:
        return figure(metric, score.value)
    low, high = figure(metric, score.low).removesuffix(" %"), figure(metric, score.high)
    return f"{figure(metric, score.value)}<small>{low} to {high}</small>"


def _gain(one: Contender, found: SideBySide) -> str:
    gain = one.against_first
    if gain is None:
        return "–"
    way = difference(gain, one.rows)
    written = f"{figure(found.metric, gain.delta, sign=True)} {DIRECTION_WORDS[way]}"
    return f'<span class="to-{way}">{written}</span><small>{span(gain) or ""}</small>'


def _caution(found: SideBySide) -> str:
    number = len(found.contenders)
    return (
        f'<p class="to-caption to-left">{"Both" if number == 2 else f"All {number}"} runs answered the same test rows. '
        f"{'' if found.narrowed or found.over_simpler else _without_tuning(found)}{_bases(found)}"
        "Whichever is best on them was also a little lucky on them: on new rows expect somewhat less.</p>"
    )


def _bases(found: SideBySide) -> str:
    """Two kinds of base under one heading."""
    if len(_families(found)) < 2:
        return ""
    return (
        "The base of a sentence encoder has a last layer fitted to the training rows, as it names no label without; a "
        "language model's has seen none of them. "
    )


def _without_tuning(found: SideBySide) -> str:
    """The best of what was tried without tuning, by any of the runs, where they were judged by the same metric."""
    tried = [
        (rung.value, f"{rung_words(rung.name, comparison).title} of run {one.letter}")
        for one in found.contenders
        if (comparison := one.run.comparison()) is not None and comparison.primary == found.metric
        for rung in comparison.ladder
        if rung.name != "tuned" and rung.value is not None
    ]
    if not tried:
        return ""
    value, title = max(tried)
    return f"The best way on them without tuning: {escape(title)}, {figure(found.metric, value)}. "


def _settings(found: SideBySide) -> str:
    hint = "only what is not the same in all of them"
    letters = [one.letter for one in found.contenders]
    came = _listed("What came of them", found.outcomes, letters) if found.outcomes else ""
    if not found.differences:
        return section("Settings", hint, '<p class="to-none">All settings are the same.</p>', came)
    return section("Settings", hint, _listed("Setting", found.differences, letters), came)


def _listed(what: str, differences: Sequence[Difference], letters: Sequence[str]) -> str:
    columns = [Column(what), *map(Column, letters)]
    rows = [[escape(label_of(each.name)), *(escape(_short(value)) for value in each.values)] for each in differences]
    return table(f"{what}: where the runs differ", columns, rows, "to-settings")


def _short(text: str) -> str:
    return text if len(text) <= _CELL else text[:_CELL] + "…"
