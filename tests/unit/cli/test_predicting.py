"""New rows keep their numbers and their columns; what nobody knows is null."""

import json

import pytest

from tests.unit.cli.helpers import HOSTILE, prediction, waiting_run
from tuning.cli.predicting import answer_line, new_rows
from tuning.data.shapes import Shape
from tuning.errors import ColumnError, FileError
from tuning.spec import Task


@pytest.fixture
def dataset(tmp_path):
    return waiting_run(tmp_path / "home").dataset()


def test_an_answer_is_one_line_with_the_row_the_target_and_the_other_columns(dataset):
    row = {"question": "q", "answer": "right", "city": "Bergen"}

    line = answer_line(prediction(1, "", "right", "q"), 7, row, dataset)

    assert json.loads(line) == {
        "row": 7,
        "input": "q",
        "target": "right",
        "output": "right",
        "correct": True,
        "columns": {"city": "Bergen"},
    }


def test_without_a_target_nobody_knows_whether_it_is_correct(dataset):
    content = json.loads(answer_line(prediction(1, "", "out", "q"), 1, {"question": "q"}, dataset))

    assert content["target"] == ""
    assert content["correct"] is None
    assert "columns" not in content


def test_an_answer_of_many_lines_is_one_line(dataset):
    line = answer_line(prediction(1, "", HOSTILE + "\u2028", "q"), 1, {"question": "q"}, dataset)

    assert "\n" not in line
    assert json.loads(line)["output"] == HOSTILE + "\u2028"


def test_rows_of_a_file_come_in_its_order(dataset, tmp_path):
    path = tmp_path / "new.csv"
    path.write_text("city,question\nOslo,one\nBergen,two\n", encoding="utf-8")

    assert [row.input for row in new_rows(path, dataset)] == ["one", "two"]


def test_a_file_without_the_input_column_is_refused_with_what_is_there(dataset, tmp_path):
    path = tmp_path / "new.csv"
    path.write_text("city,text\nOslo,one\nBergen,two\n", encoding="utf-8")

    with pytest.raises(ColumnError, match=r"'question'.*'city', 'text'"):
        new_rows(path, dataset)
    with pytest.raises(FileError):
        new_rows(tmp_path / "missing.csv", dataset)


def test_what_a_template_reads_is_read_of_new_rows_as_well(tmp_path):
    shape = Shape(
        kind="several-inputs",
        task=Task.CLASSIFY,
        input="city",
        target="answer",
        template="{city}: {question}",
        reason="set by hand",
        confidence="sure",
    )
    dataset = waiting_run(tmp_path / "home").dataset().model_copy(update={"shape": shape, "input": "city"})
    path = tmp_path / "new.csv"
    path.write_text("question,city\none,Oslo\ntwo,Bergen\n", encoding="utf-8")

    rows = new_rows(path, dataset)

    assert [row.input for row in rows] == ["Oslo: one", "Bergen: two"]
    assert rows[1].cells == {"question": "two", "city": "Bergen"}


def test_the_column_of_a_chat_is_no_target(dataset):
    shape = Shape(
        kind="messages", task=Task.GENERATE, input="chat", target="chat", reason="set by hand", confidence="sure"
    )
    chats = dataset.model_copy(update={"shape": shape, "input": "chat", "target": "chat"})
    content = json.loads(answer_line(prediction(1, "", "out", "q"), 1, {"chat": "[...]", "id": "7"}, chats))

    assert (content["target"], content["correct"]) == ("", None)
    assert content["columns"] == {"id": "7"}
