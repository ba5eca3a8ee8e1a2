"""How good each answer is by itself, where a metric knows more of a row than right or wrong.

Knows predictions and metrics of text; no comparison. The verdict is about sums over all rows, never about these.
"""

from collections.abc import Sequence

from tuning.prediction import Prediction
from tuning.scoring import overlap, structured
from tuning.scoring.scores import Moved

__all__ = ["GRADED", "count_moved", "row_scores", "with_scores"]

GRADED = frozenset({"chrf", "field_exactness"})
"""Metrics by which an answer is better or worse without being right."""
_WRITTEN = GRADED | {"exact_match"}
"""What generated text is judged by."""
_AT_ONCE = 500
"""Rows whose n-grams are sorted together: more take longer each."""


def row_scores(metric: str, answers: Sequence[Prediction]) -> list[float]:
    """Each answer by itself, from 0 to 1: like its target (chrf), its right fields (field_exactness), right or not."""
    outputs, targets = [answer.output for answer in answers], [answer.target for answer in answers]
    if metric == "chrf":
        return [score for first in range(0, len(answers), _AT_ONCE) for score in _chrf(outputs, targets, first)]
    if metric == "field_exactness":
        return [float(share) for share in structured.field_exactness_rows(outputs, targets)]
    return [float(answer.correct) for answer in answers]


def with_scores(predictions: Sequence[Prediction], primary: str) -> list[Prediction]:
    """The same answers with their scores, where `primary` is a metric of generated text.

    Short texts, which are right or wrong, are said to be so much like their targets too.
    """
    if primary not in _WRITTEN or all(answer.score is not None for answer in predictions):
        return list(predictions)
    scores = row_scores(primary if primary in GRADED else "chrf", predictions)
    return [
        answer.model_copy(update={"score": round(score, 6)}) for answer, score in zip(predictions, scores, strict=True)
    ]


def count_moved(base: Sequence[Prediction], tuned: Sequence[Prediction], primary: str) -> Moved | None:
    """On how many rows tuned's answer is nearer its target than base's, or further from it; None of other metrics."""
    if primary not in GRADED:
        return None
    before, after = ([answer.score or 0.0 for answer in with_scores(side, primary)] for side in (base, tuned))
    pairs = list(zip(before, after, strict=True))
    return Moved(
        closer=sum(now > then for then, now in pairs),
        further=sum(now < then for then, now in pairs),
        level=sum(now == then for then, now in pairs),
    )


def _chrf(outputs: Sequence[str], targets: Sequence[str], first: int) -> list[float]:
    part = slice(first, first + _AT_ONCE)
    return [float(score) for score in overlap.chrf_from_sums(overlap.chrf_sums(outputs[part], targets[part]))]
