"""Tables of every shape → rows of input and target; split columns; new rows for a model that was tuned on such."""

import json

import pytest

from tests.unit.data.tables import TEXTS, repeated, table_of
from tuning.data.extracting import NO_SPLIT_COLUMN, extract, find_split_column
from tuning.data.planning import Draft, Source, draft
from tuning.data.preparing import inputs_for, prepare_tables
from tuning.data.rows import Rows
from tuning.data.table import Table
from tuning.errors import ColumnError
from tuning.spec import RunSpec

ASKED, ANSWERED = TEXTS[:60], [f"{text}, said again" for text in TEXTS[:60]]


def rows_of(table: Table, /, **settings: object) -> Rows:
    return drafted(table, **settings).rows


def drafted(table: Table, /, **settings: object) -> Draft:
    return draft(Source(table), RunSpec.model_validate(settings))


def chats(system: list[str]) -> Table:
    cells = [
        json.dumps(
            [
                {"role": "system", "content": system[n % len(system)]},
                {"role": "user", "content": ASKED[n]},
                {"role": "assistant", "content": ANSWERED[n]},
            ]
        )
        for n in range(60)
    ]
    return table_of(("messages",), messages=cells)


def test_plain_columns_are_taken_as_they_are_but_for_white_space_around_targets():
    rows = rows_of(table_of(text=[f" {text} " for text in ASKED], label=repeated(" a", "b ")))
    assert (rows.inputs[0], rows.targets[:2], rows.numbers[:2]) == (f" {ASKED[0]} ", ["a", "b"], [1, 2])


def test_an_empty_input_leaves_the_instruction_alone():
    rows = rows_of(table_of(instruction=ASKED, input=repeated("", "x y"), output=ANSWERED))
    assert rows.inputs[:2] == [ASKED[0], f"{ASKED[1]}\n\nx y"]


def test_the_first_of_several_answers_is_the_target():
    answers = [json.dumps({"text": [text, "or so"], "answer_start": [0]}) for text in ANSWERED]
    answers[1] = json.dumps({"text": [], "answer_start": []})
    rows = rows_of(table_of(("answers",), context=TEXTS[30:90], question=ASKED, answers=answers))
    assert rows.inputs[0] == f"{TEXTS[30]}\n\n{ASKED[0]}"
    assert rows.targets[:3] == [ANSWERED[0], "", ANSWERED[2]]


def test_what_every_chat_is_told_is_the_instruction():
    found = prepare_tables(Source(chats(["Be kind."])), RunSpec())
    assert found.dataset.instruction == "Be kind."
    assert found.dataset.reason.endswith("which is the instruction: it begins the user's turn.")
    assert found.splits.train[0].input in ASKED
    assert (found.dataset.input, found.dataset.target, found.spec.input) == ("messages", "messages", "messages")


def test_what_chats_are_told_apart_stays_in_the_input():
    found = drafted(chats(["Be kind.", "Be brief."]))
    assert found.rows.inputs[1] == f"System: Be brief.\n\nUser: {ASKED[1]}"
    assert found.shape.reason.endswith("System messages stand in the user's turn, before what was said.")
    assert prepare_tables(found.source, RunSpec()).dataset.instruction == ""
    assert "ystem" not in drafted(chats([""])).shape.reason


@pytest.mark.parametrize(
    ("cells", "wanted"),
    [
        (repeated("train", "test", "validation"), "split"),
        (repeated("Train", "TEST"), "split"),
        (repeated("train"), None),
        (repeated("train", "test", "maybe"), None),
        (repeated("train", "", "test"), None),
    ],
)
def test_a_split_column_says_train_and_test_of_every_row(cells, wanted):
    assert find_split_column(table_of(text=ASKED, label=repeated("a", "b"), split=cells), RunSpec()) == wanted


def test_a_split_column_can_be_ignored_or_named():
    table = table_of(text=ASKED, label=repeated("a", "b"), split=repeated("train", "test"), where=repeated("dev", "x"))
    assert find_split_column(table, RunSpec(split=NO_SPLIT_COLUMN)) is None
    assert find_split_column(table, RunSpec(split="split")) == "split"
    with pytest.raises(ColumnError) as caught:
        find_split_column(table, RunSpec(split="where"))
    assert str(caught.value) == (
        "split column 'where' must say train, dev or test for every row, with train and test among them, but holds "
        "'dev', 'x'; correct it, or set split to - to split by chance"
    )


def test_parts_follow_the_split_column():
    found = drafted(table_of(text=ASKED, label=repeated("a", "b"), split=repeated("train", "test", "val")))
    assert found.rows.parts[:3] == ["train", "test", "dev"]
    assert extract(found.source.table, found.reading, "test").parts == ["test"] * 60


def test_new_rows_are_asked_as_the_rows_of_the_run_were():
    joined = prepare_tables(
        Source(table_of(premise=ASKED, hypothesis=ANSWERED, label=repeated("a", "b"))), RunSpec()
    ).dataset
    new = table_of(premise=["p"], hypothesis=["h"])
    assert inputs_for(new, joined) == ["premise: p\nhypothesis: h"]
    with pytest.raises(ColumnError, match="hypothesis"):
        inputs_for(table_of(premise=["p"]), joined)

    chat = prepare_tables(Source(chats(["Be kind."])), RunSpec()).dataset
    question = json.dumps([{"role": "system", "content": "Be kind."}, {"role": "user", "content": "why"}])
    assert inputs_for(table_of(("messages",), messages=[question, "no chat"]), chat) == ["why", ""]


def test_runs_made_before_shapes_were_kept_read_their_column():
    dataset = prepare_tables(Source(table_of(text=ASKED, label=repeated("a", "b"))), RunSpec()).dataset
    old = dataset.model_copy(update={"shape": None})
    assert inputs_for(table_of(text=["x"]), old) == ["x"]
    with pytest.raises(ColumnError, match=r"column 'text' is not in .*, which has 'texts'; add it"):
        inputs_for(table_of(texts=["x"]), old)
