"""How well each class is told from the others, by both models. Knows scores by class; no run and no layout."""

from collections.abc import Sequence

from tuning.report.markup import Column, escape, table
from tuning.scoring.comparison import ClassScore

__all__ = ["class_table"]


def class_table(scores: Sequence[ClassScore]) -> str:
    """F1 of every class under both models."""
    rows = []
    for score in scores:
        delta = score.tuned_f1 - score.base_f1
        written = f"{delta:+.2f}".replace("-", "−")
        rows.append(
            (
                escape(score.label[:80]),
                f"{score.rows:,}",
                f"{score.base_f1:.2f}",
                f"{score.tuned_f1:.2f}",
                written,
            )
        )
    names = ("Test rows", "Base", "Tuned", "Difference")
    columns = (Column("Class"), *(Column(name, "to-figure") for name in names))
    return table("F1 by class", columns, rows, "to-five")
