"""Which of the embedded models to tune, given the task, the rows, the labels and the time there is, and why.

Says what was measured and nothing else. Knows no files, no models in memory and no clock.
"""

from dataclasses import dataclass

from tuning.data.inspecting import Inspection
from tuning.durations import duration_words
from tuning.spec import DEFAULT_ENCODER, DEFAULT_MODEL, Task

__all__ = ["MEASURED", "Job", "Measured", "Recommendation", "recommend"]


@dataclass(frozen=True)
class Measured:
    """Tuning one model on the same rows as the other, from the command to the verdict."""

    accuracy: float
    """On test rows of groups that were not trained on."""
    fixed_s: float
    """What a run takes however few its rows."""
    row_s: float
    """What every row of the file adds."""


MEASURED = {
    DEFAULT_ENCODER: Measured(accuracy=0.67, fixed_s=15, row_s=0.06),
    DEFAULT_MODEL: Measured(accuracy=0.82, fixed_s=60, row_s=0.25),
}
"""ICD-10 diagnoses, 21 labels, two cores, test rows of codes that were not trained on: accuracies of prototypes on 200
test rows, seconds of the same, until `benchmarks/encoders.py` has been run; a test holds them against its table then.
Other machines differ, so times are told as about so much."""
_MOST_PROMPT_LABELS = 60
"""A language model is told every label before every row: more seldom fit beside a row into 512 tokens."""


@dataclass(frozen=True)
class Job:
    """What is to be learned, and in which time."""

    task: Task
    rows: int
    labels: int = 0
    budget_s: float | None = None

    @classmethod
    def of(cls, found: Inspection) -> "Job | None":
        """What a run of an inspected file would be; None where it is not known what is to be learned."""
        if found.shape is None or found.splits is None:
            return None
        rows = found.splits.train + found.splits.dev + found.splits.test
        return cls(found.shape.task, rows, found.label_count, found.spec.budget)


@dataclass(frozen=True)
class Recommendation:
    """The name of a model, and the reason in a sentence."""

    model: str
    reason: str


def recommend(job: Job) -> Recommendation:
    """The better model if it fits, else the quicker one."""
    if job.task is Task.GENERATE:
        return Recommendation(DEFAULT_MODEL, "Only a language model writes text; a sentence encoder chooses a label.")
    if job.labels > _MOST_PROMPT_LABELS:
        reason = f"{job.labels:,} labels would fill a language model's prompt; a sentence encoder needs no prompt."
        return Recommendation(DEFAULT_ENCODER, reason)
    needed = {name: one.fixed_s + one.row_s * job.rows for name, one in MEASURED.items()}
    quick, good = (f"about {duration_words(needed[name])}" for name in (DEFAULT_ENCODER, DEFAULT_MODEL))
    encoder, language = (f"{MEASURED[name].accuracy:.0%}" for name in (DEFAULT_ENCODER, DEFAULT_MODEL))
    if job.budget_s is not None and job.budget_s < needed[DEFAULT_MODEL]:
        return Recommendation(
            DEFAULT_ENCODER,
            f"A sentence encoder is through {job.rows:,} rows in {quick}, the language model in {good}, more than the "
            f"{duration_words(job.budget_s)} there are; with time for it, it got {language} of diagnoses right, the "
            f"encoder {encoder}.",
        )
    return Recommendation(
        DEFAULT_MODEL,
        f"Tuned on the same diagnoses the language model got {language} right, a sentence encoder {encoder}; these "
        f"{job.rows:,} rows take it {good}, the encoder {quick}.",
    )
