import math

import pytest

from tests.unit.scoring.builders import answers
from tuning.prediction import Prediction
from tuning.scoring import generation
from tuning.scoring.answers import Answers
from tuning.scoring.sums import RowSums


def total(sums: RowSums | None) -> float:
    assert sums is not None
    return sums.total()


def said(given: str, output: str, target: str) -> Prediction:
    return Prediction(row=1, input=given, target=target, output=output)


ENGLISH = "the quick brown fox jumps over the lazy dog"


@pytest.mark.parametrize(
    ("given", "target", "kinds"),
    [
        ("Wer hat den Hund gesehen, der gestern hier war?", "Who has seen the dog that was here?", {"translation"}),
        (ENGLISH, "敏捷的棕色狐狸跳过懒狗", {"translation"}),
        (ENGLISH, "Съешь же ещё этих мягких французских булок", {"translation"}),
        (ENGLISH, "the quick fox jumps over the dog", set()),
        ("word " * 200, "a summary in other terms of everything", set()),
        ("Who wrote it?", "Jane Austen", {"short"}),
        ("5 Main St", '{"number": "5", "street": "Main St"}', {"structured", "fields"}),
        ("5 Main St", "[5, 6]", {"structured"}),
    ],
)
def test_what_sort_of_data_it_is(given, target, kinds):
    side = Answers([said(given, "", target)] * 3)
    rules = {
        "translation": generation.is_translation,
        "short": generation.is_short,
        "structured": generation.is_structured,
        "fields": generation.has_fields,
    }
    assert {name for name, rule in rules.items() if rule(side)} == kinds


def test_bleu_of_a_script_without_spaces_counts_characters():
    side = Answers([said("x", "敏捷的棕色狐狸跳过懒狗", "敏捷的棕色狐狸跳过懒猫")])
    assert 0.5 < total(generation.bleu(side)) < 1
    assert total(generation.bleu(Answers(answers([ENGLISH], [ENGLISH])))) == pytest.approx(1.0)


def test_normalized_exact_match_forgives_case_and_punctuation():
    side = Answers(answers(["Jane austen.", "Jane Austin", "ЁЖ"], ["jane Austen", "Jane Austen", "ёж!"]))
    assert total(generation.normalized_exact_match(side)) == pytest.approx(2 / 3)


def test_copies_are_outputs_that_hold_the_input_when_the_target_does_not():
    side = Answers(
        [said("abc", "abc", "x"), said("abc", "abc def", "abc xyz"), said("abc", "ab", "x"), said("", "", "x")]
    )
    assert total(generation.copy_rate(side)) == 1 / 2, "two rows have something else to say than their input"
    right = Answers([said("abc", "abc", "abc"), said("abc", "x", "abc")])
    assert generation.copy_rate(right) is None
    cut = [said("abc def", text, "x").model_copy(update={"hit_limit": True}) for text in ("abc d", "abd", "", "x")]
    assert total(generation.copy_rate(Answers(cut))) == 0.25


def test_length_ratio_leaves_out_white_space():
    assert total(generation.length_ratio(Answers(answers(["a b c", ""], ["ab", "c d"])))) == pytest.approx(3 / 4)


def test_perplexity_weighs_rows_by_tokens():
    rows = answers(["", ""], ["a", "b"])
    known = [row.model_copy(update={"target_nll": nll, "target_tokens": count}) for row, nll, count in
             zip(rows, (2.0, 6.0), (1, 3), strict=True)]  # fmt: skip
    assert total(generation.perplexity(Answers(known))) == pytest.approx(math.exp(2.0))
    assert generation.perplexity(Answers([known[0], rows[1]])) is None
    assert generation.perplexity(Answers(answers([""], ["a"], target_nll=1e9, target_tokens=1))) is None


def test_hit_limit_rate_is_known_of_every_row_or_not_at_all():
    assert total(generation.hit_limit_rate(Answers(answers(["a"] * 2, ["a"] * 2, hit_limit=True)))) == 1.0
    assert generation.hit_limit_rate(Answers(answers(["a"], ["a"]))) is None


@pytest.mark.parametrize("metric", [generation.chrf, generation.rouge_l, generation.token_f1, generation.bleu])
def test_empty_answers_score_nothing(metric):
    assert total(metric(Answers(answers([""] * 3, ["один два три", "中文文本", "👍 ok"])))) == 0.0
