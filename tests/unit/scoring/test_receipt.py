import math

import pytest

from tests.unit.scoring.builders import answers
from tuning.scoring.receipt import (
    RowShare,
    failed,
    leaked_rows,
    logits_changed,
    same_predictions,
    same_rows,
    stock_attention,
    truncated_rows,
)
from tuning.scoring.record import Check


def test_same_rows_pass():
    check = same_rows(answers(["a", "b"], ["a", "a"]), answers(["b", "b"], ["a", "a"]))
    assert (check.status, check.detail) == ("pass", "both models answered the same 2 rows")


def test_same_rows_name_the_first_that_differs():
    base = answers(["x", "x", "x"], ["a", "b", "c"])
    assert same_rows(base, answers(["x", "x", "x"], ["a", "B", "C"])).detail == (
        "row 2: its target is 'b' in base but 'B' in tuned"
    )
    assert same_rows(base, base[:2]).detail == "row 3 stands only in base (base has 3 rows, tuned 2)"
    assert same_rows(base[:2], base).detail == "row 3 stands only in tuned (base has 2 rows, tuned 3)"
    swapped = [base[1], base[0], base[2]]
    assert same_rows(base, swapped).detail == "base and tuned differ at place 1: row 1 in base, row 2 in tuned"
    other_input = [base[0].model_copy(update={"input": "z" * 200}), *base[1:]]
    assert same_rows(base, other_input).detail.startswith("row 1: its input is 'input 1' in base but 'zzz")
    assert all(same_rows(base, side).status == "fail" for side in (base[:2], swapped, other_input, []))


def test_same_predictions_pass_on_some_of_the_rows():
    before = answers(["a", "b", "c"], ["a", "a", "a"])
    check = same_predictions("adapter off reproduces base", before, before[1:])
    assert check == Check(check="adapter off reproduces base", status="pass", detail="identical answers on 2 rows")


@pytest.mark.parametrize(
    ("update", "detail"),
    [
        ({"output": "b "}, "row 2: the answer was 'b' and is now 'b '"),
        ({"input": "else"}, "row 2: the input is 'input 2' before but 'else' after"),
        ({"row": 9}, "row 9 was not answered before"),
    ],
)
def test_same_predictions_fail_on_any_difference(update, detail):
    before = answers(["a", "b", "c"], ["a", "a", "a"])
    after = [before[0], before[1].model_copy(update=update), before[2].model_copy(update={"output": "z"})]
    assert same_predictions("again", before, after) == Check(check="again", status="fail", detail=detail)


def test_same_predictions_hold_probabilities_to_rounding():
    def with_share(share: float):
        return answers(["a"], ["a"], probabilities={"a": share, "b": 1 - share})

    assert same_predictions("again", with_share(0.7), with_share(0.7 + 5e-7)).status == "pass"
    check = same_predictions("again", with_share(0.7), with_share(0.7001))
    assert (check.status, check.detail) == ("fail", "row 1: probabilities differ by up to 0.0001, 1e-06 is allowed")
    check = same_predictions("again", with_share(0.7), answers(["a"], ["a"]))
    assert (check.status, check.detail) == ("fail", "row 1: the answers have probabilities of different labels")


def test_same_predictions_of_no_rows_prove_nothing():
    assert same_predictions("again", answers(["a"], ["a"]), []).status == "fail"


@pytest.mark.parametrize(
    ("difference", "status"), [(0.3, "pass"), (1e-9, "pass"), (0.0, "fail"), (math.nan, "fail"), (math.inf, "fail")]
)
def test_logits_must_change(difference, status):
    assert logits_changed(difference).status == status


@pytest.mark.parametrize(
    ("difference", "status"), [(0.0, "pass"), (0.05, "pass"), (0.051, "warn"), (math.nan, "warn"), (math.inf, "warn")]
)
def test_stock_attention_only_warns(difference, status):
    check = stock_attention(difference, 0.05)
    assert check.status == status
    assert "bound 0.05" in check.detail


def test_leaks_and_cuts_only_warn():
    assert leaked_rows(0, 50).status == "pass"
    assert leaked_rows(1, 50).detail == "1 of 50 test inputs also stands in the training rows"
    assert leaked_rows(50, 50).status == "warn"
    assert truncated_rows(RowShare("train", 0, 90), RowShare("test", 0, 10)).status == "pass"
    check = truncated_rows(RowShare("train", 3, 90), RowShare("dev", 0, 10), RowShare("test", 10, 10))
    assert check.status == "warn"
    assert check.detail == "cut at the end of their input: 3 of 90 train rows, 10 of 10 test rows"


def test_failed_leaves_out_warnings():
    checks = [logits_changed(0.0), leaked_rows(3, 5), logits_changed(1.0)]
    assert failed(checks) == [checks[0]]
    assert failed([]) == []
