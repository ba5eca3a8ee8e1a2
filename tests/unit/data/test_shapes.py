"""The shapes that people have, recognised with a reason; what is set by hand comes first."""

import json

import pytest

from tests.unit.data.tables import TEXTS, repeated, shape_of, table_of
from tuning.data.profile import profile_columns
from tuning.data.shapes import other_shapes
from tuning.errors import ColumnError
from tuning.spec import Task

ASKED, ANSWERED = TEXTS[:60], [f"{text}, said again" for text in TEXTS[:60]]
CHAT = [
    json.dumps([{"role": "user", "content": a}, {"role": "assistant", "content": b}])
    for a, b in zip(ASKED, ANSWERED, strict=True)
]
SHARED = [
    json.dumps([{"from": "human", "value": a}, {"from": "gpt", "value": b}])
    for a, b in zip(ASKED, ANSWERED, strict=True)
]
ANSWERS = [json.dumps({"text": [text], "answer_start": [0]}) for text in ANSWERED]


@pytest.mark.parametrize(
    ("table", "kind", "task", "template"),
    [
        (table_of(text=ASKED, label=repeated("a", "b")), "text-label", Task.CLASSIFY, None),
        (table_of(text=ASKED, label=repeated("0", "1", "2")), "text-label", Task.CLASSIFY, None),
        (table_of(prompt=ASKED, completion=ANSWERED), "prompt-completion", Task.GENERATE, None),
        (table_of(question=ASKED, answer=ANSWERED), "prompt-completion", Task.GENERATE, None),
        (table_of(instruction=ASKED, input=repeated("", "x"), output=ANSWERED), "instruction-input-output",
         Task.GENERATE, "{instruction}\n\n{input}"),
        (table_of(("answers",), context=TEXTS[30:90], question=ASKED, answers=ANSWERS), "question-answer",
         Task.GENERATE, "{context}\n\n{question}"),
        (table_of(premise=ASKED, hypothesis=ANSWERED, label=repeated("0", "1", "2")), "several-inputs", Task.CLASSIFY,
         "premise: {premise}\nhypothesis: {hypothesis}"),
        (table_of(("messages",), messages=CHAT, id=list(map(str, range(60)))), "messages", Task.GENERATE, None),
        (table_of(("conversations",), conversations=SHARED), "conversations", Task.GENERATE, None),
    ],
)  # fmt: skip
def test_shapes_are_recognised_by_their_columns(table, kind, task, template):
    shape = shape_of(table)
    assert (shape.kind, shape.task, shape.template, shape.confidence) == (kind, task, template, "sure")
    assert shape.reason.endswith(".")


def test_chats_that_end_in_one_of_a_few_words_are_labelled():
    replies = repeated("Games", "Web", "Mail")
    chats = [
        json.dumps([{"role": "user", "content": asked}, {"role": "assistant", "content": reply}])
        for asked, reply in zip(ASKED, replies, strict=True)
    ]
    shape = shape_of(table_of(("messages",), messages=chats))
    assert (shape.kind, shape.task, shape.confidence) == ("messages", Task.CLASSIFY, "likely")
    assert "Its 3 different ones repeat, so they are labels." in shape.reason
    written = shape_of(table_of(("messages",), messages=chats), task=Task.GENERATE)
    assert (written.task, written.confidence) == (Task.GENERATE, "set")


def test_columns_set_by_hand_are_said_to_be():
    table = table_of(text=ASKED, label=repeated("a", "b"))
    assert shape_of(table, target="label").confidence == "set"


def test_columns_without_a_telling_name_are_a_guess():
    assert shape_of(table_of(q1=ASKED, q2=repeated("a", "b"))).confidence == "likely"
    many = table_of(q1=ASKED, q2=repeated("a", "b"), q3=repeated("c", "d", "e"), q4=ANSWERED)
    assert shape_of(many).confidence == "unsure"


def test_columns_named_after_languages_are_translated_before_anything_is_classified():
    table = table_of(English=ASKED, Deutsch=ANSWERED, kind=repeated("country", "region"))
    shape = shape_of(table)
    assert (shape.kind, shape.task, shape.confidence) == ("prompt-completion", Task.GENERATE, "likely")
    assert (shape.input, shape.target) == ("English", "Deutsch")
    assert (
        shape.reason == "'English' and 'Deutsch' are named after languages, so 'English' is translated into 'Deutsch'."
    )
    others = {other.target for other in other_shapes(table, profile_columns(table), shape)}
    assert others == {"kind", "English"}
    back = shape_of(table, input="Deutsch")
    assert (back.target, back.confidence) == ("English", "set")
    assert shape_of(table, task=Task.CLASSIFY).target == "kind"


def test_labels_of_languages_are_no_translation():
    table = table_of(text=ASKED, de=repeated("gut", "schlecht"), en=repeated("good", "bad"))
    assert shape_of(table).task is Task.CLASSIFY
    assert shape_of(table_of(en=ASKED, kind=repeated("a", "b"))).target == "kind", "one code alone says nothing"


def test_what_is_set_by_hand_is_taken():
    table = table_of(instruction=ASKED, input=ANSWERED, output=TEXTS[20:80], mood=repeated("a", "b"))
    assert shape_of(table, input="input", target="mood").kind == "text-label"
    joined = shape_of(table, template="Say {input} of {instruction}", target="mood")
    assert (joined.kind, joined.task, joined.input) == ("several-inputs", Task.CLASSIFY, "input")


def test_a_repeated_run_reads_the_same():
    for table in (
        table_of(("messages",), messages=CHAT, other=ASKED),
        table_of(instruction=ASKED, input=repeated("", "x"), output=ANSWERED),
        table_of(premise=ASKED, hypothesis=ANSWERED, label=repeated("0", "1", "2")),
    ):
        first = shape_of(table)
        again = shape_of(table, task=first.task, input=first.input, target=first.target, template=first.template)
        assert (again.input, again.target, again.template, again.task, again.is_chat) == (
            first.input, first.target, first.template, first.task, first.is_chat,
        )  # fmt: skip


def test_other_readings_are_offered():
    table = table_of(text=ASKED, label=repeated("a", "b"), tone=repeated("c", "d", "e"), reply=ANSWERED)
    others = other_shapes(table, profile_columns(table), shape_of(table))
    assert ("text", "tone") in {(other.input, other.target) for other in others}
    assert ("text", "label") not in {(other.input, other.target) for other in others}
    assert len(others) <= 3


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"template": "no column"}, "the template names no column; write one in braces, such as {text}"),
        ({"template": "{txt}"}, "the template names {txt}, which is no column; choose one of 'text', 'label'"),
        ({"template": "{text} {label}", "target": "label"},
         "the template shows the model its target, 'label'; take it out"),
        ({"template": "{text}", "input": "label"},
         "input column 'label' is not in the template; name it there or leave it unset"),
    ],
)  # fmt: skip
def test_a_template_at_fault_is_refused(settings, message):
    with pytest.raises(ColumnError) as caught:
        shape_of(table_of(text=ASKED, label=repeated("a", "b")), **settings)
    assert str(caught.value) == message
