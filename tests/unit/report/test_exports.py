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
    head, row = lines(predictions_csv(pair_samples(base, base, "", "accuracy")))
    cell = defused(text)
    assert head == ["row", "input", "target", "base", "base correct", "tuned", "tuned correct", "kind", cell]
    assert row == ["1", cell, cell, cell, "True", cell, "True", "both right", cell]


def test_rows_that_one_model_did_not_answer_are_left_out():
    one, two = (Prediction(row=row, input="in", target="out", output="out") for row in (1, 2))
    assert [row[0] for row in lines(predictions_csv(pair_samples([one, two], [two], "", "accuracy")))] == ["row", "2"]


def test_what_a_model_was_sure_of_and_how_like_its_text_is_are_written_where_they_are_known():
    shares = {"a": 0.25, "b": 0.75}
    one, two = (Prediction(row=row, input="in", target="a", output="b", probabilities=shares) for row in (7, 3))
    head, *rows = lines(predictions_csv(pair_samples([one, two], [one, two], "", "accuracy")))
    assert head[3:] == ["base", "base correct", "base sure", "tuned", "tuned correct", "tuned sure", "kind"]
    assert [row[0] for row in rows] == ["3", "7"]
    assert rows[0][3:] == ["b", "False", "0.7500", "b", "False", "0.7500", "both wrong"]
    base = Prediction(row=1, input="in", target="a long text", output="a", likeness=0.5)
    tuned = base.model_copy(update={"output": "a long"})
    head, row = lines(predictions_csv(pair_samples([base], [tuned], "", "chrf")))
    assert (head[10], row[10]) == ("likeness", "0.5000")
    assert head[3:7] == ["base", "base correct", "base score", "tuned"]
    assert float(row[5]) < float(row[8])
    assert row[9] == "closer"


def test_what_is_best_without_tuning_is_there_to_be_counted():
    one, two = (Prediction(row=row, input="in", target="a", output="b") for row in (1, 2))
    simpler = [one.model_copy(update={"output": "a"})]
    samples = pair_samples([one, two], [one, two], "", "accuracy", simpler)
    head, first, second = lines(predictions_csv(samples))
    assert head[-2:] == ["best without tuning", "best without tuning correct"]
    assert (first[-2:], second[-2:]) == (["a", "True"], ["", ""]), "row 2 leaked, and is not judged"
    told = {line["row"]: line for line in map(json.loads, samples_jsonl(samples).splitlines())}
    assert told[1]["best_without_tuning"]["right"] is True
    assert "best_without_tuning" not in told[2]


def test_a_column_of_the_file_takes_no_name_of_ours():
    cells = {"kind": "region", "kind (file)": "x", "base correct": "y", "note": "z"}
    row = Prediction(row=1, input="in", target="out", output="out", columns=cells)
    written = predictions_csv(pair_samples([row], [row], "", "accuracy"))
    (told,) = csv.DictReader(io.StringIO(written.removeprefix("\ufeff"), newline=""))
    assert told["kind"] == "both right"
    assert told["base correct"] == "True"
    assert (told["kind (file) (file)"], told["kind (file)"], told["base correct (file)"]) == ("region", "x", "y")
    assert told["note"] == "z"
    (line,) = map(json.loads, samples_jsonl(pair_samples([row], [row], "", "accuracy")).splitlines())
    assert (line["kind"], line["columns"]) == ("both right", cells)


def test_json_lines_keep_every_text_as_it_was(tmp_path):
    run = finished_run(tmp_path, text=HOSTILE)
    base = run.predictions("base")
    text = samples_jsonl(pair_samples(base, run.predictions("tuned"), run.id, "accuracy"))
    told = [json.loads(line) for line in text.removesuffix("\n").split("\n")]
    assert {line["input"] for line in told} == {one.input for one in base}
    assert {line["kind"] for line in told} == {"fixed", "both right", "broken"}
    assert all(set(line["base"]) == {"text", "right", "sure", "on_target"} for line in told)
