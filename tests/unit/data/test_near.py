"""Texts that are nearly the same, and texts that only look it."""

import random

import pytest

from tests.unit.data.planted import slip
from tests.unit.data.tables import TEXTS
from tuning.data.near import alike, near_duplicates, plain_words

LONG = (
    "the committee met on a rainy morning to talk about the bridge that had been closed since the flood of last spring"
)


@pytest.mark.parametrize(
    ("one", "other", "near"),
    [
        ("the quick brown fox jumps", "the quikc brown fox jumps", True),
        ("the quick brown fox jumps", "the quick brownfox jumps", True),
        ("the quick brown fox jumps", "jumps the quick brown fox", True),
        ("fracture of the left upper arm", "fracture of the right upper arm", False),
        ("ask me about viral hepatitis a", "ask me about viral hepatitis b", False),
        (LONG, LONG.replace("rainy", "sunny"), True),
        (LONG, LONG.replace("rainy morning", "dry evening"), False),
    ],
)
def test_what_counts_as_nearly_the_same(one, other, near):
    assert alike(one, other) is near
    assert alike(other, one) is near


def test_case_and_punctuation_do_not_count():
    assert plain_words("  The Cat, sat!\n") == "the cat sat"
    assert near_duplicates(["The cat sat.", "the CAT sat", "a dog"]).tolist() == [0, 0, 2]
    assert near_duplicates(["!!!", "???"]).tolist() == [0, 1]


def test_numbers_tell_texts_apart():
    texts = [f"the parcel with the number {n} has not arrived at my house" for n in range(50)]
    assert near_duplicates(texts).tolist() == list(range(50))


def test_short_texts_must_read_the_same():
    assert near_duplicates(["celebrex", "celebrax", "Celebrex"]).tolist() == [0, 1, 0]


def test_slips_are_found_wherever_their_like_stands():
    rng = random.Random(3)
    texts = [*TEXTS, *(slip(text, rng) for text in TEXTS)]
    found = near_duplicates(texts)
    joined = sum(int(found[n + len(TEXTS)]) == int(found[n]) for n in range(len(TEXTS)))
    assert joined >= 0.95 * len(TEXTS)


@pytest.mark.parametrize(
    "texts", [[], ["one text alone, long enough to count"], [""] * 3, ["日本語のテキスト" * 5] * 2]
)
def test_few_or_strange_texts(texts):
    assert len(near_duplicates(texts)) == len(texts)
