"""Format or knowledge: whether tuned knows more than base, or only writes what base knew the way it is wanted.

The same answers are read twice, as they are written and for what they mean; where a classification was answered by
label likelihood, that is a third reading, in which format plays no part. What is gained in meaning is knowledge, the
rest is format. Knows predictions; knows nothing of models.
"""

from collections.abc import Sequence
from typing import Literal

from tuning.data.enough import FEWEST_ROWS
from tuning.prediction import Prediction
from tuning.scoring.answers import Answers
from tuning.scoring.copying import is_copy
from tuning.scoring.evidence import AnswerPair, Contest
from tuning.scoring.generation import is_structured
from tuning.scoring.metric_table import paired_metric
from tuning.scoring.reading import read_leniently
from tuning.scoring.record import Gain, MetricRow
from tuning.scoring.structured import is_json
from tuning.scoring.wording import change_of, row_count
from tuning.spec import Task

__all__ = ["explain_gain"]

LARGER_PART = 2 / 3
"""From this share of the gain on, it is said to be of one kind."""
MOSTLY = 0.5
"""Share of the base's answers from which on what cannot be read hides what the base knew."""
_NO_JSON = (
    "The base wrote no whole JSON in {} of {} rows. A part of the gain is that tuned does; whether base knew the "
    "values, these rows cannot tell."
)

_CUT = (
    "The base was cut off in {} of {} rows, as it wrote on beyond the longest answer. A part of the gain is that tuned "
    "stops; whether base knew the answers, these rows cannot tell."
)


def explain_gain(contest: Contest, free_text: AnswerPair | None) -> Gain | None:
    """Where a gain comes from; None where there is none, no text was written freely, or rows are too few.

    Rows whose target is their input tell nothing of it: there an answer that repeats the question holds the target.
    `free_text` are the texts of a classification by label likelihood; without them the contest's own answers are
    taken to be what the models wrote.
    """
    copied = frozenset(row.row for row in contest.base if is_copy(row.input, row.target))
    if copied and contest.task is Task.GENERATE:
        found = explain_gain(contest.without(copied), free_text)
        aside = f"The {row_count(len(copied))} whose target is the input as it is are not counted here."
        return found and found.model_copy(update={"note": f"{found.note} {aside}"})
    if len(contest.base) < FEWEST_ROWS:
        return None
    classified = contest.task is Task.CLASSIFY
    scored = classified and any(answer.probabilities for answer in (*contest.base, *contest.tuned))
    if scored and free_text is None:
        return None
    written = free_text or AnswerPair(contest.base, contest.tuned)
    strict = _share_right(written.base, written.tuned)
    if not strict.delta or strict.delta < 0 or not _sure(strict):
        return None
    lenient = _share_right(read_leniently(written.base, contest.labels), read_leniently(written.tuned, contest.labels))
    likelihood = _share_right(contest.base, contest.tuned) if scored else None
    note = _hidden(written.base) if contest.task is Task.GENERATE else ""
    if note:
        return Gain(kind="unclear", strict=strict, lenient=lenient, likelihood=None, note=note)
    kind = _kind(strict, likelihood or lenient)
    return Gain(
        kind=kind, strict=strict, lenient=lenient, likelihood=likelihood, note=_note(kind, strict, lenient, likelihood)
    )


def _hidden(base: Sequence[Prediction]) -> str:
    """Why these answers do not tell what the base knew, where most of them do not."""
    rows, unread, cut = len(base), _unreadable(base), sum(bool(answer.hit_limit) for answer in base)
    if unread > MOSTLY * rows:
        return _NO_JSON.format(unread, rows)
    return _CUT.format(cut, rows) if cut > MOSTLY * rows else ""


def _unreadable(written: Sequence[Prediction]) -> int:
    """How many answers are no JSON where all targets are: nobody knows what such an answer would have said in JSON."""
    answers = Answers(written)
    return sum(not is_json(output) for output in answers.outputs) if is_structured(answers) else 0


def _share_right(base: Sequence[Prediction], tuned: Sequence[Prediction]) -> MetricRow:
    return paired_metric(base, tuned, "exact_match")


def _kind(strict: MetricRow, meant: MetricRow) -> Literal["format", "knowledge", "both", "unclear"]:
    """By the part of the gain that is left when only the meaning counts, and by whether that part is sure."""
    if not strict.delta or meant.delta is None:
        return "unclear"
    part = meant.delta / strict.delta
    if not _sure(meant) or meant.delta <= 0:
        return "format" if part < 1 - LARGER_PART else "unclear"
    return "knowledge" if part >= LARGER_PART else "both"


def _sure(metric: MetricRow) -> bool:
    return metric.low is not None and metric.high is not None and not metric.low <= 0 <= metric.high


def _note(kind: str, strict: MetricRow, lenient: MetricRow, likelihood: MetricRow | None) -> str:
    if likelihood is not None and kind in {"format", "unclear"}:
        freely = f"Left to write freely, tuned names the right label more often: {change_of(strict)}"
        return f"{freely}. The score above reads how likely each label is, where format plays no part."
    openings = {
        "format": "Most of the gain is format: tuned writes answers the way they are wanted, base knew them already",
        "knowledge": "The gain is knowledge: it stays when only the meaning of an answer counts",
        "both": "The gain is part format, part knowledge",
        "unclear": "Whether the gain is format or knowledge is not clear from these rows",
    }
    readings = [("as written", strict), ("read for its meaning", lenient), ("by label likelihood", likelihood)]
    said = [f"{how} {change_of(row)}" for how, row in readings if row is not None]
    return f"{openings[kind]}: {', '.join(said)}."
