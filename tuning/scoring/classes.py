"""Classification class by class: the labels there are, F1 of each, and where the answers went.

Knows predictions, nothing of models.
"""

from collections import Counter
from collections.abc import Sequence

from tuning.prediction import Prediction
from tuning.scoring import measures
from tuning.scoring.answers import Answers
from tuning.scoring.record import ClassScore, Confusion

__all__ = ["OTHER", "class_scores", "confusion_of", "label_names"]

OTHER = "(other)"
"""Stands in a confusion matrix for every answer that is none of the labels."""


def label_names(base: Sequence[Prediction], tuned: Sequence[Prediction], labels: Sequence[str] | None) -> list[str]:
    """The classes: those given, or known from targets and probabilities.

    A target that is not among the labels given is a label all the same.
    """
    present = Answers(base).present
    if labels is not None:
        return list(dict.fromkeys([*(label.strip() for label in labels), *present]))
    return sorted({label.strip() for row in (*base, *tuned) for label in row.probabilities or {}} | set(present))


def class_scores(base: Sequence[Prediction], tuned: Sequence[Prediction]) -> list[ClassScore]:
    """F1 of every class that has test rows."""
    before, after = Answers(base), Answers(tuned)
    rows = Counter(before.targets)
    sides = [measures.f1_by_class(side.outputs, side.targets, before.present) for side in (before, after)]
    return [
        ClassScore(label=label, rows=rows[label], base_f1=one, tuned_f1=other)
        for label, one, other in zip(before.present, *sides, strict=True)
    ]


def confusion_of(base: Sequence[Prediction], tuned: Sequence[Prediction], labels: Sequence[str]) -> Confusion:
    """Both confusion matrices over one list of labels, which holds every target; other answers count as `OTHER`."""
    names, other = list(labels), OTHER
    while other in names:
        other = f"({other})"
    sides = [Answers(side) for side in (base, tuned)]
    answers = [[output if output in labels else other for output in side.outputs] for side in sides]
    if any(other in side for side in answers):
        names.append(other)
    tables = [measures.confusion_matrix(given, sides[0].targets, names) for given in answers]
    return Confusion(labels=names, base=tables[0], tuned=tables[1])
