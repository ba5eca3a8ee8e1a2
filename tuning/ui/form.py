"""The form as a view of `RunSpec`: one field a setting, bounds and defaults read from it. Knows no file and no run.

The form checks nothing itself: `settings_of` hands what was typed to `parse_spec`, whose message the page shows.
"""

import types
import typing
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import gradio as gr
from pydantic.fields import FieldInfo

from tuning.errors import SettingError
from tuning.models.catalog import ModelEntry
from tuning.spec import CleaningPlan, CleaningStep, PlanStep, RunSpec
from tuning.ui.setting_words import MEANINGS, REASONS, label_of

__all__ = [
    "ADVANCED",
    "ALWAYS",
    "BASIC",
    "BUDGETS",
    "FIELDS",
    "USUAL_BUDGET",
    "advanced_field",
    "form_values",
    "help_text",
    "settings_of",
]

BASIC = (
    "task",
    "input",
    "target",
    "template",
    "group",
    "characters",
    "split",
    "steps",
    "instruction",
    "budget",
    "model",
)
"""Asked openly; `group` and `characters` together are the setting `group`, `steps` is the setting `plan`."""
ADVANCED = tuple(name for name in RunSpec.model_fields if name not in {*BASIC, "plan"})
FIELDS = (*BASIC, *ADVANCED)
"""Every field of the form, in the order in which values travel."""
ALWAYS = CleaningStep.DROP_EMPTY
"""The step that every plan has, so that nobody is asked about it."""
BUDGETS = (
    ("1 minute", "1m"),
    ("2 minutes", "2m"),
    ("5 minutes", "5m"),
    ("15 minutes", "15m"),
    ("no limit: a set number of passes", ""),
)
"""Times to choose from; any other can be typed."""
USUAL_BUDGET = "5m"
"""What the form begins with: most who look at it have no longer."""


def settings_of(values: Mapping[str, object]) -> dict[str, object]:
    """What was typed, by field, as raw settings for `parse_spec`; an empty field is a setting not given.

    Raises `SettingError` for a cleaning step that does not exist.
    """
    given = {name: values[name] for name in FIELDS if values.get(name) not in (None, "")}
    characters = given.pop("characters", None)
    if "group" in given and characters is not None:
        number = int(characters) if isinstance(characters, float) and characters.is_integer() else characters
        given["group"] = f"{given['group']}:{number}"
    if "template" in given:
        given.pop("input", None)  # The template names its columns.
    steps = given.pop("steps", None)
    if steps is not None:
        given |= _plan_of(steps)
    return given


def _plan_of(steps: object) -> dict[str, object]:
    """The steps that are ticked as the setting `plan`, left out where they are the usual ones."""
    chosen = {str(step) for step in steps} if isinstance(steps, list) else {str(steps)}
    unknown = sorted(chosen - set(CleaningStep))
    if unknown:
        raise SettingError(f"step {unknown[0][:80]!r} does not exist; there are {', '.join(CleaningStep)}")
    plan = CleaningPlan(steps=tuple(PlanStep(step=step, on=step in chosen or step == ALWAYS) for step in CleaningStep))
    return {} if plan == CleaningPlan.usual() else {"plan": plan}


def form_values(settings: Mapping[str, object]) -> dict[str, object]:
    """The form's fields for these settings, defaults where they say nothing: the inverse of `settings_of`."""
    fields = {name: field.default for name, field in RunSpec.model_fields.items()} | dict(settings)
    spec = RunSpec.model_validate({name: fields[name] for name in ("group", "plan", "budget")})
    rule = spec.group_rule()
    fields["group"] = rule.column if rule else None
    fields["characters"] = rule.characters if rule else None
    fields["steps"] = [one.step.value for one in spec.cleaning_plan().steps if one.on and one.step != ALWAYS]
    fields["layers"] = "" if fields["layers"] is None else str(fields["layers"])
    fields["preset"] = fields["preset"] or ""
    fields["budget"] = _written(spec.budget)
    return {name: fields[name] for name in FIELDS}


def help_text(name: str) -> str:
    """An advanced setting's meaning and bounds, and the reason for its default."""
    field = RunSpec.model_fields[name]
    low, high = _bound(field, "ge"), _bound(field, "le")
    bounds = f" ({_plain(low)} to {_plain(high)})" if low is not None and high is not None else ""
    return f"{MEANINGS[name]}{bounds}. Default: {REASONS[name]}."


def _written(seconds: float | None) -> str:
    """A budget as the form's choices write it."""
    if seconds is None:
        return ""
    return f"{seconds / 60:g}m" if seconds % 60 == 0 else f"{seconds:g}s"


def advanced_field(name: str, models: Sequence[ModelEntry], devices: Sequence[str]) -> Any:
    """The component of the model or of one advanced setting; `devices` are those that this machine has."""
    label = label_of(name)
    default = RunSpec.model_fields[name].default
    if name == "model":
        choices = [(f"{model.title} ({model.licence})", model.name) for model in models]
        return gr.Dropdown(choices, value=default, label=label, info=help_text(name), elem_classes="to-long-choices")
    literals = devices if name == "device" else _literals(RunSpec.model_fields[name].annotation)
    if name == "layers":
        return gr.Textbox("", label=label, info=help_text(name), max_lines=1, max_length=10)
    if literals:
        none = [("none", "")] if default is None else []
        choices = [*none, *((word, word) for word in literals)]
        return gr.Radio(choices, value=default or "", label=label, info=help_text(name))
    return gr.Number(default, label=label, info=help_text(name), min_width=220)


def _bound(field: FieldInfo, side: str) -> float | None:
    return next((getattr(rule, side) for rule in field.metadata if side in getattr(rule, "__slots__", ())), None)


def _plain(number: float | None) -> str:
    return f"{number:,}" if isinstance(number, int) else f"{number:g}"


def _literals(annotation: Any) -> list[str]:
    if typing.get_origin(annotation) is Literal:
        return list(typing.get_args(annotation))
    if isinstance(annotation, types.UnionType) or typing.get_origin(annotation) is typing.Union:
        return [value for part in typing.get_args(annotation) for value in _literals(part)]
    return []
