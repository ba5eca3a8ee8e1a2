"""How training went: its losses, and its end in one line."""

import pytest

from tests.runs_support import comparison, started
from tuning.events import DevScored, Event, Step, Stopped
from tuning.report.learning import learned_words, loss_frame, seconds_in_words
from tuning.scoring.comparison import AdapterCard, Timing


def test_all_that_is_known_is_said():
    found = comparison().model_copy(
        update={"adapter": AdapterCard(trainable_parameters=1_000_000), "timing": Timing(train_s=214.0)}
    )
    events: list[Event] = [started(), Stopped(at=4.0, reason="dev stopped improving", step=150, best_step=125)]
    said = "ended at step 150: dev stopped improving, the adapter of step 125 is kept"
    assert learned_words(events, found) == f"{said} · 1,000,000 parameters trained · about 4 min of training"


def test_what_is_not_known_is_left_out():
    assert learned_words([started()], None) == ""
    stopped = Stopped(at=4.0, reason="finished", step=9, best_step=None)
    assert learned_words([stopped], comparison()) == "ended at step 9: finished"


def test_the_curve_keeps_both_losses_and_its_ends():
    events = [Step(at=0, step=n, total_steps=9000, epoch=0, loss=1 / n, learning_rate=1) for n in range(1, 9001)]
    frame = loss_frame([*events, DevScored(at=0, step=9000, loss=0.5)])
    train = frame[frame["rows"] == "train"]
    assert len(train) <= 500
    assert (train["step"].iloc[0], train["step"].iloc[-1]) == (1, 9000)
    assert frame[frame["rows"] == "dev"]["loss"].tolist() == [0.5]
    assert loss_frame([]).empty


@pytest.mark.parametrize(
    ("seconds", "words"), [(1, "a few seconds"), (42, "about 40 s"), (600, "about 10 min"), (9000, "about 2.5 h")]
)
def test_time_is_said_as_people_say_it(seconds, words):
    assert seconds_in_words(seconds) == words
