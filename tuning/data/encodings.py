"""Texts that went through the wrong encoding ("cafÃ©"), and the languages of a file. Knows texts alone."""

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import ftfy
from ftfy.badness import is_bad

__all__ = ["Languages", "is_garbled", "repaired", "survey_languages"]

_LOST = "\ufffd"
_SURVEYED = 300  # Rows.
_READABLE = 40  # Characters; the language of less is a guess.
_CERTAIN = 0.95


@dataclass(frozen=True)
class Languages:
    """What languages a sample of texts is written in."""

    surveyed: int
    """Texts that were long and clear enough to tell."""
    counts: Counter[str]
    """ISO 639-1 codes."""
    positions: dict[str, list[int]]


def is_garbled(text: str) -> bool:
    """Whether a text shows the marks of a wrong encoding, or of characters that were lost by one."""
    return not text.isascii() and (_LOST in text or is_bad(text))


def repaired(text: str) -> str:
    """The text as it was before the wrong encoding, where that can be told; else as it is."""
    return ftfy.fix_encoding(text) if not text.isascii() and is_bad(text) else text


def survey_languages(texts: Sequence[str]) -> Languages:
    """The languages of a sample, always the same one."""
    long = [position for position, text in enumerate(texts) if len(text) >= _READABLE]
    if len(long) > _SURVEYED:
        long = sorted(random.Random(0).sample(long, _SURVEYED))
    positions: dict[str, list[int]] = {}
    for position in long:
        language, probability = _identifier().classify(texts[position][:1000])
        if probability >= _CERTAIN:
            positions.setdefault(language, []).append(position)
    counts = Counter({language: len(found) for language, found in positions.items()})
    return Languages(counts.total(), counts, positions)


@cache
def _identifier() -> Any:
    """Unpacking its tables takes a second, so once is enough."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
