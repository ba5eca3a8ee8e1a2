"""The form as a view of `RunSpec`: one field a setting, bounds and help texts read from it. Knows no file and no run.

The form checks nothing itself: `settings_of` hands what was typed to `parse_spec`, whose message the page shows.
"""

import types
import typing
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import gradio as gr
from pydantic.fields import FieldInfo

from tuning.models.catalog import ModelEntry
from tuning.spec import RunSpec

__all__ = ["ADVANCED", "BASIC", "FIELDS", "advanced_field", "form_values", "help_text", "settings_of"]

BASIC = ("task", "input", "target", "group", "characters", "instruction")
"""Asked openly; `group` and `characters` together are the setting `group`."""
ADVANCED = tuple(name for name in RunSpec.model_fields if name not in BASIC)
FIELDS = (*BASIC, *ADVANCED)
"""Every field of the form, in the order in which values travel."""
_TITLES = {"rows": "Rows to use", "test_rows": "Test rows", "max_length": "Maximum length"}


def settings_of(values: Mapping[str, object]) -> dict[str, object]:
    """What was typed, by field, as raw settings for `parse_spec`; an empty field is a setting not given."""
    given = {name: values[name] for name in FIELDS if values.get(name) not in (None, "")}
    characters = given.pop("characters", None)
    if "group" in given and characters is not None:
        number = int(characters) if isinstance(characters, float) and characters.is_integer() else characters
        given["group"] = f"{given['group']}:{number}"
    return given


def form_values(settings: Mapping[str, object]) -> dict[str, object]:
    """The form's fields for these settings, defaults where they say nothing: the inverse of `settings_of`."""
    fields = {name: field.default for name, field in RunSpec.model_fields.items()} | dict(settings)
    rule = RunSpec.model_validate({"group": fields["group"]}).group_rule()
    fields["group"] = rule.column if rule else None
    fields["characters"] = rule.characters if rule else None
    fields["layers"] = str(fields["layers"])
    return {name: fields[name] for name in FIELDS}


def help_text(name: str) -> str:
    """A setting's bounds and meaning, in its own words."""
    field = RunSpec.model_fields[name]
    low, high = _bound(field, "ge"), _bound(field, "le")
    bounds = f" ({_plain(low)} to {_plain(high)})" if low is not None and high is not None else ""
    left_empty = "; empty: as many as fit" if field.default is None else ""
    return f"{field.description}{bounds}{left_empty}"


def advanced_field(name: str, models: Sequence[ModelEntry]) -> Any:
    """The component of one advanced setting."""
    label = _TITLES.get(name, name.replace("_", " ").capitalize())
    default = RunSpec.model_fields[name].default
    if name == "model":
        choices = [(f"{model.title} ({model.licence})", model.name) for model in models]
        return gr.Dropdown(choices, value=default, label=label, info="the model that is tuned")
    literals = _literals(RunSpec.model_fields[name].annotation)
    if literals and name != "layers":
        return gr.Radio(literals, value=default, label=label, info=help_text(name))
    if name == "layers":
        return gr.Textbox(str(default), label=label, info=help_text(name), max_lines=1, max_length=10)
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
