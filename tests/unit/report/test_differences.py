"""Word differences: whole, bounded, told to the ear, and never anything but text."""

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.scoring.builders import steady
from tests.unit.ui.builders import HOSTILE
from tests.unit.ui.fragments import Names, text_of
from tuning.report.differences import COMPARED, Piece, compare_words, mark, plain

EVERYTHING = 10**9
texts = st.text(alphabet="ab <&.\u200b\n中", max_size=30)


def pieces(answer: str, target: str) -> list[tuple[str, str]]:
    return [(piece.kind, piece.text) for piece in compare_words(answer, target)]


def test_what_is_missing_and_what_is_too_much_is_marked():
    assert pieces("Main St 5, Bern", "Main Street 5, Bern 3000") == [
        ("same", "Main "),
        ("extra", "St "),
        ("missing", "Street "),
        ("same", "5, Bern"),
        ("missing", " 3000"),
    ]


def test_punctuation_and_characters_without_spaces_are_words_of_their_own():
    assert ("missing", "3") in pieces('{"a": 1}', '{"a": 3}')
    assert ("extra", "猫") in pieces("我爱猫", "我爱狗")


@steady
@given(answer=texts, target=texts)
def test_without_what_is_missing_the_pieces_are_the_answer(answer, target):
    found = compare_words(answer, target)
    assert "".join(piece.text for piece in found if piece.kind != "missing") == answer
    kept = "".join(piece.text for piece in found if piece.kind != "extra")
    assert "".join(kept.split()) == "".join(target.split())


@pytest.mark.parametrize(
    ("answer", "target", "kind"),
    [
        ("IX ", "IX", "equal"),
        ("a  b", "a b", "spacing"),
        ("a quick fox", "a slow fox", "differs"),
        ("Sure! I can help.", '{"zip": 3000}', "unlike"),
    ],
)
def test_how_far_an_answer_is_from_its_target(answer, target, kind):
    marked = mark(answer, target)
    assert marked.kind == kind
    assert ("<del>" in marked.draw(EVERYTHING)) is (kind == "differs")


def test_marks_are_said_to_the_ear():
    assert text_of(mark("a quick fox", "a slow fox").draw(99)) == (
        "a not in the target: quick missing: slow fox"  # in words, as colour and lines are not heard
    )


def test_a_difference_that_cannot_be_seen_is_spelled_out():
    assert "foo‹U+200B›" in mark("foo\u200b bar", "foo bar").draw(99)


@pytest.mark.parametrize("shown", [mark(f"{HOSTILE} a b c", f"{HOSTILE} a c").draw(EVERYTHING), plain(HOSTILE, 999)])
def test_hostile_texts_stay_texts(shown):
    assert Names(shown).tags <= {"bdi", "del", "ins", "span"}
    assert "&lt;script&gt;" in shown


def test_a_hostile_difference_stays_text():
    shown = mark("hello <img src=x onerror=1>", "hello <script>").draw(EVERYTHING)
    assert not Names(shown).tags & {"img", "script"}


@pytest.mark.parametrize("limit", [0, 1, 5, 11])
def test_a_cut_answer_says_that_it_is_cut(limit):
    shown = html.unescape(re.sub(r"<span.*?</span>|<.*?>", "", mark("a quick fox", "a slow fox").draw(limit)))
    assert shown.endswith("…")
    assert len(shown) == limit + 1


def test_long_texts_are_compared_in_part_and_shown_whole():
    target = "word " * 20_000
    found = compare_words(f"{target}more", target)
    assert {piece.kind for piece in found} == {"same"}
    found = compare_words(f"other {target}", target)
    assert found[0] == Piece("extra", "other ")
    assert "".join(piece.text for piece in found if piece.kind != "missing") == f"other {target}"
    assert max(len(piece.text) for piece in found if piece.kind != "same") <= COMPARED
