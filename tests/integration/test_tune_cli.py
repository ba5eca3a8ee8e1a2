"""The main job through the command line, for real: the embedded model, tuned on a few rows of a bundled example."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import pytest

from tests.integration.test_cli import ROOT, tuning
from tuning.data.bundled import EXAMPLES
from tuning.prediction import read_predictions
from tuning.scoring.comparison import Comparison

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("embedded_model")]

FILE = EXAMPLES / "icd10_chapters.csv"
COLUMNS = ["--input", "diagnosis", "--target", "chapter", "--group", "code:3"]
SMALL = [*COLUMNS, "--rows", "24", "--test-rows", "6", "--layers", "1", "--max-length", "256"]
PATIENCE_S = 600


@pytest.fixture
def processes() -> Iterator[list[subprocess.Popen[str]]]:
    """What a test starts here is ended with it."""
    started: list[subprocess.Popen[str]] = []
    yield started
    for process in started:
        process.kill()
        process.communicate()


def start_tune(processes: list[subprocess.Popen[str]], *flags: str) -> subprocess.Popen[str]:
    """`tune` in a process group of its own, its lines to be read as they come."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tuning", "tune", str(FILE), *SMALL, *flags],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        cwd=ROOT,
        encoding="utf-8",
        start_new_session=True,
    )
    processes.append(process)
    return process


def read_until(lines: IO[str] | None, beginning: str) -> list[str]:
    """Lines up to the first that begins so; fails when they end before."""
    assert lines is not None
    seen = []
    for line in lines:
        seen.append(line.rstrip("\n"))
        if line.startswith(beginning):
            return seen
    raise AssertionError(f"no line begins with {beginning!r}: {seen}")


def test_a_file_becomes_a_comparison_an_adapter_and_a_model_that_answers(tmp_path, tuneoff_home):
    out = tmp_path / "results"

    done = tuning("tune", FILE, *SMALL, "--epochs", "1", "--json", "--out", out, patience_s=PATIENCE_S)

    assert done.returncode == 0, done.stderr
    comparison = Comparison.model_validate_json(done.stdout)
    assert comparison.to_json() == done.stdout
    assert json.loads(done.stdout)["schema"] == 2
    assert comparison.rows.test == sum(comparison.flips.model_dump().values())
    assert {metric.name for metric in comparison.metrics} >= {"accuracy", "macro_f1"}
    assert comparison.verdict is not None
    assert not any(check.status == "fail" for check in comparison.receipt)
    assert comparison.timing.peak_rss_bytes is not None
    assert 0 < comparison.timing.peak_rss_bytes < 4 * 1024**3
    assert "training step" in done.stderr

    assert (out / "comparison.json").read_text(encoding="utf-8") == done.stdout
    assert (out / "adapter" / "adapter_model.safetensors").is_file()
    assert (out / "adapter" / "adapter_config.json").is_file()
    tuned = read_predictions(out / "predictions" / "tuned.jsonl")
    base = read_predictions(out / "predictions" / "base.jsonl")
    assert [one.row for one in tuned] == [one.row for one in base]
    assert len(tuned) == comparison.rows.test

    run = (tuneoff_home / "runs" / str(comparison.run)).name
    assert tuning("runs").stdout.startswith(f"{run}\t")
    check_predictions(tmp_path, {one.input: one.output for one in tuned}, {one.input: one.output for one in base})


def check_predictions(folder: Path, tuned: dict[str, str], base: dict[str, str]) -> None:
    """`predict` answers the test rows, from a file and one by one, as the run itself did."""
    inputs = list(tuned)[:2]
    rows = folder / "rows.json"
    rows.write_text(json.dumps([{"diagnosis": text, "chapter": "eye", "ward": "7"} for text in inputs]), "utf-8")

    from_file = tuning("predict", "last", rows, patience_s=PATIENCE_S)
    from_prompt = tuning("predict", "last", "--prompt", inputs[1], "--base", patience_s=PATIENCE_S)

    assert from_file.returncode == 0, from_file.stderr
    lines = [json.loads(line) for line in from_file.stdout.splitlines()]
    assert [line["row"] for line in lines] == [1, 2]
    assert [line["output"] for line in lines] == [tuned[text] for text in inputs]
    assert all(line["target"] == "eye" and line["columns"] == {"ward": "7"} for line in lines)
    assert all(abs(sum(line["probabilities"].values()) - 1) < 1e-3 for line in lines)
    assert from_prompt.returncode == 0, from_prompt.stderr
    (answer,) = map(json.loads, from_prompt.stdout.splitlines())
    assert answer["output"] == base[inputs[1]]
    assert answer["correct"] is None


@pytest.mark.skipif(os.name == "nt", reason="Windows has no Ctrl-C for another process's group")
def test_ctrl_c_ends_training_and_what_was_learned_is_compared(processes):
    process = start_tune(processes, "--epochs", "50")
    read_until(process.stdout, "training step")

    process.send_signal(signal.SIGINT)
    rest, _ = process.communicate(timeout=PATIENCE_S)

    assert process.returncode == 3, rest
    assert "cancelling" in rest
    shown = json.loads(tuning("show", "last", "--json").stdout)
    assert shown["status"]["state"] == "cancelled"
    assert shown["comparison"]["rows"]["test"] > 0


def test_a_run_outlives_its_terminal_and_a_second_one_takes_it_up(processes):
    process = start_tune(processes, "--epochs", "1")
    run = read_until(process.stdout, "run ")[-1].removeprefix("run ")
    read_until(process.stdout, "computing on")

    process.kill()
    process.wait()
    done = tuning("watch", run[:8], patience_s=PATIENCE_S)

    assert done.returncode == 0, done.stderr
    assert json.loads(tuning("show", run, "--json").stdout)["status"]["state"] == "done"


def test_a_detached_run_can_be_cancelled_from_elsewhere_at_once():
    detached = tuning("tune", FILE, *SMALL, "--epochs", "50", "--detach")
    run = detached.stdout.strip()
    assert (detached.returncode, len(run)) == (0, 32)

    cancelled = tuning("cancel", run, "--now")
    watched = tuning("watch", run, "--quiet")

    assert (cancelled.returncode, "has ended: cancelled" in cancelled.stdout) == (0, True)
    assert watched.returncode == 3
    assert watched.stderr.count("\n") == 1
    assert tuning("delete", run).returncode == 0
