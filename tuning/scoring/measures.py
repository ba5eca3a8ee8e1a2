"""The metrics as plain functions: two lists of texts in, a number out. Knows nothing of predictions or verdicts.

All go from 0 to 1 except perplexity. scikit-learn, sacrebleu and rouge-score are imported when first used, so that
reading a comparison costs nothing; none of them loads torch.
"""

import math
from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tuning.scoring.tokens import WordTokenizer

__all__ = [
    "CHRF_ORDER",
    "accuracy",
    "chrf",
    "chrf_from_sums",
    "chrf_sums",
    "confusion_matrix",
    "exact_match",
    "f1_by_class",
    "macro_f1",
    "perplexity",
    "rouge_l",
]

CHRF_ORDER = 6
CHRF_BETA = 2
LARGEST_EXPONENT = 700
"""exp() of more overflows; a perplexity beyond it says nothing anyway."""


def accuracy(outputs: Sequence[str], targets: Sequence[str]) -> float:
    """Share of outputs that are their target, white space at the ends aside."""
    return exact_match(outputs, targets)


def exact_match(outputs: Sequence[str], targets: Sequence[str]) -> float:
    """Share of outputs that are their target, white space at the ends aside; nothing else is forgiven."""
    return sum(o.strip() == t.strip() for o, t in zip(outputs, targets, strict=True)) / len(targets)


def f1_by_class(outputs: Sequence[str], targets: Sequence[str], labels: Sequence[str]) -> list[float]:
    """F1 of each label, in the order of `labels`; 0 where a label is neither a target nor an output."""
    from sklearn.metrics import f1_score

    scores = f1_score(_stripped(targets), _stripped(outputs), labels=_stripped(labels), average=None, zero_division=0)
    return [float(score) for score in scores]


def macro_f1(outputs: Sequence[str], targets: Sequence[str], labels: Sequence[str]) -> float:
    """Mean F1 over a fixed list of labels, so that models with different outputs are scored over the same classes."""
    scores = f1_by_class(outputs, targets, labels)
    return sum(scores) / len(scores)


def confusion_matrix(outputs: Sequence[str], targets: Sequence[str], labels: Sequence[str]) -> list[list[int]]:
    """Rows by target (outer) and output (inner) in the order of `labels`; texts outside `labels` are not counted."""
    from sklearn.metrics import confusion_matrix as count

    table = count(_stripped(targets), _stripped(outputs), labels=_stripped(labels))
    return [[int(cell) for cell in line] for line in table]


def chrf(outputs: Sequence[str], targets: Sequence[str]) -> float:
    """Corpus chrF2 with sacrebleu's defaults (character 1- to 6-grams, no white space, beta 2), from 0 to 1.

    Popovic 2015, WMT; Post 2018, WMT.
    """
    from sacrebleu.metrics import CHRF

    return float(CHRF().corpus_score(list(outputs), [list(targets)]).score) / 100


def chrf_sums(outputs: Sequence[str], targets: Sequence[str]) -> NDArray[np.float64]:
    """What each row adds to the sums that corpus chrF is made of: (rows, 3 * 6), [output, target, matching] n-grams.

    Ours because sacrebleu's own are private; `chrf_from_sums` of their total is `chrf`, which a test holds.
    """
    lines = [_row_sums(output, target) for output, target in zip(outputs, targets, strict=True)]
    return np.array(lines, dtype=np.float64).reshape(len(lines), 3 * CHRF_ORDER)


def chrf_from_sums(sums: NDArray[np.float64]) -> NDArray[np.float64]:
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


def rouge_l(outputs: Sequence[str], targets: Sequence[str]) -> float:
    """Mean ROUGE-L F-measure of the rows (Lin 2004), over words in any script (`tokens`)."""
    from rouge_score.rouge_scorer import RougeScorer

    scorer = RougeScorer(["rougeL"], tokenizer=WordTokenizer())
    pairs = zip(outputs, targets, strict=True)
    # Its table of common subsequences is slow, so equal texts are not put through it.
    scores = [1.0 if o.strip() == t.strip() else scorer.score(t, o)["rougeL"].fmeasure for o, t in pairs]
    return float(sum(scores) / len(scores))


def perplexity(nlls: Sequence[float | None], tokens: Sequence[int | None]) -> float | None:
    """exp(summed negative log-likelihood / tokens) of the targets; None unless it is known of every row."""
    known = [(nll, count) for nll, count in zip(nlls, tokens, strict=True) if nll is not None and count]
    if not known or len(known) < len(nlls):
        return None
    mean = sum(nll for nll, _ in known) / sum(count for _, count in known)
    return math.exp(mean) if mean < LARGEST_EXPONENT else None


def _stripped(texts: Sequence[str]) -> list[str]:
    return [text.strip() for text in texts]


def _row_sums(output: str, target: str) -> list[int]:
    """For each order: n-grams of the output (0 if the target has none), of the target, and in both."""
    output, target = "".join(output.split()), "".join(target.split())
    sums = []
    for order in range(1, CHRF_ORDER + 1):
        ours, theirs = _ngrams(output, order), _ngrams(target, order)
        sums += [ours.total() if theirs else 0, theirs.total(), (ours & theirs).total()]
    return sums


def _ngrams(text: str, order: int) -> Counter[str]:
    return Counter(text[start : start + order] for start in range(len(text) - order + 1))
