"""What every prompt of a dataset begins with: the user's words, or the usual ones for the task. Knows no model."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from tuning.data.shapes import Shape, ShapeKind
from tuning.spec import Task

__all__ = ["instruction_for"]

_USUAL: Mapping[ShapeKind, str] = MappingProxyType(
    {"messages": "", "conversations": "", "instruction-input-output": "", "question-answer": "Answer the question."}
)
"""Of shapes whose rows say themselves what is wanted."""
_BARE = frozenset({"yes", "no", "y", "n", "true", "false", "t", "f", *map(str, range(11))})
"""Labels that mean nothing without their column's name."""


def instruction_for(shape: Shape, given: str | None, labels: Sequence[str]) -> str:
    """The instruction; of classification it always names every label."""
    # A comma inside a label would make two of it.
    label_list = ("; " if any("," in label for label in labels) else ", ").join(labels)
    if shape.task is Task.GENERATE:
        usual = _USUAL.get(shape.kind, f"Write the {_words(shape.target)} for this {_words(shape.input)}.")
        return usual if given is None else given
    if given is None:
        by = f" by {_words(shape.target)}" if all(label.casefold() in _BARE for label in labels) else ""
        return f"Classify the text{by}. Answer with one of these labels: {label_list}."
    if all(label in given for label in labels):
        return given
    return f"{given.rstrip()}\nLabels: {label_list}".lstrip()


def _words(name: str) -> str:
    return " ".join(name.replace("_", " ").split())
