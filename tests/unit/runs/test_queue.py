"""Places in the queue, seen without locks; only the living count."""

import json

import pytest

from tuning.runs.processes import this_process
from tuning.runs.queue import Place, queue_position, remove_dead_tickets

A, B, C = "a" * 32, "b" * 32, "c" * 32


def dead_ticket(home, number, run_id):
    """The ticket of a process that ended while it waited."""
    mark = this_process()
    process = {"pid": mark.pid, "create_time": mark.create_time - 100}
    path = home / "queue" / f"{number:012d}-{run_id}.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps({"run_id": run_id, "process": process}))
    return path


def never() -> bool:
    return False


def test_places_follow_the_order_of_coming(tmp_path):
    with Place(tmp_path, A) as first, Place(tmp_path, B) as second:
        assert (first.position(), second.position()) == (1, 2)
        assert queue_position(tmp_path, B) == 2
        assert queue_position(tmp_path, C) is None
    assert queue_position(tmp_path, A) is None


def test_holder_of_the_slot_does_not_wait_and_keeps_others_out(tmp_path):
    with Place(tmp_path, A) as first:
        assert first.wait(never)
        assert first.position() is None
        with Place(tmp_path, B) as second:
            assert second.position() == 1
            looks = iter([False, True])
            assert not second.wait(lambda: next(looks), poll_s=0.01)


def test_slot_is_free_after_its_holder_failed(tmp_path):
    def fail_in_the_slot():
        with Place(tmp_path, A) as first:
            assert first.wait(never)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_in_the_slot()
    with Place(tmp_path, B) as second:
        assert second.wait(never)


def test_free_slot_is_not_taken_out_of_turn(tmp_path):
    with Place(tmp_path, A), Place(tmp_path, B) as second:
        looks = iter([False, False, True])
        assert not second.wait(lambda: next(looks), poll_s=0.01)


def test_dead_ticket_is_skipped_and_removed(tmp_path):
    dead = dead_ticket(tmp_path, 1, A)
    with Place(tmp_path, B) as place:
        assert queue_position(tmp_path, A) is None
        assert place.position() == 1
        assert place.wait(never)
    assert dead.exists()
    assert remove_dead_tickets(tmp_path) == 1
    assert not dead.exists()


def test_ticket_that_cannot_be_read_holds_nobody_up(tmp_path):
    (tmp_path / "queue").mkdir()
    (tmp_path / "queue" / f"{1:012d}-{A}.json").write_text("{")
    (tmp_path / "queue" / "notes.txt").write_text("not a ticket")
    with Place(tmp_path, B) as place:
        assert place.wait(never)


def test_no_queue_yet_is_nobody_waiting(tmp_path):
    assert queue_position(tmp_path, A) is None
    assert remove_dead_tickets(tmp_path) == 0
