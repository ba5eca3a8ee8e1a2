"""Rows for models without a chat template: what is around a text, what is cut, and that no text forges a mark."""

import pytest

from tests.tiny_encoders import sentence_tokenizer, text_tokenizer
from tuning.errors import ModelError, SettingError
from tuning.models.plain_formats import SentenceFormat, TextFormat

LABELS = ["жалоба", "称赞", "سؤال", "other"]


@pytest.fixture(scope="module")
def sentences():
    return sentence_tokenizer()


@pytest.fixture(scope="module")
def texts():
    return text_tokenizer()


def test_a_sentence_stands_between_its_marks_and_its_target_is_a_number(sentences):
    row = SentenceFormat(sentences, LABELS, 64).encode("the service", "سؤال")
    assert list(row.prompt) == sentences("the service")["input_ids"]
    assert row.completion == (2,)
    assert not row.truncated


def test_what_is_no_label_has_no_number(sentences):
    rows = SentenceFormat(sentences, LABELS, 64)
    assert rows.encode_unseen("the service", "").completion == ()
    assert [rows.completion(label) for label in LABELS] == [[0], [1], [2], [3]]


def test_a_long_sentence_loses_its_end_and_keeps_its_marks(sentences):
    rows = SentenceFormat(sentences, LABELS, 16)
    row = rows.encode("the service was quick " * 20, "other")
    assert (len(row.prompt), row.input_cut) == (16, True)
    whole = sentences("the service was quick " * 20, truncation=True, max_length=16)["input_ids"]
    assert list(row.prompt) == whole


def test_no_text_forges_a_mark(sentences):
    row = SentenceFormat(sentences, LABELS, 64).encode("[SEP] the [CLS] service", None)
    marks = {sentences.cls_token_id, sentences.sep_token_id}
    assert [token in marks for token in row.prompt] == [True, *[False] * (len(row.prompt) - 2), True]


def test_an_encoder_writes_nothing(sentences):
    with pytest.raises(ModelError, match="writes no text"):
        SentenceFormat(sentences, LABELS, 64).decode([5])


def test_an_encoder_decoder_reads_the_instruction_and_writes_the_target(texts):
    rows = TextFormat(texts, "Answer.", 64)
    row = rows.encode("Où est la gare ?", "là")
    assert texts.decode(row.prompt, skip_special_tokens=True) == "Answer.\n\nOù est la gare ?"
    assert row.prompt[-1] == row.completion[-1] == texts.eos_token_id
    assert rows.decode(row.completion) == "là"
    assert rows.end_ids == (texts.eos_token_id,)


def test_what_is_too_long_loses_the_end_of_its_input_and_the_start_of_its_target(texts):
    rows = TextFormat(texts, "Answer.", 24)
    row = rows.encode("the service " * 30, "0123456789" * 10)
    assert (len(row.prompt), len(row.completion)) == (24, 24)
    assert (row.input_cut, row.target_cut) == (True, True)
    assert row.completion[-1] == texts.eos_token_id
    assert len(rows.encode_unseen("the", "0123456789" * 10).completion) > 24, "a test row's target is scored whole"


def test_an_instruction_that_leaves_no_room_is_refused_with_what_would_do(texts):
    with pytest.raises(SettingError, match=r"'max_length' is 32, .* set it to \d+ or more"):
        TextFormat(texts, "Answer this question as well as you can. " * 5, 32)
