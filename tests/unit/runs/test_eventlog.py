"""The event log: lines added, torn lines passed over, pages read on from where one was."""

import pytest

from tests.runs_support import started, step
from tuning.runs.eventlog import append_event, read_events, read_recent


@pytest.fixture
def log(tmp_path):
    path = tmp_path / "events.jsonl"
    for event in (started(), step(1), step(2)):
        append_event(path, event)
    return path


def test_events_come_back_as_they_were_written(log):
    assert read_events(log).events == [started(), step(1), step(2)]


def test_no_log_is_no_events(tmp_path):
    assert read_events(tmp_path / "none").events == []
    assert read_recent(tmp_path / "none") == []


def test_reading_on_gives_what_is_new_and_nothing_twice(log):
    page = read_events(log)
    assert read_events(log, page.offset).events == []
    append_event(log, step(3))
    assert read_events(log, page.offset).events == [step(3)]


def test_log_cut_at_any_byte_gives_its_whole_lines(log):
    data = log.read_bytes()
    whole = read_events(log).events
    for size in range(len(data) + 1):
        log.write_bytes(data[:size])
        page = read_events(log)
        assert page.events == whole[: data[:size].count(b"\n")]
        assert page.offset == data[:size].rfind(b"\n") + 1


def test_writer_after_a_torn_line_begins_a_new_one(log):
    page = read_events(log)
    log.write_bytes(log.read_bytes() + b'{"kind":"st')
    assert read_events(log, page.offset).events == []
    append_event(log, step(3), sync=True)
    assert read_events(log, page.offset).events == [step(3)]


def test_line_of_another_kind_is_passed_over(log):
    log.write_bytes(b'{"kind":"unheard of","at":1}\n' + log.read_bytes())
    assert read_events(log).events == [started(), step(1), step(2)]


def test_recent_events_are_the_last_of_a_long_log(log):
    for number in range(3, 400):
        append_event(log, step(number))
    recent = read_recent(log)
    every = read_events(log).events
    assert 10 < len(recent) < len(every)
    assert recent == every[-len(recent) :]
