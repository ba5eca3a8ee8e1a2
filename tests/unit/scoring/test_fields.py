import json

import pytest

from tests.unit.scoring.builders import answers
from tuning.scoring.comparison import compare
from tuning.scoring.evidence import Contest
from tuning.scoring.fields import MOST_FIELDS, find_fields
from tuning.scoring.record import Flips
from tuning.scoring.statistics import newcombe_paired
from tuning.spec import Task


def contest(base, tuned, targets, **fields):
    return Contest(answers(base, targets, **fields), answers(tuned, targets, **fields), Task.GENERATE, "chrf")


def addresses(rows, **wrong):
    """JSON texts of a city and a house number; of the fields named, the first rows are wrong."""
    found = [{"city": f"city {row}", "at": {"number": row}} for row in range(rows)]
    for row in range(rows):
        if row < wrong.get("city", 0):
            found[row]["city"] = "?"
        if row < wrong.get("number", 0):
            found[row]["at"] = {"number": str(row)}
    return [json.dumps(each) for each in found]


def test_each_field_has_its_rows_difference_and_claim():
    targets = addresses(60)
    found = find_fields(contest(addresses(60, city=30), addresses(60, number=5), targets))
    assert [(score.field, score.rows, score.claim) for score in found] == [
        ("city", 60, "better"),
        ("at.number", 60, "worse"),
    ]
    city, number = (score.metric for score in found)
    expected = newcombe_paired(Flips(fixed=30, broken=0, both_right=30, both_wrong=0))
    assert (city.base, city.tuned, city.low, city.high) == (0.5, 1.0, expected.low, expected.high)
    assert number.delta == pytest.approx(-5 / 60)


def test_a_field_is_judged_on_the_rows_that_have_it():
    targets = ['{"a": 1}'] * 30 + ['{"a": 1, "b": 2}'] * 10
    found = find_fields(contest(["no json"] * 40, ['{"a": 1, "b": 2, "c": 3}'] * 40, targets))
    assert [(score.field, score.rows) for score in found] == [("a", 40), ("b", 10)]
    assert [score.metric.tuned for score in found] == [1.0, 1.0]
    # Ten rows are too few to claim anything, however clear they look.
    assert [score.claim for score in found] == ["better", None]


def test_rows_of_one_group_are_one_piece_of_evidence():
    base, tuned, targets = addresses(80, city=40), addresses(80), addresses(80)
    alone = find_fields(contest(base, tuned, targets))[0].metric
    pairs = [answers(side, targets) for side in (base, tuned)]
    sides = [[row.model_copy(update={"group": str(row.row // 2)}) for row in side] for side in pairs]
    together = find_fields(Contest(sides[0], sides[1], Task.GENERATE, "chrf"))[0].metric
    assert together.delta == alone.delta
    assert (together.high or 0) - (together.low or 0) > (alone.high or 0) - (alone.low or 0)


def test_only_objects_have_fields_and_not_more_than_can_be_read():
    assert find_fields(contest(["a"] * 30, ["b"] * 30, ["c"] * 30)) == []
    table = [json.dumps({f"{row} {number}": 1 for number in range(3)}) for row in range(40)]
    assert len(find_fields(contest(table, table, table))) == MOST_FIELDS


def test_they_stand_in_the_comparison():
    targets = addresses(40)
    comparison = compare(answers(addresses(40, city=40), targets), answers(targets, targets), Task.GENERATE)
    assert [score.field for score in comparison.fields] == ["city", "at.number"]
