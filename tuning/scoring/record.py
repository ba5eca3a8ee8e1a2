"""The shape of `comparison.json`, version 1: everything that is said about base and tuned on the same test rows.

Only the shape: knows nothing of how a number is computed, nor of models, files or runs. What is unknown is null.
"""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from tuning.spec import Task

__all__ = [
    "AdapterCard",
    "Check",
    "ClassScore",
    "Comparison",
    "Confusion",
    "Flips",
    "MetricRow",
    "ModelCard",
    "RowCounts",
    "Timing",
    "Verdict",
]


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class ModelCard(_Record):
    """The base model and where it came from."""

    id: str | None = None
    revision: str | None = None
    source: str | None = None


class AdapterCard(_Record):
    """What was trained."""

    rank: int | None = None
    alpha: int | None = None
    dropout: float | None = None
    target_modules: list[str] | None = None
    layers: list[int] | None = None
    """Indices of the layers that carry the adapter, the lowest layer being 0."""
    trainable_parameters: int | None = None


class RowCounts(_Record):
    """Rows really trained on, chosen by, and judged by."""

    train: int | None = None
    dev: int | None = None
    test: int


class MetricRow(_Record):
    """One metric of both models. All but perplexity go from 0 to 1. `low` and `high` bound `delta` at 95 %."""

    name: str
    base: float | None
    tuned: float | None
    delta: float | None
    """tuned - base"""
    low: float | None = None
    high: float | None = None
    p: float | None = None
    p_adjusted: float | None = None
    """`p` after Holm's correction for the metrics beside the primary one, which needs none."""
    better: Literal["higher", "lower"]


class Flips(_Record):
    """How many test rows each pair of answers got right."""

    fixed: int
    broken: int
    both_right: int
    both_wrong: int


class Check(_Record):
    """One line of the receipt: what was checked, how it went, and the evidence."""

    check: str
    status: Literal["pass", "warn", "fail"]
    detail: str


class Verdict(_Record):
    """Whether tuning helped, in one word and in one sentence that can be read out."""

    kind: Literal["better", "worse", "not_worse", "undecided"]
    sentence: str


class Timing(_Record):
    """Seconds of each part. `train_s` covers optimisation steps (and caching of lower layers), `dev_s` dev loss."""

    prepare_s: float | None = None
    base_s: float | None = None
    train_s: float | None = None
    dev_s: float | None = None
    tuned_s: float | None = None
    total_s: float | None = None
    train_tokens: int | None = None
    """Tokens computed in training steps, padding not counted, all epochs together."""
    peak_rss_bytes: int | None = None
    """High-water mark of the run's process."""


class ClassScore(_Record):
    """F1 of one class under both models, on `rows` test rows with that target."""

    label: str
    rows: int
    base_f1: float
    tuned_f1: float


class Confusion(_Record):
    """Test rows by target (outer list) and output (inner list), both in the order of `labels`.

    Where an answer was none of the labels, a last label "(other)" counts it; no row has it as its target.
    """

    labels: list[str]
    base: list[list[int]]
    tuned: list[list[int]]


class Comparison(_Record):
    """Everything that is said about base and tuned; written as `comparison.json`."""

    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True)

    schema_version: int = Field(1, alias="schema")
    run: str | None = None
    task: Task
    model: ModelCard = ModelCard()
    adapter: AdapterCard = AdapterCard()
    rows: RowCounts
    primary: str
    """Name of the metric declared before anything was predicted."""
    metrics: list[MetricRow]
    flips: Flips
    classes: list[ClassScore] = []
    confusion: Confusion | None = None
    ladder: list[MetricRow] = []
    receipt: list[Check] = []
    verdict: Verdict | None = None
    """None when a check failed."""
    timing: Timing = Timing()

    def to_json(self) -> str:
        """The text of `comparison.json`."""
        return self.model_dump_json(by_alias=True, indent=2) + "\n"
