"""Our metrics as subclasses of `evaluate.Metric`, for whoever works with that library: thin wrappers of `measures`.

Importing this module loads evaluate, and with it torch; nothing in Tune-Off does so to make a comparison. Unlike
evaluate's own, these need no script from the Hub, and keep the texts they are given in memory: nothing is written.
"""

from pathlib import Path
from typing import Any

import datasets
import evaluate

from tuning.scoring import measures

__all__ = [
    "Accuracy",
    "ChrF",
    "ClassF1",
    "ConfusionMatrix",
    "ExactMatch",
    "MacroF1",
    "Perplexity",
    "RougeL",
]

TEXTS = {"predictions": datasets.Value("string"), "references": datasets.Value("string")}


class _OfflineMetric(evaluate.Metric):
    """A metric that touches no disk. Subclasses say their `columns` and how to compute."""

    columns = TEXTS

    def __init__(self, **settings: Any) -> None:
        super().__init__(keep_in_memory=True, **settings)

    def _info(self) -> evaluate.MetricInfo:
        return evaluate.MetricInfo(
            description=self.__doc__ or "",
            citation="",
            inputs_description="",
            features=datasets.Features(self.columns),
        )

    def _build_data_dir(self) -> str:
        """Where evaluate would keep rows; it makes the folder even when they stay in memory, so we only name it."""
        return str(Path(self._data_dir_root) / self.name / self.config_name)


class Accuracy(_OfflineMetric):
    """`{"accuracy"}`: share of predictions that are their reference."""

    def _compute(self, predictions: list[str], references: list[str]) -> dict[str, float]:
        return {"accuracy": measures.accuracy(predictions, references)}


class MacroF1(_OfflineMetric):
    """`{"macro_f1"}`: mean F1 over the `labels` given to `compute`."""

    def _compute(self, predictions: list[str], references: list[str], labels: list[str]) -> dict[str, float]:
        return {"macro_f1": measures.macro_f1(predictions, references, labels)}


class ClassF1(_OfflineMetric):
    """`{"f1"}`: F1 of each of the `labels` given to `compute`, in their order."""

    def _compute(self, predictions: list[str], references: list[str], labels: list[str]) -> dict[str, list[float]]:
        return {"f1": measures.f1_by_class(predictions, references, labels)}


class ConfusionMatrix(_OfflineMetric):
    """`{"confusion"}`: counts by reference (outer) and prediction (inner), in the order of the `labels` given."""

    def _compute(self, predictions: list[str], references: list[str], labels: list[str]) -> dict[str, list[list[int]]]:
        return {"confusion": measures.confusion_matrix(predictions, references, labels)}


class ExactMatch(_OfflineMetric):
    """`{"exact_match"}`: share of predictions that are their reference, white space at the ends aside."""

    def _compute(self, predictions: list[str], references: list[str]) -> dict[str, float]:
        return {"exact_match": measures.exact_match(predictions, references)}


class ChrF(_OfflineMetric):
    """`{"chrf"}`: corpus chrF, from 0 to 1."""

    def _compute(self, predictions: list[str], references: list[str]) -> dict[str, float]:
        return {"chrf": measures.chrf(predictions, references)}


class RougeL(_OfflineMetric):
    """`{"rouge_l"}`: mean ROUGE-L F-measure with words of any script, from 0 to 1."""

    def _compute(self, predictions: list[str], references: list[str]) -> dict[str, float]:
        return {"rouge_l": measures.rouge_l(predictions, references)}


class Perplexity(_OfflineMetric):
    """`{"perplexity"}`: of the targets, from each row's summed negative log-likelihood and tokens; lower is better."""

    columns = {"nll": datasets.Value("float64"), "tokens": datasets.Value("int64")}

    def _compute(self, nll: list[float], tokens: list[int]) -> dict[str, float | None]:
        return {"perplexity": measures.perplexity(nll, tokens)}
