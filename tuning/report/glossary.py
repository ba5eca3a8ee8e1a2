"""The words of the field that a comparison uses, each in a sentence: below the page, for whoever does not know them.

Knows which of them a comparison uses; no run and no layout.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from tuning.report.markup import fold, section
from tuning.report.metric_words import metric_words
from tuning.scoring.comparison import Comparison

__all__ = ["glossary"]


@dataclass(frozen=True)
class _Word:
    """A word and what it means in one sentence."""

    name: str
    meaning: str


_ALWAYS = (
    _Word(
        "Train, dev and test rows",
        "your file in three parts: rows that tuning learns from, rows that decide when it stops, and rows that are "
        "kept back until both models answer them",
    ),
    _Word("Adapter, LoRA", "the few weights that tuning adds to the model; the model itself stays as it is"),
    _Word(
        "Fixed, broken", "rows that the base got wrong and tuned gets right, and rows where it is the other way round"
    ),
    _Word(
        "Top layers",
        "a model computes layer upon layer; where time is short only those nearest to the answer are tuned, which is "
        "quicker",
    ),
    _Word("Points", "percentage points: from 50 % to 60 % is +10 points"),
    _Word(
        "95 % interval",
        "what the value may really be, as far as so few rows can tell; where that of a difference holds zero, "
        "there may be no difference. Where few rows tell two models apart it is made wider, more so on one side, so "
        "that it is right as often as it says. Shares of rows: by Wilson's method, their differences by Newcombe's for "
        "pairs; all else by leaving out one row after the other (jackknife)",
    ),
    _Word(
        "Train loss, dev loss, nats",
        "how unlikely the right answer seemed to the model while it learned, on the rows it learns from and on dev "
        "rows; lower is better. A language model is asked token by token, each out of all tokens there are; a sentence "
        "encoder row by row, out of the labels",
    ),
)
_LADDER = (
    _Word("TF-IDF", "counts words and weighs rare ones more; no language model"),
    _Word("Few-shot", "some training rows stand in the prompt as examples; nothing is tuned"),
)
_RECEIPT = (
    _Word("Logits", "what a model gives every possible next token, before it is made a probability"),
    _Word(
        "Stock attention",
        "how the library itself lets tokens look at each other; ours computes what rows share only once, and is held "
        "against it on some rows",
    ),
    _Word("Greedy", "always the likeliest next word, so that the same question gets the same answer"),
    _Word(
        "bfloat16, float32, dequantized",
        "how numbers are kept: in 16 bits or in 32; dequantized: unpacked from 4 or 8 bits, as which the model came",
    ),
    _Word("Hash, fingerprint, SHA-256", "a short number made of data: other data would have another"),
)
_FORGETTING = _Word("Perplexity of general text", "how surprising ordinary text is to the model; 1: not at all")
_PROBE = _Word(
    "Base of a sentence encoder, linear probe",
    "an encoder gives numbers to a text, and no label; so its base is the encoder as it came with one more layer that "
    "turns numbers into labels, fitted to your training rows (logistic regression, C says how freely)",
)
_P = _Word(
    "p",
    "how often a difference this large comes up by luck, when tuning changes nothing; by McNemar's test (mid-p) where "
    "rows are right or wrong, else by swapping both models' answers at random",
)
_HOLM = _Word("Holm's adjustment", "makes p larger, as among many metrics some look good by luck")
_F1 = _Word("F1", "one figure for a class: how many of its rows are found, and how many that are called so are of it")
_MATRIX = _Word("Confusion matrix", "how often each target got each answer; right answers are on its diagonal")
_LIKELIHOOD = _Word(
    "Likelihood of a label",
    "how probable the model holds each label to be; the likeliest is its answer. Per token: long labels are at no "
    "disadvantage. Calibrated: nor are labels that it would rarely say anyway",
)


def glossary(comparison: Comparison) -> str:
    """The words and what they mean, folded."""
    listed = "".join(f"<div><dt>{word.name}</dt><dd>{word.meaning}</dd></div>" for word in _used(comparison))
    return section("Words", "what they mean here", fold("The words used here", f'<dl class="to-words">{listed}</dl>'))


def _used(comparison: Comparison) -> Iterator[_Word]:
    yield from _ALWAYS
    for metric in comparison.metrics:
        words = metric_words(metric.name)
        if words.meaning:
            yield _Word(words.title, words.meaning)
    if comparison.ladder:
        yield from _LADDER
    if comparison.receipt:
        yield from _RECEIPT
    if comparison.forgetting is not None:
        yield _FORGETTING
    if comparison.model.family == "encoder":
        yield _PROBE
    if comparison.classes:
        yield _F1
    if comparison.confusion is not None:
        yield _MATRIX
    if comparison.variants:
        yield _LIKELIHOOD
    if any(metric.p is not None for metric in comparison.metrics):
        yield _P
    if any(metric.p_adjusted is not None for metric in comparison.metrics):
        yield _HOLM
