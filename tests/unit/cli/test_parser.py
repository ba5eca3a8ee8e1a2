"""Flags and settings are one list; flags win over the file, the file over the defaults."""

import json

import pytest

from tuning.cli.parser import EXIT_CODES, build_parser, flag, spec_from
from tuning.errors import InputError, SettingError
from tuning.spec import CleaningPlan, CleaningStep, RunSpec, Task

SAMPLES = {
    "task": "generate",
    "input": "question",
    "target": "answer",
    "group": "city:3",
    "template": "{question} in {city}",
    "split": "part",
    "plan": "plan.json",
    "instruction": "Answer.",
    "model": "another",
    "rows": 321,
    "test_rows": 33,
    "epochs": 7,
    "budget": 90.0,
    "preset": "balanced",
    "rank": 5,
    "alpha": 11,
    "dropout": 0.25,
    "learning_rate": 0.002,
    "weight_decay": 0.125,
    "margin": 2.5,
    "layers": 9,
    "batch_size": 3,
    "max_length": 77,
    "device": "cpu",
    "precision": "float32",
    "seed": 99,
}


PLAN = CleaningPlan.usual().switched(CleaningStep.DROP_CONFLICTS, on=True)


def parse(*words: str):
    return build_parser().parse_args(list(words))


def test_every_setting_has_a_sample_here():
    assert set(SAMPLES) == set(RunSpec.model_fields)


@pytest.mark.parametrize("name", RunSpec.model_fields)
def test_every_setting_has_one_flag_that_sets_it_and_nothing_else(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "plan.json").write_text(PLAN.model_dump_json())
    spec = spec_from(parse("tune", "file.csv", flag(name), str(SAMPLES[name])))

    assert spec == RunSpec.model_validate({name: PLAN if name == "plan" else SAMPLES[name]})
    assert getattr(spec, name) != RunSpec.model_fields[name].default


@pytest.mark.parametrize("name", RunSpec.model_fields)
def test_the_help_says_what_the_setting_says(name, capsys):
    with pytest.raises(SystemExit, match="0"):
        parse("tune", "--help")
    shown = " ".join(capsys.readouterr().out.split())

    assert f"{flag(name)} " in shown
    assert str(RunSpec.model_fields[name].description) in shown


def test_the_flags_are_those_that_are_documented():
    flags = {flag(name) for name in RunSpec.model_fields}

    assert {"--lr", "--test-rows", "--weight-decay", "--batch-size", "--max-length", "--layers", "--group"} <= flags
    assert "--learning-rate" not in flags


def test_without_flags_and_file_the_defaults_hold():
    assert spec_from(parse("tune", "file.csv")) == RunSpec()


def test_flags_win_over_the_file_and_the_file_over_the_defaults(tmp_path):
    path = tmp_path / "spec.json"
    path.write_text(json.dumps({"epochs": 9, "rank": 4, "task": "classify"}), encoding="utf-8")

    spec = spec_from(parse("tune", "file.csv", "--spec", str(path), "--rank", "2"))

    assert (spec.epochs, spec.rank, spec.task, spec.alpha) == (9, 2, Task.CLASSIFY, RunSpec().alpha)


def test_a_flag_mends_a_setting_of_the_file_that_is_out_of_bounds(tmp_path):
    path = tmp_path / "spec.json"
    path.write_text('{"rank": 100000}', encoding="utf-8")

    assert spec_from(parse("tune", "f", "--spec", str(path), "--rank", "2")).rank == 2
    with pytest.raises(SettingError, match="rank"):
        spec_from(parse("tune", "f", "--spec", str(path)))


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["--epochs", "0"], "epochs"),
        (["--epochs", "many"], "epochs"),
        (["--lr", "nan"], "learning_rate"),
        (["--lr", "-1"], "learning_rate"),
        (["--layers", "some"], "layers"),
        (["--task", "rank"], "task"),
        (["--device", "tpu"], "device"),
    ],
)
def test_a_setting_at_fault_is_named(words, named):
    with pytest.raises(SettingError, match=named):
        spec_from(parse("tune", "file.csv", *words))


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["tun", "file.csv"],
        ["tune"],
        ["tune", "file.csv", "--epoch", "3"],
        ["tune", "file.csv", "--epochs"],
        ["tune", "file.csv", "--require", "worse"],
        ["predict", "last"],
        ["predict", "last", "file.csv", "--prompt", "text"],
        ["runs", "surplus"],
        ["cancel"],
    ],
)
def test_a_mistyped_command_line_is_a_fault_of_the_input_and_one_line(words):
    with pytest.raises(InputError) as caught:
        parse(*words)

    assert caught.value.exit_code == 2
    assert "\n" not in str(caught.value)
    assert "--help" in str(caught.value)


@pytest.mark.parametrize("command", ["tune", "predict", "runs", "show", "watch", "cancel", "delete", "models"])
def test_every_command_documents_the_exit_codes(command, capsys):
    with pytest.raises(SystemExit, match="0"):
        parse(command, "--help")

    assert EXIT_CODES in capsys.readouterr().out


def test_the_help_fits_80_columns(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    for words in ([], ["tune"], ["predict"]):
        with pytest.raises(SystemExit, match="0"):
            parse(*words, "--help")

    assert max(map(len, capsys.readouterr().out.splitlines())) <= 80


def test_redacting_is_a_step_of_the_plan_whichever_it_is(tmp_path):
    path = tmp_path / "plan.json"
    path.write_text(json.dumps({"rows": 9, "plan": PLAN.model_dump(mode="json")}), encoding="utf-8")

    usual = spec_from(parse("tune", "file.csv", "--redact"))
    edited = spec_from(parse("inspect", "file.csv", "--redact", "--plan", str(path)))

    assert usual.plan == CleaningPlan.usual().switched(CleaningStep.REDACT, on=True)
    assert edited.plan == PLAN.switched(CleaningStep.REDACT, on=True)
