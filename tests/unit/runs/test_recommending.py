"""A model is recommended where only one suits the rows, and never where both do."""

import pytest

from tuning.runs.recommending import Job, recommend
from tuning.spec import DEFAULT_ENCODER, DEFAULT_MODEL, Task


@pytest.mark.parametrize(
    ("job", "model", "said"),
    [
        (Job(Task.GENERATE), DEFAULT_MODEL, "writes text"),
        (Job(Task.CLASSIFY, labels=150), DEFAULT_ENCODER, "150 labels"),
    ],
)
def test_the_one_that_suits_is_recommended(job, model, said):
    found = recommend(job)
    assert found is not None
    assert (found.model, said in found.reason) == (model, True), found.reason
    assert found.reason.endswith(".")
    assert "\n" not in found.reason


def test_where_both_suit_nothing_is_recommended():
    assert recommend(Job(Task.CLASSIFY, labels=21)) is None
