"""Whole runs of the real pipeline on a tiny model, killed at every phase: worker, app, and both. Nobody lies after."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from gradio_client import Client  # type: ignore[import-untyped]

from tests.app_server import ROOT, App, serve
from tests.runs_support import wait_until
from tuning.data.preparing import prepare
from tuning.events import DevScored, Phase, Step
from tuning.models.adapter import load_adapter
from tuning.models.loading import choose_machine, load_model
from tuning.prediction import read_predictions
from tuning.runs.limits import Limits
from tuning.runs.processes import end_tree
from tuning.runs.store import Run, RunStore
from tuning.runs.submission import submit
from tuning.spec import parse_spec

pytestmark = [pytest.mark.slow, pytest.mark.skipif(os.name == "nt", reason="uses POSIX signals")]
_PATIENCE_S = 120.0


def phase(name: str, done: int = 0) -> Callable[[Run], bool]:
    return lambda run: any(isinstance(e, Phase) and e.name == name and e.done >= done for e in run.events())


MOMENTS: dict[str, Callable[[Run], bool]] = {
    "at its start": lambda run: run.worker() is not None,
    "while the base answers": phase("base"),
    "while training": lambda run: sum(isinstance(e, Step) for e in run.events()) >= 3,
    "after a dev score": lambda run: sum(isinstance(e, DevScored) for e in run.events()) >= 2,
    "while saving the adapter": lambda run: any(path.name.startswith("adapter") for path in run.path.iterdir()),
    "while the tuned model answers": phase("tuned"),
    "while checking": phase("check", 1),
}


@pytest.fixture
def env(tiny_model, tuneoff_home) -> dict[str, str]:
    return {**os.environ, "TUNEOFF_HOME": str(tuneoff_home), "TUNEOFF_MODELS": str(tiny_model)}


@pytest.fixture
def begin(tmp_path, tiny_model, tuneoff_home, env):
    """Submit a real run of the tiny model; what still lives at the end is ended."""
    file = tmp_path / "animals.csv"
    lines = [f"the {'cat' if i % 2 else 'dog'} number {i},{'purrs' if i % 2 else 'barks'}" for i in range(60)]
    file.write_text("\n".join(["animal,sound", *lines]) + "\n", encoding="utf-8")
    spec = parse_spec({"model": str(tiny_model), "task": "classify", "epochs": 4, "batch_size": 4})
    store, runs = RunStore(tuneoff_home), []

    def _begin() -> Run:
        runs.append(submit(store, prepare(file, spec), owner="local", limits=Limits(max_queued=20), env=env))
        return runs[-1]

    yield _begin
    for run in runs:
        if (worker := run.worker()) is not None:
            end_tree(worker)


def kill_worker(run: Run) -> None:
    worker = run.worker()
    assert worker is not None
    os.kill(worker.pid, signal.SIGKILL)


def over(run: Run) -> bool:
    return not run.status().active


def everything_kept_is_whole(run: Run, tiny_model: Path) -> None:
    """Whatever a killed run left under its final name can be read to the end."""
    for which in ("base", "tuned"):
        path = run.path / "predictions" / f"{which}.jsonl"
        if path.exists():
            assert len(read_predictions(path)) == len(run.splits().test)
    if run.adapter_path.exists():
        load_adapter(load_model(tiny_model, choose_machine("cpu", "float32")).model, run.adapter_path)
    if (run.path / "comparison.json").exists():
        assert run.comparison() is not None


def shown(run: Run, env: dict[str, str]) -> "subprocess.CompletedProcess[str]":
    """What another terminal is told of the run."""
    command = [sys.executable, "-m", "tuning", "show", run.id]
    return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, encoding="utf-8", timeout=60, check=False)


@pytest.mark.parametrize("moment", MOMENTS)
def test_worker_killed_is_shown_as_interrupted_and_leaves_nothing_half_written(begin, tiny_model, env, moment):
    run = begin()
    wait_until(lambda: MOMENTS[moment](run), moment, seconds=_PATIENCE_S)
    kill_worker(run)
    wait_until(lambda: over(run), "the run is over", seconds=_PATIENCE_S)
    status = run.status()
    assert (status.state, status.exit_code, status.verdict) == ("interrupted", 1, None)
    assert status.message
    everything_kept_is_whole(run, tiny_model)
    terminal = shown(run, env)
    assert "interrupted" in terminal.stdout
    assert "better" not in terminal.stdout.lower()


def test_after_a_kill_the_next_run_comes_to_its_verdict(begin):
    first = begin()
    wait_until(lambda: MOMENTS["while training"](first), "the first run trains", seconds=_PATIENCE_S)
    second = begin()
    kill_worker(first)
    wait_until(lambda: over(second), "the second run is over", seconds=_PATIENCE_S)
    assert first.status().state == "interrupted"
    status = second.status()
    assert (status.state, status.exit_code) == ("done", 0)
    assert status.verdict


def test_app_killed_the_run_goes_on_and_a_new_app_shows_it(begin, env):
    with serve(Path(env["TUNEOFF_HOME"]), env) as app:
        run = begin()
        wait_until(lambda: MOMENTS["while training"](run), "the run trains", seconds=_PATIENCE_S)
        os.kill(app.process.pid, signal.SIGKILL)
        app.process.wait(30)
    wait_until(lambda: over(run), "the run is over", seconds=_PATIENCE_S)
    with serve(Path(env["TUNEOFF_HOME"]), env) as app:
        told = status_told_by(app, run)
    assert (told["state"], told["exit_code"]) == ("done", 0)
    assert told["verdict"] == run.status().verdict is not None


def test_worker_and_app_killed_a_new_app_says_interrupted_and_the_next_run_starts(begin, env):
    with serve(Path(env["TUNEOFF_HOME"]), env) as app:
        run = begin()
        wait_until(lambda: MOMENTS["while training"](run), "the run trains", seconds=_PATIENCE_S)
        os.kill(app.process.pid, signal.SIGKILL)
        kill_worker(run)
        app.process.wait(30)
    with serve(Path(env["TUNEOFF_HOME"]), env) as app:
        told = status_told_by(app, run)
        assert told["state"] == "interrupted"
        assert "while training (step" in str(told["message"])
        following = begin()
        wait_until(lambda: over(following), "the next run is over", seconds=_PATIENCE_S)
        assert status_told_by(app, following)["state"] == "done"


def status_told_by(app: App, run: Run) -> dict[str, object]:
    """What the app answers to programs; its page is drawn from the same."""
    told = Client(app.url, verbose=False).predict(run.id, api_name="/status")
    return json.loads(told) if isinstance(told, str) else told
