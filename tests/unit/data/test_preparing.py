"""From a file to what a worker gets, with what a person is told on the way."""

import json
import subprocess
import sys
from collections import Counter

import pytest

from tuning.data.examples import Prepared
from tuning.data.preparing import Source, prepare, prepare_tables
from tuning.data.table import Table, text_columns
from tuning.errors import ColumnError, FileError, InputError, SettingError
from tuning.spec import CleaningPlan, CleaningStep, PlanStep, RunSpec, Task

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


def test_an_instruction_for_two_languages_is_to_translate():
    def told(source: str, target: str, **settings: object) -> str:
        rows = [{source: row["customer_question"], target: row["full_reply"]} for row in answered(60)]
        return prepared(rows, **settings).dataset.instruction

    assert told("English", "Deutsch") == "Translate from English to Deutsch."
    assert told("source_en", "target_de") == "Translate from English to German."
    assert told("English", "Deutsch", input="Deutsch") == "Translate from Deutsch to English."
    assert told("English", "Deutsch", template="Say: {English}").startswith("Write the Deutsch")
    assert told("English", "words") == "Write the words for this English."


def test_an_instruction_for_labels_names_them_all():
    given = prepared(labelled(labels=("spam", "ham")), instruction="Is it spam?\n")
    assert given.dataset.instruction == "Is it spam?\nLabels: ham, spam"
    complete = prepared(labelled(labels=("spam", "ham")), instruction="Is it spam or ham?")
    assert complete.dataset.instruction == "Is it spam or ham?"
    bare = prepared(labelled(labels=("yes", "no")), target="label")
    assert bare.dataset.instruction == "Classify the text by label. Answer with one of these labels: no, yes."
    commas = prepared(labelled(labels=("a, b", "c")))
    assert commas.dataset.instruction == "Classify the text. Answer with one of these labels: a, b; c."


def test_an_instruction_for_json_names_its_keys():
    rows = [{"line": f"{row['customer_question']} x", "parsed": json.dumps({"a": str(n), "b": "c"})} for n, row in
            enumerate(answered(60))]  # fmt: skip
    rows[7]["parsed"] = json.dumps({"a": "7", "rare": "d"})
    assert prepared(rows).dataset.instruction == "Write the parsed for this line as a JSON object with the keys a, b."
    assert prepared(rows, instruction="Parse it.").dataset.instruction == "Parse it."
    wide = [{**row, "parsed": json.dumps({f"{'key' * 20} {n}": "v" for n in range(9)})} for row in rows]
    assert prepared(wide, target="parsed").dataset.instruction == "Write the parsed for this line as a JSON object."
    rows[3]["parsed"] = "no object"
    assert prepared(rows, target="parsed").dataset.instruction == "Write the parsed for this line."


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
        "1 input appears with different targets: 98.4% of all rows is the most that can be right.",
        "12 test rows are too few for a verdict: at least 20 are needed; add rows.",
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
            "'data.jsonl' has one column, 'text'; two are needed, one to read, one to produce; add the other",
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
            (
                "column 'label' holds one label, 'only'; at least two are needed to tell apart, "
                "add rows of another or choose another target"
            ),
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


def apart(count: int, about: str = "customer", labels: tuple[str, ...] = ("x", "y")) -> Rows:
    """Rows that share few words."""
    return [{"text": f"{about}{i} wrote word{i * 7} and word{i * 11}", "label": labels[i % 2]} for i in range(count)]


def test_duplicates_are_left_out_and_noted():
    rows = [*apart(60), *apart(7)]
    found = prepared(rows)
    assert numbers(found) == list(range(1, 61))
    assert found.dataset.notes[0] == (
        "7 rows left out because they repeat the input and target of another: rows 61, 62, 63, 64, 65 and 2 more."
    )


def test_a_run_is_repeated_exactly_by_the_spec_it_keeps():
    rows = [*apart(90), *apart(7), {"text": "mail me@example.org soon", "label": "x"}]
    first = prepared(rows, rows=50, plan=CleaningPlan.usual().switched(CleaningStep.REDACT, on=True))
    again = prepared(rows, **json.loads(first.spec.model_dump_json(exclude_none=True)))
    assert again.splits == first.splits
    assert again.dataset.cleaning == first.dataset.cleaning
    assert {report.step for report in first.dataset.cleaning} >= {CleaningStep.REDACT, CleaningStep.DROP_DUPLICATES}


def test_steps_that_are_off_do_nothing():
    plan = CleaningPlan(steps=(PlanStep(step=CleaningStep.DROP_EMPTY, on=True),))
    found = prepared([*apart(60), *apart(7)], plan=plan)
    assert len(numbers(found)) == 67
    assert [report.step for report in found.dataset.cleaning] == [CleaningStep.DROP_EMPTY]


def test_redacting_reaches_every_column():
    rows = [{**row, "who": "me@example.org", "text": f"{row['text']} you@example.org"} for row in apart(60)]
    found = prepared(rows, plan=CleaningPlan.usual().switched(CleaningStep.REDACT, on=True))
    kept = json.dumps([example.model_dump() for example in found.splits.train])
    assert "@" not in kept
    assert "[e-mail]" in kept
    assert found.dataset.personal == 0


def test_rows_that_keep_personal_data_are_counted():
    rows = [{**row, "text": f"{row['text']} you@example.org"} for row in apart(7)]
    found = prepared([*apart(60, "visitor"), *rows], plan=CleaningPlan.usual())
    assert found.dataset.personal == 7


def test_a_second_file_is_the_test_and_what_leaks_into_it_is_left_out():
    rows, test = apart(60), [*apart(3), *apart(30, "visitor")]
    found = prepared(rows, test)
    assert [example.row for example in found.splits.test] == list(range(1, 34))
    assert not {e.input for e in found.splits.test} & {e.input for e in found.splits.train}
    assert (found.dataset.test_name, found.dataset.leaked) == ("test.jsonl", [])
    assert (
        "3 rows left out of training because their input is that of a test row, or nearly: rows 1, 2, 3."
        in found.dataset.notes
    )


def test_rows_of_a_test_file_are_told_apart_from_those_of_the_first():
    test = [*apart(30, "visitor"), {"text": "", "label": "x"}, {"text": "a last word on this", "label": ""}]
    found = prepared([*apart(60), apart(60)[0]], [*test, test[0]])
    assert found.dataset.notes[:3] == [
        "1 row left out because column 'text' is empty there: row 31 (test file).",
        "1 row left out because column 'label' is empty there: row 32 (test file).",
        "2 rows left out because they repeat the input and target of another: rows 61, 33 (test file).",
    ]
    (repeated,) = [one for one in found.dataset.cleaning if one.step is CleaningStep.DROP_DUPLICATES]
    assert [example.name for example in repeated.examples] == ["61", "33 (test file)"]


def test_leaks_that_stay_by_choice_are_said():
    plan = CleaningPlan.usual().switched(CleaningStep.DROP_LEAKED, on=False)
    found = prepared(apart(60), [*apart(3), *apart(30, "visitor")], plan=plan)
    trained = {e.input for e in found.splits.train}
    assert found.dataset.leaked == [e.row for e in found.splits.test if e.input in trained]
    assert found.dataset.leaked
    assert found.dataset.notes[-1].startswith(
        f"{len(found.dataset.leaked)} of 33 test rows have nearly the input of a training row, because step "
        "'keep test rows out of training' is off"
    )


def test_near_duplicates_with_other_targets_stay_in_one_split():
    rows = apart(60)
    rows += [{"text": row["text"].replace("wrote", "wrtoe"), "label": "yx"["xy".index(row["label"])]} for row in rows]
    found = prepared(rows)
    of_customer = [
        {e.input.split()[0] for e in part} for part in (found.splits.train, found.splits.dev, found.splits.test)
    ]
    assert len(numbers(found)) == 120
    assert not of_customer[0] & of_customer[1]
    assert not of_customer[0] & of_customer[2]
    assert found.dataset.leaked == []
    torn = prepared(rows, plan=CleaningPlan.usual().switched(CleaningStep.KEEP_TOGETHER, on=False))
    assert torn.dataset.leaked


def test_a_template_that_most_rows_share_is_not_enforced():
    words = ["red", "blue", "teal", "pink", "gold", "grey", "jade", "rust", "plum", "lime"]
    long = "please note that the order you placed with us on the web has now been packed and sent by our people in {}"
    rows = [{"text": long.format(words[i % 10] + words[i // 10]), "reply": f"answer {i} it is"} for i in range(100)]
    found = prepared(rows, input="text", target="reply")
    assert sum(map(len, (found.splits.train, found.splits.dev, found.splits.test))) == 100
    assert len(found.dataset.leaked) == len(found.splits.test)
    assert "because their text is a template that most rows share" in found.dataset.notes[-1]


def test_a_split_column_decides():
    rows = [{**row, "split": ("train", "train", "test")[i % 3]} for i, row in enumerate(apart(90))]
    found = prepared(rows)
    assert [example.row for example in found.splits.test] == list(range(3, 91, 3))
    assert found.dataset.split == "split"
    assert "Column 'split' says which rows are for training, dev and test." in found.dataset.notes
    assert prepared(rows, split="-").dataset.split is None


def test_a_wish_for_test_rows_is_met_or_the_difference_noted():
    rows = [{**row, "who": f"p{i // 4}"} for i, row in enumerate(apart(80))]
    assert len(prepared(rows, test_rows=12, group="who").splits.test) == 12
    found = prepared(rows, test_rows=11, group="who")
    assert len(found.splits.test) == 12
    assert "12 test rows instead of 11: rows that belong together are not cut." in found.dataset.notes
