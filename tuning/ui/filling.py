"""How what was found in a file fills the form: which columns and steps there are to choose from. Knows no layout."""

from collections.abc import Mapping
from typing import Any

import gradio as gr

from tuning.data.inspecting import Inspection
from tuning.data.step_names import step_name
from tuning.spec import CleaningStep, Task
from tuning.ui import data_markup
from tuning.ui.form import ALWAYS

__all__ = ["READING", "column_fields", "reading", "step_choices"]

READING = ("task", "input", "target", "template")
"""Fields that say how rows are read."""


def reading(found: Inspection) -> dict[str, object]:
    """How rows are read, as settings; nothing where that is not known."""
    shape = found.shape
    return {name: getattr(shape, name) for name in READING} if shape is not None else {}


def column_fields(found: Inspection, values: Mapping[str, object]) -> dict[str, Any]:
    """The choice of columns; that of the input is out of sight where a template says what it is."""
    names = [column.name for column in found.columns]
    return {
        "input": gr.Dropdown(names, value=values["input"], visible=not values["template"]),
        "target": gr.Dropdown(names, value=values["target"]),
    }


def step_choices(found: Inspection) -> list[tuple[str, str]]:
    """The steps to choose from; one that nobody can switch off is not among them.

    Where no plan could be made they are out of sight, but there: Gradio refuses what is ticked and no choice.
    """
    task = found.spec.task or Task.GENERATE
    labels = {one.step: data_markup.step_label(one, task) for one in found.plan.steps} if found.plan else {}
    return [(labels.get(step, step_name(step)), step.value) for step in CleaningStep if step != ALWAYS]
