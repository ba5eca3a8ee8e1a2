"""Settings: bounded, refused by name, read from a file."""

import json

import pytest

from tuning.errors import SettingError
from tuning.spec import CleaningPlan, CleaningStep, GroupRule, PlanStep, RunSpec, Task, parse_spec, read_plan, read_spec

BOUNDED = {
    name: field for name, field in RunSpec.model_fields.items() if any(hasattr(rule, "ge") for rule in field.metadata)
}


def bound(name: str, rule: str) -> float:
    return float(next(getattr(found, rule) for found in RunSpec.model_fields[name].metadata if hasattr(found, rule)))


def test_the_defaults_are_within_their_own_bounds():
    assert parse_spec(RunSpec().model_dump()) == RunSpec()


def test_every_setting_is_explained_and_every_number_bounded():
    assert all(field.description for field in RunSpec.model_fields.values())
    assert set(BOUNDED) >= {"rank", "alpha", "dropout", "learning_rate", "weight_decay", "epochs", "batch_size", "rows"}


@pytest.mark.parametrize("name", BOUNDED)
def test_bounds_are_held_on_both_sides(name):
    low, high = bound(name, "ge"), bound(name, "le")
    for value in (low, high):
        assert getattr(parse_spec({name: value}), name) == value
    for value in (low - 1, high + 1):
        with pytest.raises(SettingError, match=f"setting '{name}' should be .*, but is '{value}'"):
            parse_spec({name: value})


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"rank": "many"}, "setting 'rank' should be a valid integer.*'many'"),
        ({"rank": 1.5}, "setting 'rank' should be a valid integer"),
        ({"dropout": "nan"}, "setting 'dropout'"),
        ({"learning_rate": float("inf")}, "setting 'learning_rate'"),
        ({"layers": 0}, "setting 'layers'"),
        ({"layers": "some"}, "setting 'layers'"),
        ({"task": "translate"}, "setting 'task'.*'classify' or 'generate'"),
        ({"device": "tpu"}, "setting 'device'"),
        ({"group": ""}, "setting 'group'"),
        ({"learningrate": 1}, "setting 'learningrate' does not exist; there are task, input"),
    ],
)
def test_a_setting_at_fault_is_named_with_rule_and_value(values, message):
    with pytest.raises(SettingError, match=message) as caught:
        parse_spec(values)
    assert "\n" not in str(caught.value)


def test_a_long_value_is_not_repeated_whole():
    with pytest.raises(SettingError) as caught:
        parse_spec({"rank": "9" * 5000 + "x"})
    assert len(str(caught.value)) < 300


def test_text_of_the_command_line_is_understood():
    spec = parse_spec({"task": "classify", "rank": "8", "layers": "all", "learning_rate": "2e-4"})
    assert (spec.task, spec.rank, spec.layers, spec.learning_rate) == (Task.CLASSIFY, 8, "all", 2e-4)
    assert parse_spec({"layers": "10"}).layers == 10


@pytest.mark.parametrize(
    ("group", "rule"),
    [
        (None, None),
        ("code", GroupRule(column="code")),
        ("code:3", GroupRule(column="code", characters=3)),
        ("a:b:2", GroupRule(column="a:b", characters=2)),
        ("time 12:x", GroupRule(column="time 12:x")),
        (":3", GroupRule(column=":3")),
    ],
)
def test_group_rules(group, rule):
    assert RunSpec(group=group).group_rule() == rule


def test_a_group_key_is_the_cell_or_its_beginning():
    assert GroupRule(column="code").key("A15.0") == "A15.0"
    assert GroupRule(column="code", characters=3).key("A15.0") == "A15"
    assert GroupRule(column="code", characters=3).key("A") == "A"


def test_settings_are_read_from_a_file(tmp_path):
    path = tmp_path / "spec.json"
    path.write_text(json.dumps({"rank": 4, "instruction": "Ответь"}), encoding="utf-8")
    assert parse_spec(read_spec(path)) == RunSpec(rank=4, instruction="Ответь")


def test_a_spec_that_was_written_is_the_spec_that_is_read(tmp_path):
    plan = CleaningPlan.usual().switched(CleaningStep.REDACT, on=True)
    spec = RunSpec(task=Task.GENERATE, layers=6, group="code:3", rows=400, device="cpu", plan=plan)
    path = tmp_path / "spec.json"
    path.write_text(spec.model_dump_json())
    assert parse_spec(read_spec(path)) == spec


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"{", "is not valid JSON"),
        (b"", "is not valid JSON"),
        (b"\xff\xfe", "is not valid JSON"),
        (b"[1]", "one JSON object, but holds a list"),
        (b"[" * 100_000, "is not valid JSON"),
    ],
    ids=["cut", "empty", "bytes", "list", "deep"],
)
def test_a_file_that_holds_no_settings_is_refused(tmp_path, text, message):
    path = tmp_path / "spec.json"
    path.write_bytes(text)
    with pytest.raises(SettingError, match=message):
        read_spec(path)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(SettingError, match=r"spec\.json' cannot be read: No such file"):
        read_spec(tmp_path / "spec.json")


def test_without_a_plan_the_usual_steps_are_done():
    plan = RunSpec().cleaning_plan()
    assert plan == CleaningPlan.usual()
    assert [one.step for one in plan.steps] == list(CleaningStep)
    assert plan.has(CleaningStep.DROP_DUPLICATES)
    assert not plan.has(CleaningStep.REDACT)
    assert plan.switched(CleaningStep.REDACT, on=True).has(CleaningStep.REDACT)


def test_a_step_that_is_not_named_is_not_done():
    plan = CleaningPlan(steps=(PlanStep(step=CleaningStep.DROP_EMPTY, on=True),))
    assert [step for step in CleaningStep if plan.has(step)] == [CleaningStep.DROP_EMPTY]


STEPS = [{"step": "drop-empty", "on": True}, {"step": "keep-together", "on": False, "rows_before": 7}]


@pytest.mark.parametrize(
    "content", [{"steps": STEPS}, {"name": "x.csv", "plan": {"steps": STEPS}}], ids=["part", "all"]
)
def test_a_plan_is_read_from_what_inspect_prints(tmp_path, content):
    path = tmp_path / "plan.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    assert read_plan(path) == CleaningPlan.model_validate({"steps": STEPS})


@pytest.mark.parametrize(
    ("steps", "message"),
    [
        ([{"step": "drop-all", "on": True}], r"at steps\.1\.step: should be 'fix-encoding', .* write it as `inspect"),
        ([{"step": "drop-empty", "on": "perhaps"}], r"at steps\.1\.on: should be a valid boolean"),
        ([{"step": "drop-empty", "on": False}], "must have step 'drop-empty' on: a row without input"),
        ([*STEPS, STEPS[1]], "must name step 'keep-together' once"),
        (STEPS[::-1], "must have its steps in the order fix-encoding, redact, drop-empty"),
    ],
)
def test_a_plan_at_fault_is_refused_with_the_rule(tmp_path, steps, message):
    path = tmp_path / "plan.json"
    path.write_text(json.dumps({"steps": steps}), encoding="utf-8")
    with pytest.raises(SettingError, match=message) as caught:
        read_plan(path)
    assert "\n" not in str(caught.value)
    with pytest.raises(SettingError, match="setting 'plan' "):
        parse_spec({"plan": {"steps": steps}})
