import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rouge_score.rouge_scorer import RougeScorer
from sacrebleu.metrics import BLEU

from tests.unit.scoring.builders import steady
from tuning.data.words import tokenize_words
from tuning.scoring import overlap


class Words:
    """`tokenize_words` in the form that rouge-score takes: its own keeps only a-z and 0-9."""

    def tokenize(self, text: str) -> list[str]:
        return tokenize_words(text)


texts = st.text(alphabet="abc дё中文 .", max_size=30)
pairs = st.lists(st.tuples(texts, texts), min_size=1, max_size=6)


@steady
@given(pairs)
def test_rouge_l_is_that_of_rouge_score_in_every_script(given_pairs):
    outputs, targets = [list(side) for side in zip(*given_pairs, strict=True)]
    scorer = RougeScorer(["rougeL"], tokenizer=Words())
    expected = [scorer.score(target, output)["rougeL"].fmeasure for output, target in given_pairs]
    assert overlap.rouge_l_rows(outputs, targets) == pytest.approx(np.array(expected), abs=1e-9)


@steady
@given(pairs)
def test_sums_give_the_bleu_of_sacrebleu(given_pairs):
    outputs, targets = [list(side) for side in zip(*given_pairs, strict=True)]
    total = overlap.bleu_sums(outputs, targets).sum(axis=0, keepdims=True)
    expected = BLEU().corpus_score(outputs, [targets]).score / 100
    assert overlap.bleu_from_sums(total)[0] == pytest.approx(expected, abs=1e-9)


def test_bleu_of_long_and_of_many_texts():
    generator = np.random.default_rng(0)
    targets = [" ".join(generator.choice(list("abcdef"), 12)) for _ in range(40)]
    outputs = [" ".join(word for word in text.split() if generator.random() < 0.9) for text in targets]
    sums = overlap.bleu_sums(outputs, targets)
    expected = BLEU().corpus_score(outputs, [targets]).score / 100
    assert 0.2 < expected < 1
    halves = np.stack([sums.sum(axis=0), sums[:20].sum(axis=0)])
    first = BLEU().corpus_score(outputs[:20], [targets[:20]]).score / 100
    assert overlap.bleu_from_sums(halves) == pytest.approx(np.array([expected, first]), abs=1e-9)


@pytest.mark.parametrize(
    ("output", "target", "score"),
    [
        ("the cat sat", "The cat sat.", 1.0),
        ("a a b", "a b b", 2 / 3),
        ("один два", "один два три четыре", 2 / 3),
        ("中文", "中文文本", 2 / 3),
        ("", "x", 0.0),
        ("x", "y", 0.0),
    ],
)
def test_token_f1(output, target, score):
    assert overlap.token_f1_rows([output], [target])[0] == pytest.approx(score)
