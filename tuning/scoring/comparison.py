"""Base against tuned on the same test rows: predictions in, a `Comparison` with its verdict out.

Knows nothing of models, files or runs, and loads neither torch nor `evaluate`. Metrics are computed in `measures`,
intervals in `statistics`, the verdict in `verdict`; the shape of the result stands in `record`.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Literal

from tuning.errors import InputError
from tuning.prediction import Prediction
from tuning.scoring import measures
from tuning.scoring.receipt import first_unlike_row
from tuning.scoring.record import (
    AdapterCard,
    Check,
    ClassScore,
    CleanScore,
    Comparison,
    Confusion,
    Flips,
    Forgetting,
    Gain,
    Headline,
    MetricRow,
    ModelCard,
    Noise,
    RowCounts,
    Rung,
    RungName,
    ScoringVariant,
    Slice,
    Timing,
    Verdict,
)
from tuning.scoring.statistics import (
    Interval,
    PairedSums,
    bootstrap_interval,
    mcnemar_midp,
    newcombe_paired,
    randomization_p,
)
from tuning.scoring.verdict import judge
from tuning.spec import Task

__all__ = [
    "OTHER",
    "AdapterCard",
    "Check",
    "ClassScore",
    "CleanScore",
    "Comparison",
    "Confusion",
    "Flips",
    "Forgetting",
    "Gain",
    "Headline",
    "MetricRow",
    "ModelCard",
    "Noise",
    "RowCounts",
    "Rung",
    "RungName",
    "ScoringVariant",
    "Slice",
    "Timing",
    "Verdict",
    "compare",
    "count_flips",
]

OTHER = "(other)"
"""Stands in a confusion matrix for every answer that is none of the labels."""

PRIMARY = {Task.CLASSIFY: "accuracy", Task.GENERATE: "chrf"}
"""Declared by the task alone, before anything is predicted."""


def compare(
    base: list[Prediction], tuned: list[Prediction], task: Task, *, labels: list[str] | None = None
) -> Comparison:
    """Compare two models' answers to the same rows; what only a run knows (adapter, timing, ...) stays null.

    `labels` are the classes of a classification; without them, the targets and the labels that have probabilities.
    Raises `InputError` naming the first row at fault unless both lists hold the same rows, each once and with a target.
    """
    _check_rows(base, tuned)
    flips = count_flips(base, tuned)
    classes: list[ClassScore] = []
    confusion = None
    if task == Task.CLASSIFY:
        metrics = _classification_metrics(base, tuned, flips)
        classes = _class_scores(base, tuned)
        confusion = _confusion(base, tuned, labels)
    else:
        metrics = _generation_metrics(base, tuned, flips)
    primary = next(metric for metric in metrics if metric.name == PRIMARY[task])
    return Comparison(
        task=task,
        rows=RowCounts(test=len(base)),
        primary=primary.name,
        metrics=metrics,
        flips=flips,
        classes=classes,
        confusion=confusion,
        verdict=judge(primary, flips),
    )


def count_flips(base: Sequence[Prediction], tuned: Sequence[Prediction]) -> Flips:
    """How many rows only tuned (fixed), only base (broken), both or neither got right."""
    pairs = Counter((b.correct, t.correct) for b, t in zip(base, tuned, strict=True))
    return Flips(
        fixed=pairs[False, True],
        broken=pairs[True, False],
        both_right=pairs[True, True],
        both_wrong=pairs[False, False],
    )


def _check_rows(base: list[Prediction], tuned: list[Prediction]) -> None:
    if not base and not tuned:
        raise InputError("there is nothing to compare: base and tuned hold no predictions")
    difference = first_unlike_row(base, tuned)
    if difference is not None:
        raise InputError(f"{difference}; compare answers to the same rows in the same order")
    seen = set()
    for prediction in base:
        if prediction.row in seen:
            raise InputError(f"row {prediction.row} stands twice among the predictions; give each row one answer")
        if not prediction.target.strip():
            raise InputError(f"row {prediction.row} has no target, so its answers cannot be compared; leave it out")
        seen.add(prediction.row)


def _classification_metrics(base: list[Prediction], tuned: list[Prediction], flips: Flips) -> list[MetricRow]:
    # The classes are those with test rows: the same for both models, and none with an F1 that is undefined.
    targets, present = _targets(base), _present(base)
    macro = [measures.macro_f1(_outputs(side), targets, present) for side in (base, tuned)]
    return [_share_right("accuracy", flips), _metric("macro_f1", macro)]


def _generation_metrics(base: list[Prediction], tuned: list[Prediction], flips: Flips) -> list[MetricRow]:
    targets = _targets(base)
    rouge = [measures.rouge_l(_outputs(side), targets) for side in (base, tuned)]
    perplexities = [
        measures.perplexity([p.target_nll for p in side], [p.target_tokens for p in side]) for side in (base, tuned)
    ]
    return [
        _share_right("exact_match", flips),
        _chrf(base, tuned),
        _metric("rouge_l", rouge),
        _metric("perplexity", perplexities, better="lower"),
    ]


def _share_right(name: str, flips: Flips) -> MetricRow:
    """The share of rows answered right, with its paired interval and test."""
    rows = flips.fixed + flips.broken + flips.both_right + flips.both_wrong
    scores = [(flips.both_right + flips.broken) / rows, (flips.both_right + flips.fixed) / rows]
    return _metric(name, scores, newcombe_paired(flips), mcnemar_midp(flips.broken, flips.fixed))


def _chrf(base: list[Prediction], tuned: list[Prediction]) -> MetricRow:
    targets = _targets(base)
    sums = PairedSums(
        measures.chrf_sums(_outputs(base), targets),
        measures.chrf_sums(_outputs(tuned), targets),
        measures.chrf_from_sums,
    )
    scores = [measures.chrf(_outputs(side), targets) for side in (base, tuned)]
    return _metric("chrf", scores, bootstrap_interval(sums), randomization_p(sums))


def _metric(
    name: str,
    scores: Sequence[float | None],
    interval: Interval | None = None,
    p: float | None = None,
    better: Literal["higher", "lower"] = "higher",
) -> MetricRow:
    """A line of the score table from [base, tuned]; an unknown score leaves the difference unknown."""
    base, tuned = scores
    return MetricRow(
        name=name,
        base=base,
        tuned=tuned,
        delta=None if base is None or tuned is None else tuned - base,
        low=interval.low if interval else None,
        high=interval.high if interval else None,
        p=p,
        better=better,
    )


def _class_scores(base: list[Prediction], tuned: list[Prediction]) -> list[ClassScore]:
    """F1 of every class that has test rows."""
    targets, present = _targets(base), _present(base)
    rows = Counter(targets)
    sides = [measures.f1_by_class(_outputs(side), targets, present) for side in (base, tuned)]
    return [
        ClassScore(label=label, rows=rows[label], base_f1=before, tuned_f1=after)
        for label, before, after in zip(present, *sides, strict=True)
    ]


def _confusion(base: list[Prediction], tuned: list[Prediction], labels: list[str] | None) -> Confusion:
    """Both confusion matrices over one list of labels: those given, or known from targets and probabilities.

    A target that is not among the labels given is a label all the same; an answer that is not counts as `OTHER`.
    """
    known = [label.strip() for label in labels or []]
    if labels is None:
        known = sorted({label.strip() for p in base + tuned for label in p.probabilities or {}} | set(_present(base)))
    names = list(dict.fromkeys(known + _present(base)))
    other = OTHER
    while other in names:
        other = f"({other})"
    answers = [[output if output in names else other for output in _outputs(side)] for side in (base, tuned)]
    if any(other in side for side in answers):
        names.append(other)
    tables = [measures.confusion_matrix(side, _targets(base), names) for side in answers]
    return Confusion(labels=names, base=tables[0], tuned=tables[1])


def _outputs(predictions: Sequence[Prediction]) -> list[str]:
    return [prediction.output.strip() for prediction in predictions]


def _targets(predictions: Sequence[Prediction]) -> list[str]:
    return [prediction.target.strip() for prediction in predictions]


def _present(predictions: Sequence[Prediction]) -> list[str]:
    """The classes with test rows, sorted."""
    return sorted(set(_targets(predictions)))
