"""Which of the usual shapes a table has: text and label, prompt and completion, chats, questions on a text, ….

Each shape is recognised with a reason and a confidence, and what the user sets by hand comes first. Knows names and
kinds of columns; `extracting` turns rows into inputs and targets.
"""

from collections.abc import Iterator, Mapping
from typing import Literal

from pydantic import BaseModel, ConfigDict

from tuning.data.chats import chat_style, parse_chat
from tuning.data.columns import ColumnChoice, choose_columns, likely_targets, named_as_usual, task_of, translates
from tuning.data.profile import ColumnProfile, profile_cells
from tuning.data.table import Table
from tuning.data.template import fields, of_columns
from tuning.data.wording import listed, quoted
from tuning.errors import ColumnError
from tuning.spec import RunSpec, Task

__all__ = ["OTHER_SHAPES", "Confidence", "Shape", "ShapeKind", "other_shapes", "recognise"]

ShapeKind = Literal[
    "text-label", "prompt-completion", "instruction-input-output", "messages", "conversations", "question-answer",
    "several-inputs",
]  # fmt: skip
Confidence = Literal["set", "sure", "likely", "unsure"]

_CHAT_KINDS = ("messages", "conversations")
_LOOKED_AT, _REPLIES = 50, 1_000  # Rows.
OTHER_SHAPES = 3
"""So many are told of at most."""
_PAIRS = (
    ("premise", "hypothesis"), ("sentence1", "sentence2"), ("question1", "question2"), ("text_a", "text_b"),
    ("text1", "text2"), ("query", "passage"), ("question", "passage"), ("question", "sentence"),
)  # fmt: skip


class Shape(BaseModel):
    """How rows are read: what the model is given and what it should answer."""

    model_config = ConfigDict(frozen=True)

    kind: ShapeKind
    task: Task
    input: str
    """The column that is read; of several the first one of the template, of a chat the chat's."""
    target: str
    """The column that is to be produced; of a chat the chat's."""
    template: str | None = None
    """How several columns make the input."""
    reason: str
    """One sentence, for people."""
    confidence: Confidence

    @property
    def is_chat(self) -> bool:
        """Whether input and target are in one column, as turns of a chat."""
        return self.kind in _CHAT_KINDS


def recognise(table: Table, spec: RunSpec, profiles: Mapping[str, ColumnProfile]) -> Shape:
    """The likeliest shape that agrees with what is set. Raises `ColumnError` if there is none."""
    group = spec.group_rule()
    apart = {spec.group, group.column if group else None, spec.split} - {spec.input, spec.target}
    free = {name: profile for name, profile in profiles.items() if name not in apart}
    by_hand = spec.input is not None or spec.target is not None
    if spec.template is not None:
        return _by_template(table, spec, free, spec.template)
    chat = _chat(table, spec)
    if chat is not None:
        return chat
    known = None if by_hand else next(_known(spec.task, free), None)
    if known is not None:
        return known
    choice = choose_columns(table, task=spec.task, input=spec.input, target=spec.target, profiles=free)
    if by_hand:
        return _plain(choice, "set")
    if translates(choice):  # Which of the two is read is seldom said.
        return _plain(choice, "likely")
    return _plain(choice, "sure" if named_as_usual(choice) else _confidence(free))


def other_shapes(table: Table, profiles: Mapping[str, ColumnProfile], found: Shape) -> list[Shape]:
    """What else the table could be read as, for the user to choose from."""
    taken = {(found.input, found.target, found.template)}
    others = []
    for shape in _candidates(table, profiles):
        key = (shape.input, shape.target, shape.template)
        if key not in taken:
            taken.add(key)
            others.append(shape)
    return others[:OTHER_SHAPES]


def _candidates(table: Table, profiles: Mapping[str, ColumnProfile]) -> Iterator[Shape]:
    yield from _known(None, profiles)
    for target in likely_targets(profiles):
        try:
            yield _plain(choose_columns(table, target=target, profiles=profiles), "unsure")
        except ColumnError:
            continue  # Nothing goes with this column: it is no alternative.


def _plain(choice: ColumnChoice, confidence: Confidence) -> Shape:
    return Shape(
        kind="text-label" if choice.task is Task.CLASSIFY else "prompt-completion",
        task=choice.task,
        input=choice.input,
        target=choice.target,
        reason=choice.reason,
        confidence=confidence,
    )


def _confidence(profiles: Mapping[str, ColumnProfile]) -> Confidence:
    """Where names say nothing, a lone candidate is likely and one of several a guess."""
    targets = likely_targets(profiles)
    return "likely" if len(targets) <= 2 or profiles[targets[0]].objects else "unsure"


def _by_template(table: Table, spec: RunSpec, profiles: Mapping[str, ColumnProfile], template: str) -> Shape:
    names = fields(template, table.columns)
    if spec.input is not None and spec.input not in names:
        raise ColumnError(f"input column {quoted(spec.input)} is not in the template; name it there or leave it unset")
    if spec.target in names:
        raise ColumnError(f"the template shows the model its target, {quoted(spec.target)}; take it out")
    first = spec.input or names[0]
    others = {name: profile for name, profile in profiles.items() if name == first or name not in names}
    choice = choose_columns(table, task=spec.task, input=first, target=spec.target, profiles=others)
    return Shape(
        kind="several-inputs",
        task=choice.task,
        input=first,
        target=choice.target,
        template=template,
        reason=f"The template joins {listed(map(quoted, names))}; {quoted(choice.target)} is the target.",
        confidence="sure",
    )


def _chat(table: Table, spec: RunSpec) -> Shape | None:
    """A column of chats, unless the user set others."""
    for name in sorted(table.structured, key=table.columns.index):
        if any(column not in (None, name) for column in (spec.input, spec.target)):
            continue
        cells = table.data.column(name).slice(0, _LOOKED_AT).to_pylist()
        styles = [style for cell in cells if cell.strip() and (style := chat_style(cell))]
        if 2 * len(styles) > len(cells):
            labels = _reply_labels(table, name)
            repeat = f" Its {labels} different ones repeat, so they are labels." if labels else ""
            return Shape(
                kind=styles[0],
                task=spec.task or (Task.CLASSIFY if labels else Task.GENERATE),
                input=name,
                target=name,
                reason=f"{quoted(name)} holds chats: the last assistant turn is the target, the turns before it are "
                f"the context.{repeat}",
                confidence="set" if spec.task else "likely" if labels else "sure",
            )
    return None


def _reply_labels(table: Table, name: str) -> int:
    """How many labels the last assistant turns are, where they are labels; else 0."""
    cells = table.data.column(name).slice(0, _REPLIES).to_pylist()
    profile = profile_cells(name, [chat.reply for cell in cells if (chat := parse_chat(cell)) is not None])
    return profile.labels if profile.label_like else 0


def _known(task: Task | None, profiles: Mapping[str, ColumnProfile]) -> Iterator[Shape]:
    """Shapes whose columns have names of their own."""
    named = {name.lower().replace(" ", "_"): name for name, profile in profiles.items() if profile.filled > 0}
    if named.keys() >= {"instruction", "input", "output"}:
        names, target = (named["instruction"], named["input"]), profiles[named["output"]]
        reason = f"Columns named as Alpaca's: {quoted(target.name)} answers an instruction and its input."
        yield _joined("instruction-input-output", task, names, target, reason)
    answer = next((named[name] for name in ("answers", "answer") if name in named), None)
    if answer is not None and named.keys() >= {"question", "context"}:
        names = (named["context"], named["question"])
        reason = f"{quoted(answer)} is the answer to a question on a context, as in SQuAD."
        yield _joined("question-answer", task or Task.GENERATE, names, profiles[answer], reason)
    label = next((p for p in (profiles[n] for n in likely_targets(profiles)) if p.label_like), None)
    for one, other in _PAIRS:
        if label is not None and named.keys() >= {one, other} and label.name not in (named[one], named[other]):
            reason = f"{quoted(label.name)} is said of {quoted(named[one])} and {quoted(named[other])} together."
            yield _joined("several-inputs", task, (named[one], named[other]), label, reason)


def _joined(kind: ShapeKind, task: Task | None, names: tuple[str, str], target: ColumnProfile, reason: str) -> Shape:
    template = of_columns(*names)
    if kind == "several-inputs":
        template = "\n".join(f"{name}: {{{name}}}" for name in names)
    return Shape(
        kind=kind,
        task=task or task_of(target),
        input=names[0],
        target=target.name,
        template=template,
        reason=reason,
        confidence="sure",
    )
