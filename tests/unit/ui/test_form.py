"""The form is a view of the settings, and adds none."""

import re

import pytest

from tuning.errors import SettingError
from tuning.models.catalog import catalog
from tuning.spec import CleaningPlan, CleaningStep, RunSpec, parse_spec
from tuning.ui.form import ADVANCED, ALWAYS, BASIC, BUDGETS, FIELDS, advanced_field, form_values, help_text, settings_of
from tuning.ui.setting_words import MEANINGS, REASONS, TITLES


def field_of(name):
    return advanced_field(name, catalog({}), ["auto", "cpu"])


def test_every_setting_has_its_field():
    assert set(FIELDS) - {"characters", "steps"} == set(RunSpec.model_fields) - {"plan"}
    assert not set(BASIC) & set(ADVANCED)


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"group": "code:3", "rows": 400, "layers": 10},
        {"budget": "2m"},
        {"budget": 90, "layers": "third"},
        {"preset": "quick", "epochs": 7},
        {"group": "code", "task": "generate", "input": "a", "target": "b", "learning_rate": 1e-4, "instruction": "Do."},
        {"template": "{a} and {b}", "target": "c", "split": "part"},
        {"split": "-", "plan": CleaningPlan.usual().switched(CleaningStep.REDACT, on=True)},
    ],
)
def test_settings_come_back_from_the_form(settings):
    assert parse_spec(settings_of(form_values(settings))) == parse_spec(settings)


def test_a_template_names_its_columns_itself():
    assert "input" not in settings_of({**form_values({}), "input": "a", "template": "{a} {b}"})


def test_the_usual_steps_are_no_setting_and_no_plan_lacks_the_step_that_every_plan_has():
    usual = form_values({})["steps"]
    assert isinstance(usual, list)
    assert ALWAYS not in usual
    assert "plan" not in settings_of({"steps": usual})
    assert parse_spec(settings_of({"steps": []})).cleaning_plan().has(ALWAYS)


@pytest.mark.parametrize("steps", [["drop-everything"], ["redact", 7], "redact!", {"redact": 1, "x": 2}])
def test_a_step_that_does_not_exist_is_refused(steps):
    with pytest.raises(SettingError, match="does not exist; there are fix-encoding"):
        settings_of({**form_values({}), "steps": steps})


def test_numbers_from_a_browser_are_floats():
    spec = parse_spec(settings_of({**form_values({}), "epochs": 2.0, "layers": "4", "group": "a", "characters": 3.0}))
    assert (spec.epochs, spec.layers, spec.group) == (2, 4, "a:3")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("rank", 3.7),
        ("rank", 100_000),
        ("epochs", 0),
        ("learning_rate", float("nan")),
        ("layers", "most"),
        ("device", "tpu"),
        ("seed", -1),
        ("instruction", "x" * 5000),
        ("task", "conquer"),
        ("epochs", {"a": 1}),
    ],
)
def test_a_hostile_value_is_refused_by_name(name, value):
    with pytest.raises(SettingError, match=f"setting '{name}'"):
        parse_spec(settings_of({**form_values({}), name: value}))


def test_bounds_and_meaning_are_those_of_the_settings():
    assert help_text("rank").startswith(f"{MEANINGS['rank']} (1 to 256). Default: 16")
    assert "20 to 1,000,000" in help_text("rows")
    assert "empty" in help_text("rows")


@pytest.mark.parametrize("name", ADVANCED)
def test_every_advanced_setting_gives_the_reason_for_its_default(name):
    reason = help_text(name).partition(". Default: ")[2]
    assert len(reason) > 20
    number = RunSpec.model_fields[name].default
    said = [int(word) for word in re.findall(r"^\d+", reason)]
    assert said in ([], [number])
    assert reason in field_of(name).info


@pytest.mark.parametrize("name", ADVANCED)
def test_every_advanced_setting_is_explained_without_the_terms_of_the_trade(name):
    said = f"{MEANINGS[name]} {REASONS[name]}"
    assert len(MEANINGS[name]) > 20
    assert not re.search(r"\b(LoRA|matri\w+|optimi[sz]er|AdamW|gradient\w*|schedule|logits?|hyper\w+)\b", said)


def test_nothing_is_explained_that_is_not_asked():
    assert set(MEANINGS) == set(REASONS) == {*ADVANCED, "model"} > set(TITLES)


@pytest.mark.parametrize("name", ADVANCED)
def test_every_advanced_setting_shows_its_default(name):
    default = RunSpec.model_fields[name].default
    assert field_of(name).value in (default, "" if default is None else str(default))


def test_times_to_choose_from_are_written_as_the_form_writes_them():
    assert [form_values({"budget": time})["budget"] for _, time in BUDGETS if time] == [
        time for _, time in BUDGETS[:-1]
    ]
    assert form_values({"budget": "90s"})["budget"] == "90s"
