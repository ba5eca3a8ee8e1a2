"""Which metrics there are: what each is computed from, which of two values is better, and which data it is for.

Knows nothing of intervals, verdicts or runs.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from tuning.scoring import classification, generation
from tuning.scoring.answers import Answers
from tuning.scoring.sums import FEWEST_UNITS, RowSums
from tuning.spec import Task

__all__ = ["METRICS", "Metric", "find_metric"]

Kind = Literal["share", "bounded", "signed", "open", "bare"]
"""share: of rows, each right or wrong; bounded: 0 to 1; signed: -1 to 1; open: above 0; bare: no interval holds.

Bare are calibration error, which is biased, and perplexity: the few hardest rows make most of it, and whether they
are in the test set or not. By simulation, intervals of its difference on 200 rows miss the truth twice too often.
"""


@dataclass(frozen=True)
class Metric:
    """One metric; `sums` gives None where it is not known of every row."""

    name: str
    kind: Kind
    sums: Callable[[Answers], RowSums | None]
    better: Literal["higher", "lower", "nearer 1"] = "higher"
    applies: Callable[[Answers], bool] | None = None
    """Whether the data are of the sort that the metric is for; None: always."""
    fewest: int = FEWEST_UNITS
    """Rows, or groups of rows, from which on an interval of the difference was seen to cover."""


def find_metric(name: str) -> Metric:
    """The metric of that name, of whichever task. Raises `KeyError` if there is none."""
    return {metric.name: metric for metrics in METRICS.values() for metric in metrics}[name]


def _right(answers: Answers) -> RowSums:
    return RowSums.share([prediction.correct for prediction in answers.predictions])


METRICS: dict[Task, tuple[Metric, ...]] = {
    Task.CLASSIFY: (
        Metric("accuracy", "share", _right),
        Metric("macro_f1", "bounded", classification.macro_f1),
        Metric("balanced_accuracy", "bounded", classification.balanced_accuracy),
        Metric("mcc", "signed", classification.mcc),
        Metric("log_loss", "open", classification.log_loss, "lower"),
        Metric("brier", "bounded", classification.brier, "lower", fewest=50),
        Metric("ece", "bare", classification.ece, "lower"),
    ),
    Task.GENERATE: (
        Metric("exact_match", "share", _right),
        Metric("chrf", "bounded", generation.chrf),
        Metric("rouge_l", "bounded", generation.rouge_l),
        Metric("perplexity", "bare", generation.perplexity, "lower"),
        Metric("normalized_exact_match", "share", generation.normalized_exact_match, applies=generation.is_short),
        Metric("token_f1", "bounded", generation.token_f1, applies=generation.is_short),
        Metric("bleu", "bounded", generation.bleu, applies=generation.is_translation),
        Metric("valid_json", "share", generation.valid_json, applies=generation.is_structured),
        Metric("field_exactness", "bounded", generation.field_exactness, applies=generation.has_fields),
        Metric("length_ratio", "open", generation.length_ratio, "nearer 1"),
        Metric("copy_rate", "bounded", generation.copy_rate, "lower"),
        Metric("hit_limit_rate", "share", generation.hit_limit_rate, "lower"),
    ),
}
