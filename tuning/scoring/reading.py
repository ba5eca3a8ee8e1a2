"""What an answer means, however it is put: the label or the target that stands in a longer text.

Strict reading takes an answer as it is written (`Prediction.correct`); lenient reading is done here. Knows texts only.
"""

import json
import re
import unicodedata
from collections.abc import Callable, Sequence

from tuning.data.words import tokenize_words
from tuning.prediction import Prediction

__all__ = ["LabelReader", "holds_target", "read_leniently"]


class LabelReader:
    """Finds which one of a list of labels a text names."""

    def __init__(self, labels: Sequence[str]) -> None:
        self._fold = _folding(labels)
        self._labels = {self._fold(label): label.strip() for label in labels}
        longest_first = sorted(self._labels, key=len, reverse=True)
        self._pattern = re.compile("|".join(_delimited(name) for name in longest_first if name))

    def read(self, text: str) -> str | None:
        """The only label that stands in the text as words of its own; None when none does, or several do.

        Of labels that begin alike the longest counts. Case and width of letters are forgiven unless labels differ
        in nothing else.
        """
        folded = self._fold(text)
        if folded in self._labels:
            return self._labels[folded]
        found = set(self._pattern.findall(folded)) if self._labels else set()
        return self._labels[found.pop()] if len(found) == 1 else None


def holds_target(text: str, target: str) -> bool:
    """Whether a text says its target: the same JSON object somewhere in it, or the target's words in a row."""
    wanted = _first_object(target) if target.lstrip().startswith("{") else None
    if wanted is not None:
        return _first_object(text) == wanted
    words, sought = tokenize_words(text), tokenize_words(target)
    return any(words[start : start + len(sought)] == sought for start in range(len(words) - len(sought) + 1))


def read_leniently(predictions: Sequence[Prediction], labels: Sequence[str]) -> list[Prediction]:
    """The same answers with the output put as it was meant: the label that was named, or the target that was said.

    `labels` are those of a classification; without them the answers are free texts. An answer that is not understood
    stays as it is.
    """
    reader = LabelReader(labels) if labels else None
    return [p.model_copy(update={"output": _meant(p, reader)}) for p in predictions]


def _meant(prediction: Prediction, reader: LabelReader | None) -> str:
    if reader is not None:
        return reader.read(prediction.output) or prediction.output
    return prediction.target if holds_target(prediction.output, prediction.target) else prediction.output


def _folding(labels: Sequence[str]) -> Callable[[str], str]:
    """Forgives case and width of letters, if the labels are still told apart then."""
    exact = {label.strip() for label in labels}
    return _folded if len({_folded(label) for label in exact}) == len(exact) else _spaced


def _folded(text: str) -> str:
    return _spaced(unicodedata.normalize("NFKC", text).casefold())


def _spaced(text: str) -> str:
    return " ".join(text.split())


def _delimited(label: str) -> str:
    """A pattern of the label as words of its own: no letter or digit runs on, and no decimal does."""
    before = r"(?<!\w)(?<!\d[.,])" if _runs_on(label[0]) else ""
    after = r"(?!\w)(?![.,]\d)" if _runs_on(label[-1]) else ""
    return before + re.escape(label) + after


def _runs_on(character: str) -> bool:
    """Whether a letter put beside this one belongs to the same word."""
    return character.isalnum() and len(tokenize_words(f"{character}a")) == 1


def _first_object(text: str) -> object:
    """The first JSON object in a text; None when there is none."""
    start = text.find("{")
    if start < 0:
        return None
    try:
        return json.JSONDecoder().raw_decode(text, start)[0]
    except (ValueError, RecursionError):
        return None
