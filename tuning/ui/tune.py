"""The first screen: a file or an example, what is to be learned from it, and the plan that starts a run.

Knows the data's shape and the settings' form; not how a run is made, nor what becomes of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr

from tuning.data.bundled import BundledExample
from tuning.data.columns import ColumnChoice, choose_columns
from tuning.data.examples import Prepared
from tuning.data.preparing import prepare
from tuning.data.reading import Table, read_table
from tuning.errors import FileError
from tuning.models.catalog import ModelEntry
from tuning.runs.limits import Limits
from tuning.spec import parse_spec
from tuning.ui import markup
from tuning.ui.form import ADVANCED, FIELDS, advanced_field, form_values, settings_of

__all__ = ["Inspection", "Source", "TuneScreen", "find_source", "inspect", "plan"]

_TASKS = [("a label out of a few (classification)", "classify"), ("a text (generation)", "generate")]
_TYPES = [".csv", ".tsv", ".txt", ".json", ".jsonl", ".ndjson", ".parquet"]
_PREVIEW_ROWS, _PREVIEW_COLUMNS, _CELL = 5, 8, 160
_EMPTY = ("empty", "No data yet", "Choose a file of examples, or take one of ours: one row for each example.")
_FIRST = ("info", "Not ready to start", "Choose a file or an example first.")


@dataclass(frozen=True)
class Source:
    """Where the examples come from."""

    path: Path
    name: str
    settings: Mapping[str, object]
    """Suggested for this file."""


@dataclass(frozen=True)
class Inspection:
    """What was seen in a file."""

    table: Table
    choice: ColumnChoice
    settings: dict[str, object]


def find_source(file: str | None, example: str | None, examples: Sequence[BundledExample]) -> Source:
    """The uploaded file, else the chosen example. Raises `FileError` when there is neither."""
    if file:
        return Source(Path(file), Path(file).name, {})
    found = next((one for one in examples if one.key == example), None)
    if found is None:
        raise FileError("Choose a file or an example first.")
    return Source(found.path, found.path.name, found.spec_values)


def inspect(source: Source) -> Inspection:
    """Read the file and find task and columns. Raises `FileError`, `ColumnError`, `SettingError`."""
    table = read_table(source.path, name=source.name)
    spec = parse_spec(source.settings)
    choice = choose_columns(table, task=spec.task, input=spec.input, target=spec.target)
    found = {"task": choice.task.value, "input": choice.input, "target": choice.target}
    return Inspection(table, choice, {**source.settings, **found})


def plan(source: Source, values: Mapping[str, object], limits: Limits) -> Prepared:
    """What a run of these settings would be made of. Raises an `InputError` that says what is in the way."""
    prepared = prepare(source.path, parse_spec(settings_of(values)), name=source.name)
    limits.check(prepared)
    return prepared


class TuneScreen:
    """The layout of the screen, and what of it changes."""

    def __init__(self, examples: Sequence[BundledExample], models: Sequence[ModelEntry]) -> None:
        self.fields: dict[str, Any] = {}
        gr.HTML(markup.heading("1", "Data", "a file of examples, one row each: what the model reads, what it answers"))
        with gr.Row(equal_height=True):
            self.file = gr.File(
                label="Your file: CSV, TSV, JSON, JSON Lines or Parquet", file_types=_TYPES, height=170, min_width=300
            )
            self.example = gr.Radio(
                [(one.title, one.key) for one in examples],
                label="Or an example",
                info="Small, public, ready to start.",
                min_width=300,
            )
        self.notice = gr.HTML(markup.notice(*_EMPTY))
        with gr.Column(visible=False) as self.body:
            self._build_columns()
            gr.HTML(
                markup.heading("3", "Plan", "the test rows are kept out of training: both models are judged on them")
            )
            self.splits = gr.HTML()
            self.notes = gr.Textbox(label="Good to know", lines=2, max_lines=8, interactive=False, visible=False)
            with gr.Accordion("Advanced settings", open=False):
                self._build_advanced(models)
            self.why = gr.HTML(markup.notice(*_FIRST), elem_id="why")
        self.start = gr.Button("Start tuning", variant="primary", size="lg", interactive=False, elem_classes="to-start")

    def _build_columns(self) -> None:
        gr.HTML(markup.heading("2", "What to learn", "found from the columns; change it where it is wrong"))
        self.preview = gr.Dataframe(
            datatype="str",
            type="array",
            interactive=False,
            wrap=True,
            label="The first rows",
            max_height=320,
            elem_classes="to-preview",
        )
        fields = self.fields
        fields["task"] = gr.Radio(_TASKS, label="The model should answer with")
        with gr.Row():
            fields["input"] = gr.Dropdown([], label="Input column", info="what the model reads")
            fields["target"] = gr.Dropdown([], label="Target column", info="what it should answer")
        with gr.Row():
            fields["group"] = gr.Dropdown(
                [], label="Group column", info="rows equal there never stand in two splits; empty: none"
            )
            fields["characters"] = gr.Number(
                None, label="Group by the first characters", info="of the group column; empty: the whole cell"
            )
        fields["instruction"] = gr.Textbox(
            label="Instruction", info="what both models are told before every input; empty: a plain one", lines=2
        )

    def _build_advanced(self, models: Sequence[ModelEntry]) -> None:
        for first in range(0, len(ADVANCED), 3):
            with gr.Row():
                for name in ADVANCED[first : first + 3]:
                    self.fields[name] = advanced_field(name, models)

    @property
    def inputs(self) -> list[Any]:
        """The file, the example, and every field of the form in the order of `FIELDS`."""
        return [self.file, self.example, *(self.fields[name] for name in FIELDS)]

    @property
    def plan_outputs(self) -> list[Any]:
        """What a changed setting changes."""
        return [self.splits, self.notes, self.why, self.start]

    @property
    def outputs(self) -> list[Any]:
        """What other data changes."""
        fields = [self.fields[name] for name in FIELDS]
        return [self.file, self.example, self.notice, self.body, self.preview, *fields, *self.plan_outputs]

    def show_nothing(self, message: str | None) -> dict[Any, Any]:
        """The changes when there is no usable data; `message` says why, None when none was given."""
        problem = ("error", "This file cannot be used", message) if message else _EMPTY
        return {
            self.notice: gr.HTML(markup.notice(*problem), visible=True),
            self.body: gr.Column(visible=False),
            self.start: gr.Button(interactive=False),
        }

    def show_data(self, seen: Inspection) -> dict[Any, Any]:
        """The changes that show a file and what was found in it."""
        table, columns = seen.table, seen.table.columns
        values = form_values(seen.settings)
        changes: dict[Any, Any] = {self.fields[name]: value for name, value in values.items()}
        changes |= {self.fields[name]: gr.Dropdown(columns, value=values[name]) for name in ("input", "target")}
        changes[self.fields["group"]] = gr.Dropdown(
            [("none", ""), *((c, c) for c in columns)], value=values["group"] or ""
        )
        shown = columns[:_PREVIEW_COLUMNS]
        rows = [[row[name][:_CELL] for name in shown] for row in table.rows[:_PREVIEW_ROWS]]
        size = f"{table.name}: {len(table.rows):,} rows, {len(columns):,} columns"
        return changes | {
            self.notice: gr.HTML(markup.notice("info", size, seen.choice.reason), visible=True),
            self.body: gr.Column(visible=True),
            self.preview: gr.Dataframe({"headers": shown, "data": rows}),
        }

    def show_plan(self, prepared: Prepared) -> dict[Any, Any]:
        """The changes that show a plan that can be started."""
        parts, notes = prepared.splits, prepared.dataset.notes
        return {
            self.splits: markup.splits(len(parts.train), len(parts.dev), len(parts.test)),
            self.notes: gr.Textbox("\n".join(notes), visible=bool(notes)),
            self.why: markup.notice(
                "info", "Ready", "The run goes on by itself: you may close the page and come back."
            ),
            self.start: gr.Button(interactive=True),
        }

    def show_problem(self, message: str) -> dict[Any, Any]:
        """The changes that say why it cannot be started."""
        return {
            self.why: markup.notice("error", "Not ready to start", message),
            self.start: gr.Button(interactive=False),
        }
