"""One model's answers to the test rows, as the metrics read them: stripped texts, classes, what is known of every row.

Knows nothing of any metric.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from tuning.prediction import Prediction

__all__ = ["Answers"]


@dataclass(frozen=True)
class Answers:
    """Predictions of one model; `labels` are the classes it could have named, where that is known."""

    predictions: Sequence[Prediction]
    labels: Sequence[str] | None = None

    @cached_property
    def outputs(self) -> list[str]:
        """Without white space at the ends."""
        return [prediction.output.strip() for prediction in self.predictions]

    @cached_property
    def targets(self) -> list[str]:
        """Without white space at the ends."""
        return [prediction.target.strip() for prediction in self.predictions]

    @cached_property
    def inputs(self) -> list[str]:
        """Without white space at the ends."""
        return [prediction.input.strip() for prediction in self.predictions]

    @cached_property
    def present(self) -> list[str]:
        """The classes with test rows, sorted: the same for both models, and none with a score that is undefined."""
        return sorted(set(self.targets))

    @cached_property
    def groups(self) -> list[str] | None:
        """Each row's group, a row without one being its own; None when no two rows share a group."""
        names = [f"row {p.row}" if p.group is None else f"group {p.group}" for p in self.predictions]
        return names if len(set(names)) < len(names) else None

    @cached_property
    def probabilities(self) -> list[dict[str, float]] | None:
        """Each row's probabilities by label; None unless they are known of every row."""
        known = [
            {label.strip(): share for label, share in p.probabilities.items()}
            for p in self.predictions
            if p.probabilities
        ]
        return known if len(known) == len(self.predictions) else None
