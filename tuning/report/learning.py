"""How training went: its losses, how it ended and what it took. Knows events and a comparison; no layout."""

from collections.abc import Sequence

import pandas as pd

from tuning.events import DevScored, Event, Step, Stopped
from tuning.scoring.comparison import Comparison

__all__ = ["learned_words", "loss_frame", "seconds_in_words"]

_MOST_POINTS = 400


def seconds_in_words(seconds: float) -> str:
    """About how long, as one would say it."""
    if seconds < 5:
        return "a few seconds"
    if seconds < 90:
        return f"about {round(seconds / 5) * 5} s"
    if seconds < 5400:
        return f"about {round(seconds / 60)} min"
    return f"about {seconds / 3600:.1f} h"


def loss_frame(events: Sequence[Event]) -> pd.DataFrame:
    """Train and dev loss by step, thinned to a few hundred points of each."""
    train = [(event.step, event.loss) for event in events if isinstance(event, Step)]
    dev = [(event.step, event.loss) for event in events if isinstance(event, DevScored)]
    points = [(step, loss, "train") for step, loss in _thin(train)] + [(step, loss, "dev") for step, loss in _thin(dev)]
    return pd.DataFrame(points, columns=["step", "loss", "rows"])


def _thin(points: list[tuple[int, float]]) -> list[tuple[int, float]]:
    stride = max(1, -(-len(points) // _MOST_POINTS))
    kept = points[::stride]
    return kept if not points or kept[-1] == points[-1] else [*kept, points[-1]]


def learned_words(events: Sequence[Event], comparison: Comparison | None) -> str:
    """How training ended and what it took, as far as it is known; empty when nothing is."""
    said = []
    for event in events:
        if isinstance(event, Stopped):
            kept = f", the adapter of step {event.best_step} is kept" if event.best_step is not None else ""
            said = [f"ended at step {event.step}: {event.reason}{kept}"]
    if comparison is not None and comparison.adapter.trainable_parameters:
        said.append(f"{comparison.adapter.trainable_parameters:,} parameters trained")
    if comparison is not None and comparison.timing.train_s:
        said.append(f"{seconds_in_words(comparison.timing.train_s)} of training")
    return " · ".join(said)
