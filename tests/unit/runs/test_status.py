"""Status is what the folder says, at every moment a run can be left in."""

import pytest

from tests.runs_support import SENTENCE, Clock, comparison, prepared, started, step
from tuning.events import Phase, Stopped
from tuning.runs.processes import this_process
from tuning.runs.queue import Place
from tuning.runs.status import ExitNote
from tuning.runs.store import RunStore


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def run(tmp_path, clock):
    return RunStore(tmp_path, clock).create(prepared(), "local")


def alive(run):
    run.write_worker(this_process())


def dead(run):
    mark = this_process()
    run.write_worker(mark.model_copy(update={"create_time": mark.create_time - 100}))  # the number was given again


def test_young_run_without_a_worker_is_starting_and_an_old_one_interrupted(run, clock):
    status = run.status()
    assert (status.state, status.active, status.message) == ("starting", True, None)
    assert (status.name, status.task, status.model) == ("reviews.csv", "classify", "smollm2-135m-instruct")
    clock.now += 31
    status = run.status()
    assert (status.state, status.active, status.exit_code) == ("interrupted", False, 1)
    assert "before its process was up" in status.message


def test_run_whose_process_was_seen_to_end_is_not_starting(run):
    run.log_path.write_text("Traceback (most recent call last):\n  ...\nModuleNotFoundError: No module named 'x'\n")
    run.write_exit_note(ExitNote(returncode=1))
    status = run.status()
    assert status.state == "interrupted"
    assert "ended with code 1): ModuleNotFoundError: No module named 'x'; start it again" in status.message


def test_living_worker_is_starting_queued_then_running(run):
    alive(run)
    assert run.status().state == "starting"
    with Place(run.home, run.id):
        status = run.status()
        assert (status.state, status.position) == ("queued", 1)
    run.append(started())
    status = run.status()
    assert (status.state, status.position, status.phase) == ("running", None, None)


def test_progress_is_that_of_the_last_events(run):
    alive(run)
    run.append(started())
    run.append(Phase(at=1, name="base", done=8, total=40, seconds_left=12.5))
    status = run.status()
    assert (status.phase, status.done, status.total, status.seconds_left) == ("base", 8, 40, 12.5)
    run.append(Phase(at=1, name="train", done=0, total=100))
    run.append(step(7))
    status = run.status()
    assert (status.phase, status.step, status.total_steps, status.seconds_left) == ("train", 7, 100, 9.0)
    run.append(Phase(at=1, name="tuned", done=0, total=40))
    status = run.status()
    assert (status.phase, status.done, status.total, status.step) == ("tuned", 0, 40, 7)


def test_cancelling_shows_until_the_run_is_over(run):
    alive(run)
    run.request_cancel()
    assert run.status().cancelling
    run.finish("cancelled", "Cancelled.", 3)
    status = run.status()
    assert (status.state, status.exit_code, status.cancelling) == ("cancelled", 3, False)


@pytest.mark.parametrize(("requests", "state", "exit_code"), [(1, "interrupted", 1), (2, "cancelled", 3)])
def test_dead_run_that_was_cancelled_twice_is_cancelled(run, requests, state, exit_code):
    dead(run)
    for _ in range(requests):
        run.request_cancel()
    status = run.status()
    assert (status.state, status.exit_code) == (state, exit_code)


def test_done_wins_over_a_living_or_dead_worker(run):
    run.write_comparison(comparison())
    run.finish("done", SENTENCE, 0)
    for mark in (alive, dead):
        mark(run)
        status = run.status()
        assert (status.state, status.message, status.verdict_kind, status.verdict) == (
            "done", SENTENCE, "better", SENTENCE,
        )  # fmt: skip


@pytest.mark.parametrize(
    ("events", "words"),
    [
        ([], "before it began"),
        ([started()], "just after it began"),
        ([started(), Phase(at=1, name="base", done=8, total=40)], "while the base model answered (8 of 40)"),
        ([started(), step(12)], "while training (step 12 of 100)"),
        ([step(12), Stopped(at=1, reason="finished", step=12, best_step=None)], "after training stopped at step 12"),
        ([step(12), Phase(at=1, name="compare", done=0, total=0)], "while comparing"),
    ],
)
def test_reason_says_what_the_run_was_doing(run, events, words):
    dead(run)
    for event in events:
        run.append(event)
    status = run.status()
    assert status.state == "interrupted"
    assert words in status.message
    assert "killed, or the machine was stopped" in status.message


@pytest.mark.parametrize(
    ("returncode", "words"),
    [(-9, "SIGKILL, perhaps because memory ran out"), (-15, "SIGTERM"), (-120, "signal 120"), (7, "code 7")],
)
def test_reason_says_how_the_process_ended(run, returncode, words):
    dead(run)
    run.write_exit_note(ExitNote(returncode=returncode))
    assert words in run.status().message


@pytest.mark.parametrize(
    "line",
    ["torch.OutOfMemoryError: CUDA out of memory.", "Fatal Python error: Segmentation fault", "OSError: No space left"],
)
def test_reason_gives_the_last_words_of_the_log(run, line):
    dead(run)
    run.log_path.write_text(f"2026-01-01 INFO loading\nValueError: an earlier one\n{line}\nand a tail of no interest\n")
    assert line in run.status().message


def test_files_torn_by_a_crash_do_not_hide_the_run(run):
    dead(run)
    run.append(step(3))
    with (run.path / "events.jsonl").open("ab") as file:
        file.write(b'{"kind":"step","at":1,')
    with (run.path / "cancel").open("ab") as file:
        file.write(b"12")
    (run.path / ".new-0123456789abcdef").write_text('{"state":"do')
    status = run.status()
    assert (status.state, status.step) == ("interrupted", 3)
    assert run.cancel_requests() == 0
