"""The numbers of a comparison as records: metrics, flips, and what is measured beside them; parts of `record`.

Only the shape: knows nothing of how a number is computed.
"""

from typing import Literal

from pydantic import BaseModel, ConfigDict

__all__ = [
    "CalibrationBin",
    "ClassScore",
    "CleanScore",
    "Confusion",
    "FieldScore",
    "Flips",
    "Forgetting",
    "Gain",
    "MetricRow",
    "Moved",
    "Noise",
    "Record",
    "Reliability",
    "Slice",
]


class Record(BaseModel):
    """What every part of a comparison is: fixed once made, and read from files that say more than it knows."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class MetricRow(Record):
    """One metric of both models. `low` and `high` bound `delta` at 95 %.

    Values go from 0 to 1, but for `mcc` (-1 to 1), `log_loss` and `length_ratio` (0 and up) and perplexity (1 and up).
    """

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
    strongest: float | None = None
    """What the best without tuning reaches, where that is another than the base and known on the same rows."""
    better: Literal["higher", "lower"]


class Flips(Record):
    """How many test rows each pair of answers got right."""

    fixed: int
    broken: int
    both_right: int
    both_wrong: int


class Moved(Record):
    """On how many test rows tuned's answer is nearer its target than base's, further from it, or as near."""

    closer: int
    further: int
    level: int


class ClassScore(Record):
    """F1 of one class under both models, on `rows` test rows with that target."""

    label: str
    rows: int
    base_f1: float
    tuned_f1: float


class Confusion(Record):
    """Test rows by target (outer list) and output (inner list), both in the order of `labels`.

    Where an answer was none of the labels, a last label "(other)" counts it; no row has it as its target.
    """

    labels: list[str]
    base: list[list[int]]
    tuned: list[list[int]]


class CalibrationBin(Record):
    """Rows of about the same confidence: how sure the model was on average, and how often it was right."""

    rows: int
    confidence: float
    accuracy: float


class Reliability(Record):
    """A model's reliability curve, in bins of equal size by rising confidence, and its expected calibration error."""

    bins: list[CalibrationBin]
    error: float


class CleanScore(Record):
    """The primary metric on the test rows whose input does not stand in the training rows."""

    rows: int
    leaked: int
    metric: MetricRow
    flips: Flips


class Slice(Record):
    """The test rows that have `value` in common. Exploratory: the interval is not corrected for how many are shown."""

    by: str
    """`class`, `target`, `likeness to training`, `input length`, or `column NAME`."""
    value: str
    rows: int
    metric: MetricRow
    strongest: float | None = None
    """What the best without tuning reaches on them."""
    claim: Literal["better", "worse"] | None = None
    """None when the interval holds 0, or on fewer than 20 rows."""


class FieldScore(Record):
    """One field of JSON targets: in which share of the rows that have it the answer gives its value. Exploratory."""

    field: str
    """Its name; of a field of a nested object the path to it ("a.b")."""
    rows: int
    metric: MetricRow
    claim: Literal["better", "worse"] | None = None
    """None when the interval holds 0, or on fewer than 20 rows."""


class Gain(Record):
    """Where a gain comes from: answers taken as they are written against answers read for what they mean."""

    kind: Literal["format", "knowledge", "both", "unclear"]
    strict: MetricRow
    """Share of answers that are their target."""
    lenient: MetricRow
    """Share of answers that hold their target and nothing that speaks against it."""
    likelihood: MetricRow | None = None
    """Share of rows whose target is the likeliest label; of classification."""
    note: str


class Forgetting(Record):
    """Perplexity of a fixed general text that neither model was tuned on."""

    metric: MetricRow
    passages: int
    tokens: int
    forgot: bool = False
    """Whether it surely rose, and by 5 % or more."""
    note: str


class Noise(Record):
    """The base against itself at another batch size: a difference that only rounding makes."""

    rows: int
    changed: int
    """Answers that are not the same."""
    delta: float
    """Of the primary metric."""
