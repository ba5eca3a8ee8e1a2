"""`compare` judges any two files of predictions, says what is wrong with bad ones, and loads no heavy library."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from rich.cells import cell_len

from tests.unit.cli.helpers import Terminal
from tuning.cli import main
from tuning.prediction import Prediction, dump_predictions
from tuning.scoring.comparison import Comparison
from tuning.spec import Task

STYLE = re.compile(r"\x1b\[[\d;]*m")
ROOT = Path(__file__).resolve().parents[3]


def write(path: Path, outputs: list[str], **fields: object) -> Path:
    targets = ["yes" if row % 2 else "no" for row in range(len(outputs))]
    rows = [
        Prediction.model_validate({"row": row, "input": f"in {row}", "target": target, "output": output, **fields})
        for row, (output, target) in enumerate(zip(outputs, targets, strict=True), 1)
    ]
    path.write_text(dump_predictions(rows), encoding="utf-8")
    return path


@pytest.fixture
def files(tmp_path) -> tuple[str, str]:
    base = write(tmp_path / "base.jsonl", ["no"] * 40)
    return str(base), str(write(tmp_path / "tuned.jsonl", ["no", "yes"] * 20))


def shown(capsys, *arguments: str) -> tuple[int, str, str]:
    code = main(["compare", *arguments])
    said = capsys.readouterr()
    return code, said.out, said.err


def test_json_is_a_comparison_and_nothing_else(capsys, files):
    code, out, err = shown(capsys, *files, "--json")
    comparison = Comparison.model_validate_json(out)

    assert (code, err) == (0, "")
    assert json.loads(out)["schema"] == 2
    assert (comparison.task, comparison.flips.fixed, comparison.rows.train) == (Task.GENERATE, 20, None)
    assert comparison.verdict is not None
    assert comparison.verdict.kind == "better"
    assert {rung.name: rung.status for rung in comparison.ladder}["nearest_neighbour"] == "not_run"
    assert (comparison.run, comparison.adapter.rank, comparison.timing.total_s) == (None, None, None)


def test_a_person_reads_verdict_ladder_scores_receipt_and_samples(capsys, files):
    code, out, _ = shown(capsys, *files, "--task", "classify")

    assert code == 0
    places = [out.index(part) for part in ("Accuracy went from 50.0 %", "ladder", "scores", "Checks passed", "Fixed:")]
    assert places == sorted(places)
    assert "Two files cannot tell how they were made" in out


def test_on_a_terminal_it_keeps_to_80_columns(files, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    screen = Terminal()
    main(["compare", *files], out=screen)

    lines = STYLE.sub("", screen.getvalue()).split("\n")
    assert max(map(cell_len, lines)) <= 80
    assert any("95 % interval" in line for line in lines)


def test_probabilities_mean_classification_unless_the_task_is_given(capsys, tmp_path, files):
    sure = str(write(tmp_path / "sure.jsonl", ["no"] * 40, probabilities={"yes": 0.2, "no": 0.8}))

    assert json.loads(shown(capsys, sure, files[1], "--json")[1])["task"] == "classify"
    assert json.loads(shown(capsys, sure, files[1], "--json", "--task", "generate")[1])["task"] == "generate"


def test_correct_is_worked_out_again_and_rows_may_stand_in_any_order(capsys, tmp_path, files):
    lines = Path(files[1]).read_text(encoding="utf-8").splitlines()
    lied = tmp_path / "lied.jsonl"
    lied.write_text("\n".join(reversed(lines)).replace('"correct":true', '"correct":false'), encoding="utf-8")

    assert shown(capsys, files[0], str(lied), "--json") == shown(capsys, *files, "--json")


def test_a_margin_in_points_allows_not_worse(capsys, tmp_path):
    base = write(tmp_path / "base.jsonl", ["no", "yes"] * 100)
    tuned = write(tmp_path / "tuned.jsonl", ["no", "no", *["no", "yes"] * 99])
    kinds = [
        json.loads(shown(capsys, str(base), str(tuned), "--json", "--margin", margin)[1])["verdict"]["kind"]
        for margin in ("0", "5")
    ]

    assert kinds == ["undecided", "not_worse"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "cannot be read"),
        ("row,input\n1,2\n", "line 1: the line: Invalid JSON"),
        ('{"row": 1}\n', "line 1: input: Field required"),
        ("", "row 1 stands only in base (base has 40 rows, tuned 0)"),
        ('{"row": 1, "input": "in 1", "target": "x", "output": "x"}\n', "row 1: its target is 'no' in base but 'x'"),
    ],
)
def test_bad_files_are_one_line_and_exit_2(capsys, tmp_path, files, content, message):
    bad = tmp_path / "bad.jsonl"
    if content is not None:
        bad.write_text(content, encoding="utf-8")

    code, out, err = shown(capsys, files[0], str(bad))

    assert (code, out) == (2, "")
    assert message in err
    assert err.startswith("tune-off: ")
    assert err.count("\n") == 1


@pytest.mark.parametrize("margin", ["nan", "-1", "101", "much"])
def test_a_bad_margin_is_refused(capsys, files, margin):
    code, _, err = shown(capsys, *files, "--margin", margin)

    assert code == 2
    assert "margin" in err


COMPARE = """
import sys
from tuning.cli import main
code = main(["compare", *sys.argv[1:]])
print(code, [name for name in ("torch", "evaluate", "datasets", "transformers", "peft") if name in sys.modules])
"""


def test_comparing_loads_neither_torch_nor_evaluate(files):
    call = [sys.executable, "-c", COMPARE, *files]
    done = subprocess.run(call, cwd=ROOT, capture_output=True, text=True, timeout=120)

    assert done.stdout.splitlines()[-1] == "0 []", done.stderr
