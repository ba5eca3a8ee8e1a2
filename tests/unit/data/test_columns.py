"""Columns as people name them, and columns whose names say nothing."""

import pytest

from tuning.data.columns import choose_columns
from tuning.data.profile import profile_columns
from tuning.data.table import Table, text_columns
from tuning.errors import ColumnError
from tuning.spec import Task

WORDS = ["red", "green", "blue", "old", "new", "small", "large", "fast", "slow", "warm"]


def texts(about: str, count: int = 40) -> list[str]:
    return [f"{about} {WORDS[i % 10]} {WORDS[i // 10]} and {WORDS[(i * 3) % 10]} thing" for i in range(count)]


def labels(*names: str, count: int = 40) -> list[str]:
    return [names[i % len(names)] for i in range(count)]


def objects(count: int = 40) -> list[str]:
    return [f'{{"colour": "{WORDS[i % 10]}", "number": "{i}"}}' for i in range(count)]


def codes(count: int = 40) -> list[str]:
    return [f"A{i:02}.{i % 7}" for i in range(count)]


def table(**columns: list[str]) -> Table:
    return Table("x.csv", "csv", text_columns(columns), "0" * 64)


@pytest.mark.parametrize(
    ("columns", "wanted"),
    [
        ({"text": texts("a"), "label": labels("x", "y")}, (Task.CLASSIFY, "text", "label")),
        ({"label": labels("x", "y"), "text": texts("a")}, (Task.CLASSIFY, "text", "label")),
        ({"Review": texts("a"), "Sentiment": labels("0", "1")}, (Task.CLASSIFY, "Review", "Sentiment")),
        ({"diagnosis": texts("a"), "chapter": labels("x", "y"), "code": codes()},
         (Task.CLASSIFY, "diagnosis", "chapter")),
        # JSON objects are what is to be written, of the longest text beside them.
        ({"asked_by": [f"lib{word}" for word in WORDS] * 4, "line": texts("a"), "parsed": objects()},
         (Task.GENERATE, "line", "parsed")),
        ({"parsed": objects(), "line": texts("a"), "kind": labels("x", "y")}, (Task.GENERATE, "line", "parsed")),
        ({"text": texts("a"), "label": labels("x", "y"), "meta": objects()}, (Task.CLASSIFY, "text", "label")),
        # The same without a name that says anything.
        ({"q7": texts("a"), "q8": labels("x", "y"), "q9": codes()}, (Task.CLASSIFY, "q7", "q8")),
        ({"question": texts("a"), "topic": labels("x", "y")}, (Task.CLASSIFY, "question", "topic")),
        ({"q9": codes(), "q8": labels("x", "y"), "q7": texts("a")}, (Task.CLASSIFY, "q7", "q8")),
        ({"split": labels("train", "test"), "b": labels("x", "y"), "c": texts("a")}, (Task.CLASSIFY, "c", "b")),
        ({"prompt": texts("a"), "response": texts("b")}, (Task.GENERATE, "prompt", "response")),
        ({"completion": texts("a"), "prompt": texts("b")}, (Task.GENERATE, "prompt", "completion")),
        ({"id": codes(), "question": texts("a"), "answer": texts("b")}, (Task.GENERATE, "question", "answer")),
        ({"input": texts("a"), "output": texts("b"), "n": labels("1", "2")}, (Task.GENERATE, "input", "output")),
        ({"instruction": texts("a"), "input": [""] * 40, "output": texts("b")},
         (Task.GENERATE, "instruction", "output")),
        ({"one": texts("a"), "two": texts("b")}, (Task.GENERATE, "one", "two")),
        # Values decide the task where names only decide the columns.
        ({"prompt": texts("a"), "completion": labels(" yes", " no")}, (Task.CLASSIFY, "prompt", "completion")),
        ({"words": labels("hi there", "good day", "bye bye"), "kind": labels("x", "y")},
         (Task.CLASSIFY, "words", "kind")),
    ],
)  # fmt: skip
def test_columns_are_found(columns, wanted):
    choice = choose_columns(table(**columns))
    assert (choice.task, choice.input, choice.target) == wanted
    assert choice.input in choice.reason
    assert choice.target in choice.reason


def test_what_is_set_by_hand_is_kept():
    data = table(text=texts("a"), label=labels("x", "y"), code=codes(), other=texts("b"))
    by_target = choose_columns(data, target="code")
    assert (by_target.task, by_target.input, by_target.target) == (Task.GENERATE, "text", "code")
    by_input = choose_columns(data, input="other")
    assert (by_input.task, by_input.input, by_input.target) == (Task.CLASSIFY, "other", "label")
    by_task = choose_columns(data, task=Task.GENERATE, target="label")
    assert (by_task.task, by_task.input, by_task.target) == (Task.GENERATE, "text", "label")
    whole = choose_columns(data, task=Task.CLASSIFY, input="label", target="text")
    assert (whole.task, whole.input, whole.target) == (Task.CLASSIFY, "label", "text")


def test_the_task_decides_between_columns():
    data = table(prompt=texts("a"), response=texts("b"), topic=labels("x", "y"))
    assert choose_columns(data).target == "response"
    assert choose_columns(data, task=Task.CLASSIFY).target == "topic"
    assert choose_columns(data, task=Task.GENERATE).target == "response"


def test_columns_kept_apart_are_not_chosen():
    data = table(body=texts("a"), patient=labels("p1x", "p2x"), verdict=labels("x", "y"))
    profiles = profile_columns(data)
    assert choose_columns(data, profiles=profiles).target == "patient"
    del profiles["patient"]
    assert choose_columns(data, profiles=profiles).target == "verdict"


@pytest.mark.parametrize(
    ("columns", "given", "message"),
    [
        (
            {"text": texts("a")},
            {},
            "'x.csv' has one column, 'text'; two are needed, one to read, one to produce; add the other",
        ),
        (
            {"text": texts("a"), "label": labels("x", "y")},
            {"target": "labels"},
            "target column 'labels' does not exist; 'x.csv' has 'text', 'label'",
        ),
        (
            {"text": texts("a"), "label": labels("x", "y")},
            {"input": "Text"},
            "input column 'Text' does not exist; 'x.csv' has 'text', 'label'",
        ),
        (
            {"text": texts("a"), "label": labels("x", "y")},
            {"input": "text", "target": "text"},
            "input and target are both 'text'; choose two different columns",
        ),
        (
            {"a": codes(), "b": [str(i) for i in range(40)]},
            {},
            "'x.csv' has no column of text with one to produce beside it among 'a', 'b'; set input and target by hand",
        ),
        (
            {"a": texts("a"), "b": [str(i) for i in range(40)]},
            {"task": Task.CLASSIFY, "input": "a"},
            (
                "'x.csv' has no column to go with input 'a' (a target of few repeated values) among 'a', 'b'; "
                "set input and target by hand"
            ),
        ),
    ],
)
def test_what_cannot_be_chosen_is_said(columns, given, message):
    with pytest.raises(ColumnError) as caught:
        choose_columns(table(**columns), **given)
    assert str(caught.value) == message
