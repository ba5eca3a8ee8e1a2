"""Columns named after languages, however they are written, and those that only look it."""

import pytest

from tuning.data.languages import language_pairs, spoken


@pytest.mark.parametrize(
    ("columns", "pair"),
    [
        (["English", "Deutsch"], ("English", "Deutsch")),
        (["français", "kind", "ESPAÑOL"], ("français", "ESPAÑOL")),
        (["de", "en"], ("de", "en")),
        (["en-GB", "pt_BR"], ("en-GB", "pt_BR")),
        (["source_en", "target_de"], ("source_en", "target_de")),
        (["tgt de", "src en"], ("src en", "tgt de")),
        (["en_text", "text_fr"], ("en_text", "text_fr")),
        (["translation.ja", "translation.en"], ("translation.ja", "translation.en")),
        (["日本語", "中文"], ("日本語", "中文")),
    ],
)
def test_two_languages_make_a_pair(columns, pair):
    assert language_pairs(columns)[0] == pair


@pytest.mark.parametrize(
    "columns",
    [
        ["English", "kind"],
        ["en", "text"],
        ["id", "no"],
        ["id", "en"],
        ["en", "English"],
        ["en_de", "text"],
        ["German beer", "French wine"],
        ["", "_"],
    ],
)
def test_what_is_no_two_languages_is_no_pair(columns):
    assert language_pairs(columns) == []


def test_three_languages_are_paired_in_their_order():
    assert language_pairs(["en", "de", "fr"])[:3] == [("en", "de"), ("en", "fr"), ("de", "en")]


@pytest.mark.parametrize(
    ("column", "language"),
    [("Deutsch", "Deutsch"), ("source_en", "English"), ("DE", "German"), ("en-GB", "English"), ("text", "")],
)
def test_a_language_is_named_in_the_columns_own_word_unless_that_is_a_code(column, language):
    assert spoken(column) == language
