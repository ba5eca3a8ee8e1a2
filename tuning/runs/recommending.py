"""Which of the embedded models to tune for the rows at hand and the time given, and why.

Where both can do it, the answer is what was measured: `benchmarks/encoders.py`, on the bundled diagnoses; and whether
a time is enough is what this machine was measured at, where it was. Knows no files, no models in memory and no clock.
"""

from dataclasses import dataclass, replace

from tuning.data.inspecting import Inspection
from tuning.durations import duration_words, epochs_words
from tuning.runs.forecasting import Forecast
from tuning.spec import DEFAULT_ENCODER, DEFAULT_MODEL, Task

__all__ = ["ENCODER", "LANGUAGE_MODEL", "TRAINED_ROWS", "Job", "Measured", "Recommendation", "recommend"]

_KIND = "all-MiniLM is a sentence encoder, no language model: it chooses among the labels and writes nothing."
_ENOUGH = 1.0
"""Passes over the rows, from which on a language model has seen what there is to learn."""
_MOST_PROMPT_LABELS = 60
"""A language model is told every label before every row: more seldom fit beside a row into 512 tokens."""


@dataclass(frozen=True)
class Measured:
    """What tuning one of the models came to."""

    accuracy: float
    seconds: float
    """From start to verdict, on two cores."""

    @property
    def words(self) -> str:
        """For a person."""
        return f"{self.accuracy * 100:.1f} % right in {round(self.seconds / 60)} minutes"


TRAINED_ROWS = 2215
"""That both learned from; 200 others were answered."""
ENCODER = Measured(0.675, 128)
LANGUAGE_MODEL = Measured(0.700, 651)
"""Its top third, two passes over the rows."""


@dataclass(frozen=True)
class Job:
    """What is to be learned."""

    task: Task
    labels: int = 0
    rows: int = 0
    """To learn from."""
    seconds: float | None = None
    """From start to verdict; None for as long as it takes."""
    passes: float | None = None
    """Over the rows, that the language model makes in that time (0: none at all); None where that is not known."""
    source: str = ""
    """What that is taken from."""

    @classmethod
    def of(cls, found: Inspection, language_model: Forecast | None = None) -> "Job | None":
        """What a run of an inspected file would be; None where it is not known what is to be learned.

        The forecast is that of a run of the language model.
        """
        if found.shape is None or found.splits is None:
            return None
        job = cls(found.shape.task, found.label_count, found.splits.train, found.spec.budget)
        if language_model is None or language_model.usual is None:
            return job
        bought = language_model.buys(job.seconds)
        return replace(job, passes=bought.plan.epochs if bought else 0.0, source=language_model.source)

    @property
    def too_short(self) -> str:
        """Why a language model learns little in the time there is; empty where it is enough."""
        if self.seconds is None:
            return ""
        time = duration_words(self.seconds)
        if self.passes is None:
            if self.seconds >= LANGUAGE_MODEL.seconds * self.rows / TRAINED_ROWS:
                return ""
            return f"On two cores a language model learns little from so many rows in {time}"
        if self.passes >= _ENOUGH:
            return ""
        seen = f"trains on {epochs_words(self.passes, self.rows)}" if self.passes else "does not come to train"
        return f"In {time} a language model {seen}, by {self.source}"


@dataclass(frozen=True)
class Recommendation:
    """The name of a model, and the reason in a sentence or two."""

    model: str
    reason: str


def recommend(job: Job) -> Recommendation:
    """The model that suits the job."""
    if job.task is Task.GENERATE:
        return Recommendation(DEFAULT_MODEL, "Only a language model writes text; a sentence encoder chooses a label.")
    if job.labels > _MOST_PROMPT_LABELS:
        reason = f"{job.labels:,} labels would fill a language model's prompt; a sentence encoder needs no prompt."
        return Recommendation(DEFAULT_ENCODER, f"{_KIND} {reason}")
    on = f"Measured on two cores with {TRAINED_ROWS:,} diagnoses"
    if job.too_short:
        measured = f"{on}: {ENCODER.words}; the language model, {LANGUAGE_MODEL.words}, which may be luck."
        return Recommendation(DEFAULT_ENCODER, f"{_KIND} {job.too_short}. {measured}")
    reason = f"{on}: {LANGUAGE_MODEL.words}, where the sentence encoder had {ENCODER.words}."
    return Recommendation(
        DEFAULT_MODEL, f"{reason} So small a lead may be luck: tune both and compare them under Runs."
    )
