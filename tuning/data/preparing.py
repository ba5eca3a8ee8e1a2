"""A file and the settings of a run → everything the worker needs. Knows nothing of models, tokens or runs.

Read, choose the columns, leave out rows that cannot be used, draw the rows asked for, split; what a person should know
of it on the way is kept as notes.
"""

import random
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from tuning.data.columns import MAX_LABELS, ColumnChoice, choose_columns
from tuning.data.examples import Dataset, Example, Prepared, Splits
from tuning.data.reading import Table, read_table
from tuning.data.splitting import input_key, labels_unseen, largest_remainder, split_examples
from tuning.data.wording import listed, quoted
from tuning.errors import ColumnError, FileError
from tuning.spec import GroupRule, RunSpec, Task

__all__ = ["MIN_ROWS", "prepare"]

MIN_ROWS = 20
"""Fewer usable rows than this are refused."""

_SMALL_TEST = 50
_FEW_ROWS = 5


@dataclass(frozen=True)
class _Usable:
    """Rows with an input and a target, and a note for each reason why others were left out."""

    examples: list[Example]
    notes: list[str]


def prepare(path: Path, spec: RunSpec, *, name: str | None = None) -> Prepared:
    """Make a file ready for a run. `name` is what to call it where that is not `path.name` (an upload).

    Raises `FileError`, `ColumnError` or `SettingError` with what to do.
    """
    table = read_table(path, name=name)
    if len(table.columns) > 1 and len(table.rows) < MIN_ROWS:
        raise FileError(f"{quoted(table.name)} has {_rows(len(table.rows))}; at least {MIN_ROWS} are needed, add more")
    group = _group_rule(table, spec)
    choice = choose_columns(
        table, task=spec.task, input=spec.input, target=spec.target, apart=[group.column] if group else []
    )
    usable = _usable(table, choice, group)
    examples = _drawn(usable.examples, choice.task, spec)
    labels = _labels(examples, choice) if choice.task is Task.CLASSIFY else []
    splits = split_examples(examples, task=choice.task, seed=spec.seed, test_rows=spec.test_rows)
    dataset = Dataset(
        name=table.name,
        sha256=table.sha256,
        rows=len(table.rows),
        columns=table.columns,
        task=choice.task,
        input=choice.input,
        target=choice.target,
        labels=labels,
        instruction=_instruction(spec.instruction, choice, labels),
        reason=choice.reason,
        notes=[
            *_encoding_notes(table),
            *usable.notes,
            *_content_notes(examples, choice),
            *_split_notes(splits, choice.task),
        ],
    )
    filled = {"task": choice.task, "input": choice.input, "target": choice.target}
    return Prepared(spec=spec.model_copy(update=filled), dataset=dataset, splits=splits)


def _group_rule(table: Table, spec: RunSpec) -> GroupRule | None:
    rule = spec.group_rule()
    if rule is None or rule.column in table.columns:
        return rule
    if spec.group in table.columns:  # A name that ends like "code:3" itself.
        return GroupRule(column=spec.group)
    columns = listed(map(quoted, table.columns), 30)
    raise ColumnError(f"group column {quoted(rule.column)} does not exist; {quoted(table.name)} has {columns}")


def _usable(table: Table, choice: ColumnChoice, group: GroupRule | None) -> _Usable:
    others = [name for name in table.columns if name not in (choice.input, choice.target)]
    examples: list[Example] = []
    empty: dict[str, list[int]] = {choice.input: [], choice.target: []}
    for number, row in enumerate(table.rows, 1):
        missing = next((name for name in empty if not row[name].strip()), None)
        if missing is not None:
            empty[missing].append(number)
            continue
        key = None if group is None else group.key(row[group.column].strip())
        examples.append(
            Example(
                row=number,
                input=row[choice.input],
                target=row[choice.target].strip(),
                group=key or None,  # Rows without a group are nobody's relatives.
                columns={name: row[name] for name in others},
            )
        )
    notes = [_left_out(name, rows) for name, rows in empty.items() if rows]
    if len(examples) < MIN_ROWS:
        raise FileError(
            f"{quoted(table.name)} has {_rows(len(examples))} with both {quoted(choice.input)} and "
            f"{quoted(choice.target)}; at least {MIN_ROWS} are needed, fill or add some"
        )
    return _Usable(examples, notes)


def _left_out(column: str, rows: list[int]) -> str:
    noun = "row" if len(rows) == 1 else "rows"
    return f"{_rows(len(rows))} left out because column {quoted(column)} is empty there: {noun} {listed(rows)}."


def _drawn(examples: list[Example], task: Task, spec: RunSpec) -> list[Example]:
    """At most `spec.rows` examples in file order, drawn with the seed; of every label in proportion."""
    if spec.rows is None or spec.rows >= len(examples):
        return examples
    order = list(range(len(examples)))
    random.Random(spec.seed).shuffle(order)
    strata = [example.target if task is Task.CLASSIFY else "" for example in examples]
    wanted = largest_remainder(Counter(strata), spec.rows)
    drawn = []
    for position in order:
        if wanted[strata[position]] > 0:
            wanted[strata[position]] -= 1
            drawn.append(position)
    return [examples[position] for position in sorted(drawn)]


def _labels(examples: list[Example], choice: ColumnChoice) -> list[str]:
    labels = sorted({example.target for example in examples})
    shown = quoted(choice.target)
    if len(labels) == 1:
        raise ColumnError(f"column {shown} holds one label, {quoted(labels[0])}; at least two are needed to tell apart")
    if len(labels) > MAX_LABELS:
        raise ColumnError(
            f"column {shown} holds {len(labels):,} different labels, the most is {MAX_LABELS}; "
            "choose another target, or the task generate"
        )
    return labels


def _instruction(given: str | None, choice: ColumnChoice, labels: list[str]) -> str:
    """What every prompt begins with; of classification it always names every label."""
    # A comma inside a label would make two of it.
    label_list = ("; " if any("," in label for label in labels) else ", ").join(labels)
    if choice.task is Task.GENERATE:
        return f"Write the {_words(choice.target)} for this {_words(choice.input)}." if given is None else given
    if given is None:
        return f"Classify the text. Answer with one of these labels: {label_list}."
    if all(label in given for label in labels):
        return given
    return f"{given.rstrip()}\nLabels: {label_list}".lstrip()


def _encoding_notes(table: Table) -> list[str]:
    if table.encoding == "windows-1252":
        return ["The file is not UTF-8 and was read as Windows-1252; check that accented letters look right."]
    return []


def _content_notes(examples: list[Example], choice: ColumnChoice) -> list[str]:
    notes = []
    targets: dict[str, set[str]] = {}
    for example in examples:
        targets.setdefault(input_key(example.input), set()).add(example.target)
    torn = sum(len(found) > 1 for found in targets.values())
    if torn:
        what = "1 input appears" if torn == 1 else f"{torn:,} inputs appear"
        notes.append(f"{what} with different targets, so no model can get all of those rows right.")
    if choice.task is Task.CLASSIFY:
        counts = Counter(example.target for example in examples)
        notes += _label_notes(counts)
    return notes


def _label_notes(counts: Counter[str]) -> list[str]:
    notes = []
    rare = sorted(label for label, count in counts.items() if count < _FEW_ROWS)
    if rare:
        what = "1 label has" if len(rare) == 1 else f"{len(rare):,} labels have"
        notes.append(f"{what} fewer than {_FEW_ROWS} rows, too few to learn from: {listed(map(quoted, rare))}.")
    folded = Counter(input_key(label) for label in counts)
    alike = sorted(label for label in counts if folded[input_key(label)] > 1)
    if alike:
        notes.append(
            f"Labels that differ only in case or white space count as different: {listed(map(quoted, alike))}."
        )
    return notes


def _split_notes(splits: Splits, task: Task) -> list[str]:
    notes = []
    if len(splits.test) < _SMALL_TEST:
        notes.append(f"{_rows(len(splits.test), 'test row')}: only a large difference will be visible.")
    unseen = labels_unseen(splits) if task is Task.CLASSIFY else []
    if unseen:
        notes.append(
            f"The groups leave no training row for {listed(map(quoted, unseen))}, which the test split asks for."
        )
    return notes


def _words(name: str) -> str:
    return " ".join(name.replace("_", " ").split())


def _rows(count: int, noun: str = "row") -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
