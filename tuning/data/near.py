"""Texts that are nearly the same: typing mistakes, another order, a changed word in a long text. Knows texts alone.

MinHash signatures (by rensa) of runs of four characters bring likely pairs together, band by band (locality-sensitive
hashing); every pair is then read word by word before it counts. Texts whose numbers differ never do: numbers are what
templates vary. Time and memory grow with the number of texts, whatever they hold.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt
from rapidfuzz.distance import OSA
from rensa import RMinHash

from tuning.data.components import Components, Positions, repeats

__all__ = ["alike", "near_duplicates", "plain_words"]

_SHINGLE = 4  # Characters.
_BANDS, _BAND = 20, 5  # Two texts that share 74 % of their runs meet in some band with 99 % probability.
_SHARED = 0.4  # Of two signatures; pairs that meet by chance share less.
_CHUNK = 5_000  # Texts whose signatures are computed at a time.
_SHORTEST = 20  # Characters; in a shorter text every letter counts.
_TYPOS = 0.3  # Of the words that differ, the share of characters that do; misspelt words stay under it.
_SLIPS = 40  # One slip in so many characters is allowed wherever it is.
_CHANGED = 20  # One word in so many may be another.
_SEED = 20_000_101

_WORD, _NUMBER = re.compile(r"\w+"), re.compile(r"\d+")


def near_duplicates(texts: Sequence[str]) -> Positions:
    """For each text the position of the first one of its cluster: itself where nothing is nearly the same."""
    plain = [plain_words(text) for text in texts]
    first = repeats(plain, len(plain))
    components = Components(len(plain))
    components.join_equal(first.tolist())
    different = np.flatnonzero(first == np.arange(len(plain)))
    candidates = different[[len(plain[p]) >= _SHORTEST for p in different]]
    for one, other in _likely_pairs([plain[p] for p in candidates]):
        a, b = int(candidates[one]), int(candidates[other])
        if components.root(a) != components.root(b) and alike(plain[a], plain[b]):
            components.join(a, b)
    return components.roots()


def plain_words(text: str) -> str:
    """The words of a text, without case and punctuation; a text without words as it is."""
    return " ".join(_WORD.findall(text.casefold())) or text


def alike(one: str, other: str) -> bool:
    """Whether two texts of plain words say the same but for misspelt words, their order, or one word in twenty."""
    ours, theirs = Counter(one.split()), Counter(other.split())
    left, right = list((ours - theirs).elements()), list((theirs - ours).elements())
    if len(left) <= ours.total() // _CHANGED and len(right) <= theirs.total() // _CHANGED:
        return True
    a, b = " ".join(left), " ".join(right)
    if max(len(a), len(b)) == 1:
        return False  # "hepatitis a" is not "hepatitis b".
    # The words that differ, out of their order, or both texts whole, where typing mistakes moved a space.
    most = max(1, int(_TYPOS * max(len(a), len(b))), len(one) // _SLIPS)
    return bool(OSA.distance(a, b, score_cutoff=most) <= most or OSA.distance(one, other, score_cutoff=most) <= most)


def _likely_pairs(texts: list[str]) -> Iterator[tuple[int, int]]:
    """Pairs of positions worth reading, at most `_BANDS` for each text, the likeliest first."""
    if len(texts) < 2:
        return
    signatures: npt.NDArray[np.uint32] = np.empty((len(texts), _BANDS * _BAND), np.uint32)
    for start in range(0, len(texts), _CHUNK):
        signatures[start : start + _CHUNK] = _signatures(texts[start : start + _CHUNK])
    numbers = np.fromiter((hash(tuple(_NUMBER.findall(text))) for text in texts), np.int64, len(texts)).view(np.uint64)
    packed = [_pairs_of_band(signatures, numbers, band) for band in range(_BANDS)]
    for pair in np.unique(np.concatenate(packed)).tolist():
        yield divmod(pair, len(texts))


def _pairs_of_band(signatures: npt.NDArray[np.uint32], numbers: npt.NDArray[np.uint64], band: int) -> Positions:
    """Neighbours among texts that agree in this band and in their numbers, as one × count + other.

    Within a crowded band the next band decides who stands beside whom, so that near texts do.
    """
    count = len(signatures)
    key = numbers.copy()
    for column in range(band * _BAND, (band + 1) * _BAND):
        key = (key ^ signatures[:, column]) * np.uint64(0x9E3779B97F4A7C15)
        key ^= key >> np.uint64(29)
    beside = signatures[:, (band + 1) % _BANDS * _BAND]
    order = np.lexsort((beside, key))
    meets = np.flatnonzero(key[order[1:]] == key[order[:-1]])
    pairs = np.sort(np.stack([order[meets], order[meets + 1]]), axis=0)
    shared = np.zeros(len(meets))
    for column in range(signatures.shape[1]):
        shared += signatures[pairs[0], column] == signatures[pairs[1], column]
    near = shared >= _SHARED * signatures.shape[1]
    packed: Positions = pairs[0][near] * count + pairs[1][near]
    return packed


def _signatures(texts: list[str]) -> npt.NDArray[np.uint32]:
    """(texts, bands × band) smallest hashes of the texts' runs of characters; a text must have one run at least."""
    lengths = np.fromiter(map(len, texts), np.int64, len(texts))
    characters = np.frombuffer("".join(texts).encode("utf-32-le", "surrogatepass"), np.uint32).astype(np.uint64)
    whole = len(characters) - _SHINGLE + 1
    runs: npt.NDArray[np.uint64] = np.zeros(whole, np.uint64)
    for place in range(_SHINGLE):
        runs = runs * np.uint64(0x1000193) + characters[place : place + whole]
    inside: npt.NDArray[np.bool_] = np.ones(len(characters), bool)
    ends = np.cumsum(lengths)
    for place in range(1, _SHINGLE):
        inside[ends - place] = False  # Runs that would go on into the next text.
    offsets = np.concatenate([[0], np.cumsum(lengths - _SHINGLE + 1)]).astype(np.uint64)
    matrix = RMinHash.digest_matrix_from_flat_token_hashes(runs[inside[:whole]], offsets, _BANDS * _BAND, _SEED)
    return np.array(matrix.to_rows(), np.uint32)
