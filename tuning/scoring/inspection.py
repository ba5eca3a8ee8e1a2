"""What the receipt says: every check that can be made of the answers and of what a run knows about itself.

Each rule stands in `receipt`; here is only what is put to which rule. What is not known is not checked.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tuning.prediction import Prediction
from tuning.scoring import receipt
from tuning.scoring.answers import Answers
from tuning.scoring.evidence import AnswerPair, Contest, Evidence
from tuning.scoring.generation import is_structured
from tuning.scoring.likeness import count_alike
from tuning.scoring.metric_table import score_interval
from tuning.scoring.reading import LabelReader
from tuning.scoring.record import Check, Noise
from tuning.scoring.structured import is_json
from tuning.spec import Task

__all__ = ["Tremor", "inspect", "measure_noise"]


@dataclass(frozen=True)
class Tremor:
    """What rounding moves, if that was measured, and the difference in the primary metric to hold it against."""

    noise: Noise | None
    delta: float | None


def inspect(contest: Contest, evidence: Evidence, leaked: frozenset[int], tremor: Tremor) -> list[Check]:
    """The receipt, checks of the run itself (`evidence.checks`) in the middle."""
    base, tuned = contest.base, contest.tuned
    checks = [receipt.same_rows(base, tuned)]
    if evidence.base_setup and evidence.tuned_setup:
        checks.append(receipt.same_prompts(evidence.base_setup, evidence.tuned_setup))
        checks.append(receipt.same_settings(evidence.base_setup, evidence.tuned_setup))
    if evidence.untrained_head is not None:
        checks.append(receipt.trained_head(evidence.untrained_head))
    checks.extend(evidence.checks)
    checks.append(receipt.answers_changed(base, tuned))
    if evidence.train or evidence.leaked:
        checks.append(receipt.leaked_rows(len(leaked), len(base), count_alike(base)))
    checks.extend(_understood(contest, evidence.free_text))
    if tremor.noise:
        checks.append(receipt.noise_floor(tremor.noise, tremor.delta))
    if evidence.looks is not None:
        checks.append(receipt.looks_at_test(evidence.looks))
    return checks


def measure_noise(contest: Contest, again: Sequence[Prediction]) -> Noise:
    """Base against base on the rows that were answered again, of which there is at least one."""
    before = {row.row: row for row in contest.base}
    first = [before[row.row] for row in again]
    scores = [score_interval(side, contest.primary, contest.labels or None).value or 0.0 for side in (first, again)]
    changed = sum(one.output != other.output for one, other in zip(first, again, strict=True))
    return Noise(rows=len(again), changed=changed, delta=scores[1] - scores[0])


def _understood(contest: Contest, free_text: AnswerPair | None) -> list[Check]:
    """Of a classification by likelihood every answer is a label, so what is read there is what was freely written."""
    if free_text is None and any(answer.probabilities for answer in contest.base):
        return []
    written = free_text or AnswerPair(contest.base, contest.tuned)
    sides = (("base", written.base), ("tuned", written.tuned))
    fault, is_read = _reading(contest)
    shares = [receipt.RowShare(name, sum(not is_read(a.output) for a in side), len(side)) for name, side in sides]
    return [receipt.answers_understood(fault, *shares)]


def _reading(contest: Contest) -> tuple[str, Callable[[str], bool]]:
    """What is wrong with an answer that cannot be read, and whether one can."""
    if contest.task is Task.CLASSIFY:
        reader = LabelReader(contest.labels)
        return "no label is named", lambda text: reader.read(text) is not None
    if is_structured(Answers(contest.base)):
        return "not JSON", is_json
    return "empty", lambda text: bool(text.strip())
