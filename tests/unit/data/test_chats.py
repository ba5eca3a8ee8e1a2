"""Chats of both styles: the last assistant turn is the target, what stands before it the context."""

import json

import pytest

from tuning.data.chats import chat_style, parse_chat, transcript


def openai(*turns: tuple[str, object]) -> str:
    return json.dumps([{"role": role, "content": content} for role, content in turns])


def test_styles_are_told_apart():
    assert chat_style(openai(("user", "a"))) == "messages"
    assert chat_style(json.dumps([{"from": "human", "value": "a"}])) == "conversations"
    for cell in ("", "[]", "[1]", "plain", "[" * 100_000, '[{"role": "user"}]', '{"role": "user", "content": "x"}'):
        assert chat_style(cell) is None


def test_a_lone_question_is_the_input_as_it_is():
    chat = parse_chat(openai(("user", " How? "), ("assistant", " So. ")))
    assert chat is not None
    assert (transcript(chat, with_system=True), chat.reply) == (" How? ", "So.")


def test_earlier_turns_are_the_context_and_later_ones_are_left_out():
    turns = [("human", "a"), ("gpt", "b"), ("human", "c"), ("gpt", "d"), ("human", "e")]
    chat = parse_chat(json.dumps([{"from": who, "value": what} for who, what in turns]))
    assert chat is not None
    assert transcript(chat, with_system=False) == "User: a\n\nAssistant: b\n\nUser: c"
    assert chat.reply == "d"


def test_what_the_system_says_can_be_shown_or_told_apart():
    chat = parse_chat(openai(("system", "Be kind."), ("user", "a"), ("assistant", "b")))
    assert chat is not None
    assert chat.system == "Be kind."
    assert transcript(chat, with_system=False) == "a"
    assert transcript(chat, with_system=True) == "System: Be kind.\n\nUser: a"


def test_a_turn_may_be_made_of_parts_of_text():
    chat = parse_chat(
        openai(("user", [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]), ("assistant", "c"))
    )
    assert chat is not None
    assert transcript(chat, with_system=False) == "ab"


@pytest.mark.parametrize(
    "cell",
    [
        openai(("user", "a")),
        openai(("assistant", "a")),
        openai(("assistant", "a"), ("user", "b")),
        openai(("user", "a"), ("assistant", " ")),
        openai(("user", "a"), ("tool", "x"), ("assistant", "b")),
        openai(("user", [{"type": "image_url", "image_url": "x"}]), ("assistant", "b")),
        openai(("user", "a"), ("assistant", None)),
        "",
    ],
)
def test_chats_that_nothing_can_be_learned_from(cell):
    assert parse_chat(cell) is None
