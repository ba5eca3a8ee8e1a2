"""Predictions and the file they are kept in."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from tuning.errors import FileError
from tuning.prediction import Prediction, dump_predictions, read_predictions


def prediction(**values) -> Prediction:
    return Prediction(**{"row": 1, "input": "in", "target": "yes", "output": "yes", **values})


@pytest.mark.parametrize(
    ("target", "output", "correct"),
    [("yes", "yes", True), ("yes", " yes\n", True), ("yes", "Yes", False), ("a b", "ab", False), ("yes", "", False)],
)
def test_correct_forgives_white_space_at_the_ends_and_nothing_else(target, output, correct):
    assert prediction(target=target, output=output).correct is correct


def test_what_is_unknown_is_not_written_and_correct_is():
    line = json.loads(dump_predictions([prediction()]))
    assert line == {"row": 1, "input": "in", "target": "yes", "output": "yes", "correct": True}


text = st.text(alphabet=st.characters(exclude_categories=["Cs"]))


@given(inputs=st.lists(st.tuples(text, text)))
def test_a_file_read_back_holds_what_was_written(tmp_path_factory, inputs):
    path = tmp_path_factory.mktemp("predictions") / "base.jsonl"
    written = [prediction(row=row, input=a, output=b) for row, (a, b) in enumerate(inputs, 1)]
    path.write_bytes(dump_predictions(written).encode())
    assert read_predictions(path) == written


def test_every_field_survives(tmp_path):
    full = prediction(
        probabilities={"yes": 0.75, "no": 0.25},
        group="g",
        columns={"id": "7"},
        target_nll=1.5,
        target_tokens=3,
        hit_limit=False,
        raw=" yes",
    )
    path = tmp_path / "tuned.jsonl"
    path.write_text(dump_predictions([full]))
    assert read_predictions(path) == [full]


@pytest.mark.parametrize(
    ("line", "where"),
    [
        ('{"row": 2}', "input"),
        ("not json", "the line"),
        ('{"row": "x", "input": "", "target": "", "output": ""}', "row"),
    ],
)
def test_a_bad_line_is_named(tmp_path, line, where):
    path = tmp_path / "base.jsonl"
    path.write_text(dump_predictions([prediction()]) + line + "\n")
    with pytest.raises(FileError, match=f"line 2: {where}"):
        read_predictions(path)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(FileError, match=r"nowhere\.jsonl"):
        read_predictions(tmp_path / "nowhere.jsonl")


def test_not_a_number_is_no_probability():
    with pytest.raises(ValidationError):
        prediction(target_nll=float("nan"))
