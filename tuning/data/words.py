"""Words of a text in any script. Knows texts alone.

rouge-score's own tokenizer keeps only a-z and 0-9, so that identical Russian or Chinese texts score 0.
"""

import re
import unicodedata
from collections import Counter
from functools import lru_cache

__all__ = ["is_unspaced", "tokenize_words"]

UNSPACED = ("CJK ", "IDEOGRAPHIC ", "HIRAGANA", "KATAKANA", "THAI ", "LAO ", "KHMER ", "MYANMAR ", "TIBETAN ")
"""Beginnings of the Unicode names of letters in scripts that put no space between words."""
ASCII_WORD = re.compile("[a-z0-9]+")


def tokenize_words(text: str) -> list[str]:
    """Words in lower case: runs of letters, marks and digits; a letter of a script without spaces is a word by itself.

    Punctuation and symbols separate words and are dropped, unless the text has nothing else: then each is a word.
    """
    if text.isascii():
        folded = text.lower()
        words = ASCII_WORD.findall(folded)
    else:
        folded = unicodedata.normalize("NFKC", text).casefold()
        words = _words(folded)
    return words or [character for character in folded if not character.isspace()]


def is_unspaced(text: str) -> bool:
    """Whether more than half of a text's letters are of scripts that put no space between words."""
    letters = {character: count for character, count in Counter(text).items() if character.isalpha()}
    alone = sum(count for letter, count in letters.items() if _stands_alone(letter))
    return 2 * alone > sum(letters.values())


def _words(folded: str) -> list[str]:
    words: list[str] = []
    takes = ""  # kinds of characters that the last word still takes in
    for character in folded:
        kind = unicodedata.category(character)[0]
        if kind not in "LMN":
            takes = ""
        elif kind in takes and not (kind != "M" and _stands_alone(character)):
            words[-1] += character
        else:
            words.append(character)
            takes = "M" if _stands_alone(character) else "LMN"
    return words


@lru_cache(maxsize=4096)
def _stands_alone(character: str) -> bool:
    return not character.isascii() and unicodedata.name(character, "").startswith(UNSPACED)
