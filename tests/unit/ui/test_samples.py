"""The four kinds, filtered and paged."""

import pytest

from tuning.prediction import Prediction
from tuning.ui.samples import PAGE_ROWS, choose_samples, pair_samples, sample_page


def predict(row: int, output: str) -> Prediction:
    return Prediction(row=row, input=f"input {row}", target="yes", output=output)


def pairs(*answers: tuple[str, str]):
    base = [predict(row, before) for row, (before, _) in enumerate(answers, 1)]
    tuned = [predict(row, after) for row, (_, after) in enumerate(answers, 1)]
    return pair_samples(base, list(reversed(tuned)))


def test_every_row_is_of_one_of_four_kinds():
    samples = pairs(("no", "yes"), ("yes", "no"), ("yes", "yes"), ("no", "nope"))
    assert [sample.kind for sample in samples] == ["fixed", "broken", "both right", "both wrong"]
    assert [sample.row for sample in samples] == [1, 2, 3, 4]


def test_a_row_that_one_model_did_not_answer_is_left_out():
    assert pair_samples([predict(1, "yes"), predict(2, "yes")], [predict(2, "no")])[0].row == 2


@pytest.mark.parametrize(("kind", "rows"), [("fixed", [1]), ("broken", [2]), ("all", [1, 2]), ("<b>", [1, 2])])
def test_the_filter_keeps_one_kind(kind, rows):
    chosen = choose_samples(pairs(("no", "yes"), ("yes", "no")), kind)
    assert [sample.row for sample in chosen] == rows


@pytest.mark.parametrize(("asked", "got"), [(-3, 0), (0, 0), (1, 1), (99, 2)])
def test_pages_stay_within_what_there_is(asked, got):
    page = sample_page(pairs(*[("no", "yes")] * (2 * PAGE_ROWS + 5)), asked)
    assert page.number == got
    assert page.pages == 3
    assert page.rows[0][0] == str(got * PAGE_ROWS + 1)


def test_an_empty_kind_says_so():
    assert sample_page([], 0).position == "No row is of this kind."


def test_long_cells_are_cut_in_the_table_alone():
    sample = pair_samples([predict(1, "x" * 100_000)], [predict(1, "yes")])[0]
    assert len(sample.cells()[3]) < 300
    assert len(sample.base) == 100_000
