"""A process is known by number and moment of creation; an ended one is dead, waited for or not."""

import subprocess
import sys

from tests.runs_support import wait_until
from tuning.runs.processes import ProcessMark, end_tree, is_alive, this_process


def start_sleeper() -> "tuple[subprocess.Popen[bytes], ProcessMark]":
    """A process that says its mark and waits."""
    code = (
        "import sys, threading; from tuning.runs.processes import this_process;"
        "print(this_process().model_dump_json(), flush=True); threading.Event().wait(60)"
    )
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
    assert process.stdout is not None
    mark = ProcessMark.model_validate_json(process.stdout.readline())
    process.stdout.close()
    return process, mark


def test_this_process_lives():
    assert is_alive(this_process())


def test_number_given_again_is_another_process():
    mark = this_process()
    assert not is_alive(mark.model_copy(update={"create_time": mark.create_time - 5}))


def test_another_process_is_recognised_ended_and_dead_before_it_is_waited_for():
    process, mark = start_sleeper()
    try:
        assert mark.pid == process.pid
        assert is_alive(mark)
        assert end_tree(mark)
        assert not is_alive(mark)  # a zombie still: nobody waited
    finally:
        process.kill()
        process.wait()
    assert not is_alive(mark)
    assert end_tree(mark)


def test_ending_a_stranger_with_the_same_number_ends_nothing():
    process, mark = start_sleeper()
    try:
        assert end_tree(mark.model_copy(update={"create_time": mark.create_time + 5}))
        assert is_alive(mark)
    finally:
        process.kill()
        process.wait()
    wait_until(lambda: not is_alive(mark), "the process is gone")
