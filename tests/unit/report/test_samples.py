"""Rows with both answers: their kind, their order, and how their score changed."""

import pytest

from tuning.prediction import Prediction
from tuning.report.samples import KINDS, pair_samples


def predict(row: int, output: str, **fields: object) -> Prediction:
    return Prediction.model_validate({"row": row, "input": f"input {row}", "target": "yes", "output": output, **fields})


def pairs(*answers: tuple[str, str], primary: str = "accuracy"):
    base = [predict(row, before) for row, (before, _) in enumerate(answers, 1)]
    tuned = [predict(row, after) for row, (_, after) in enumerate(answers, 1)]
    return pair_samples(base, list(reversed(tuned)), "seed", primary)


def test_every_row_is_of_one_of_four_kinds():
    found = pairs(("no", "yes"), ("yes", "no"), ("yes", "yes"), ("no", "nope")).all
    assert [sample.kind for sample in sorted(found, key=lambda sample: sample.row)] == list(KINDS)


def test_a_row_that_one_model_did_not_answer_is_left_out():
    found = pair_samples([predict(1, "yes"), predict(2, "yes")], [predict(2, "no")], "seed", "accuracy").all
    assert [sample.row for sample in found] == [2]


def test_the_order_is_shuffled_and_the_same_at_every_visit():
    answers = [("no", "yes")] * 50
    rows = [sample.row for sample in pairs(*answers).all]
    assert rows == [sample.row for sample in pairs(*answers).all]
    assert rows != sorted(rows) == list(range(1, 51))


def test_a_change_is_of_the_probability_of_the_target_where_that_is_known():
    base = [predict(1, "no", probabilities={"yes": 0.1, "no": 0.9})]
    tuned = [predict(1, "yes", probabilities={"yes": 0.8, "no": 0.2})]
    samples = pair_samples(base, tuned, "seed", "accuracy")
    assert samples.by_probability
    assert (samples.changes[1].base, samples.changes[1].tuned) == (0.1, 0.8)
    assert samples.all[0].base.sure == 0.9


@pytest.mark.parametrize(("before", "after", "size"), [("yes", "yes", 0.0), ("", "yes ", 1.0), ("yes", "ye", 0.2632)])
def test_a_change_of_a_text_is_of_its_likeness_to_the_target(before, after, size):
    samples = pairs((before, after), primary="exact_match")
    assert not samples.by_probability
    assert samples.changes[1].size == pytest.approx(size, abs=1e-3)
    assert samples.all[0].move is None, "short answers are right or wrong"


def test_of_two_wrong_answers_it_is_said_which_is_nearer():
    answers = [("a bare no", "yes it is"), ("yes it is", "no"), ("no", "no"), ("no", "yes")]
    found = {sample.row: sample for sample in pairs(*answers, primary="chrf").all}
    assert [found[row].move for row in (1, 2, 3, 4)] == ["closer", "further", "as close", "closer"]
    assert [found[row].told for row in (1, 2, 3, 4)] == ["closer", "further", "as close", "fixed"]


def test_no_rows_are_no_samples():
    samples = pair_samples([], [], "seed", "accuracy")
    assert samples.all == []
    assert samples.changes == {}
