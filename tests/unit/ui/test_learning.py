"""How training ended, in one line."""

from tests.runs_support import comparison, started
from tuning.events import Event, Stopped
from tuning.scoring.comparison import AdapterCard, Timing
from tuning.ui.learning import learned_words


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
