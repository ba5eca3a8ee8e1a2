"""Half the words in common, counted once each, whatever their case and order."""

import pytest

from tuning.data.likeness import like_known


@pytest.mark.parametrize(
    ("text", "known", "like"),
    [
        ("waving hand: light skin tone", "Waving hand: dark skin tone", True),
        ("one two", "two three", True),
        ("one two three", "three four five six", False),
        ("one one one two", "one five six", False),
        ("Straße", "STRASSE", True),
        ("...", "???", False),
        ("one", "", False),
    ],
)
def test_half_the_words_of_both_must_be_shared(text, known, like):
    assert like_known(["nothing of it", text], ["other", known]) == ([1] if like else [])


def test_without_known_texts_none_is_like_them():
    assert like_known(["a"], []) == like_known([], ["a"]) == []
