"""Which of the embedded models to tune for the rows at hand and the time given, and why.

Where both can do it, the answer is what was measured: `benchmarks/encoders.py`, on the bundled diagnoses. Knows no
files, no models in memory and no clock.
"""

from dataclasses import dataclass

from tuning.data.inspecting import Inspection
from tuning.durations import duration_words
from tuning.spec import DEFAULT_ENCODER, DEFAULT_MODEL, Task

__all__ = ["ENCODER", "LANGUAGE_MODEL", "TRAINED_ROWS", "Job", "Measured", "Recommendation", "recommend"]

_KIND = "all-MiniLM is a sentence encoder, no language model: it chooses among the labels and writes nothing."
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

    @classmethod
    def of(cls, found: Inspection) -> "Job | None":
        """What a run of an inspected file would be; None where it is not known what is to be learned."""
        if found.shape is None or found.splits is None:
            return None
        return cls(found.shape.task, found.label_count, found.splits.train, found.spec.budget)


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
    if job.seconds is not None and job.seconds < LANGUAGE_MODEL.seconds * job.rows / TRAINED_ROWS:
        reason = f"On two cores a language model learns little from so many rows in {duration_words(job.seconds)}"
        return Recommendation(
            DEFAULT_ENCODER, f"{_KIND} {reason}. {on}: {ENCODER.words}; the language model, {LANGUAGE_MODEL.words}."
        )
    reason = f"{on}: {LANGUAGE_MODEL.words}, where the sentence encoder had {ENCODER.words}."
    return Recommendation(
        DEFAULT_MODEL, f"{reason} So small a lead may be luck: tune both and compare them under Runs."
    )
