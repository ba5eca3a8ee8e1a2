"""The first screen: a file or an example, what it is and what is wrong with it, what is learned from it, the start.

Lays out what `data_step` found and `data_markup` says; knows not how a run is made, nor what becomes of it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr

from tuning.data.bundled import BundledExample
from tuning.data.examples import Prepared
from tuning.data.extracting import NO_SPLIT_COLUMN
from tuning.data.inspecting import Inspection
from tuning.data.shapes import OTHER_SHAPES
from tuning.models.catalog import ModelEntry
from tuning.report import markup
from tuning.runs.expecting import Expected
from tuning.scoring.comparison import declare_primary
from tuning.spec import RunSpec
from tuning.ui import data_markup
from tuning.ui.advice import advice, other_model
from tuning.ui.data_step import Seen
from tuning.ui.filling import READING, column_fields, reading, step_choices
from tuning.ui.form import ADVANCED, BUDGETS, FIELDS, USUAL_BUDGET, advanced_field, form_values
from tuning.ui.preview_markup import preview
from tuning.ui.setting_words import in_words_of_form, label_of
from tuning.ui.times import times

__all__ = ["Offer", "TuneScreen"]

_TASKS = [("a label out of a few (classification)", "classify"), ("a text (generation)", "generate")]
_EMPTY = ("empty", "No data yet", "Choose a file of examples, or take one of ours: one row for each example.")
_FIRST = ("info", "Not ready to start", "Choose a file or an example first.")
_OTHER = ("info", "Not ready to start", "Choose another file, or an example.")
_READY = (
    "info",
    "Ready",
    "The run goes on by itself, after any that is training now: you may close the page and come back.",
)
_TEST_HINT = "Optional: a second file with the same columns. Both models are judged by its rows, and by no others."
_FILE = (
    "a file of examples (CSV, JSON, JSON Lines, Parquet or Excel), one row each: what the model reads, what it answers"
)
_TYPED = ("template", "instruction", "layers")
"""Fields of text, looked at once they are left."""


@dataclass(frozen=True)
class Offer:
    """What there is to choose from on this machine, and what becomes of a file there."""

    models: Sequence[ModelEntry]
    devices: Sequence[str]
    privacy: str = ""


class TuneScreen:
    """The layout of the screen, and what of it changes."""

    def __init__(
        self,
        examples: Sequence[BundledExample],
        offer: Offer,
        expected: Callable[[Seen], Expected | None] = lambda _: None,
    ) -> None:
        """`expected` says what a run will take, as far as that is known; None when nothing is."""
        self._offer, self._expected = offer, expected
        self.fields: dict[str, Any] = {}
        gr.HTML(markup.heading("1", "Data", _FILE))
        self._build_files(examples)
        self.notice = gr.HTML(markup.notice(*_EMPTY))
        with gr.Column(visible=False) as self.body:
            self.columns = gr.HTML()
            self._build_reading()
            with gr.Column(visible=False) as self.known:
                self._build_known()
            self._build_time()
            with gr.Accordion("Advanced settings", open=False):
                self._build_advanced()
        self.why = gr.HTML(markup.notice(*_FIRST), elem_id="why")
        self.start = gr.Button("Start tuning", variant="primary", size="lg", interactive=False, elem_classes="to-start")

    def _build_files(self, examples: Sequence[BundledExample]) -> None:
        with gr.Row(equal_height=True):
            # Any file may be dropped: its content decides, and what is refused is refused in words.
            self.file = gr.File(label="Your file", height=170, min_width=300)
            self.example = gr.Radio(
                [(one.title, one.key) for one in examples],
                label="Or an example",
                info="Small, public, ready to start.",
                min_width=300,
            )
        gr.HTML(markup.note(self._offer.privacy))
        with gr.Accordion("A test set of your own", open=False):
            gr.HTML(f'<p class="to-note">{_TEST_HINT}</p>')
            self.test = gr.File(label="Test file", height=130)

    def _build_reading(self) -> None:
        gr.HTML(markup.heading("2", "What to learn", "found from names and contents; change it where it is wrong"))
        self.shape = gr.HTML()
        with gr.Row(elem_classes="to-again"):
            self.take_shape = [gr.Button(visible=False, size="sm", scale=0, min_width=200) for _ in range(OTHER_SHAPES)]
        fields = self.fields
        with gr.Row():
            fields["task"] = gr.Radio(_TASKS, label=label_of("task"), min_width=300)
            fields["input"] = gr.Dropdown([], label=label_of("input"), info="what the model reads", min_width=220)
            fields["target"] = gr.Dropdown([], label=label_of("target"), info="what it should answer", min_width=220)
        self.labels = gr.HTML()
        with gr.Accordion("Several input columns, groups, splits, instruction", open=False):
            fields["template"] = gr.Textbox(
                label=label_of("template"),
                info="a text with {column} where a cell goes; empty: the input column alone",
                lines=2,
            )
            with gr.Row():
                fields["group"] = gr.Dropdown(
                    [], label=label_of("group"), info="rows equal there never stand in two splits"
                )
                fields["characters"] = gr.Number(
                    None, label=label_of("characters"), info="of the group column; empty: the whole cell"
                )
                fields["split"] = gr.Dropdown([], label=label_of("split"), info="says train, dev or test for every row")
            fields["instruction"] = gr.Textbox(
                label=label_of("instruction"),
                info="what both models are told before every input; empty: the one in grey. A better one helps both",
                lines=2,
            )

    def _build_known(self) -> None:
        gr.HTML(markup.heading("3", "Findings", "what is in the rows that changes what the result means"))
        self.findings = gr.HTML()
        gr.HTML(markup.heading("4", "Cleaning", "done in this order before the rows are split; kept with the run"))
        self.fields["steps"] = gr.CheckboxGroup(
            [],
            label=label_of("steps"),
            elem_classes="to-plan",
            info="Rows without an input or a target are always left out.",
        )
        self.steps = gr.HTML()
        with gr.Column(visible=False) as self.divided:
            gr.HTML(markup.heading("5", "As the model sees it", "the first training rows"))
            self.preview = gr.HTML()
            gr.HTML(markup.heading("6", "Enough?", "both models are judged by the test rows, which tuning never sees"))
            self.splits = gr.HTML()

    def _build_time(self) -> None:
        gr.HTML(markup.heading("7", "Model and time", "what is tuned, and how long it all may take, start to verdict"))
        with gr.Row(equal_height=True):
            self.fields["model"] = advanced_field("model", self._offer.models, self._offer.devices)
            self.fields["budget"] = gr.Dropdown(
                list(BUDGETS),
                value=USUAL_BUDGET,
                allow_custom_value=True,
                label=label_of("budget"),
                info="Less time: fewer ways to ask the base, then fewer test rows, and less training. "
                "Any other time can be typed, such as 3 minutes or 90s.",
                min_width=300,
            )
        self.advice = gr.HTML()
        self.take_advice = gr.Button(visible=False, size="sm", elem_classes="to-narrow")
        self.times = gr.HTML()

    def _build_advanced(self) -> None:
        for first in range(0, len(ADVANCED), 3):
            with gr.Row():
                for name in ADVANCED[first : first + 3]:
                    self.fields[name] = advanced_field(name, self._offer.models, self._offer.devices)

    @property
    def inputs(self) -> list[Any]:
        """The files, the example, and every field of the form in the order of `FIELDS`."""
        return [self.file, self.example, self.test, *(self.fields[name] for name in FIELDS)]

    @property
    def column_events(self) -> list[Any]:
        """The user chose other columns, from which the task follows."""
        return [self.fields["input"].input, self.fields["target"].input, *self._left("template")]

    @property
    def other_events(self) -> list[Any]:
        """The user changed anything else of the form."""
        chosen = [self.fields[name].input for name in FIELDS if name not in {"input", "target", *_TYPED}]
        # Nor does Gradio tell of a number that is pasted, before its field is left.
        pasted = [self.fields[name].blur for name in FIELDS if isinstance(self.fields[name], gr.Number)]
        return [*chosen, *pasted, *self._left("instruction"), *self._left("layers")]

    def _left(self, name: str) -> list[Any]:
        return [self.fields[name].blur, self.fields[name].submit]

    @property
    def seen_outputs(self) -> list[Any]:
        """What another setting changes."""
        shown = [self.notice, self.body, self.shape, self.labels, self.columns, self.known, self.findings, self.steps]
        shown += [self.divided, self.preview, self.splits, self.times, self.advice, self.take_advice, *self.take_shape]
        shown += [self.why, self.start]
        return [*shown, *(self.fields[name] for name in (*READING, "steps", "instruction"))]

    @property
    def outputs(self) -> list[Any]:
        """What other data changes."""
        fields = [self.fields[name] for name in FIELDS]
        return list(dict.fromkeys([self.file, self.example, self.test, *self.seen_outputs, *fields]))

    def show_nothing(self, message: str | None) -> dict[Any, Any]:
        """The changes when there is no usable data; `message` says why, None when none was given."""
        problem = ("error", "This file cannot be used", in_words_of_form(message)) if message else _EMPTY
        return {
            self.notice: markup.notice(*problem),
            self.body: gr.Column(visible=False),
            self.why: markup.notice(*(_OTHER if message else _FIRST)),
            self.start: gr.Button(interactive=False),
        }

    def show_data(self, seen: Seen, settings: Mapping[str, object]) -> dict[Any, Any]:
        """The changes that show files and what was found in them, with the form filled in anew."""
        values = form_values({**settings, **reading(seen.found)})
        own = [(column.name, column.name) for column in seen.found.columns]
        fields: dict[str, Any] = {**values, **column_fields(seen.found, values)}
        fields["group"] = gr.Dropdown([("none", ""), *own], value=values["group"] or "")
        split = [("found by its name", ""), ("none: draw the splits", NO_SPLIT_COLUMN), *own]
        fields["split"] = gr.Dropdown(split, value=values["split"] or "")
        if values["device"] not in self._offer.devices:  # of a run that was made where there was another
            fields["device"] = RunSpec.model_fields["device"].default
        fields["steps"] = gr.CheckboxGroup(step_choices(seen.found), value=values["steps"])
        fields["instruction"] = gr.Textbox(values["instruction"] or "", placeholder=_instruction(seen.prepared))
        return self.show_seen(seen) | {self.fields[name]: value for name, value in fields.items()}

    def show_columns(self, seen: Seen) -> dict[Any, Any]:
        """The changes that show how rows are read now, with the fields that follow from one another."""
        if seen.found.shape is None:
            return self.show_seen(seen)
        values = form_values(reading(seen.found))
        fields = {name: values[name] for name in READING} | column_fields(seen.found, values)
        return self.show_seen(seen) | {self.fields[name]: value for name, value in fields.items()}

    def show_seen(self, seen: Seen) -> dict[Any, Any]:
        """The changes that show what is known with the settings of the form, which stay as they are."""
        found, prepared = seen.found, seen.prepared
        steps = found.plan.steps if found.plan else []
        expected = self._expected(seen)
        other = other_model(found, expected)
        changes = {
            self.notice: data_markup.facts(found),
            self.body: gr.Column(visible=True),
            self.columns: data_markup.columns(found.columns),
            self.shape: data_markup.shape(found),
            self.labels: data_markup.labels(found),
            self.known: gr.Column(visible=bool(steps)),
            self.findings: data_markup.findings(found),
            self.fields["steps"]: gr.CheckboxGroup(step_choices(found)),
            self.fields["instruction"]: gr.Textbox(placeholder=_instruction(prepared)),
            self.steps: data_markup.examples_of_steps(steps),
            self.divided: gr.Column(visible=found.splits is not None),
            self.preview: preview(found, seen.not_rendered),
            self.splits: _splits(found, prepared),
            self.times: times(BUDGETS, expected.time if expected else None),
            self.advice: advice(found, expected),
            self.take_advice: gr.Button(f"Use {other}", visible=other is not None),
        }
        others = data_markup.other_shapes(found)
        for place, button in enumerate(self.take_shape):
            changes[button] = gr.Button(*others[place : place + 1], visible=place < len(others))
        problem = found.problem or (expected.time.problem if expected else "")
        if problem:
            return changes | self.show_problem(problem)
        kind, title, body = _READY
        said = (f"It tunes {found.spec.model}.", expected.sentences if expected else "", body)
        ready = markup.notice(kind, title, " ".join(filter(None, said)))
        return changes | {self.why: ready, self.start: gr.Button(interactive=True)}

    def show_problem(self, message: str) -> dict[Any, Any]:
        """The changes that say why it cannot be started."""
        return {
            self.why: markup.notice("error", "Not ready to start", in_words_of_form(message)),
            self.start: gr.Button(interactive=False),
        }


def _instruction(prepared: Prepared | None) -> str:
    """What both models are told, where nothing else is set."""
    return prepared.dataset.instruction if prepared is not None else ""


def _splits(found: Inspection, prepared: Prepared | None) -> str:
    """How many rows there are to learn from and to judge by, and what the verdict will be about."""
    if prepared is None or not prepared.splits.train:
        return data_markup.splits(found, None)
    primary = declare_primary(prepared.dataset.task, [row.target for row in prepared.splits.train])
    return data_markup.splits(found, prepared.dataset.split, primary) + data_markup.judged_by(primary)
