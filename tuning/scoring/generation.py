"""Metrics of generated text, as sums over rows, and the rules that say which data they are for.

Each function takes one model's answers and gives its `RowSums`, or None where the metric is not known of every row.
The rules read inputs and targets alone, so that both models get the same metrics and no answer can choose them.
"""

from statistics import median
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from tuning.data.words import is_unspaced, tokenize_words
from tuning.scoring import overlap, structured
from tuning.scoring.answers import Answers
from tuning.scoring.sums import RowSums

__all__ = [
    "bleu",
    "chrf",
    "copy_rate",
    "field_exactness",
    "has_fields",
    "hit_limit_rate",
    "is_short",
    "is_structured",
    "is_translation",
    "length_ratio",
    "normalized_exact_match",
    "perplexity",
    "rouge_l",
    "token_f1",
    "valid_json",
]

Array: TypeAlias = NDArray[np.float64]

SHORT_WORDS = 5
"""A short answer: half of the targets or more have at most so many words (SQuAD's answers have three on average)."""
LARGEST_EXPONENT = 700
"""exp() of more overflows; a perplexity beyond it says nothing anyway."""


def is_structured(answers: Answers) -> bool:
    """Whether every target is a JSON object or array."""
    return all(structured.is_json(target) for target in answers.targets)


def has_fields(answers: Answers) -> bool:
    """Whether every target is a JSON object."""
    return all(structured.fields_of(target) is not None for target in answers.targets)


def is_short(answers: Answers) -> bool:
    """Whether targets are short answers: text, of at most `SHORT_WORDS` words in the median row."""
    return not is_structured(answers) and _median_words(answers.targets) <= SHORT_WORDS


def is_translation(answers: Answers) -> bool:
    """Whether targets could be translations: longer than short answers, about as long as inputs, in other words.

    In the median row between a fifth of the input's characters and five times as many (Chinese needs about a quarter
    of the characters of English), and fewer than half of the target's words stand in the input.
    """
    if is_structured(answers) or is_short(answers):
        return False
    pairs = list(zip(answers.inputs, answers.targets, strict=True))
    lengths = median(len(target) / max(1, len(given)) for given, target in pairs)
    shared = median(_share_found(target, given) for given, target in pairs)
    return 1 / 5 <= lengths <= 5 and shared < 0.5


def chrf(answers: Answers) -> RowSums:
    """Corpus chrF (Popovic 2015, WMT) with `CHRF_BETA`, from 0 to 1."""
    return RowSums(overlap.chrf_sums(answers.outputs, answers.targets), overlap.chrf_from_sums)


def bleu(answers: Answers) -> RowSums:
    """Corpus BLEU (Papineni et al. 2002, ACL), from 0 to 1; by characters where words are not spaced."""
    unspaced = is_unspaced("".join(answers.targets))
    sums = overlap.bleu_sums(answers.outputs, answers.targets, tokenize="char" if unspaced else "13a")
    return RowSums(sums, overlap.bleu_from_sums)


def rouge_l(answers: Answers) -> RowSums:
    """Mean ROUGE-L F-measure."""
    return RowSums.mean(overlap.rouge_l_rows(answers.outputs, answers.targets))


def normalized_exact_match(answers: Answers) -> RowSums:
    """Share of outputs with the words of their target: case, punctuation and spacing forgiven."""
    pairs = zip(answers.outputs, answers.targets, strict=True)
    return RowSums.share([_same_words(output, target) for output, target in pairs])


def token_f1(answers: Answers) -> RowSums:
    """Mean F1 of the words."""
    return RowSums.mean(overlap.token_f1_rows(answers.outputs, answers.targets))


def perplexity(answers: Answers) -> RowSums | None:
    """exp(summed negative log-likelihood / tokens) of the targets; lower is better."""
    known = [(p.target_nll, p.target_tokens) for p in answers.predictions if p.target_nll is not None]
    if len(known) < len(answers.predictions) or not all(tokens for _, tokens in known):
        return None
    sums = np.array(known, dtype=np.float64)
    return RowSums(sums, _perplexity) if sums[:, 0].sum() < LARGEST_EXPONENT * sums[:, 1].sum() else None


def length_ratio(answers: Answers) -> RowSums:
    """Characters of all outputs, white space not counted, for each of all targets."""
    return RowSums(np.column_stack([_lengths(answers.outputs), _lengths(answers.targets)]), _ratio)


def copy_rate(answers: Answers) -> RowSums | None:
    """Share of outputs that repeat the whole input, at any place, of the rows whose target does not hold it.

    One that was cut off repeats it as far as it went. None where every target holds its input.
    """
    rows = zip(answers.inputs, answers.outputs, answers.targets, answers.predictions, strict=True)
    there = [
        (bool(given) and given not in target, _repeats(given, out, target, cut=bool(row.hit_limit)))
        for given, out, target, row in rows
    ]
    values = np.array([(counts and copied, counts) for counts, copied in there], dtype=np.float64)
    if not values[:, 1].any():
        return None
    return RowSums(values, _share_of_some, weigh=lambda sums: sums[:, 1])


def hit_limit_rate(answers: Answers) -> RowSums | None:
    """Share of outputs that were cut off at the longest allowed length."""
    flags = [p.hit_limit for p in answers.predictions if p.hit_limit is not None]
    return RowSums.share(flags) if len(flags) == len(answers.predictions) else None


def valid_json(answers: Answers) -> RowSums:
    """Share of outputs that are one JSON object or array."""
    return RowSums.share([structured.is_json(output) for output in answers.outputs])


def field_exactness(answers: Answers) -> RowSums:
    """Mean share of the fields in target or output that both have with one value."""
    return RowSums.mean(structured.field_exactness_rows(answers.outputs, answers.targets))


def _perplexity(sums: Array) -> Array:
    return np.exp(np.minimum(sums[:, 0] / sums[:, 1], LARGEST_EXPONENT))


def _repeats(given: str, output: str, target: str, *, cut: bool) -> bool:
    repeated = output if cut and output and given.startswith(output) else given
    return bool(given) and repeated in output and repeated not in target


def _share_of_some(sums: Array) -> Array:
    """Nothing of nothing is nothing: of rows that are drawn again, none may count."""
    return sums[:, 0] / np.maximum(sums[:, 1], 1.0)


def _ratio(sums: Array) -> Array:
    return sums[:, 0] / sums[:, 1]


def _lengths(texts: list[str]) -> Array:
    return np.array([len("".join(text.split())) for text in texts], dtype=np.float64)


def _median_words(texts: list[str]) -> float:
    return median(len(tokenize_words(text)) for text in texts)


def _share_found(text: str, within: str) -> float:
    words, known = tokenize_words(text), set(tokenize_words(within))
    return sum(word in known for word in words) / len(words) if words else 0.0


def _same_words(output: str, target: str) -> bool:
    return tokenize_words(output) == tokenize_words(target)
