"""How much two texts share, row by row: n-grams of characters (chrF) and words (BLEU), subsequences, sets of words.

Knows nothing of predictions: two lists of texts in, numbers out, (rows, k) sums for the metrics of a whole corpus.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from tuning.data.words import tokenize_words

__all__ = [
    "CHRF_BETA",
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
CHRF_BETA = 1
"""What an answer has too much counts as what it lacks. With the usual 2 an answer three times as long as its target,
that begins by copying the input, beats a short right one: models before tuning write such.
"""
BLEU_ORDER = 4


@dataclass(frozen=True)
class _Counts:
    """N-grams of each row by their length, (rows, orders)."""

    output: Array
    target: Array
    shared: Array


def chrf_sums(outputs: Sequence[str], targets: Sequence[str]) -> Array:
    """What each row adds to the sums that corpus chrF is made of: (rows, 3 * 6), [output, target, matching] n-grams.

    The output's count where the target has any; white space is no letter. Ours because sacrebleu's own are private;
    `chrf_from_sums` of their total is `measures.chrf`, which a test holds.
    """
    texts = ["".join(text.split()) for text in [*outputs, *targets]]
    joined = np.frombuffer("".join(texts).encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    letters = np.unique(joined, return_inverse=True)[1]
    counts = _counts(letters, [len(text) for text in texts], CHRF_ORDER)
    output = np.where(counts.target > 0, counts.output, 0)
    return np.stack([output, counts.target, counts.shared], axis=2).reshape(len(outputs), 3 * CHRF_ORDER)


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

    `tokenize` names one of sacrebleu's tokenizers.
    """
    from sacrebleu.metrics import BLEU

    tokenizer = BLEU(tokenize=tokenize).tokenizer
    texts = [tokenizer(text.rstrip()).split() for text in [*outputs, *targets]]
    numbers: dict[str, int] = {}
    words = np.array([numbers.setdefault(word, len(numbers)) for text in texts for word in text], dtype=np.int64)
    counts = _counts(words, [len(text) for text in texts], BLEU_ORDER)
    return np.hstack([counts.shared, counts.output, counts.output[:, :1], counts.target[:, :1]])


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


def _counts(tokens: NDArray[np.int64], lengths: Sequence[int], orders: int) -> _Counts:
    """Counts of the n-grams of 1 to `orders` tokens; `tokens` are all outputs and then all targets on end."""
    rows, sizes = len(lengths) // 2, np.array(lengths, dtype=np.int64)
    text: NDArray[np.int64] = np.repeat(np.arange(2 * rows), sizes)
    kinds, half = int(tokens.max(initial=0)) + 1, (orders + 1) // 2
    shared = np.zeros((rows, orders))
    grams = parts = np.zeros_like(tokens)
    for order in range(1, orders + 1):
        begins = max(0, len(tokens) - order + 1)
        # The n-gram that begins at each token as a number; a long one is two shorter ones that overlap.
        if order <= half:
            grams, span = grams[:begins] * kinds + tokens[order - 1 :], kinds**order
            parts = np.unique(grams, return_inverse=True)[1] if order == half else parts
        else:
            grams, span = parts[:begins] * len(tokens) + parts[order - half :], len(tokens) ** 2
        inside = text[:begins] == text[order - 1 :]
        shared[:, order - 1] = _shared(grams[inside], span, text[:begins][inside], rows)
    totals = np.maximum(0.0, sizes[:, np.newaxis] - np.arange(orders))
    return _Counts(totals[:rows], totals[rows:], shared)


def _shared(grams: NDArray[np.int64], span: int, text: NDArray[np.int64], rows: int) -> Array:
    """How many of the n-grams, numbers below `span`, each row's output and target share; of `text` on are targets."""
    side = text >= rows
    keys = np.sort(2 * ((text - rows * side) * span + grams) + side)
    # Keys of one n-gram in one row stand together, the output's before the target's.
    begins = np.flatnonzero(np.diff(keys >> 1, prepend=-1))
    bounds: NDArray[np.intp] = np.append(begins, len(keys))
    targets = np.diff(np.append(0, np.cumsum(keys & 1))[bounds])
    matches = np.minimum(targets, np.diff(bounds) - targets)
    return np.bincount(keys[begins] // (2 * span), weights=matches, minlength=rows)


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
