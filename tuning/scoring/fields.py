"""Answers that should be JSON, field by field: in how many rows base and tuned give the target's value.

Exploratory, as slices are: many fields are looked at, and nothing is claimed of one that fewer than 20 rows have.
Knows predictions.
"""

from collections import Counter

from tuning.scoring.answers import Answers
from tuning.scoring.evidence import Contest
from tuning.scoring.generation import has_fields
from tuning.scoring.metric_table import paired_share
from tuning.scoring.record import FieldScore
from tuning.scoring.slices import claim_of
from tuning.scoring.structured import right_fields
from tuning.spec import Task

__all__ = ["MOST_FIELDS", "find_fields"]

MOST_FIELDS = 50
"""Names beyond these, the commonest, are rather keys of some table than fields that the rows have in common."""


def find_fields(contest: Contest) -> list[FieldScore]:
    """The share of right values of each field, on the rows whose target has it; the commonest first.

    Empty unless every target is a JSON object. A field that only answers have lowers `field_exactness`, not this.
    """
    base, tuned = Answers(contest.base), Answers(contest.tuned)
    if contest.task is not Task.GENERATE or not base.predictions or not has_fields(base):
        return []
    right = [
        [right_fields(output, target) for output, target in zip(side.outputs, side.targets, strict=True)]
        for side in (base, tuned)
    ]
    scores = []
    for name, rows in Counter(name for row in right[0] for name in row).most_common(MOST_FIELDS):
        places = [place for place, row in enumerate(right[0]) if name in row]
        sides = [[side[place][name] for place in places] for side in right]
        groups = [base.groups[place] for place in places] if base.groups else None
        metric = paired_share("field_exactness", *sides, groups=groups)
        scores.append(FieldScore(field=name, rows=rows, metric=metric, claim=claim_of(metric, rows)))
    return scores
