"""Which texts have half their words or more in common with another: the rows of one family. Knows texts alone.

By Dice's coefficient of the sets of words, twice the words in common by the words of both; that is also what a
comparison parts its test rows by.
"""

from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from tuning.data.near import plain_words

__all__ = ["like_known"]


def like_known(texts: Sequence[str], known: Sequence[str]) -> list[int]:
    """Positions of the texts that have half their words or more in common with one of those known."""
    words = [set(plain_words(text).split()) for text in known]
    sizes = np.fromiter(map(len, words), np.int64, len(words))
    holders = defaultdict[str, list[int]](list)
    for position, own in enumerate(words):
        for word in own:
            holders[word].append(position)
    holding = {word: np.array(positions) for word, positions in holders.items()}
    found = []
    for position, text in enumerate(texts):
        own = set(plain_words(text).split())
        lists = [holding[word] for word in own if word in holding]
        if lists:
            shared = np.bincount(np.concatenate(lists), minlength=len(sizes))
            if (4 * shared >= len(own) + sizes).any():
                found.append(position)
    return found
