import math

import pytest

from tests.unit.scoring.builders import answers
from tuning.prediction import Prediction
from tuning.scoring.evidence import Setup
from tuning.scoring.receipt import (
    FREE_LOOKS,
    RowShare,
    answers_changed,
    answers_understood,
    failed,
    leaked_rows,
    logits_changed,
    looks_at_test,
    noise_floor,
    same_likelihoods,
    same_predictions,
    same_prompts,
    same_rows,
    same_settings,
    stock_attention,
    trained_head,
    truncated_rows,
)
from tuning.scoring.record import Check, Noise


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
    like = leaked_rows(0, 50, 31)
    assert (like.status, leaked_rows(0, 50, 25).status) == ("warn", "pass"), "a warning where most are"
    assert like.detail.endswith("stands in the training rows; 31 have half their words or more in common with one")
    assert truncated_rows(RowShare("train", 0, 90), RowShare("test", 0, 10)).status == "pass"
    check = truncated_rows(RowShare("train", 3, 90), RowShare("dev", 0, 10), RowShare("test", 10, 10))
    assert check.status == "warn"
    assert check.detail == (
        "cut to the longest length: 3 of 90 train rows, 10 of 10 test rows lost "
        "the end of their input or the start of their target"
    )
    inputs, targets = (RowShare("train", count, 90, lost=f"the {end}") for count, end in ((3, "end"), (2, "start")))
    assert truncated_rows(inputs, targets).detail == (
        "cut to the longest length: 3 of 90 train rows lost the end; 2 of 90 train rows lost the start"
    )


def test_failed_leaves_out_warnings():
    checks = [logits_changed(0.0), leaked_rows(3, 5), logits_changed(1.0)]
    assert failed(checks) == [checks[0]]
    assert failed([]) == []


def test_prompts_must_be_the_same_tokens():
    setup = Setup(prompt_hash="a" * 64, decoding="greedy", precision="float32")
    assert same_prompts(setup, setup).detail == "the token ids of all rows, as they were asked, hash to aaaaaaaaaaaa"
    check = same_prompts(setup, Setup("b" * 64, "greedy", "float32"))
    assert (check.status, check.detail) == ("fail", "base aaaaaaaaaaaa, tuned bbbbbbbbbbbb")


@pytest.mark.parametrize(("decoding", "precision"), [("sampled", "float32"), ("greedy", "bfloat16")])
def test_decoding_and_precision_must_be_the_same(decoding, precision):
    setup = Setup("a", "greedy", "float32")
    assert same_settings(setup, setup).status == "pass"
    check = same_settings(setup, Setup("a", decoding, precision))
    assert (check.status, check.detail) == ("fail", f"base: greedy, float32; tuned: {decoding}, {precision}")


def test_a_head_that_nobody_trained_is_no_base():
    assert trained_head(untrained=True).status == "fail"
    assert trained_head(untrained=False).status == "pass"


def test_answers_that_never_change_warn():
    base = answers(["a", "b"], ["a", "a"], probabilities={"a": 0.5, "b": 0.5})
    assert answers_changed(base, base).status == "warn"
    surer = [base[0], base[1].model_copy(update={"probabilities": {"a": 0.4, "b": 0.6}})]
    assert answers_changed(base, surer) == Check(
        check="tuned answers differ from base", status="pass", detail="in 1 of 2 rows, probabilities included"
    )


def test_answers_that_say_nothing_are_counted_by_model():
    assert answers_understood("empty", RowShare("base", 0, 5), RowShare("tuned", 0, 5)).status == "pass"
    check = answers_understood("empty", RowShare("base", 4, 5), RowShare("tuned", 1, 5))
    assert (check.status, check.detail) == ("warn", "empty: base 4 of 5, tuned 1 of 5")


@pytest.mark.parametrize(
    ("noise", "delta", "status"),
    [(0.0, 0.0, "pass"), (0.01, 0.2, "pass"), (-0.01, -0.01, "warn"), (0.05, 0.02, "warn"), (0.05, None, "pass")],
)
def test_noise_warns_when_it_is_as_large_as_the_difference(noise, delta, status):
    check = noise_floor(Noise(rows=200, changed=3, delta=noise), delta)
    assert check.status == status
    assert check.detail.startswith("another batch size changes 3 of 200 answers of base and moves its score by ")


def test_looking_often_warns():
    assert [looks_at_test(looks).status for looks in (1, FREE_LOOKS, FREE_LOOKS + 1)] == ["pass", "pass", "warn"]
    assert looks_at_test(9).detail.startswith("9 runs were scored on it")


def measured(row: int, nll: float | None) -> Prediction:
    return Prediction(row=row, input="x", target="y", output="z", target_nll=nll, target_tokens=10)


def test_same_likelihoods_are_held_to_rounding():
    before = [measured(1, 20.0), measured(2, 30.0), measured(3, 1.0)]
    check = same_likelihoods("again", before, {1: 20.001, 2: 30.0}, 1e-3)
    assert (check.status, check.detail) == (
        "pass",
        "the targets of 2 rows are as likely, to 5e-05 nats a token; 0.0025 is allowed",
    )
    likely = same_likelihoods("again", [measured(1, 5.0)], {1: 5.0}, 1e-3)
    assert likely.detail.endswith("0.001 is allowed"), "less than that is no rounding, however likely the targets are"
    failed = same_likelihoods("again", before, {1: 20.0, 2: 30.1}, 1e-3)
    assert (failed.status, failed.detail) == (
        "fail",
        (
            "the targets of 2 rows are more or less likely than before, by 0.005 nats a token; rounding explains "
            "0.0025 at most"
        ),
    )
    assert same_likelihoods("again", before, {1: 19.9, 2: 30.1}, 1e-3).status == "fail", "differences do not cancel out"


@pytest.mark.parametrize("nlls", [{}, {1: 20.0, 9: 1.0}, {1: float("nan")}])
def test_same_likelihoods_of_rows_that_were_not_measured_prove_nothing(nlls):
    assert same_likelihoods("again", [measured(1, 20.0), measured(2, None)], nlls, 1e-3).status == "fail"
