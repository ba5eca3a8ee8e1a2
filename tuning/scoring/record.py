"""The shape of `comparison.json`, version 2: everything that is said about base and tuned on the same test rows.

Only the shape: knows nothing of how a number is computed, nor of models, files or runs. What is unknown is null, and
every key that version 1 lacked has a default, so that its files are read as they are.
"""

from typing import Literal

from pydantic import ConfigDict, Field

from tuning.scoring.scores import (
    CalibrationBin,
    ClassScore,
    CleanScore,
    Confusion,
    FieldScore,
    Flips,
    Forgetting,
    Gain,
    MetricRow,
    Moved,
    Noise,
    Record,
    Reliability,
    Slice,
)
from tuning.spec import FamilyName, Task

__all__ = [
    "AdapterCard",
    "CalibrationBin",
    "Check",
    "ClassScore",
    "CleanScore",
    "Comparison",
    "Confusion",
    "FieldScore",
    "Flips",
    "Forgetting",
    "Gain",
    "Headline",
    "MetricRow",
    "ModelCard",
    "Moved",
    "Noise",
    "Reliability",
    "ReliabilityPair",
    "RowCounts",
    "Rung",
    "RungName",
    "ScoringVariant",
    "Slice",
    "Standing",
    "Timing",
    "Verdict",
]

RungName = Literal[
    "chance",
    "majority",
    "copy_input",
    "nearest_neighbour",
    "tfidf",
    "zero_shot",
    "base",
    "base_best",
    "base_few_shot",
    "tuned",
]
Standing = Literal["better", "contested", "outdone", "not_worth_it", "not_worse", "undecided", "worse"]
"""A verdict's kind, and what something simpler than tuning makes of it: a gain over the base alone is `outdone`,
`contested` where that is open."""


class ModelCard(Record):
    """The base model and where it came from."""

    id: str | None = None
    revision: str | None = None
    source: str | None = None
    family: FamilyName = "decoder"
    max_length: int | None = None
    """Tokens of a row that were read: the setting of that name, or what the model was made for where that is less."""
    max_new_tokens: int | None = None
    """Of a written answer; a longer one was cut off."""


class AdapterCard(Record):
    """What was trained."""

    rank: int | None = None
    alpha: int | None = None
    dropout: float | None = None
    target_modules: list[str] | None = None
    layers: list[int] | None = None
    """Indices of the layers that carry the adapter, the lowest layer being 0."""
    trainable_parameters: int | None = None


class RowCounts(Record):
    """Rows really trained on, chosen by, and judged by; `unseen` are training rows that there was no time for,
    `unanswered` test rows that were put aside and that there was no time for.
    """

    train: int | None = None
    unseen: int = 0
    dev: int | None = None
    test: int
    unanswered: int = 0


class Check(Record):
    """One line of the receipt: what was checked, how it went, and the evidence."""

    check: str
    status: Literal["pass", "warn", "fail"]
    detail: str


class Rung(Record):
    """One way to answer the test rows, with its score in the primary metric and the 95 % interval of that score."""

    name: RungName
    status: Literal["run", "not_run"]
    value: float | None = None
    low: float | None = None
    high: float | None = None
    rows: int | None = None
    """Test rows it answered."""
    note: str = ""
    """How it was made, or why it was not."""


class Headline(Record):
    """The primary metric of tuned against the strongest rung below it, whose score stands as `base` of `metric`."""

    rung: RungName
    metric: MetricRow
    equals: list[RungName] = []
    """Simpler rungs whose score is exactly the same, and not 0."""


class ReliabilityPair(Record):
    """How far the confidence of each model can be trusted; None where there are too few rows, or no probabilities."""

    base: Reliability | None = None
    tuned: Reliability | None = None


class ScoringVariant(Record):
    """One way to turn the likelihoods of labels into an answer, and how well the base does with it on dev."""

    wording: Literal["plain", "named"] = "plain"
    """Whether the column names stand around the input in the prompt."""
    name: Literal["raw", "length_normalised", "calibrated"]
    dev_accuracy: float
    chosen: bool = False


class Verdict(Record):
    """Whether tuning helped, in one word, in one sentence that can be read out, and in the figures behind it."""

    kind: Literal["better", "worse", "not_worse", "undecided"]
    """Tuned against base, both zero-shot."""
    sentence: str
    details: str = ""
    """How sure the sentence is, as a second one: differences with their intervals, flips, what would decide."""
    worth_it: bool | None = None
    """Whether tuned beats every rung below it: False when a simpler one does as well.

    None when that is open, as it is where rungs that learn from the training rows were not run.
    """
    behind: bool = False
    """Whether something simpler surely does better, be it only so far."""
    contested: bool = False
    """Whether that tuning beats the best of what is simpler is not shown, nor that it does not."""
    unfinished: bool = False
    """Whether training was over before it had seen next to every row."""
    rows_needed: int | None = None
    """Test rows that would decide about a difference as large as the one seen; None when it is decided or 0."""
    caveats: list[str] = []
    """Sentences that belong beside the verdict."""

    @property
    def standing(self) -> Standing:
        """In one word, the base and everything simpler considered."""
        if self.kind == "better":
            if self.behind or self.worth_it is False:
                return "outdone"
            return "contested" if self.contested else "better"
        useless = self.worth_it is False and self.kind != "worse"
        return "not_worth_it" if useless else self.kind


class Timing(Record):
    """Seconds of each part. `train_s` covers optimisation steps (and caching of lower layers), `dev_s` dev loss."""

    prepare_s: float | None = None
    base_s: float | None = None
    ladder_s: float | None = None
    """Everything else that was asked of either model."""
    train_s: float | None = None
    dev_s: float | None = None
    tuned_s: float | None = None
    total_s: float | None = None
    train_tokens: int | None = None
    """Tokens computed in training steps, padding not counted, all epochs together."""
    peak_rss_bytes: int | None = None
    """High-water mark of the run's process."""


class Comparison(Record):
    """Everything that is said about base and tuned; written as `comparison.json`."""

    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True)

    schema_version: int = Field(2, alias="schema")
    run: str | None = None
    task: Task
    model: ModelCard = ModelCard()
    adapter: AdapterCard = AdapterCard()
    rows: RowCounts
    primary: str
    """Name of the metric declared before anything was predicted."""
    metrics: list[MetricRow]
    flips: Flips
    moved: Moved | None = None
    """None where an answer is only right or wrong."""
    classes: list[ClassScore] = []
    confusion: Confusion | None = None
    reliability: ReliabilityPair = ReliabilityPair()
    variants: list[ScoringVariant] = []
    ladder: list[Rung] = []
    """From chance to tuned, each on all test rows."""
    headline: Headline | None = None
    clean: CleanScore | None = None
    """None when no test row is known to have leaked."""
    gain: Gain | None = None
    slices: list[Slice] = []
    fields: list[FieldScore] = []
    """Of JSON targets; the commonest fields first."""
    forgetting: Forgetting | None = None
    noise: Noise | None = None
    receipt: list[Check] = []
    verdict: Verdict | None = None
    """None when a check failed."""
    timing: Timing = Timing()

    def deciding(self) -> MetricRow:
        """The metric that the verdict is about, on the rows that it is about: those that have not leaked."""
        return self.clean.metric if self.clean else next(row for row in self.metrics if row.name == self.primary)

    def to_json(self) -> str:
        """The text of `comparison.json`."""
        return self.model_dump_json(by_alias=True, indent=2) + "\n"
