"""From a file to what a worker gets, with what a person is told on the way."""

import subprocess
import sys
from collections import Counter

import pytest

from tuning.data.examples import Prepared
from tuning.data.preparing import Source, prepare, prepare_tables
from tuning.data.table import Table, text_columns
from tuning.errors import ColumnError, FileError, InputError, SettingError
from tuning.spec import RunSpec, Task

Rows = list[dict[str, str]]


def labelled(count: int = 60, labels: tuple[str, ...] = ("x", "y", "z")) -> Rows:
    return [{"text": f"this is text {i}", "label": labels[i % len(labels)], "who": f"p{i % 12}q"} for i in range(count)]


def answered(count: int = 60) -> Rows:
    return [{"customer_question": f"question number {i}", "full_reply": f"answer number {i}"} for i in range(count)]


def table(content: Rows, name: str = "data.jsonl") -> Table:
    columns = {column: [row[column] for row in content] for column in content[0]}
    return Table(name, "jsonl", text_columns(columns), "0" * 64)


def prepared(content: Rows, test: Rows | None = None, /, **settings: object) -> Prepared:
    source = Source(table(content), None if test is None else table(test, "test.jsonl"))
    return prepare_tables(source, RunSpec.model_validate(settings))


def numbers(found: Prepared) -> list[int]:
    return sorted(e.row for part in (found.splits.train, found.splits.dev, found.splits.test) for e in part)


def test_classification():
    rows = labelled(400, (" b ", "a", "c"))
    found = prepared(rows)
    assert (found.spec.task, found.spec.input, found.spec.target) == (Task.CLASSIFY, "text", "label")
    assert found.dataset.labels == ["a", "b", "c"]
    assert found.dataset.instruction == "Classify the text. Answer with one of these labels: a, b, c."
    assert (found.dataset.name, found.dataset.rows) == ("data.jsonl", 400)
    assert found.dataset.columns == ["text", "label", "who"]
    assert found.dataset.notes == []
    first = next(e for part in (found.splits.train, found.splits.dev, found.splits.test) for e in part if e.row == 1)
    assert (first.input, first.target, first.group, first.columns) == ("this is text 0", "b", None, {"who": "p0q"})


def test_generation():
    found = prepared(answered(300))
    assert (found.spec.task, found.spec.input, found.spec.target) == (Task.GENERATE, "customer_question", "full_reply")
    assert found.dataset.labels == []
    assert found.dataset.instruction == "Write the full reply for this customer question."
    assert prepared(answered(300), instruction="Answer.").dataset.instruction == "Answer."
    assert prepared(answered(300), instruction="").dataset.instruction == ""


def test_an_instruction_for_labels_names_them_all():
    given = prepared(labelled(labels=("spam", "ham")), instruction="Is it spam?\n")
    assert given.dataset.instruction == "Is it spam?\nLabels: ham, spam"
    complete = prepared(labelled(labels=("spam", "ham")), instruction="Is it spam or ham?")
    assert complete.dataset.instruction == "Is it spam or ham?"
    commas = prepared(labelled(labels=("a, b", "c")))
    assert commas.dataset.instruction == "Classify the text. Answer with one of these labels: a, b; c."


def test_rows_without_input_or_target_are_left_out_and_named():
    rows = labelled(400)
    for i in (2, 9, 10, 11, 12, 13, 14):
        rows[i]["label"] = "  "
    rows[4]["text"] = ""
    found = prepared(rows)
    assert found.dataset.notes == [
        "1 row left out because column 'text' is empty there: row 5.",
        "7 rows left out because column 'label' is empty there: rows 3, 10, 11, 12, 13 and 2 more.",
    ]
    assert found.dataset.rows == 400
    assert numbers(found) == [n for n in range(1, 401) if n not in (3, 5, 10, 11, 12, 13, 14, 15)]


def test_rows_are_drawn_with_the_seed_and_of_every_label():
    rows = labelled(300)
    found, again, other = (prepared(rows, rows=30, seed=seed) for seed in (1, 1, 2))
    drawn = [e for part in (found.splits.train, found.splits.dev, found.splits.test) for e in part]
    assert Counter(e.target for e in drawn) == {"x": 10, "y": 10, "z": 10}
    assert found == again
    assert numbers(found) != numbers(other)
    assert len(numbers(prepared(rows, rows=1000))) == 300


def test_groups_are_kept_whole():
    found = prepared(labelled(240), group="who")
    parts = [{e.group for e in part} for part in (found.splits.train, found.splits.dev, found.splits.test)]
    assert set.union(*parts) == {f"p{i}q" for i in range(12)}
    assert sum(map(len, parts)) == 12
    by_letters = prepared([{**row, "who": f"{i % 9}{i}"} for i, row in enumerate(labelled(240))], group="who:1")
    assert {e.group for e in by_letters.splits.train} < set("012345678")


def test_a_group_column_is_no_target_and_may_look_like_a_rule():
    rows = [{"body": row["text"], "who:2": row["who"], "verdict": row["label"]} for row in labelled(240)]
    found = prepared(rows, group="who:2")
    assert found.dataset.target == "verdict"
    assert {e.group for e in found.splits.test} <= {f"p{i}q" for i in range(12)}


def test_rows_without_a_group_are_no_group():
    found = prepared([{**row, "who": ""} for row in labelled(60)], group="who")
    assert {e.group for e in found.splits.train} == {None}


def test_notes_on_what_makes_a_comparison_weak():
    rows = [*labelled(60), {"text": "THIS is  text 0", "label": "y", "who": ""}, {"text": "Z", "label": "X", "who": ""}]
    assert prepared(rows).dataset.notes == [
        "1 row given the usual spelling of its label: row 62.",
        "1 input appears with different targets, so no model can get all of those rows right.",
        (
            "With 12 test rows, base and tuned must differ by about 66 points to be told apart; "
            "more test rows would show smaller ones."
        ),
    ]


def test_labels_that_only_the_test_split_has_are_noted():
    rows = [{"text": f"text {i}", "label": f"l{i % 3}", "who": f"p{i % 3}"} for i in range(180)]
    notes = prepared(rows, group="who").dataset.notes
    assert len(notes) == 1
    assert notes[0].startswith("No training row has 'l")


def test_another_encoding_is_noted(tmp_path):
    path = tmp_path / "data.csv"
    path.write_bytes("".join(["text,label\n", *(f"café {i},{i % 2}\n" for i in range(300))]).encode("cp1252"))
    assert prepare(path, RunSpec(), name="menu.csv").dataset.notes == [
        "The encoding was guessed to be windows-1252: check accented letters, else save the file as UTF-8."
    ]


@pytest.mark.parametrize(
    ("rows", "settings", "kind", "message"),
    [
        (labelled(19), {}, FileError, "'data.jsonl' has 19 rows; at least 20 are needed, add more"),
        (
            [{"text": row["text"]} for row in labelled(5)],
            {},
            ColumnError,
            "'data.jsonl' has one column, 'text'; two are needed, one to read, one to produce",
        ),
        (
            [*labelled(19), *({**row, "label": ""} for row in labelled(5))],
            {},
            FileError,
            "'data.jsonl' has 19 rows with both 'text' and 'label'; at least 20 are needed, fill or add some",
        ),
        (
            labelled(labels=("only",)),
            {},
            ColumnError,
            "column 'label' holds one label, 'only'; at least two are needed to tell apart",
        ),
        (
            [{**row, "label": f"l{i}"} for i, row in enumerate(labelled(151))],
            {},
            ColumnError,
            "column 'label' holds 151 different labels, the most is 150; choose another target, or the task generate",
        ),
        (
            labelled(),
            {"group": "patient:3"},
            ColumnError,
            "group column 'patient' does not exist; 'data.jsonl' has 'text', 'label', 'who'",
        ),
        (
            labelled(),
            {"target": "nope"},
            ColumnError,
            "target column 'nope' does not exist; 'data.jsonl' has 'text', 'label', 'who'",
        ),
        (
            labelled(),
            {"test_rows": 50},
            SettingError,
            (
                "50 test rows and 6 dev rows of 60 usable rows leave fewer than 10 to train on; "
                "set fewer test rows or add data"
            ),
        ),
    ],
)
def test_what_cannot_be_prepared_is_said(rows, settings, kind, message):
    with pytest.raises(InputError) as caught:
        prepared(rows, **settings)
    assert type(caught.value) is kind
    assert str(caught.value) == message


def test_preparing_loads_no_heavy_library():
    heavy = {"torch", "transformers", "datasets", "evaluate", "pandas", "gradio"}
    code = f"import sys, tuning.data.preparing, tuning.data.bundled; print(sorted({heavy!r} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
