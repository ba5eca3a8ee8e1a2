"""A file and the settings of a run → everything the worker needs. Knows nothing of models, tokens or runs.

Read, find the shape, clean by the plan, draw the rows asked for, split; what a person should know of it on the way is
kept as notes.
"""

from pathlib import Path

from tuning.data.cleaning import Cleaned, clean
from tuning.data.examples import Dataset, Example, Prepared, Splits
from tuning.data.extracting import Reading, model_inputs, read_column
from tuning.data.findings import count_of
from tuning.data.notes import notes_on
from tuning.data.personal import has_secrets, redact
from tuning.data.planning import MIN_ROWS, Division, Draft, Source, divide, draft
from tuning.data.reading import read_table
from tuning.data.table import Table
from tuning.data.wording import quoted
from tuning.errors import FileError
from tuning.spec import CleaningStep, RunSpec

__all__ = ["MIN_ROWS", "Source", "check_size", "inputs_for", "prepare", "prepare_tables", "read_source"]


def prepare(path: Path, spec: RunSpec, *, name: str | None = None, test: Path | None = None) -> Prepared:
    """Make a file ready for a run; `test` is a second one whose rows are the test split.

    `name` is what to call the file where that is not `path.name` (an upload). Raises `FileError`, `ColumnError` or
    `SettingError` with what to do.
    """
    return prepare_tables(read_source(path, name=name, test=test), spec)


def read_source(path: Path, *, name: str | None = None, test: Path | None = None) -> Source:
    """Read the files of a run. Raises `FileError`."""
    return Source(read_table(path, name=name), None if test is None else read_table(test))


def check_size(table: Table) -> None:
    """Raise `FileError` for a table of too few rows, whatever is in them."""
    if len(table.columns) > 1 and len(table) < MIN_ROWS:
        raise FileError(f"{quoted(table.name)} has {count_of(len(table))}; at least {MIN_ROWS} are needed, add more")


def prepare_tables(source: Source, spec: RunSpec) -> Prepared:
    """Make tables ready for a run, as `prepare` makes files."""
    check_size(source.table)
    found = draft(source, spec)
    cleaned = clean(found.rows, spec.cleaning_plan(), found.shape.task)
    division = divide(found, cleaned, spec)
    shape = found.shape
    filled = {
        "task": shape.task,
        "input": shape.input,
        "target": shape.target,
        "template": shape.template,
        "plan": spec.cleaning_plan(),
    }
    return Prepared(
        spec=spec.model_copy(update=filled),
        dataset=_dataset(found, cleaned, division, spec),
        splits=_splits(found, division, spec),
    )


def inputs_for(table: Table, dataset: Dataset) -> list[str]:
    """What a run's model is to read of each row of a new table, which may lack the target; empty where a row has none.

    Raises `ColumnError` if the table lacks a column that the run was tuned to read.
    """
    if dataset.shape is None:
        return read_column(table, dataset.input)
    return model_inputs(table, Reading(dataset.shape, system=dataset.system))


def _dataset(found: Draft, cleaned: Cleaned, division: Division, spec: RunSpec) -> Dataset:
    table, test, shape = found.source.table, found.source.test, found.shape
    rows = division.state.rows
    return Dataset(
        name=table.name,
        sha256=table.sha256,
        rows=len(table),
        columns=table.columns,
        task=shape.task,
        input=shape.input,
        target=shape.target,
        labels=division.labels,
        instruction=division.instruction,
        reason=shape.reason,
        notes=notes_on(found, cleaned, division, spec),
        shape=shape,
        system=found.reading.system,
        split=None if test is not None else found.reading.split,
        test_name=None if test is None else test.name,
        test_sha256=None if test is None else test.sha256,
        cleaning=cleaned.reports,
        leaked=[rows.numbers[p] for p in division.leaked],
        personal=len({*has_secrets(rows.inputs), *has_secrets(rows.targets)}),
    )


def _splits(found: Draft, division: Division, spec: RunSpec) -> Splits:
    """The rows of each split with their other columns, redacted where their texts are."""
    rows, parts = division.state.rows, division.parts
    main, test = _Others(found, found.source.table), _Others(found, found.source.test or found.source.table)
    redacts = spec.cleaning_plan().has(CleaningStep.REDACT)

    def example(position: int) -> Example:
        number = rows.numbers[position]
        cells = (test if rows.parts[position] == "test" else main).cells(number)
        return Example(
            row=number,
            input=rows.inputs[position],
            target=rows.targets[position],
            group=rows.groups[position] or None,  # Rows without a group are nobody's relatives.
            columns={name: redact(cell) for name, cell in cells.items()} if redacts else cells,
        )

    return Splits(
        train=[example(p) for p in parts.train],
        dev=[example(p) for p in parts.dev],
        test=[example(p) for p in parts.test],
    )


class _Others:
    """The columns of a table that are neither read nor produced."""

    def __init__(self, found: Draft, table: Table) -> None:
        self._columns = {name: table.column(name) for name in table.columns if name not in found.reading.used}

    def cells(self, number: int) -> dict[str, str]:
        """Those of the row with that number."""
        return {name: cells[number - 1] for name, cells in self._columns.items()}
