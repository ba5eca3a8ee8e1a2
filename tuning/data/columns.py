"""Which column is read, which is to be produced, and what kind of task that is. Knows nothing of files or models.

Names choose columns first (two languages, text and label, prompt and completion, …); where they say nothing, the values
do: few repeated values are labels, long varying ones are text. What the user sets by hand is taken as it is.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product

from tuning.data.languages import language_pairs
from tuning.data.profile import MAX_LABELS, ColumnProfile, profile_columns
from tuning.data.table import Table
from tuning.data.wording import listed, quoted
from tuning.errors import ColumnError
from tuning.spec import Task

__all__ = ["MAX_LABELS", "ColumnChoice", "choose_columns", "likely_targets", "named_as_usual", "task_of", "translates"]

_TEXTS = (
    "text", "sentence", "review", "comment", "message", "utterance", "tweet", "diagnosis", "headline", "title",
    "content", "body", "document", "description",
)  # fmt: skip
_LABELS = (
    "label", "labels", "class", "category", "sentiment", "intent", "topic", "emotion", "chapter", "tag", "label_text",
)  # fmt: skip
_PROMPTS = (
    "prompt", "question", "input", "instruction", "query", "source", "article", "document", "text", "dialogue",
)  # fmt: skip
_RESPONSES = (
    "completion", "response", "answer", "output", "target", "reply", "summary", "translation", "highlights",
)  # fmt: skip
_BOOKKEEPING = (
    "id", "uid", "uuid", "guid", "index", "idx", "key", "code", "row", "number", "no", "nr", "date", "time",
    "timestamp", "url", "split", "fold", "lang", "language", "group",
)  # fmt: skip


@dataclass(frozen=True)
class ColumnChoice:
    """What a run learns from a table."""

    task: Task
    input: str
    """Column names."""
    target: str
    reason: str
    """One sentence, for people."""


def choose_columns(
    table: Table,
    *,
    task: Task | None = None,
    input: str | None = None,  # noqa: A002
    target: str | None = None,
    profiles: Mapping[str, ColumnProfile] | None = None,
) -> ColumnChoice:
    """Complete what the user has set, from the columns in `profiles` (all of them, where that is not given).

    Raises `ColumnError` if a column that was set does not exist or no two columns fit the task.
    """
    if len(table.columns) < 2:
        raise ColumnError(
            f"{quoted(table.name)} has one column, {quoted(table.columns[0])}; "
            "two are needed, one to read, one to produce; add the other"
        )
    for part, name in (("input", input), ("target", target)):
        if name is not None and name not in table.columns:
            columns = listed(map(quoted, table.columns), 30)
            raise ColumnError(f"{part} column {quoted(name)} does not exist; {quoted(table.name)} has {columns}")
    if input is not None and input == target:
        raise ColumnError(f"input and target are both {quoted(input)}; choose two different columns")
    profiles = profile_columns(table) if profiles is None else profiles
    free = {name: p for name, p in profiles.items() if p.filled >= 0.5}
    free |= {name: profiles[name] for name in (input, target) if name is not None}
    pair = next(_pairs(free, task, input, target), None)
    if pair is None:
        raise ColumnError(_no_pair(table, task, input, target))
    return _concluded(profiles[pair[0]], profiles[pair[1]], task)


def _pairs(
    free: dict[str, ColumnProfile], task: Task | None, source: str | None, target: str | None
) -> Iterator[tuple[str, str]]:
    """Pairs of input and target that agree with what is set, the likeliest first."""
    named = {name.lower().replace(" ", "_"): name for name in reversed(free)}
    label_pairs = [(a, b) for a, b in product(_TEXTS, _LABELS)]
    text_pairs = [(a, b) for a, b in product(_PROMPTS, _RESPONSES)]
    written = [name for name, p in free.items() if p.text_like and not p.label_like and not p.id_like]
    translations = [] if task is Task.CLASSIFY else language_pairs(written)
    by_names = {
        Task.CLASSIFY: [*label_pairs, *((a, b) for a, b in text_pairs if b in named and free[named[b]].label_like)],
        Task.GENERATE: [*text_pairs, *label_pairs],
        None: [*label_pairs, *text_pairs],
    }[task]
    found = [(named[a], named[b]) for a, b in by_names if a in named and b in named]
    sources = [source] if source is not None else _inputs(free, task)
    targets = [target] if target is not None else _targets(free, named, task)
    for a, b in [*translations, *found, *product(sources, targets)]:
        if a != b and source in (None, a) and target in (None, b):
            yield a, b


def _inputs(free: dict[str, ColumnProfile], task: Task | None) -> list[str]:
    """Columns fit to be read, the likeliest first."""
    texts = [p for p in free.values() if p.text_like and p.name.lower() not in _BOOKKEEPING]
    varied = [p for p in texts if not p.label_like]
    usual = [p for p in varied if p.name.lower() in (*_PROMPTS, *_TEXTS)]
    labels = any(p.label_like for p in free.values())
    if any(p.objects for p in varied):  # What is read of a row is told by a text, and seldom by its key or its name.
        varied = sorted(varied, key=lambda p: (p.objects, -p.mean_length))
    if task is not Task.GENERATE and labels:
        varied = sorted(varied, key=lambda p: (p.objects, -p.mean_length))
        # A label can be given to a text of few values too ("yes", "no"), if there is no other.
        varied += sorted((p for p in texts if p.label_like), key=lambda p: -p.distinct)
    return [p.name for p in [*usual, *varied]]


def _targets(free: dict[str, ColumnProfile], named: dict[str, str], task: Task | None) -> list[str]:
    """Columns fit to be produced, the likeliest first."""
    plain = [p for p in free.values() if p.name.lower() not in _BOOKKEEPING]
    labels = [p.name for p in plain if p.label_like]
    texts = [p.name for p in plain if p.text_like and not p.label_like]
    # Nobody writes such by hand for another purpose; what an id or a source is kept in has a name of its own.
    texts.sort(key=lambda name: not free[name].objects)
    objects = [name for name in texts if free[name].objects and not free[name].structured]
    usual_labels = [named[name] for name in _LABELS if name in named]
    usual_texts = [named[name] for name in _RESPONSES if name in named]
    if task is Task.CLASSIFY:
        return [*usual_labels, *labels]
    if task is Task.GENERATE:
        return [*usual_texts, *texts, *labels]
    return [*usual_labels, *usual_texts, *objects, *labels, *texts]


def task_of(target: ColumnProfile) -> Task:
    """What kind of task such targets make: few repeated values, or a column named as labels are, are classified by."""
    return Task.CLASSIFY if target.label_like or target.name.lower() in _LABELS else Task.GENERATE


def named_as_usual(choice: ColumnChoice) -> bool:
    """Whether both columns have names that people give such columns."""
    source, target = choice.input.lower().replace(" ", "_"), choice.target.lower().replace(" ", "_")
    return source in (*_TEXTS, *_PROMPTS) and target in (*_LABELS, *_RESPONSES)


def translates(choice: ColumnChoice) -> bool:
    """Whether a text is written from one column to another, both named after languages."""
    return choice.task is Task.GENERATE and bool(language_pairs((choice.input, choice.target)))


def likely_targets(profiles: Mapping[str, ColumnProfile]) -> list[str]:
    """Columns fit to be produced, the likeliest first."""
    filled = {name: p for name, p in profiles.items() if p.filled >= 0.5}
    return list(dict.fromkeys(_targets(filled, {name.lower(): name for name in filled}, None)))


def _concluded(source: ColumnProfile, target: ColumnProfile, task: Task | None) -> ColumnChoice:
    shown, wanted = quoted(source.name), quoted(target.name)
    if task is not None:
        verb = "is classified by" if task is Task.CLASSIFY else "is answered with"
        return ColumnChoice(task, source.name, target.name, f"The task was set by hand: {shown} {verb} {wanted}.")
    if not target.label_like and language_pairs((source.name, target.name)):
        reason = f"{shown} and {wanted} are named after languages, so {shown} is translated into {wanted}."
        return ColumnChoice(Task.GENERATE, source.name, target.name, reason)
    if task_of(target) is Task.CLASSIFY:
        count = target.labels or target.distinct
        reason = f"{wanted} has {count:,} different values for many rows, so {shown} is classified by it."
        return ColumnChoice(Task.CLASSIFY, source.name, target.name, reason)
    reason = f"{wanted} has {target.distinct:,} different texts, too varied for labels, so it is written from {shown}."
    if target.objects:
        reason = f"{wanted} holds JSON objects, which are written from {shown}."
    return ColumnChoice(Task.GENERATE, source.name, target.name, reason)


def _no_pair(table: Table, task: Task | None, source: str | None, target: str | None) -> str:
    columns = listed(map(quoted, table.columns), 30)
    if source is not None:
        what = f"no column to go with input {quoted(source)}"
    elif target is not None:
        what = f"no column of text to go with target {quoted(target)}"
    else:
        what = "no column of text with one to produce beside it"
    needs = " (a target of few repeated values)" if task is Task.CLASSIFY else ""
    return f"{quoted(table.name)} has {what}{needs} among {columns}; set input and target by hand"
