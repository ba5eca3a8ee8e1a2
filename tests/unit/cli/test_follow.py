"""Following ends with the run; the first Ctrl-C cancels it, the second ends it; watching only stops looking."""

import signal

import pytest

from tests.unit.cli.helpers import working_run
from tuning.cli.follow import Follower, Interrupts
from tuning.events import Note, Started
from tuning.runs.store import Run


class Notebook:
    """A view that keeps what it is shown."""

    def __init__(self):
        self.events, self.said, self.places = [], [], []

    def waiting(self, position):
        self.places.append(position)

    def event(self, event):
        self.events.append(event)

    def say(self, text):
        self.said.append(text)

    def close(self):
        pass


@pytest.fixture
def run(tmp_path):
    return working_run(tmp_path)


def script(*steps):
    """A pause that does the next thing each time; it fails when it is called once too often."""
    left = list(steps)

    def pause(_seconds):
        left.pop(0)()

    return pause


def nothing():
    pass


def note(run, text):
    return lambda: run.append(Note(at=1, level="info", message=text))


def done(run):
    return lambda: run.finish("done", "It helped.", 0)


def test_every_event_is_shown_once_and_in_order_until_the_run_ends(run):
    view = Notebook()
    run.append(Started(at=0, device="cpu", precision="float32", threads=1))
    pause = script(note(run, "one"), nothing, note(run, "two"), done(run), nothing, nothing)

    status = Follower(view, lambda: 0, cancels=True, pause=pause).follow(run)

    assert status.state == "done"
    assert [event.kind for event in view.events] == ["started", "note", "note", "finished"]
    assert run.cancel_requests() == 0


def test_the_first_ctrl_c_cancels_once_and_following_goes_on(run):
    view = Notebook()
    presses: list[int] = []
    enforced: list[Run] = []
    pause = script(lambda: presses.append(1), nothing, nothing, done(run), nothing, nothing)

    status = Follower(view, lambda: len(presses), cancels=True, pause=pause, enforce=enforced.append).follow(run)

    assert status.state == "done"
    assert run.cancel_requests() == 1
    assert enforced
    assert set(enforced) == {run}
    assert len(view.said) == 1
    assert "Ctrl-C again" in view.said[0]


def test_the_second_ctrl_c_asks_again(run):
    view = Notebook()
    presses: list[int] = []
    press = lambda: presses.append(1)  # noqa: E731
    pause = script(press, press, lambda: run.finish("cancelled", "Cancelled.", 3), nothing, nothing)

    status = Follower(view, lambda: len(presses), cancels=True, pause=pause, enforce=lambda _: None).follow(run)

    assert status.state == "cancelled"
    assert run.cancel_requests() == 2
    assert len(view.said) == 2


def test_watching_stops_at_ctrl_c_and_leaves_the_run_alone(run):
    presses: list[int] = []
    follower = Follower(Notebook(), lambda: len(presses), cancels=False, pause=script(lambda: presses.append(1)))

    status = follower.follow(run)

    assert status.active
    assert run.cancel_requests() == 0


def test_interrupts_are_counted_and_the_third_is_obeyed():
    before = signal.getsignal(signal.SIGINT)
    with Interrupts() as interrupts:
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)
        assert interrupts.count == 2
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)

    assert signal.getsignal(signal.SIGINT) is before
