"""Lengths of time as people write them: "90s", "3 minutes"; and of training. Knows nothing of what takes it."""

import re

__all__ = ["duration_words", "epochs_words", "read_duration", "seen_words"]

_UNITS = {"s": 1.0, "m": 60.0, "h": 3600.0}
_WRITTEN = re.compile(
    r"\s*(\d+(?:\.\d+)?)\s*(?:(s)(?:ec(?:ond)?s?)?|(m)(?:in(?:ute)?s?)?|(h)(?:ours?|rs?)?)?\s*",
    re.ASCII | re.IGNORECASE,
)


def read_duration(value: object) -> object:
    """Seconds, where a text says a length of time; a number alone is seconds. Anything else is handed back as it is.

    Raises `ValueError` for another text.
    """
    if not isinstance(value, str):
        return value
    found = _WRITTEN.fullmatch(value)
    if found is None:
        raise ValueError("should be a length of time such as 90s, 2 minutes or 1h")
    unit = found[2] or found[3] or found[4] or "s"
    return float(found[1]) * _UNITS[unit.lower()]


def duration_words(seconds: float) -> str:
    """As short as it can be said: "45 s", "2 min", "1 min 30 s", "1 h 5 min"."""
    whole = round(seconds)
    hours, minutes, rest = whole // 3600, whole // 60 % 60, whole % 60
    parts = [(hours, "h"), (minutes, "min"), (rest if not hours else 0, "s")]
    return " ".join(f"{count} {unit}" for count, unit in parts if count) or "0 s"


def epochs_words(epochs: float, rows: int) -> str:
    """How much is trained, in rows and how often each is seen: "130 of 320 rows, once", "320 rows, 2.5 times"."""
    if epochs >= 1:
        times = f"{epochs:.1f}".removesuffix(".0")
        return f"{rows:,} rows, {'once' if times == '1' else f'{times} times'}"
    seen = epochs * rows
    about = min(max(round(seen) if seen < 100 else round(seen, -1), 1), rows)
    return f"{about:,.0f} of {rows:,} rows, once"


def seen_words(epochs: float, trained: int, unseen: int) -> str:
    """The same of a training that is over and has not seen `unseen` rows."""
    return f"{trained:,} of {trained + unseen:,} rows, once" if unseen else epochs_words(max(epochs, 1.0), trained)
