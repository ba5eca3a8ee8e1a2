"""Metrics for people: plain names with what each means, figures as they are written, and who is better.

Knows numbers and words; no HTML and no run.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from tuning.scoring.comparison import MetricRow
from tuning.scoring.statistics import SMALL_P
from tuning.scoring.verdict import FEWEST_ROWS
from tuning.scoring.wording import points

__all__ = [
    "DIRECTION_WORDS",
    "VERDICT_SIGNS",
    "Direction",
    "MetricWords",
    "certainty",
    "difference",
    "figure",
    "interval_words",
    "metric_words",
    "p_words",
    "span",
]

Direction = Literal["better", "worse", "even", "open"]
"""even: the interval holds zero; open: neither an interval nor a small p says how sure the difference is."""
DIRECTION_WORDS: dict[Direction, str] = {
    "better": "▲ better",
    "worse": "▼ worse",
    "even": "? no clear difference",
    "open": "",
}
VERDICT_SIGNS: Mapping[str, str] = MappingProxyType(
    {
        "better": "▲",
        "contested": "△",
        "outdone": "△",
        "not_worth_it": "≤",
        "worse": "▼",
        "not_worse": "=",
        "undecided": "?",
    }
)
"""By standing; a difference has the sign of what it says: `=` is shown to be so, `?` is not known."""


@dataclass(frozen=True)
class MetricWords:
    """What a metric is called, and what it says in one line."""

    title: str
    meaning: str = ""
    percent: bool = True
    """Whether it is a share that is written in percent."""


_METRICS = {
    "accuracy": MetricWords("Accuracy", "share of rows answered with the right label"),
    "macro_f1": MetricWords("Macro-F1", "how well each class is found, every class counting the same"),
    "balanced_accuracy": MetricWords("Balanced accuracy", "accuracy within each class, averaged over the classes"),
    "mcc": MetricWords("Matthews correlation", "agreement with the targets: 0 is chance, 1 is perfect", percent=False),
    "log_loss": MetricWords(
        "Log loss",
        "how unlikely the right label was held to be on the test rows, out of the labels; in nats",
        percent=False,
    ),
    "brier": MetricWords("Brier score", "distance between the stated probabilities and the truth", percent=False),
    "ece": MetricWords("Calibration error", "how far stated confidence is from how often it is right"),
    "exact_match": MetricWords("Exact match", "share of answers that are exactly their target"),
    "normalized_exact_match": MetricWords("Loose match", "the same, with case, punctuation and spacing forgiven"),
    "token_f1": MetricWords("Word overlap", "words that answer and target share (token F1)"),
    "chrf": MetricWords("chrF", "runs of characters that answer and target share; too much counts as too little does"),
    "rouge_l": MetricWords("ROUGE-L", "longest run of words shared with the target, in order"),
    "bleu": MetricWords("BLEU", "runs of up to four words shared with the target; for translations"),
    "valid_json": MetricWords("Valid JSON", "share of answers that are one JSON object or list"),
    "field_exactness": MetricWords("Right fields", "share of JSON fields that are there and have the right value"),
    "perplexity": MetricWords(
        "Perplexity", "how surprising the right answer is to the model; 1: not at all", percent=False
    ),
    "length_ratio": MetricWords(
        "Length ratio", "length of the answers for each of the targets'; 1 is right", percent=False
    ),
    "copy_rate": MetricWords("Copied inputs", "answers that repeat their input, of the rows whose target does not"),
    "hit_limit_rate": MetricWords("Cut-off answers", "share of answers cut off at the most new tokens"),
    "general_perplexity": MetricWords("Perplexity of general text", "how surprising plain text is", percent=False),
}


def metric_words(name: str) -> MetricWords:
    """The words for a metric; of an unknown one, its own name."""
    return _METRICS.get(name) or MetricWords(name.replace("_", " "))


def figure(name: str, value: float | None, *, sign: bool = False) -> str:
    """A metric's value, or with `sign` a difference of two, as it is written everywhere."""
    if value is None:
        return "–"
    if metric_words(name).percent:
        written = f"{points(value)} points" if sign else f"{100 * value:.1f} %"
    else:
        digits = 1 if abs(value) >= 100 else 2
        written = f"{value:{'+' if sign else ''},.{digits}f}"
    return written.replace("-", "−")


def difference(metric: MetricRow, rows: int) -> Direction:
    """Whether tuned is better or worse: even when that cannot be told apart, open when nothing says how sure it is.

    An interval over fewer rows than the verdict asks for says nothing, so that no figure claims more than the verdict;
    nor does one of several metrics whose p, adjusted for their number, is no longer small.
    """
    low, high, delta = metric.low, metric.high, metric.delta
    if not delta:
        return "even"
    if rows < FEWEST_ROWS:
        return "open"
    p = metric.p if metric.p_adjusted is None else metric.p_adjusted
    if low is None or high is None:
        if p is None or p >= SMALL_P:
            return "open"
    elif low <= 0 <= high or (metric.p_adjusted is not None and metric.p_adjusted >= SMALL_P):
        return "even"
    return "better" if (delta > 0) == (metric.better == "higher") else "worse"


def span(metric: MetricRow) -> str | None:
    """The bounds of a difference, the unit once; None where there are none."""
    if metric.low is None or metric.high is None:
        return None
    low, high = figure(metric.name, metric.low, sign=True), figure(metric.name, metric.high, sign=True)
    return f"{low.removesuffix(' points')} to {high}"


def interval_words(metric: MetricRow, rows: int) -> str:
    """How sure a difference is, or why that is not said."""
    bounds = span(metric)
    if bounds is None:
        return f"no interval: {'too few rows for one' if rows < FEWEST_ROWS else 'none is known to hold here'}"
    few = "; too few rows to tell" if rows < FEWEST_ROWS else ""
    return f"95 % interval {bounds}{few}"


def certainty(share: float) -> str:
    """A probability in whole percent, never 100 % or 0 % of what is only nearly so."""
    said = "> 99" if 0.995 <= share < 1 else "< 1" if 0 < share < 0.005 else f"{100 * share:.0f}"
    return f"{said}\N{NO-BREAK SPACE}%"


def p_words(metric: MetricRow) -> str:
    """The p-value that may be read: adjusted where the metric is one of several."""
    value = metric.p if metric.p_adjusted is None else metric.p_adjusted
    if value is None:
        return "–"
    return "< 0.001" if value < 0.001 else f"{value:.3f}" if value < 0.1 else f"{value:.2f}"
