"""`inspect` answers for every file that can be read, for people and for programs."""

import io
import json
from pathlib import Path

import pytest

from tests.hub_cache import cache_with
from tests.unit.cli.helpers import HOSTILE, Terminal
from tuning.cli import main
from tuning.spec import CleaningPlan, CleaningStep, read_plan

NOWHERE = {"TUNEOFF_CACHE": "/nowhere"}
"""No model is there, so none is loaded."""
ROWS = [{"text": f"this is text number {i} of them", "label": "yx"[i % 3 == 0]} for i in range(60)]


def write(folder: Path, rows: list[dict[str, str]], name: str = "rows.jsonl") -> Path:
    path = folder / name
    path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    return path


def call(*words: object, out: io.StringIO | None = None, **env: str) -> tuple[int, str, str]:
    out, err = out or io.StringIO(), io.StringIO()
    code = main(list(map(str, words)), env={**NOWHERE, **env}, out=out, err=err)
    return code, out.getvalue(), err.getvalue()


def test_a_pipe_gets_whole_lines(tmp_path):
    doubled = [*ROWS, ROWS[0], {"text": "x" * 300, "label": ""}]

    code, out, err = call("inspect", write(tmp_path, doubled))

    assert (code, err) == (0, "")
    assert "rows.jsonl: jsonl, utf-8; 62 rows, 2 columns\n" in out
    assert "Read as text-label (sure), task classify: " in out
    assert "\nserious: 1 row repeats the input and target of an earlier one.\n" in out
    assert "\non\tleave out repeated rows\tdrops 1\tleave out rows that repeat an input with its target\n" in out
    assert "\n42 rows to train, 6 dev, 12 test. 12 test rows are too few for a verdict: at least 20 are needed" in out


def test_a_terminal_gets_eighty_columns_and_no_control_characters(tmp_path):
    rows = [{**row, "text": f"{i} {HOSTILE}", "note": HOSTILE} for i, row in enumerate(ROWS)]

    code, out, _ = call("inspect", write(tmp_path, rows), out=Terminal())

    assert code == 0
    assert "\x1b[2J" not in out
    assert "\x07" not in out
    assert "[bold red]x" in out


def test_the_plan_in_the_json_is_one_that_can_be_given_back(tmp_path):
    path = tmp_path / "found.json"
    code, out, _ = call("inspect", write(tmp_path, ROWS), "--json", "--redact")
    path.write_text(out, encoding="utf-8")

    assert code == 0
    assert json.loads(out)["splits"] == {"train": 42, "dev": 6, "test": 12}
    assert read_plan(path) == CleaningPlan.usual().switched(CleaningStep.REDACT, on=True)
    again = call("inspect", tmp_path / "rows.jsonl", "--json", "--plan", path)
    assert json.loads(again[1]) == json.loads(out)


def test_a_second_file_is_the_test_split(tmp_path):
    test = write(tmp_path, [ROWS[5], *({**row, "text": f"new {row['text']}"} for row in ROWS[:20])], "test.jsonl")

    code, out, _ = call("inspect", write(tmp_path, ROWS), "--test", test)

    assert code == 0
    assert "\ntest.jsonl: jsonl, utf-8; 21 rows, 2 columns\n" in out
    assert "\nserious: 1 of 21 test rows has the input of a training row, or nearly; " in out
    assert "\n53 rows to train, 6 dev, 21 test. " in out


@pytest.mark.parametrize(
    ("rows", "problem"),
    [
        (ROWS[:7], "'rows.jsonl' has 7 rows; at least 20 are needed, add more"),
        ([{"text": row["text"]} for row in ROWS], "'rows.jsonl' has one column, 'text'; two are needed"),
        ([ROWS[0]] * 60, "'rows.jsonl' has 1 row left of 60 after cleaning; at least 20 are needed, add others"),
    ],
)
def test_what_is_in_the_way_of_a_run_is_said_and_is_no_failure(tmp_path, rows, problem):
    code, out, err = call("inspect", write(tmp_path, rows))

    assert (code, err) == (0, "")
    assert f"\nIn the way of a run\n{problem}" in out


def test_a_file_that_is_refused_ends_with_two(tmp_path):
    path = tmp_path / "packed.csv"
    path.write_bytes(b"\x1f\x8b" + b"\0" * 50)

    code, out, err = call("inspect", path)

    assert (code, out) == (2, "")
    assert err.startswith("tune-off: 'packed.csv' is a gzip file")


def test_a_data_set_of_the_hub_from_its_cache(tmp_path):
    lines = "\n".join(map(json.dumps, ROWS))
    cache = str(cache_with(tmp_path, **{"en/train.jsonl": lines, "en/test.jsonl": lines}))

    code, out, err = call("inspect", "o/n:en", "--test", "o/n:en:test", HF_HUB_CACHE=cache, HF_HUB_OFFLINE="1")

    assert (code, err) == (0, "")
    assert "o/n (en, train): jsonl, utf-8; 60 rows, 2 columns\n" in out
    assert "o/n (en, test): jsonl, utf-8; 60 rows, 2 columns\n" in out


def test_what_is_neither_a_file_nor_a_data_set(tmp_path):
    code, out, err = call("inspect", "o/n", HF_HUB_CACHE=str(tmp_path), HF_HUB_OFFLINE="1")

    assert (code, out) == (2, "")
    assert "'o/n' is neither a file nor a data set on this machine" in err
    assert "file 'n.csv' does not exist; check its path" in call("inspect", tmp_path.name + "/n.csv")[2]


def test_a_model_is_recommended_for_the_rows_and_the_time(tmp_path):
    path = write(tmp_path, [{**row, "text": f"{row['text']}, {again}"} for again in range(5) for row in ROWS])
    assert (
        "\nModel\nall-minilm-l6-v2 is recommended. all-MiniLM is a sentence encoder, no language model"
        in call("inspect", path, "--budget", "30s")[1]
    )
    out = call("inspect", path, "--task", "generate")[1]
    assert "\nModel\nsmollm2-135m-instruct is recommended. Only a language model writes text" in out
    found = json.loads(call("inspect", path, "--task", "generate", "--json")[1])["recommendation"]
    assert found["model"] == "smollm2-135m-instruct"
