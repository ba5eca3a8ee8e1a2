"""Test rows for other programs: nothing is lost, and no spreadsheet finds a formula."""

import csv
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.ui.builders import HOSTILE, finished_run
from tuning.prediction import Prediction
from tuning.report.exports import defused, predictions_csv, samples_jsonl
from tuning.report.samples import pair_samples

FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "\uff1d1"]


def lines(text: str) -> list[list[str]]:
    assert text.startswith("\ufeff")
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline="")))


@pytest.mark.parametrize("text", FORMULAS)
def test_a_formula_becomes_a_text(text):
    assert defused(text) == f"'{text}"


@given(st.text())
def test_no_cell_begins_like_a_formula_and_none_is_lost(text):
    assert not defused(text).startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
    assert defused(text).removeprefix("'") == text.removeprefix("'")


@pytest.mark.parametrize("text", [*FORMULAS, HOSTILE, 'a "quoted", cell\nof two lines', "x" * 100_000, ""])
def test_every_cell_is_read_back(text):
    base = [Prediction(row=1, input=text, target=text, output=text, columns={text: text})]
    head, row = lines(predictions_csv(base, base))
    cell = defused(text)
    assert head == ["row", "input", "target", "base", "base correct", "tuned", "tuned correct", cell]
    assert row == ["1", cell, cell, cell, "True", cell, "True", cell]


def test_rows_that_one_model_did_not_answer_are_left_out():
    one, two = (Prediction(row=row, input="in", target="out", output="out") for row in (1, 2))
    assert [row[0] for row in lines(predictions_csv([one, two], [two]))] == ["row", "2"]


def test_json_lines_keep_every_text_as_it_was(tmp_path):
    run = finished_run(tmp_path, text=HOSTILE)
    base = run.predictions("base")
    text = samples_jsonl(pair_samples(base, run.predictions("tuned"), run.id, "accuracy"))
    told = [json.loads(line) for line in text.removesuffix("\n").split("\n")]
    assert {line["input"] for line in told} == {one.input for one in base}
    assert {line["kind"] for line in told} == {"fixed", "both right", "broken"}
    assert all(set(line["base"]) == {"text", "right", "sure", "on_target"} for line in told)
