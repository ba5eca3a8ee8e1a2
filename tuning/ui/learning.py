"""How training ended and what it took, in one line. Knows events and a comparison; no layout."""

from collections.abc import Sequence

from tuning.events import Event, Stopped
from tuning.scoring.comparison import Comparison
from tuning.ui.watch import seconds_in_words

__all__ = ["learned_words"]


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
