from tests.unit.scoring.builders import answers
from tuning.scoring.evidence import Contest
from tuning.spec import Task


def test_a_contest_without_some_rows_is_the_same_contest_on_the_others():
    targets = ["a", "b", "c"]
    whole = Contest(answers(targets, targets), answers(["x"] * 3, targets), Task.CLASSIFY, "accuracy", ("a", "b", "c"))
    part = whole.without(frozenset({2, 7}))
    assert [row.row for row in part.base] == [row.row for row in part.tuned] == [1, 3]
    assert (part.task, part.primary, part.labels) == (whole.task, whole.primary, whole.labels)
    assert len(whole.base) == 3
