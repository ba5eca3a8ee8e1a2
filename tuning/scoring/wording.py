"""How metrics, rungs and differences are put into words. Knows nothing of what they mean."""

import math
from collections.abc import Sequence

from tuning.scoring.record import MetricRow, RungName

__all__ = [
    "RUNGS",
    "about_rows",
    "bounds",
    "change_of",
    "each_of",
    "extent",
    "metric_name",
    "percent",
    "points",
    "quoted",
    "row_count",
    "signed",
]

LONGEST_QUOTE = 60
MOST_ROWS = 1_000_000
_METRICS = {
    "accuracy": "accuracy",
    "macro_f1": "macro-F1 (F1 averaged over the classes)",
    "brier": "Brier score",
    "ece": "calibration error",
    "exact_match": "exact match",
    "mcc": "Matthews correlation",
    "chrf": "chrF (character overlap with the target)",
    "field_exactness": "the share of right JSON fields",
    "rouge_l": "ROUGE-L",
    "bleu": "BLEU",
    "token_f1": "word overlap",
    "normalized_exact_match": "loose match",
    "copy_rate": "copied inputs",
    "hit_limit_rate": "cut-off answers",
    "valid_json": "valid JSON",
}
RUNGS: dict[RungName, str] = {
    "chance": "chance",
    "majority": "always giving the commonest label",
    "copy_input": "copying the input",
    "nearest_neighbour": "copying the answer of the most similar training row",
    "tfidf": "counting words (TF-IDF)",
    "zero_shot": "similarity to the names of the labels",
    "base": "the base model",
    "base_best": "the base model with its labels scored the way that suits it best",
    "base_few_shot": "the base model shown examples",
    "tuned": "the tuned model",
}


def metric_name(name: str) -> str:
    """A metric as it is called in a sentence."""
    return _METRICS.get(name, name.replace("_", " "))


def quoted(text: str) -> str:
    """A text of the user's in quotes, a long one cut."""
    return f"'{text if len(text) <= LONGEST_QUOTE else text[: LONGEST_QUOTE - 1] + '…'}'"


def each_of(names: Sequence[str]) -> str:
    """One or more names as they stand in a sentence, the subject of a verb in the singular."""
    *others, last = names
    return f"each of {', '.join(others)} and {last}" if others else last


def row_count(rows: int, what: str = "test row") -> str:
    """`1 test row`, `200 test rows`."""
    return f"{rows:,} {what}{'' if rows == 1 else 's'}"


def percent(share: float) -> str:
    """A share of 1 in percent."""
    return f"{100 * share:.1f} %"


def signed(value: float, form: str) -> str:
    """A number with its sign, the minus as long as the plus."""
    return f"{value:+{form}}".replace("-", "\N{MINUS SIGN}")


def points(share: float) -> str:
    """A difference in percentage points, with its sign; small ones keep enough digits not to read as zero."""
    value = 100 * share
    return signed(value, ".1f" if value == 0 or abs(value) >= 0.05 else ".1g")


def extent(share: float) -> str:
    """The size of a difference in percentage points, without a sign."""
    return points(abs(share)).removeprefix("+")


def bounds(metric: MetricRow) -> str:
    """The interval of a difference in brackets, with a space before it; nothing where it is unknown or has no width."""
    if metric.low is None or metric.high is None or metric.low == metric.high:
        return ""
    of = " of the difference" if metric.delta == 0 else ""
    return f" (95 % interval{of} {points(metric.low)} to {points(metric.high)})"


def change_of(metric: MetricRow) -> str:
    """A difference in points with its interval."""
    return "unknown" if metric.delta is None else f"{points(metric.delta)} points{bounds(metric)}"


def about_rows(rows: int) -> str:
    """A number of rows that is a guess: two digits are all that one interval is worth."""
    if rows > MOST_ROWS:
        return "more than a million"
    unit = 10 ** max(0, len(str(rows)) - 2)
    return f"about {math.ceil(rows / unit) * unit:,}"
