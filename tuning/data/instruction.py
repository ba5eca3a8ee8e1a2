"""What every prompt of a dataset begins with: the user's words, or the usual ones for the task. Knows no model."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from types import MappingProxyType

from tuning.data.languages import language_pairs, spoken
from tuning.data.profile import object_names
from tuning.data.shapes import Shape, ShapeKind
from tuning.spec import Task

__all__ = ["instruction_for"]

_USUAL: Mapping[ShapeKind, str] = MappingProxyType(
    {"messages": "", "conversations": "", "instruction-input-output": "", "question-answer": "Answer the question."}
)
"""Of shapes whose rows say themselves what is wanted."""
_BARE = frozenset({"yes", "no", "y", "n", "true", "false", "t", "f", *map(str, range(11))})
"""Labels that mean nothing without their column's name."""
_READ = 200
"""Targets that are read as JSON."""
_KEYS = 300
"""Characters of all keys together, beyond which they are not named."""


def instruction_for(shape: Shape, given: str | None, labels: Sequence[str], targets: Iterable[str] = ()) -> str:
    """The instruction; of classification it always names every label, of JSON objects the usual one names their keys.

    `targets` are those of training rows, of which the first are read.
    """
    # A comma inside a label would make two of it.
    label_list = ("; " if any("," in label for label in labels) else ", ").join(labels)
    if shape.task is Task.GENERATE:
        usual = _USUAL.get(shape.kind, f"{_wanted(shape)}{_as_object(targets)}.")
        return usual if given is None else given
    if given is None:
        by = f" by {_words(shape.target)}" if all(label.casefold() in _BARE for label in labels) else ""
        return f"Classify the text{by}. Answer with one of these labels: {label_list}."
    if all(label in given for label in labels):
        return given
    return f"{given.rstrip()}\nLabels: {label_list}".lstrip()


def _wanted(shape: Shape) -> str:
    if shape.template is None and language_pairs((shape.input, shape.target)):
        return f"Translate from {spoken(shape.input)} to {spoken(shape.target)}"
    return f"Write the {_words(shape.target)} for this {_words(shape.input)}"


def _as_object(targets: Iterable[str]) -> str:
    """That JSON is asked for and with which keys, where every target is an object: the base is to know the task too."""
    found = [object_names(target) for target in islice(targets, _READ)]
    if not found or None in found:
        return ""
    counts = Counter(name for names in found for name in names or ())
    keys = [name for name, count in counts.items() if 2 * count >= len(found)]
    named = f" with the keys {', '.join(keys)}" if keys and len(", ".join(keys)) <= _KEYS else ""
    return f" as a JSON object{named}"


def _words(name: str) -> str:
    return " ".join(name.replace("_", " ").split())
