"""Base against tuned on the same test rows: predictions in, a `Comparison` with its verdict out.

Knows nothing of models, files or runs, and loads neither torch nor `evaluate`. It only puts the parts together: each
has a module of its own (`metric_table`, `ladder`, `gains`, `slices`, `forgetting`, `receipt`, `verdict`), and the shape
of the result stands in `record`.
"""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from tuning.errors import InputError
from tuning.prediction import Prediction
from tuning.scoring.answers import Answers
from tuning.scoring.caveats import find_caveats
from tuning.scoring.classes import OTHER, class_scores, confusion_of, label_names
from tuning.scoring.classification import reliability
from tuning.scoring.evidence import Contest, Evidence
from tuning.scoring.fields import find_fields
from tuning.scoring.forgetting import measure_forgetting
from tuning.scoring.gains import explain_gain
from tuning.scoring.generation import has_fields, is_short
from tuning.scoring.inspection import Tremor, inspect, measure_noise
from tuning.scoring.ladder import LEARNED, Ladder, build_ladder
from tuning.scoring.leaks import find_leaks
from tuning.scoring.metric_table import metric_table, paired_metric, score_of
from tuning.scoring.receipt import failed, first_unlike_row
from tuning.scoring.record import (
    AdapterCard,
    CalibrationBin,
    Check,
    ClassScore,
    CleanScore,
    Comparison,
    Confusion,
    FieldScore,
    Flips,
    Forgetting,
    Gain,
    Headline,
    MetricRow,
    ModelCard,
    Moved,
    Noise,
    Reliability,
    ReliabilityPair,
    RowCounts,
    Rung,
    RungName,
    ScoringVariant,
    Slice,
    Standing,
    Timing,
    Verdict,
)
from tuning.scoring.row_scores import count_moved
from tuning.scoring.slices import find_slices
from tuning.scoring.verdict import Grounds, judge
from tuning.spec import Task

__all__ = [
    "OTHER",
    "AdapterCard",
    "CalibrationBin",
    "Check",
    "ClassScore",
    "CleanScore",
    "Comparison",
    "Confusion",
    "Examined",
    "FieldScore",
    "Flips",
    "Forgetting",
    "Gain",
    "Headline",
    "MetricRow",
    "ModelCard",
    "Moved",
    "Noise",
    "Reliability",
    "ReliabilityPair",
    "RowCounts",
    "Rung",
    "RungName",
    "ScoringVariant",
    "Slice",
    "Standing",
    "Timing",
    "Verdict",
    "compare",
    "count_flips",
    "declare_primary",
    "examine",
]


@dataclass(frozen=True)
class Examined:
    """A comparison, and the answers of the strongest rung below tuned to the rows that have not leaked."""

    comparison: Comparison
    strongest: Sequence[Prediction]


LARGEST_CLASS = 0.6
"""Where one class has a larger share of the rows, accuracy rewards naming it, and macro-F1 is judged by."""

NEXT_TO_NONE = 0.05
"""Share of the training rows that a training may have left unseen and still say what tuning does with them."""


def declare_primary(task: Task, targets: Sequence[str]) -> str:
    """The metric that the verdict is about, for at least one target.

    Classification: accuracy, or macro-F1 on lopsided classes. Generation: chrF, but for JSON objects the share of
    right fields, as chrF counts the field names that every row has, and for short answers exact match.
    Follows from targets alone (of the training rows where they are known), so that it stands before any prediction.
    """
    if task is Task.CLASSIFY:
        counts = Counter(target.strip() for target in targets)
        lopsided = max(counts.values()) > LARGEST_CLASS * len(targets)
        return "macro_f1" if lopsided and len(counts) > 1 else "accuracy"
    wanted = Answers([Prediction(row=row, input="", target=text, output="") for row, text in enumerate(targets, 1)])
    if has_fields(wanted):
        return "field_exactness"
    return "exact_match" if is_short(wanted) else "chrf"


def compare(
    base: Sequence[Prediction],
    tuned: Sequence[Prediction],
    task: Task,
    *,
    labels: Sequence[str] | None = None,
    evidence: Evidence | None = None,
) -> Comparison:
    """Compare two models' answers to the same rows; what only a run knows (adapter, timing, ...) stays null.

    Raises what `examine` raises.
    """
    return examine(base, tuned, task, labels=labels, evidence=evidence).comparison


def examine(
    base: Sequence[Prediction],
    tuned: Sequence[Prediction],
    task: Task,
    *,
    labels: Sequence[str] | None = None,
    evidence: Evidence | None = None,
) -> Examined:
    """The comparison and the answers of the best without tuning, on which its headline rests.

    `labels` are the classes of a classification; without them, the targets and the labels that have probabilities.
    Raises `InputError` naming the first row at fault unless both lists hold the same rows, each once and with a target.
    """
    _check_rows(base, tuned)
    evidence = evidence or Evidence()
    names = tuple(label_names(base, tuned, labels)) if task is Task.CLASSIFY else ()
    primary = declare_primary(task, [row.target for row in evidence.train or base])
    whole = Contest(base, tuned, task, primary, names)
    leaked = frozenset(row.row for row in base) & (evidence.leaked | find_leaks(evidence.train, base))
    return _judge(_measure(whole, evidence, leaked), whole.without(leaked), evidence)


def _measure(contest: Contest, evidence: Evidence, leaked: frozenset[int]) -> Comparison:
    """What is said of all test rows, leaked ones among them, and the receipt."""
    base, tuned, task = contest.base, contest.tuned, contest.task
    classified = task is Task.CLASSIFY
    noise = measure_noise(contest, evidence.again) if evidence.again else None
    metrics = metric_table(base, tuned, task, primary=contest.primary, labels=contest.labels or None)
    delta = next(row.delta for row in metrics if row.name == contest.primary)
    return Comparison(
        task=task,
        rows=RowCounts(
            train=len(evidence.train) - evidence.unseen or None,
            unseen=evidence.unseen,
            test=len(base),
            unanswered=evidence.unanswered,
        ),
        primary=contest.primary,
        metrics=metrics,
        flips=count_flips(base, tuned),
        moved=count_moved(base, tuned, contest.primary),
        classes=class_scores(base, tuned) if classified else [],
        confusion=confusion_of(base, tuned, contest.labels) if classified else None,
        reliability=_reliability(contest) if classified else ReliabilityPair(),
        variants=list(evidence.variants),
        clean=_clean_score(contest.without(leaked), leaked) if leaked else None,
        gain=explain_gain(contest, evidence.free_text),
        forgetting=measure_forgetting(evidence.general) if evidence.general else None,
        noise=noise,
        receipt=inspect(contest, evidence, leaked, Tremor(noise, delta)),
    )


def _judge(measured: Comparison, unseen: Contest, evidence: Evidence) -> Examined:
    """The ladder, the slices and the verdict, all on the test rows that have not leaked."""
    ladder = build_ladder(unseen, evidence) if unseen.base else Ladder([], None)
    judged = measured.model_copy(
        update={
            "metrics": _beside_strongest(measured, ladder, unseen.labels),
            "ladder": ladder.rungs,
            "headline": ladder.headline,
            "slices": find_slices(unseen, ladder.strongest) if unseen.base else [],
            "fields": find_fields(unseen),
        }
    )
    if failed(judged.receipt):
        return Examined(judged, ladder.strongest)
    clean = measured.clean
    primary = measured.deciding()
    grounds = Grounds(
        headline=ladder.headline,
        margin=evidence.margin,
        noise=_noise_of_all(measured.noise, len(unseen.base)) if measured.noise else 0.0,
        left_out=clean.leaked if clean else 0,
        unfinished=evidence.unseen > NEXT_TO_NONE * len(evidence.train),
        moved=count_moved(unseen.base, unseen.tuned, unseen.primary),
        untried=any(rung.name in LEARNED and rung.status == "not_run" for rung in ladder.rungs),
    )
    verdict = judge(primary, clean.flips if clean else measured.flips, grounds)
    caveats = find_caveats(judged.model_copy(update={"verdict": verdict}), unseen.base)
    said = judged.model_copy(update={"verdict": verdict.model_copy(update={"caveats": caveats})})
    return Examined(said, ladder.strongest)


def _beside_strongest(measured: Comparison, ladder: Ladder, labels: Sequence[str]) -> list[MetricRow]:
    """The metrics with what the best without tuning reaches, where leaks do not make it answer other rows."""
    headline = ladder.headline
    if headline is None or headline.rung == "base" or len(ladder.strongest) != measured.rows.test:
        return measured.metrics
    found = [(row, score_of(ladder.strongest, row.name, labels)) for row in measured.metrics]
    return [
        row.model_copy(update={"strongest": best if best is not None and math.isfinite(best) else None})
        for row, best in found
    ]


def _noise_of_all(noise: Noise, rows: int) -> float:
    """What rounding moves the score of so many rows by, when fewer were asked again: it goes either way by chance."""
    return abs(noise.delta) * math.sqrt(min(noise.rows / rows, 1.0)) if rows else abs(noise.delta)


def _clean_score(unseen: Contest, leaked: frozenset[int]) -> CleanScore:
    unknown = MetricRow(name=unseen.primary, base=None, tuned=None, delta=None, better="higher")
    rows = len(unseen.base)
    metric = paired_metric(unseen.base, unseen.tuned, unseen.primary, unseen.labels or None) if rows else unknown
    return CleanScore(rows=rows, leaked=len(leaked), metric=metric, flips=count_flips(unseen.base, unseen.tuned))


def _reliability(contest: Contest) -> ReliabilityPair:
    base, tuned = (reliability(Answers(side, contest.labels)) for side in (contest.base, contest.tuned))
    return ReliabilityPair(base=base, tuned=tuned)


def count_flips(base: Sequence[Prediction], tuned: Sequence[Prediction]) -> Flips:
    """How many rows only tuned (fixed), only base (broken), both or neither got right."""
    pairs = Counter((b.correct, t.correct) for b, t in zip(base, tuned, strict=True))
    return Flips(
        fixed=pairs[False, True],
        broken=pairs[True, False],
        both_right=pairs[True, True],
        both_wrong=pairs[False, False],
    )


def _check_rows(base: Sequence[Prediction], tuned: Sequence[Prediction]) -> None:
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
