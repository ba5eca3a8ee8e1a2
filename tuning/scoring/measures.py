"""The metrics as plain functions: two lists of texts in, a number out. Knows nothing of predictions or verdicts.

All go from 0 to 1 except perplexity. scikit-learn and sacrebleu are imported when first used, so that reading a
comparison costs nothing; neither loads torch.
"""

import math
from collections.abc import Sequence

from tuning.scoring.overlap import CHRF_BETA, rouge_l_rows

__all__ = [
    "accuracy",
    "chrf",
    "confusion_matrix",
    "exact_match",
    "f1_by_class",
    "macro_f1",
    "perplexity",
    "rouge_l",
]

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
    """Corpus chrF as sacrebleu has it (character 1- to 6-grams, no white space), with `CHRF_BETA`; from 0 to 1.

    Popovic 2015, WMT; Post 2018, WMT.
    """
    from sacrebleu.metrics import CHRF

    return float(CHRF(beta=CHRF_BETA).corpus_score(list(outputs), [list(targets)]).score) / 100


def rouge_l(outputs: Sequence[str], targets: Sequence[str]) -> float:
    """Mean ROUGE-L F-measure of the rows (Lin 2004), over words in any script (`tokens`)."""
    return float(rouge_l_rows(outputs, targets).mean())


def perplexity(nlls: Sequence[float | None], tokens: Sequence[int | None]) -> float | None:
    """exp(summed negative log-likelihood / tokens) of the targets; None unless it is known of every row."""
    known = [(nll, count) for nll, count in zip(nlls, tokens, strict=True) if nll is not None and count]
    if not known or len(known) < len(nlls):
        return None
    mean = sum(nll for nll, _ in known) / sum(count for _, count in known)
    return math.exp(mean) if mean < LARGEST_EXPONENT else None


def _stripped(texts: Sequence[str]) -> list[str]:
    return [text.strip() for text in texts]
