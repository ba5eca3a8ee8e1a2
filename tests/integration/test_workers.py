"""Workers as real processes, killed, stopped, cancelled and queued; only the work inside them is a stand-in."""

import os
import signal
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest

from tests.runs_support import SENTENCE, new_run, prepared, wait_until
from tuning.errors import InputError
from tuning.runs.local import enforce_cancel, start
from tuning.runs.processes import ProcessMark, end_tree, is_alive
from tuning.runs.queue import Place
from tuning.runs.store import Run, RunStore

SCRIPT = Path(__file__).with_name("worker_script.py")
ROOT = SCRIPT.parent.parent.parent
STARTER = """
import os, sys, threading
from functools import partial
from pathlib import Path
from tuning.runs.local import start
from tuning.runs.run import Run

start(Run(Path(sys.argv[1])), env=os.environ, command=[sys.executable, sys.argv[2], sys.argv[1], "train"])
threading.Event().wait(60)
"""
posix_only = pytest.mark.skipif(os.name == "nt", reason="uses POSIX signals")


@pytest.fixture
def launch(tuneoff_home):
    """Start runs with a stand-in for the work; what still lives at the end is ended."""
    runs = []

    def _launch(behaviour: str, *extra: str, run: Run | None = None) -> Run:
        run = run or new_run(tuneoff_home)
        runs.append(run)
        command = [sys.executable, str(SCRIPT), str(run.path), behaviour, *extra]
        start(run, env={**os.environ, "PYTHONPATH": str(ROOT)}, command=command)
        return run

    yield _launch
    for run in runs:
        worker = run.worker()
        if worker is not None:
            end_tree(worker)


def wait_for(run: Run, *states: str) -> None:
    wait_until(lambda: run.status().state in states, f"the run is {' or '.join(states)}, not {run.status()}")


def wait_for_steps(run: Run) -> None:
    wait_until(lambda: run.status().step is not None, "the run has made a step")


def worker_of(run: Run) -> ProcessMark:
    worker = run.worker()
    assert worker is not None
    return worker


def hold_slot(home: Path) -> Place:
    """Take the machine, as a run that trains would."""
    place = Place(home, "f" * 32).__enter__()
    assert place.wait(lambda: False)
    return place


def test_run_that_ends_well_is_done_with_its_verdict(launch):
    run = launch("train")
    wait_for_steps(run)
    assert run.status().state == "running"
    (run.path / "go").touch()
    wait_for(run, "done")
    status = run.status()
    assert (status.exit_code, status.message, status.verdict) == (0, SENTENCE, SENTENCE)
    assert status.verdict_kind == "better"


@pytest.mark.parametrize(
    ("behaviour", "state", "exit_code", "words"),
    [
        ("give_up", "cancelled", 3, "before anything was learned"),
        ("blame_the_data", "failed", 2, "column 'label' is empty"),
        ("run_out_of_memory", "failed", 1, "train fewer layers"),
        ("stumble", "failed", 1, "KeyError"),
        ("forget", "failed", 1, "without a comparison"),
    ],
)
def test_how_the_work_ends_is_how_the_run_ends(launch, behaviour, state, exit_code, words):
    run = launch(behaviour)
    wait_for(run, "failed", "cancelled", "interrupted", "done")
    status = run.status()
    assert (status.state, status.exit_code) == (state, exit_code)
    assert words in (status.message or "")
    assert run.events()[-1].kind == "finished"


@posix_only
def test_killed_worker_is_interrupted_with_its_reason_and_the_next_run_starts(launch):
    run = launch("train")
    wait_for_steps(run)
    os.kill(worker_of(run).pid, signal.SIGKILL)
    wait_until(lambda: run.exit_note() is not None, "the starter noted the end")
    status = run.status()
    assert status.state == "interrupted"
    assert status.exit_code == 1
    assert "while training (step" in (status.message or "")
    assert "SIGKILL" in (status.message or "")
    wait_for_steps(launch("train"))


@posix_only
def test_adapter_that_was_being_saved_is_not_taken_for_a_whole_one(launch):
    run = launch("save_for_ever")
    wait_until(lambda: any(run.path.glob(".new-*/half")), "half of the adapter is written")
    os.kill(worker_of(run).pid, signal.SIGKILL)
    wait_for(run, "interrupted")
    assert not run.adapter_path.exists()


@posix_only
def test_killed_while_queued_is_interrupted_and_loses_its_place(launch, tuneoff_home):
    first = launch("train")
    wait_for_steps(first)
    second = launch("train")
    wait_for(second, "queued")
    third = launch("train")
    wait_for(third, "queued")
    assert (second.status().position, third.status().position) == (1, 2)
    os.kill(worker_of(second).pid, signal.SIGKILL)
    wait_for(second, "interrupted")
    assert "before it began" in (second.status().message or "")
    wait_until(lambda: third.status().position == 1, "the third run moved up")
    (first.path / "go").touch()
    wait_for_steps(third)
    assert third.status().state == "running"


@posix_only
def test_run_goes_on_when_its_starter_is_killed(tuneoff_home):
    run = new_run(tuneoff_home)
    starter = subprocess.Popen(
        [sys.executable, "-c", STARTER, str(run.path), str(SCRIPT)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        start_new_session=True,
    )
    try:
        wait_for_steps(run)
        os.killpg(starter.pid, signal.SIGKILL)
        starter.wait()
        before = run.status().step or 0
        wait_until(lambda: (run.status().step or 0) > before, "the run makes steps without its starter")
        (run.path / "go").touch()
        wait_for(run, "done")
    finally:
        end_tree(worker_of(run))


def test_cancelled_run_compares_what_it_learned(launch):
    run = launch("train")
    wait_for_steps(run)
    run.request_cancel()
    wait_for(run, "cancelled")
    status = run.status()
    assert run.cancel_acknowledged()
    assert status.exit_code == 3
    assert (status.message or "").startswith("Cancelled after ")
    assert (status.message or "").endswith(SENTENCE)
    assert run.comparison() is not None


def test_cancelled_in_the_queue_never_begins(launch, tuneoff_home):
    place = hold_slot(tuneoff_home)
    try:
        run = launch("train")
        wait_for(run, "queued")
        run.request_cancel()
        wait_for(run, "cancelled")
        assert [event.kind for event in run.events()] == ["finished"]
    finally:
        place.__exit__(None, None, None)


def test_cancel_that_is_not_heard_ends_the_process(launch):
    run = launch("be_deaf", "0.2")
    wait_for_steps(run)
    run.request_cancel()
    wait_for(run, "cancelled")
    assert "did not answer within 0.2 s" in (run.status().message or "")
    wait_until(lambda: not is_alive(worker_of(run)), "the worker is gone")


def test_second_cancel_ends_a_run_that_heard_the_first(launch):
    run = launch("hear_and_linger")
    wait_for_steps(run)
    run.request_cancel()
    wait_until(run.cancel_acknowledged, "the run heard the cancel")
    status = run.status()
    assert (status.state, status.cancelling) == ("running", True)
    assert not enforce_cancel(run)
    run.request_cancel()
    wait_for(run, "cancelled")
    assert run.status().exit_code == 3
    wait_until(lambda: not is_alive(worker_of(run)), "the worker is gone")


@posix_only
@pytest.mark.parametrize("requests", [1, 2])
def test_stopped_worker_is_ended_from_outside(launch, requests):
    run = launch("train")
    wait_for_steps(run)
    os.kill(worker_of(run).pid, signal.SIGSTOP)
    assert not enforce_cancel(run)
    for _ in range(requests):
        run.request_cancel()
    wait_until(lambda: enforce_cancel(run, patience_s=0.1), "the stopped worker is ended")
    status = run.status()
    assert (status.state, status.exit_code) == ("cancelled", 3)
    assert not is_alive(worker_of(run))
    assert not enforce_cancel(run)


def _has_place(run: Run, number: int) -> bool:
    return run.status().position == number


def test_runs_are_served_in_the_order_they_came(launch, tuneoff_home):
    place = hold_slot(tuneoff_home)
    runs = []
    for number in (1, 2, 3):
        run = launch("train")
        (run.path / "go").touch()
        wait_until(partial(_has_place, run, number), f"run {number} has its place")
        runs.append(run)
    place.__exit__(None, None, None)
    for run in runs:
        wait_for(run, "done")
    ends = [ending.at for run in runs if (ending := run.ending()) is not None]
    assert ends == sorted(ends)
    assert len(ends) == 3


def test_process_that_dies_at_once_is_not_starting_for_ever(tuneoff_home):
    run = new_run(tuneoff_home)
    start(run, env=os.environ, command=[sys.executable, "-c", "raise RuntimeError('no luck')"])
    wait_for(run, "interrupted")
    message = run.status().message or ""
    assert "before its process was up" in message
    assert "RuntimeError: no luck" in message


def test_worker_with_a_limit_that_is_none_says_so(tuneoff_home):
    run = new_run(tuneoff_home)
    start(run, env={**os.environ, "TUNEOFF_MAX_MINUTES": "soon"})
    wait_for(run, "failed")
    status = run.status()
    assert status.exit_code == 2
    assert "TUNEOFF_MAX_MINUTES" in (status.message or "")


def test_active_run_is_neither_deleted_nor_swept(launch, tuneoff_home):
    run = launch("train")
    wait_for_steps(run)
    with pytest.raises(InputError, match="cancel it first"):
        RunStore(tuneoff_home).delete(run)
    (run.path / "go").touch()
    wait_for(run, "done")
    RunStore(tuneoff_home).delete(run)
    assert RunStore(tuneoff_home).list() == []


@posix_only
def test_worker_leads_its_own_session_and_sees_no_secret(launch, monkeypatch):
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    run = launch("train")
    wait_for_steps(run)
    pid = worker_of(run).pid
    assert os.getsid(pid) == pid
    environ = Path(f"/proc/{pid}/environ")
    if environ.exists():
        assert b"hf_secret" not in environ.read_bytes()


def test_submitted_run_waits_its_turn_and_can_be_cancelled(tuneoff_home):
    from tuning.runs.limits import Limits
    from tuning.runs.submission import submit

    place = hold_slot(tuneoff_home)
    try:
        store = RunStore(tuneoff_home)
        run = submit(store, prepared(), owner="visitor", limits=Limits(), env=os.environ)
        wait_for(run, "queued")
        assert [one.id for one in store.list("visitor")] == [run.id]
        run.request_cancel()
        wait_for(run, "cancelled")
        assert "nothing was trained" in (run.status().message or "")
    finally:
        place.__exit__(None, None, None)
