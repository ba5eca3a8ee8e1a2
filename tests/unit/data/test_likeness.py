"""Words in common with the nearest text, counted once each, whatever their case and order."""

import pytest

from tuning.data.likeness import ALIKE, likeness


@pytest.mark.parametrize(
    ("text", "known", "share"),
    [
        ("waving hand: light skin tone", "Waving hand: dark skin tone", 0.8),
        ("one two", "two three", 0.5),
        ("one two three", "three four five six", 2 / 7),
        ("one one one two", "one five six", 0.4),
        ("to be to be", "to to to be", 1),
        ("Straße", "STRASSE", 1),
        ("敏捷的猫", "敏捷的狐狸", 2 * 3 / 9),
        ("...", "???", 0),
        ("...", "...", 1),
        ("one", "", 0),
        ("", "one", 0),
    ],
)
def test_twice_the_words_in_common_by_the_words_of_both(text, known, share):
    assert likeness(["nothing of it", text], ["other", known]) == pytest.approx([0, share])


def test_the_nearest_one_counts():
    known = ["a quite different text", "language files for German", "files"]
    assert likeness(["Language files for FRENCH!", "different"], known) == pytest.approx([0.75, 0.4])


def test_half_in_common_is_alike_to_the_last_bit():
    assert all(
        likeness([" ".join("abcdefgh"[:n])], [" ".join("abcdefgh"[:n] + "ijklmnop"[:n])[: 4 * n]]) >= ALIKE
        for n in (1, 3, 7)
    )


def test_without_known_texts_none_is_like_them():
    assert likeness(["a"], []).tolist() == [0]
    assert likeness([], ["a"]).tolist() == []
