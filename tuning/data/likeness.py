"""How like others a text is: rows of one family are easier than what a model meets later. Knows texts alone.

Likeness is Dice's coefficient of the sets of words of two texts, twice the words in common by the words of both (Dice
1945, Ecology 26:297). Every word counts alike: what a template repeats is what is to be noticed.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

from tuning.data.words import tokenize_words

__all__ = ["ALIKE", "likeness"]

ALIKE = 0.5
"""From here on two texts have half their words in common."""


def likeness(texts: Iterable[str], known: Sequence[str]) -> npt.NDArray[np.float64]:
    """(texts,) likeness of each text to that one of `known` nearest to it, from 0 to 1; 0 where there is none."""
    words = [set(tokenize_words(text)) for text in known]
    sizes = np.fromiter(map(len, words), np.int64, len(words))
    holders = defaultdict[str, list[int]](list)
    for position, own in enumerate(words):
        for word in own:
            holders[word].append(position)
    holding = {word: np.array(positions) for word, positions in holders.items()}
    return np.array([_nearest(set(tokenize_words(text)), holding, sizes) for text in texts], np.float64)


def _nearest(own: set[str], holding: dict[str, npt.NDArray[np.int64]], sizes: npt.NDArray[np.int64]) -> float:
    """`holding` has by word the positions of the texts that hold it, `sizes` how many words each of these has."""
    found = [holding[word] for word in own if word in holding]
    if not found:
        return 0.0
    shared = np.bincount(np.concatenate(found), minlength=len(sizes))
    return float((2 * shared / (len(own) + sizes)).max())
