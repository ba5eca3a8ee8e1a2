"""The ladder: what the test rows can be answered with, from chance to the tuned model, each scored the same way.

Tuned is held against the strongest rung below it. That rung is the best of several on the very rows that judge, which
favours the rung and never tuned. Knows answers and training rows, no models.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tuning.prediction import Prediction
from tuning.scoring.baselines import (
    MOST_TRAINING_ROWS,
    copy_input,
    majority_class,
    nearest_neighbour,
    tfidf_regression,
)
from tuning.scoring.evidence import Contest, Evidence
from tuning.scoring.metric_table import paired_metric, score_interval
from tuning.scoring.record import Headline, Rung, RungName
from tuning.spec import Task

__all__ = ["LEARNED", "Ladder", "build_ladder", "ranked"]

LEARNED: frozenset[RungName] = frozenset({"majority", "tfidf", "nearest_neighbour"})
"""Rungs that learn from the training rows without any language model."""


@dataclass(frozen=True)
class Ladder:
    """The rungs, simplest first, and tuned against the strongest of them."""

    rungs: list[Rung]
    headline: Headline | None
    """None when no rung below tuned could answer."""
    strongest: Sequence[Prediction] = ()
    """The answers that tuned is held against in it."""


@dataclass(frozen=True)
class _Entry:
    """The answers of one rung, or none and the reason."""

    name: RungName
    answers: Sequence[Prediction]
    note: str


def build_ladder(contest: Contest, evidence: Evidence) -> Ladder:
    """Score every rung on the contest's rows; one whose answers cannot be had here is `not_run` and says why."""
    entries = list(_entries(contest, evidence))
    chance = [_chance(contest)] if contest.task is Task.CLASSIFY else []
    rungs = [_rung(entry, contest) for entry in entries]
    below = [pair for pair in zip(rungs, entries, strict=True) if pair[0].name != "tuned" and pair[0].value is not None]
    if not below:
        return Ladder(chance + rungs, None)
    # Of equals the base stands for all, as the one that the reader asks about.
    rung, entry = max(below, key=lambda pair: (pair[0].value, pair[0].name == "base"))
    metric = paired_metric(entry.answers, contest.tuned, contest.primary, contest.labels or None)
    simpler = [other for other, _ in below if not other.name.startswith("base")]
    equals = [other.name for other in simpler if rung.value and other.value == rung.value and other.name != rung.name]
    return Ladder(chance + rungs, Headline(rung=rung.name, metric=metric, equals=equals), entry.answers)


def ranked(rungs: Sequence[Rung]) -> list[Rung]:
    """The best first, so that what stands above tuned does better; what was not run is last."""
    scored = [rung for rung in rungs if rung.value is not None]
    unknown = [rung for rung in rungs if rung.value is None]
    return sorted(scored, key=lambda rung: -(rung.value or 0.0)) + unknown


def _rung(entry: _Entry, contest: Contest) -> Rung:
    if not entry.answers:
        return Rung(name=entry.name, status="not_run", note=entry.note)
    score = score_interval(entry.answers, contest.primary, contest.labels or None)
    return Rung(
        name=entry.name,
        status="run",
        value=score.value,
        low=score.low,
        high=score.high,
        rows=len(entry.answers),
        note=entry.note,
    )


def _entries(contest: Contest, evidence: Evidence) -> Iterator[_Entry]:
    if contest.task is Task.CLASSIFY:
        yield _trained("majority", contest, evidence)
        yield _trained("tfidf", contest, evidence)
    else:
        yield _Entry("copy_input", copy_input(contest.base), "the input as it is")
        yield _trained("nearest_neighbour", contest, evidence)
    if evidence.zero_shot:
        yield _zero_shot(contest, evidence)
    yield _base(contest, evidence)
    if evidence.best_reading:
        yield _best_reading(contest, evidence)
    yield _few_shot(contest, evidence)
    yield _Entry("tuned", contest.tuned, "")


def _trained(name: RungName, contest: Contest, evidence: Evidence) -> _Entry:
    """A rung that learns from the training rows."""
    train = evidence.train
    if not train:
        return _Entry(name, (), "needs training rows")
    if name == "majority":
        answers = majority_class(train, contest.base)
        return _Entry(name, answers, f"'{answers[0].output}', the commonest of {len(train)} training rows")
    read = min(len(train), MOST_TRAINING_ROWS)
    note = (
        f"learned from {read} training rows" if read == len(train) else f"learned from the first {read} of {len(train)}"
    )
    if name == "nearest_neighbour":
        return _Entry(name, nearest_neighbour(train, contest.base), note)
    if len({example.target.strip() for example in train[:read]}) < 2:
        return _Entry(name, (), "needs training rows of at least two classes")
    return _Entry(name, tfidf_regression(train, contest.base), note)


def _base(contest: Contest, evidence: Evidence) -> _Entry:
    if evidence.untrained_head:
        return _Entry("base", (), "it would answer through a head that nobody trained")
    return _Entry("base", contest.base, evidence.base_note)


def _zero_shot(contest: Contest, evidence: Evidence) -> _Entry:
    by_row = {answer.row: answer for answer in evidence.zero_shot}
    answers = [by_row[row.row] for row in contest.base if row.row in by_row]
    return _Entry("zero_shot", answers, "the label whose name is most similar, without any training row")


def _best_reading(contest: Contest, evidence: Evidence) -> _Entry:
    """The base's answers in the way of scoring labels that suits it best."""
    by_row = {answer.row: answer for answer in evidence.best_reading}
    answers = [by_row[row.row] for row in contest.base if row.row in by_row]
    chosen = next((variant.name for variant in evidence.variants if variant.chosen), "otherwise")
    return _Entry("base_best", answers, f"labels scored {chosen.replace('_', '-')}, its best on dev")


def _few_shot(contest: Contest, evidence: Evidence) -> _Entry:
    by_row = {answer.row: answer for answer in evidence.few_shot}
    answers = [by_row[row.row] for row in contest.base if row.row in by_row]
    if not evidence.few_shot:
        return _Entry("base_few_shot", (), evidence.no_few_shot)
    if len(answers) < len(contest.base):
        return _Entry("base_few_shot", (), f"only {len(answers)} of {len(contest.base)} rows were answered")
    return _Entry("base_few_shot", answers, "training rows as examples in its prompt")


def _chance(contest: Contest) -> Rung:
    """Every label equally likely: the score of the expected counts, which is exact for accuracy."""
    rows, labels = len(contest.base), len(contest.labels)
    note = f"any of {labels} labels, each equally likely"
    if contest.primary == "accuracy":
        value = 1 / labels
    elif contest.primary == "macro_f1":
        counts = Counter(row.target.strip() for row in contest.base)
        value = sum(2 * count / (rows + labels * count) for count in counts.values()) / len(counts)
    else:
        return Rung(name="chance", status="not_run", note=f"not known for {contest.primary}")
    return Rung(name="chance", status="run", value=value, rows=rows, note=note)
