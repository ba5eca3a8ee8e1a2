import pytest
from hypothesis import given
from hypothesis import strategies as st
from rouge_score import tokenize

from tests.unit.scoring.builders import steady
from tuning.data.words import tokenize_words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("The quick, brown fox!", ["the", "quick", "brown", "fox"]),
        ("snake_case and 3.5", ["snake", "case", "and", "3", "5"]),
        ("Съешь же ещё этих", ["съешь", "же", "ещё", "этих"]),
        ("我在北京 2024年", ["我", "在", "北", "京", "2024", "年"]),
        ("カタカナー", ["カ", "タ", "カ", "ナ", "ー"]),
        ("안녕 세상", ["안녕", "세상"]),
        ("हिन्दी भाषा", ["हिन्दी", "भाषा"]),
        ("ที่นี่", ["ที่", "นี่"]),
        ("abc我def", ["abc", "我", "def"]),
        ("Ｆｕｌｌ ｗｉｄｔｈ", ["full", "width"]),
        ("👍 👎", ["👍", "👎"]),
        ("?!", ["?", "!"]),
        ("  \n", []),
    ],
)
def test_words(text, words):
    assert tokenize_words(text) == words


def test_one_accent_written_in_two_ways_is_one_word():
    assert tokenize_words("caf\u00e9") == tokenize_words("cafe\u0301") == ["caf\u00e9"]


@steady
@given(st.text(alphabet=st.characters(max_codepoint=126)))
def test_plain_english_is_cut_as_rouge_score_cuts_it(text):
    theirs = tokenize.tokenize(text, None)
    assert not theirs or tokenize_words(text) == theirs


@steady
@given(st.text(min_size=1))
def test_a_text_with_anything_in_it_has_words_without_white_space(text):
    words = tokenize_words(text)
    assert all(word and not word.isspace() for word in words)
    assert words or not text.strip() or not any(c.isprintable() and not c.isspace() for c in text)
