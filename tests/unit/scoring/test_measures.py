import math

import numpy as np
import pytest
import sklearn.metrics
from hypothesis import given
from hypothesis import strategies as st
from rouge_score.rouge_scorer import RougeScorer
from sacrebleu.metrics import CHRF

from tests.unit.scoring.builders import steady
from tuning.scoring import measures, overlap

TEXTS = {
    "russian": "Съешь же ещё этих мягких французских булок",
    "chinese": "敏捷的棕色狐狸跳过懒狗",
    "arabic": "نص حكيم له سر قاطع",
    "emoji": "👍🏽 🎉",
    "thai": "เป็นมนุษย์สุดประเสริฐ",
    "json": '{"street": "Hauptstraße", "number": 5}',
    "one letter": "a",
}
texts = st.text(alphabet="abc дё中文 .", max_size=30)


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_identical_texts_score_one_in_every_script(text):
    padded = f" {text}\n"
    assert measures.exact_match([padded], [text]) == 1.0
    assert measures.chrf([text], [text]) == 1.0
    assert measures.rouge_l([text], [text]) == 1.0
    # Not by the short cut for equal texts alone.
    assert measures.rouge_l([f"{text} !" if text[-1].isalpha() else f"{text} "], [text]) == 1.0


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_empty_answers_score_nothing(text):
    assert measures.exact_match([""], [text]) == 0.0
    assert measures.chrf([""], [text]) == 0.0
    assert measures.rouge_l([""], [text]) == 0.0


def test_half_of_a_russian_and_a_chinese_text_scores_between():
    assert measures.rouge_l(["один два"], ["один два три четыре"]) == pytest.approx(2 * 0.5 / 1.5)
    assert measures.rouge_l(["中文"], ["中文文本"]) == pytest.approx(2 * 0.5 / 1.5)
    assert 0 < measures.chrf(["один два"], ["один два три четыре"]) < 1


@steady
@given(st.lists(st.tuples(texts, texts), min_size=1, max_size=6))
def test_sums_give_the_chrf_of_sacrebleu(pairs):
    outputs, targets = [list(side) for side in zip(*pairs, strict=True)]
    total = overlap.chrf_sums(outputs, targets).sum(axis=0, keepdims=True)
    expected = CHRF(beta=overlap.CHRF_BETA).corpus_score(outputs, [targets]).score / 100
    assert overlap.chrf_from_sums(total)[0] == pytest.approx(expected, abs=1e-9)
    assert measures.chrf(outputs, targets) == pytest.approx(expected, abs=1e-9)


def test_chrf_of_many_sums_is_that_of_each():
    outputs, targets = ["abcd", "", "the cat", "x"], ["abce", "full", "a cat", "x"]
    sums = overlap.chrf_sums(outputs, targets)
    one_by_one = [measures.chrf([output], [target]) for output, target in zip(outputs, targets, strict=True)]
    assert overlap.chrf_from_sums(sums) == pytest.approx(np.array(one_by_one), abs=1e-9)


def test_chrf_without_rows_has_no_sums():
    assert overlap.chrf_sums([], []).shape == (0, 18)


@steady
@given(st.lists(st.tuples(*[st.text(alphabet="abc d.", min_size=1, max_size=20)] * 2), min_size=1, max_size=5))
def test_rouge_of_english_is_that_of_rouge_score(pairs):
    outputs, targets = [list(side) for side in zip(*pairs, strict=True)]
    scorer = RougeScorer(["rougeL"])
    plain = [(o, t) for o, t in pairs if any(map(str.isalpha, o)) and any(map(str.isalpha, t))]
    if plain:
        outputs, targets = [list(side) for side in zip(*plain, strict=True)]
        expected = np.mean([scorer.score(t, o)["rougeL"].fmeasure for o, t in plain])
        assert measures.rouge_l(outputs, targets) == pytest.approx(expected, abs=1e-9)


def test_classification_agrees_with_scikit_learn():
    labels = ["bad", "good", "very good", "👍", "5 stars", "中立"]
    generator = np.random.default_rng(0)
    targets = generator.choice(labels, 200).tolist()
    outputs = [t if generator.random() < 0.6 else str(generator.choice(labels)) for t in targets]
    assert measures.accuracy(outputs, targets) == pytest.approx(sklearn.metrics.accuracy_score(targets, outputs))
    expected = sklearn.metrics.f1_score(targets, outputs, average=None, labels=labels)
    assert measures.f1_by_class(outputs, targets, labels) == pytest.approx(list(expected), abs=1e-12)
    assert measures.macro_f1(outputs, targets, labels) == pytest.approx(float(np.mean(expected)), abs=1e-12)
    confusion = sklearn.metrics.confusion_matrix(targets, outputs, labels=labels)
    assert measures.confusion_matrix(outputs, targets, labels) == confusion.tolist()


def test_labels_that_begin_alike_are_different_labels():
    labels = ["A", "A1", "A 1"]
    assert measures.confusion_matrix(["A1", "A", "A 1"], ["A", "A1", "A 1"], labels) == [
        [0, 1, 0],
        [1, 0, 0],
        [0, 0, 1],
    ]
    assert measures.f1_by_class(["A1", "A", "A 1"], ["A", "A1", "A 1"], labels) == [0.0, 0.0, 1.0]


def test_macro_f1_keeps_a_class_nobody_predicts():
    assert measures.macro_f1(["a", "a"], ["a", "b"], ["a", "b"]) == pytest.approx((2 / 3 + 0) / 2)


def test_answers_and_targets_must_pair_up():
    with pytest.raises(ValueError, match="zip"):
        measures.exact_match(["a"], ["a", "b"])


def test_perplexity_weighs_rows_by_tokens():
    assert measures.perplexity([2.0, 6.0], [1, 3]) == pytest.approx(math.exp(2.0))
    assert measures.perplexity([0.0], [3]) == 1.0


@pytest.mark.parametrize(
    ("nlls", "tokens"),
    [([], []), ([1.0, None], [1, 1]), ([1.0, 2.0], [1, None]), ([1.0], [0]), ([1e9], [1])],
)
def test_perplexity_is_unknown_unless_every_row_is_known(nlls, tokens):
    assert measures.perplexity(nlls, tokens) is None
