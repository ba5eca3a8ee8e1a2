"""Forgetting: whether tuning made the model worse at plain text that has nothing to do with its task.

Knows likelihoods; the text and the model are the engine's business.
"""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tuning.errors import InputError
from tuning.scoring.evidence import GeneralText
from tuning.scoring.record import Forgetting, MetricRow
from tuning.scoring.statistics import Interval
from tuning.scoring.sums import RowSums
from tuning.scoring.wording import signed

__all__ = ["FEWEST_PASSAGES", "SMALL_RISE", "measure_forgetting"]

FEWEST_PASSAGES = 6
"""With fewer, how much passages differ is hardly known, so there is no interval."""
SMALL_RISE = 0.05
"""A sure rise below this share of the base's perplexity is told, but not called forgetting."""


def measure_forgetting(general: GeneralText) -> Forgetting:
    """Perplexity of the passages under both models; the interval is over passages, since tokens hang together.

    Raises `InputError` unless both models read the same, at least one, tokens.
    """
    lengths = [len(passage) for passage in general.base]
    if lengths != [len(passage) for passage in general.tuned] or not sum(lengths):
        raise InputError("base and tuned did not read the same general text; measure both on the same tokens")
    base, tuned = _sums(general.base), _sums(general.tuned)
    interval = _jackknife_interval(base, tuned)
    metric = MetricRow(
        name="general_perplexity",
        base=base.total(),
        tuned=tuned.total(),
        delta=tuned.total() - base.total(),
        low=interval.low if interval else None,
        high=interval.high if interval else None,
        better="lower",
    )
    forgot = interval is not None and interval.low > 0 and tuned.total() / base.total() - 1 >= SMALL_RISE
    return Forgetting(
        metric=metric,
        passages=len(lengths),
        tokens=sum(lengths),
        forgot=forgot,
        note=_note(metric, interval, forgot=forgot),
    )


def _sums(passages: Sequence[Sequence[float]]) -> RowSums:
    """Perplexity as a function of summed (nats, tokens): one unit a passage."""
    return RowSums(np.array([[math.fsum(nats), len(nats)] for nats in passages], dtype=np.float64), _perplexity)


def _perplexity(sums: NDArray[np.float64]) -> NDArray[np.float64]:
    # A passage may be all there is, so that nothing is left without it.
    return np.exp(sums[:, 0] / np.maximum(sums[:, 1], 1))


def _jackknife_interval(base: RowSums, tuned: RowSums) -> Interval | None:
    """Student's t on the pseudo-values of the difference (Tukey 1958; Miller 1974, Biometrika 61(1), 1-15)."""
    from scipy.stats import t

    passages = len(base.values)
    if passages < FEWEST_PASSAGES:
        return None
    parts = tuned.influences() - base.influences()
    half = float(t.ppf(0.975, passages - 1) * parts.std(ddof=1) / math.sqrt(passages))
    delta = tuned.total() - base.total()
    return Interval(delta - half, delta + half)


def _note(metric: MetricRow, interval: Interval | None, *, forgot: bool) -> str:
    if metric.base is None or metric.tuned is None or metric.delta is None:
        return "The perplexity of general text is not known of both models."
    values = f"from {metric.base:.1f} to {metric.tuned:.1f}"
    if interval is None:
        return f"The perplexity of general text went {values}; that is too little text to say how sure this is."
    delta, low, high = (signed(value, ".1f") for value in (metric.delta, interval.low, interval.high))
    span = f"(difference {delta}, 95 % interval {low} to {high})"
    if forgot:
        return (
            f"Forgetting: text that has nothing to do with the task surprises the tuned model "
            f"{100 * (metric.tuned / metric.base - 1):.0f} % more: perplexity {values} {span}."
        )
    if interval.low > 0:
        return (
            f"Hardly any forgetting: the perplexity of text that has nothing to do with the task rose {values} {span}."
        )
    if interval.high < 0:
        return f"General text got easier: its perplexity fell {values} {span}."
    return f"No forgetting seen: the perplexity of general text went {values} {span}."
