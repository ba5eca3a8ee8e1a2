"""How training went: losses and what they say, its end and what it took. Knows events and a comparison; no layout."""

from collections.abc import Sequence
from math import isfinite
from statistics import mean

import pandas as pd

from tuning.durations import seen_words
from tuning.events import DevScored, Event, Planned, Step, Stopped
from tuning.runs.budget import SOME_ROWS
from tuning.scoring.comparison import Comparison

__all__ = ["fit_words", "kept_step", "learned_words", "loss_frame", "seconds_in_words"]

_MOST_POINTS = 400
_FEWEST_SCORES = 3
"""Before any training, and two more: from the first to the second almost everything falls, the form being learned."""
_SLIGHT = 0.01
"""Share of dev loss that a change must have to count: that of neighbouring scores scatters by about so much."""
_LEARNED = 0.02
"""Nats, at which nearly every right answer is held to be nearly certain."""
_FEW_SECONDS = 120
"""Below them each counts, and is said."""
_CHANCE = 2
"""So many scores without a better one are more than chance; training goes on for one more before it stops."""
_FALL = 0.05
"""Share by which train loss falls where it surely does: the mean of many batches, each of which scatters by more."""


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
    """Train and dev loss by step, thinned to a few hundred points of each; what is no number is not among them."""
    numbers = [event for event in events if isinstance(event, Step | DevScored) and isfinite(event.loss)]
    train = [(event.step, event.loss) for event in numbers if isinstance(event, Step)]
    dev = [(event.step, event.loss) for event in numbers if isinstance(event, DevScored)]
    points = [(step, loss, "train") for step, loss in _thin(train)] + [(step, loss, "dev") for step, loss in _thin(dev)]
    return pd.DataFrame(points, columns=["step", "loss", "rows"])


def _thin(points: list[tuple[int, float]]) -> list[tuple[int, float]]:
    stride = max(1, -(-len(points) // _MOST_POINTS))
    kept = points[::stride]
    return kept if not points or kept[-1] == points[-1] else [*kept, points[-1]]


def kept_step(events: Sequence[Event]) -> int | None:
    """The step whose adapter is kept, once training has ended and where a dev score chose one."""
    return next((event.best_step for event in reversed(events) if isinstance(event, Stopped)), None)


def learned_words(events: Sequence[Event], comparison: Comparison | None) -> str:
    """How training ended and what it took, as far as it is known; empty when nothing is."""
    said = []
    for event in events:
        if isinstance(event, Stopped):
            said = [event.sentence]
    last = next((event for event in reversed(events) if isinstance(event, Step)), None)
    if last is not None and comparison is not None and comparison.rows.train:
        said.append(seen_words(last.epoch, comparison.rows.train, comparison.rows.unseen))
    if comparison is not None and comparison.adapter.trainable_parameters:
        said.append(f"{comparison.adapter.trainable_parameters:,} parameters trained")
    if comparison is not None and comparison.timing.train_s:
        took = comparison.timing.train_s
        said.append(f"{seconds_in_words(took) if took >= _FEW_SECONDS else f'about {took:.0f} s'} of training")
    planned = next((event for event in reversed(events) if isinstance(event, Planned)), None)
    cancelled = any(isinstance(event, Stopped) and event.reason == "cancelled" for event in events)
    given_up = list(planned.given_up) if planned is not None else []
    short = comparison is not None and comparison.rows.unseen and planned is not None and not cancelled
    if short and SOME_ROWS not in given_up:
        given_up.append(SOME_ROWS)
    if given_up:
        said.append(f"given up for lack of time: {', '.join(given_up)}")
    return " · ".join(said)


def fit_words(events: Sequence[Event]) -> str:
    """The overfitting gauge, one sentence: whether what is learned of the training rows helps on others.

    Empty as long as there are too few dev scores to say; in the past tense once training has ended.
    """
    if _diverged(events):
        return "Training diverged: its loss is no number any more. A lower learning rate prevents that."
    dev = list({event.step: event for event in events if isinstance(event, DevScored)}.values())
    if len(dev) < _FEWEST_SCORES:
        return ""
    best = min(dev, key=lambda score: score.loss)
    since = len(dev) - 1 - dev.index(best)
    stopped = next((event for event in reversed(events) if isinstance(event, Stopped)), None)
    if since >= _CHANCE:
        if not _again(events):
            return _not_better_at_once(since, best.step, stopped)
        falls = _train_falls(events, best.step)
        return _not_better(since, falls) if stopped is None else _was_not_better(since, falls, best.step, stopped)
    before = dev[-2].loss if since == 0 else best.loss
    if dev[-1].loss < _LEARNED:
        return f"Dev loss is next to nothing ({dev[-1].loss:.2g}): there is little left to learn from these rows."
    change = dev[-1].loss / before - 1 if before else 0.0
    if change <= -_SLIGHT:
        going = "Dev loss is still falling: what it learns helps on other rows too."
        return going if stopped is None else "Dev loss was still falling when training ended: longer training may help."
    if change <= _SLIGHT:
        return "Dev loss hardly changes any more." if stopped is None else "Dev loss hardly changed at the end."
    return "Dev loss rose at the last score, which may be chance."


def _diverged(events: Sequence[Event]) -> bool:
    """Whether the latest loss of either kind is no number."""
    latest = {type(event): event.loss for event in events if isinstance(event, Step | DevScored)}
    return not all(isfinite(loss) for loss in latest.values())


def _not_better(since: int, train_falls: bool) -> str:
    if train_falls:
        return f"Dev loss has not improved for {since} scores: it may be learning the training rows by heart."
    return f"Dev loss has not improved for {since} scores, nor has train loss: it may have learned what it can."


def _not_better_at_once(since: int, best_step: int, stopped: Stopped | None) -> str:
    """Of a training that has seen no row a second time."""
    if stopped is None:
        return f"Dev loss has not improved for {since} scores, but no row has been seen twice yet."
    return f"In the last {since} scores dev loss did not improve; no row was seen twice{_kept(best_step, stopped)}."


def _kept(best_step: int, stopped: Stopped) -> str:
    if not stopped.best_step:
        return ""
    if best_step == 0:
        return f"; the adapter of step {stopped.best_step} is kept, though dev loss was lower before any training"
    return f"; the adapter of step {stopped.best_step}, from before that, is kept"


def _was_not_better(since: int, train_fell: bool, best_step: int, stopped: Stopped) -> str:
    kept = _kept(best_step, stopped)
    if train_fell:
        learned = "it began to learn the training rows by heart"
        return f"In the last {since} scores dev loss did not improve while train loss fell: {learned}{kept}."
    return f"In the last {since} scores neither dev loss nor train loss improved: it had learned what it could{kept}."


def _again(events: Sequence[Event]) -> bool:
    """Whether any row was seen a second time: of one look nothing is learned by heart."""
    return any(event.epoch > 1 for event in events if isinstance(event, Step))


def _train_falls(events: Sequence[Event], best_step: int) -> bool:
    """Whether the training rows' loss since that step is surely lower than in as many steps before it."""
    steps = [event for event in events if isinstance(event, Step)]
    after = [event.loss for event in steps if event.step > best_step]
    before = [event.loss for event in steps if event.step <= best_step][-len(after) :]
    if not before:  # nothing was better than no training at all
        middle = len(after) // 2
        before, after = after[:middle], after[middle:]
    return bool(after and before) and mean(after) < (1 - _FALL) * mean(before)
