"""Which of the embedded models to tune where only one suits the rows, and why.

Where both do, which is better is a matter of measuring (`benchmarks/encoders.py`): until that has been done on a quiet
machine, nothing is recommended. Knows no files, no models in memory and no clock.
"""

from dataclasses import dataclass

from tuning.data.inspecting import Inspection
from tuning.spec import DEFAULT_ENCODER, DEFAULT_MODEL, Task

__all__ = ["Job", "Recommendation", "recommend"]

_MOST_PROMPT_LABELS = 60
"""A language model is told every label before every row: more seldom fit beside a row into 512 tokens."""


@dataclass(frozen=True)
class Job:
    """What is to be learned."""

    task: Task
    labels: int = 0

    @classmethod
    def of(cls, found: Inspection) -> "Job | None":
        """What a run of an inspected file would be; None where it is not known what is to be learned."""
        return None if found.shape is None else cls(found.shape.task, found.label_count)


@dataclass(frozen=True)
class Recommendation:
    """The name of a model, and the reason in a sentence."""

    model: str
    reason: str


def recommend(job: Job) -> Recommendation | None:
    """The model that suits the job; None where both do."""
    if job.task is Task.GENERATE:
        return Recommendation(DEFAULT_MODEL, "Only a language model writes text; a sentence encoder chooses a label.")
    if job.labels > _MOST_PROMPT_LABELS:
        reason = f"{job.labels:,} labels would fill a language model's prompt; a sentence encoder needs no prompt."
        return Recommendation(DEFAULT_ENCODER, reason)
    return None
