"""Wrong encodings are told from right ones, and languages counted."""

import pytest

from tests.unit.data.tables import TEXTS
from tuning.data.encodings import is_garbled, repaired, survey_languages


@pytest.mark.parametrize(
    ("text", "right"), [("le cafÃ© est fermÃ©", "le café est fermé"), ("donâ€™t", "don’t"), ("Ð¿Ñ€Ð¸Ð²ÐµÑ‚", "привет")]
)
def test_garbled_text_is_found_and_repaired(text, right):
    assert is_garbled(text)
    assert repaired(text) == right


@pytest.mark.parametrize("text", ["plain", "café", "привет", "日本語", "naïve façade – “quoted”", "😀"])
def test_sound_text_is_left_alone(text):
    assert not is_garbled(text)
    assert repaired(text) == text


def test_lost_characters_are_found_though_nothing_brings_them_back():
    assert is_garbled("caf\ufffd")
    assert repaired("caf\ufffd") == "caf\ufffd"


def test_languages_of_a_file():
    french = [f"Le jardin de ma voisine est très beau au printemps, et le mien aussi, numéro {n}" for n in range(30)]
    english = [
        f"The garden of my neighbour is beautiful in spring, and mine is not bad either, {text}" for text in TEXTS
    ]
    survey = survey_languages([*english, *french, "short"])
    assert [language for language, _ in survey.counts.most_common(2)] == ["en", "fr"]
    assert all(position >= len(english) for position in survey.positions["fr"])
