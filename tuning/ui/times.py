"""The times to choose from, and what each is expected to buy. Knows a forecast; no run and no layout."""

from collections.abc import Sequence

from tuning.durations import duration_words, read_duration
from tuning.report.markup import Column, escape, notice, table
from tuning.runs.forecasting import Forecast
from tuning.scoring.verdict import FEWEST_ROWS

__all__ = ["times"]

_LITTLE = 0.25
"""Share of the rows: who learns from fewer has seen too little of the task."""
_COLUMNS = (Column("Time"), Column("Trained on"), Column("Top layers", "to-figure"), Column("Judged by"))


def times(choices: Sequence[tuple[str, str]], forecast: Forecast | None) -> str:
    """`choices` are words and the time they stand for; empty where nothing is known of such runs."""
    if forecast is None or forecast.usual is None:
        return ""
    offered = [(words, _seconds(time)) for words, time in choices]
    if forecast.budget not in {seconds for _, seconds in offered} and forecast.budget is not None:
        offered = sorted([*offered, (duration_words(forecast.budget), forecast.budget)], key=_shortest_first)
    rows = [_row(words, seconds, forecast) for words, seconds in offered]
    about = f"What each buys with these rows, estimated by {escape(forecast.source)}"
    about += "; this one may be several times faster or slower:" if forecast.elsewhere else ":"
    drawn = table("What each time buys", _COLUMNS, rows, "to-times")
    few = _few(offered, forecast)
    return f'<p class="to-note">{about}</p>{drawn}{few}{_lost(forecast)}{_passes(offered, forecast)}'


def _row(words: str, seconds: float | None, forecast: Forecast) -> tuple[str, str, str, str]:
    chosen = seconds == forecast.budget
    named = f"<b>{words}</b> <small>chosen</small>" if chosen else words
    if seconds is None:
        named += f" <small>about {forecast.whole_words}</small>"
    bought = forecast.buys(seconds)
    if bought is None:
        short = "too short" if seconds is not None and forecast.cannot(seconds) else "may be too short"
        return named, f'<span class="to-worse">{short}{" there" if forecast.elsewhere else ""}</span>', "–", "–"
    plan, work = bought.plan, bought.work
    test = f"{plan.test_rows:,}" + ("" if plan.test_rows == work.test else f" of {work.test:,}") + " test rows"
    test += " <small>too few for a verdict</small>" if plan.test_rows < FEWEST_ROWS else ""
    return named, bought.trained, f"{min(plan.layers, work.depth)} of {work.depth}", test


def _few(offered: Sequence[tuple[str, float | None]], forecast: Forecast) -> str:
    """That the chosen time is too short to learn much, and which would do."""
    bought = forecast.buys(forecast.budget)
    if bought is None or bought.plan.epochs >= _LITTLE:
        return ""
    enough = (words for words, seconds in offered if (one := forecast.buys(seconds)) and one.plan.epochs >= 1)
    other = f"To see each of them once, choose {next(enough, 'no limit')}, or fewer rows (Rows to use)."
    return notice("warning", f"Too little time to learn much: {bought.trained}", other)


def _lost(forecast: Forecast) -> str:
    """What the chosen time gives up."""
    bought = forecast.buys(forecast.budget)
    lost = bought.given_up if bought is not None else []
    if not lost:
        return ""
    assert forecast.budget is not None
    given_up = f"Given up in {duration_words(forecast.budget)}: {', '.join(lost)}."
    return f'<p class="to-note">{escape(given_up)} The run measures again and says what it does.</p>'


def _passes(offered: Sequence[tuple[str, float | None]], forecast: Forecast) -> str:
    """Why no limit buys less training than some time does, where rows are learned quickly."""
    whole = forecast.buys(None)
    timed = [bought for _, seconds in offered if seconds is not None and (bought := forecast.buys(seconds))]
    if whole is None or all(bought.plan.epochs <= whole.plan.epochs for bought in timed):
        return ""
    passes = f"Without a limit it learns for {whole.plan.epochs:g} passes, or as many as Epochs under Advanced settings"
    return f'<p class="to-note">{passes} says; with a time, for as many as fit, until it no longer gets better.</p>'


def _seconds(time: str) -> float | None:
    """Of a choice; None: no limit."""
    seconds = read_duration(time) if time else None
    assert seconds is None or isinstance(seconds, float)
    return seconds


def _shortest_first(offered: tuple[str, float | None]) -> float:
    return float("inf") if offered[1] is None else offered[1]
