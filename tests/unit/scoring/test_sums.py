import numpy as np
import pytest

from tests.unit.scoring.builders import answers
from tuning.scoring.answers import Answers
from tuning.scoring.classification import macro_f1
from tuning.scoring.sums import PairedSums, RowSums


def test_pseudo_values_of_a_mean_are_its_values():
    values = np.random.default_rng(0).normal(size=30)
    assert RowSums.mean(values).influences() == pytest.approx(values, abs=1e-9)


def test_uneven_weights_count_as_fewer_units():
    values = np.column_stack([np.random.default_rng(5).random(100), np.ones(100)])
    uneven = RowSums(values, RowSums.mean(np.zeros(1)).score, lambda rows: np.where(np.arange(len(rows)) < 5, 100, 1))
    assert uneven.too_few()
    assert not RowSums.mean(values[:, 0]).too_few()
    assert not RowSums.share([True] * 100).too_few()


def test_a_score_in_parts_counts_its_rows_not_their_weights():
    targets = ["a"] * 99 + ["b"]
    whole = macro_f1(Answers(answers(targets, targets)))
    assert not whole.too_few()
    assert macro_f1(Answers(answers(targets[-19:], targets[-19:]))).too_few()
    assert not whole.by_group([str(row // 5) for row in range(100)]).too_few()
    # Most rows are of one group, so that there is little but that one.
    assert whole.by_group([str(max(0, row - 70)) for row in range(100)]).too_few()


def test_padding_adds_to_each_part_a_row_that_either_model_alone_is_right_on():
    targets = ["a", "b", "b"] * 10
    base, tuned = (macro_f1(Answers(answers(side, targets))) for side in (["a"] * 30, targets))
    padded = PairedSums(base, tuned).padded()
    more = ["a", "b", "a", "b"]
    expected = [
        macro_f1(Answers(answers(side + right, targets + more))).total()
        for side, right in ((["a"] * 30, ["a", "b", "?", "?"]), (targets, ["?", "?", "a", "b"]))
    ]
    assert [padded.base.total(), padded.tuned.total()] == pytest.approx(expected)
    assert len(padded.tuned.values) == 34


def test_sums_without_parts_are_not_padded():
    mean = RowSums.mean(np.linspace(0, 1, 30))
    assert mean.padded(first=True) is mean
