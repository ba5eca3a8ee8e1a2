"""The times to choose from, with what is known of each beside it. Knows a forecast; no run and no layout."""

from collections.abc import Sequence

from tuning.durations import read_duration
from tuning.runs.forecasting import Forecast

__all__ = ["times"]

_ENOUGH = ("fits", "enough")


def times(choices: Sequence[tuple[str, str]], forecast: Forecast | None) -> str:
    """`choices` are words and the time they stand for; empty where each of them will do, or nothing is known."""
    if forecast is None:
        return ""
    said = [(words, _verdict(str(time), forecast)) for words, time in choices if time]
    if all(verdict == _ENOUGH for _, verdict in said):
        return ""
    items = "".join(f'<li class="to-{kind}">{words}: {verdict}</li>' for words, (kind, verdict) in said)
    return f'<p class="to-note">For these rows on this machine, estimated:</p><ul class="to-times">{items}</ul>'


def _verdict(time: str, forecast: Forecast) -> tuple[str, str]:
    """The kind of a time, and the word for it."""
    seconds = read_duration(time)
    assert isinstance(seconds, float)
    if forecast.cannot(seconds):
        return "short", "too short"
    return ("doubtful", "may be too short") if forecast.may_not(seconds) else _ENOUGH
