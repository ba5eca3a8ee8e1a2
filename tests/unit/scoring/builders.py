"""Predictions made by hand, for the tests of scoring."""

from collections.abc import Sequence

from hypothesis import settings

from tuning.prediction import Prediction
from tuning.scoring.comparison import Comparison, MetricRow

__all__ = ["answers", "metric", "pair_with", "steady"]

steady = settings(deadline=None, derandomize=True, max_examples=60)
"""For tests with `given`: the same examples every time, however slow the machine is just then."""


def answers(outputs: Sequence[str], targets: Sequence[str], **fields: object) -> list[Prediction]:
    """One prediction a row, the rows numbered from 1."""
    return [
        Prediction.model_validate({"row": row, "input": f"input {row}", "target": target, "output": output, **fields})
        for row, (output, target) in enumerate(zip(outputs, targets, strict=True), 1)
    ]


def pair_with(*, fixed: int, broken: int, right: int, wrong: int) -> tuple[list[Prediction], list[Prediction]]:
    """Base and tuned over the targets "yes" with that many rows of each kind."""
    base = ["no"] * fixed + ["yes"] * broken + ["yes"] * right + ["no"] * wrong
    tuned = ["yes"] * fixed + ["no"] * broken + ["yes"] * right + ["no"] * wrong
    targets = ["yes"] * len(base)
    return answers(base, targets), answers(tuned, targets)


def metric(comparison: Comparison, name: str) -> MetricRow:
    """The metric of that name; fails the test unless there is exactly one."""
    (found,) = [row for row in comparison.metrics if row.name == name]
    return found
