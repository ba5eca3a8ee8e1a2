"""How much two texts share, row by row: n-grams of characters (chrF) and words (BLEU), subsequences, sets of words.

Knows nothing of predictions: two lists of texts in, numbers out, (rows, k) sums for the metrics of a whole corpus.
"""

from collections import Counter
from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from tuning.scoring.tokens import tokenize_words

__all__ = [
    "CHRF_ORDER",
    "bleu_from_sums",
    "bleu_sums",
    "chrf_from_sums",
    "chrf_sums",
    "rouge_l_rows",
    "token_f1_rows",
]

Array: TypeAlias = NDArray[np.float64]

CHRF_ORDER = 6
CHRF_BETA = 2
BLEU_ORDER = 4


def chrf_sums(outputs: Sequence[str], targets: Sequence[str]) -> Array:
    """What each row adds to the sums that corpus chrF is made of: (rows, 3 * 6), [output, target, matching] n-grams.

    The output's count where the target has any; white space is no letter. Ours because sacrebleu's own are private;
    `chrf_from_sums` of their total is `measures.chrf`, which a test holds.
    """
    rows = len(outputs)
    texts = ["".join(text.split()) for text in [*outputs, *targets]]
    lengths = np.array([len(text) for text in texts], dtype=np.int64)
    text: NDArray[np.int64] = np.repeat(np.arange(2 * rows), lengths)
    joined = np.frombuffer("".join(texts).encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    letters = np.unique(joined, return_inverse=True)[1]
    sums = np.zeros((rows, CHRF_ORDER, 3))
    # The n-gram that begins at each letter, by a number that only the same n-gram of the same row has.
    grams: NDArray[np.int64] = text % max(1, rows)
    for order in range(1, CHRF_ORDER + 1):
        begins = max(0, len(letters) - order + 1)
        grams = np.unique(grams[:begins] * len(letters) + letters[order - 1 :], return_inverse=True)[1]
        inside = text[:begins] == text[order - 1 :]
        sums[:, order - 1, 2] = _matches(grams[inside], text[:begins][inside], rows)
        totals = np.maximum(0, lengths - order + 1)
        sums[:, order - 1, 0] = np.where(totals[rows:] > 0, totals[:rows], 0)
        sums[:, order - 1, 1] = totals[rows:]
    return sums.reshape(rows, 3 * CHRF_ORDER)


def chrf_from_sums(sums: Array) -> Array:
    """Corpus chrF of many sums at once: (draws, 18) to (draws,), from 0 to 1."""
    output, target, match = (sums.reshape(len(sums), CHRF_ORDER, 3)[:, :, part] for part in range(3))
    # An order counts only when both sides have n-grams of that length (sacrebleu's "effective order").
    counts = (output > 0) & (target > 0)
    orders = np.maximum(counts.sum(axis=1), 1)
    precision = np.where(counts, match / np.maximum(output, 1), 0.0).sum(axis=1) / orders
    recall = np.where(counts, match / np.maximum(target, 1), 0.0).sum(axis=1) / orders
    weighted = CHRF_BETA**2 * precision + recall
    product = (1 + CHRF_BETA**2) * precision * recall
    return np.divide(product, weighted, out=np.zeros_like(product), where=weighted > 0)


def bleu_sums(outputs: Sequence[str], targets: Sequence[str], *, tokenize: str = "13a") -> Array:
    """What each row adds to corpus BLEU: (rows, 4 + 4 + 2), matching n-grams, n-grams, words of output and target.

    `tokenize` is one of sacrebleu's tokenizers, and its counts are used.
    """
    from sacrebleu.metrics import BLEU

    bleu = BLEU(tokenize=tokenize, force=True)
    scores = [bleu.corpus_score([output], [[target]]) for output, target in zip(outputs, targets, strict=True)]
    lines = [[*score.counts, *score.totals, score.sys_len, score.ref_len] for score in scores]
    return np.array(lines, dtype=np.float64).reshape(len(lines), 2 * BLEU_ORDER + 2)


def bleu_from_sums(sums: Array) -> Array:
    """Corpus BLEU of many sums at once, smoothed as in sacrebleu: (draws, 10) to (draws,), from 0 to 1.

    An order without a match counts as half a match, the next such as a quarter, and so on (Chen, Cherry 2014, WMT).
    """
    match, total = sums[:, :BLEU_ORDER], sums[:, BLEU_ORDER : 2 * BLEU_ORDER]
    output, target = sums[:, -2], sums[:, -1]
    missed = (match == 0) & (total > 0)
    smoothed = np.where(missed, 0.5 ** np.cumsum(missed, axis=1), match)
    scored = (match.sum(axis=1) > 0) & (total > 0).all(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = np.exp(np.log(smoothed / total).mean(axis=1))
        brevity = np.exp(np.minimum(0.0, 1 - target / output))
        return np.where(scored, mean * brevity, 0.0)


def rouge_l_rows(outputs: Sequence[str], targets: Sequence[str]) -> Array:
    """ROUGE-L F-measure of each row (Lin 2004), over words in any script."""
    pairs = zip(outputs, targets, strict=True)
    return np.array([_rouge_l(tokenize_words(output), tokenize_words(target)) for output, target in pairs])


def token_f1_rows(outputs: Sequence[str], targets: Sequence[str]) -> Array:
    """F1 of each row's words, in any order and each as often as it stands: Rajpurkar et al. 2016, EMNLP."""
    pairs = zip(outputs, targets, strict=True)
    return np.array([_token_f1(tokenize_words(output), tokenize_words(target)) for output, target in pairs])


def _matches(grams: NDArray[np.int64], text: NDArray[np.int64], rows: int) -> Array:
    """How many n-grams each row's output and target share; the texts are the outputs, then the targets."""
    kinds = int(grams.max(initial=-1)) + 1
    counts = [np.bincount(grams[side], minlength=kinds) for side in (text < rows, text >= rows)]
    row: NDArray[np.int64] = np.zeros(kinds, dtype=np.int64)
    row[grams] = text % max(1, rows)
    return np.bincount(row, weights=np.minimum(*counts), minlength=rows)


def _rouge_l(output: list[str], target: list[str]) -> float:
    common = _longest_common_subsequence(output, target)
    return 2 * common / (len(output) + len(target)) if common else 0.0


def _token_f1(output: list[str], target: list[str]) -> float:
    common = (Counter(output) & Counter(target)).total()
    return 2 * common / (len(output) + len(target)) if common else 0.0


def _longest_common_subsequence(one: list[str], other: list[str]) -> int:
    """Its length, with one column of the usual table in the bits of an integer: Hyyro 2004, AWOCA."""
    where: dict[str, int] = {}
    for place, word in enumerate(one):
        where[word] = where.get(word, 0) | 1 << place
    column = everything = (1 << len(one)) - 1
    for word in other:
        matches = column & where.get(word, 0)
        column = (column + matches) | (column - matches)
    return len(one) - (column & everything).bit_count()
