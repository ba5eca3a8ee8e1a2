"""How training went: its losses, and its end in one line."""

import pytest

from tests.runs_support import comparison, started
from tuning.events import DevScored, Event, Planned, Step, Stopped
from tuning.report.learning import fit_words, learned_words, loss_frame, seconds_in_words
from tuning.scoring.comparison import AdapterCard, RowCounts, Timing


def test_all_that_is_known_is_said():
    found = comparison().model_copy(
        update={"adapter": AdapterCard(trainable_parameters=1_000_000), "timing": Timing(train_s=214.0)}
    )
    events: list[Event] = [started(), Stopped(at=4.0, reason="dev stopped improving", step=150, best_step=125)]
    said = (
        "ended after step 150: dev loss had stopped improving; the adapter of step 125 is kept, the best on "
        "dev rows since training began"
    )
    assert learned_words(events, found) == f"{said} · 1,000,000 parameters trained · about 4 min of training"


def test_what_is_not_known_is_left_out():
    assert learned_words([started()], None) == ""
    stopped = Stopped(at=4.0, reason="finished", step=9, best_step=None)
    assert learned_words([stopped], comparison()) == "ended after step 9: all passes were done"


def test_what_was_trained_is_said_as_it_was_planned():
    found = comparison().model_copy(update={"rows": RowCounts(train=130, unseen=150, test=20)})
    step = Step(at=1, step=65, total_steps=70, epoch=0.464, loss=1, learning_rate=1)
    assert learned_words([step], found) == "130 of 280 rows, once"
    known = found.model_copy(update={"rows": RowCounts(train=280, test=20)})
    assert learned_words([step.model_copy(update={"epoch": 2.5})], known) == "280 rows, 2.5 times"


def test_what_was_given_up_is_said_afterwards_too():
    plan = Planned(
        at=1, budget_s=120, train_s=40, epochs=1, layers=10, test_rows=80, given_up=["few-shot answers", "x"]
    )
    assert learned_words([plan], None) == "given up for lack of time: few-shot answers, x"
    nothing = plan.model_copy(update={"given_up": []})
    assert learned_words([nothing], None) == ""
    unseen = comparison().model_copy(update={"rows": RowCounts(train=272, unseen=183, test=89)})
    assert learned_words([nothing], unseen).endswith("given up for lack of time: some of the training rows")
    cancelled = Stopped(at=2, reason="cancelled", step=3, best_step=None)
    assert "lack of time" not in learned_words([nothing, cancelled], unseen)


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


def trained(dev: list[float], train: list[float], ended: Stopped | None = None, epoch: float = 2.0) -> list[Event]:
    """A dev score before every step and after the last."""
    steps = [
        Step(at=0, step=n, total_steps=9, epoch=epoch, loss=loss, learning_rate=1) for n, loss in enumerate(train, 1)
    ]
    scores = [DevScored(at=0, step=n, loss=loss) for n, loss in enumerate(dev)]
    return [*steps, *scores, *([ended] if ended else [])]


STOPPED = Stopped(at=0, reason="dev stopped improving", step=5, best_step=2)
FALLING, LEVEL = [2.0, 1.5, 1.2], [2.0, 1.5, 1.495]
RISEN, BY_HEART = [2.0, 1.5, 1.6], [2.0, 1.5, 1.2, 1.25, 1.3, 1.3]
EASIER, NO_EASIER = [2.0, 1.5, 1.0, 0.5, 0.2], [1.5, 1.5, 1.5, 1.5, 1.6]


@pytest.mark.parametrize(
    ("dev", "train", "going", "ended"),
    [
        (FALLING, EASIER, "is still falling", "was still falling when training ended"),
        ([2.0, 0.5, 0.004], EASIER, "next to nothing (0.004)", "little left to learn"),
        (LEVEL, EASIER, "hardly changes", "hardly changed at the end"),
        ([2.0, 1.5, 1.505], EASIER, "hardly changes", "hardly changed at the end"),
        (RISEN, EASIER, "may be chance", "may be chance"),
        (
            BY_HEART,
            EASIER,
            "for 3 scores: it may be learning the training rows by heart",
            "by heart; the adapter of step 2",
        ),
        (BY_HEART, NO_EASIER, "nor has train loss", "had learned what it could"),
        (
            [2.0, 2.1, 2.2],
            EASIER,
            "for 2 scores: it may be learning the training rows by heart",
            "began to learn the training rows",
        ),
        ([2.0, 2.1, 2.2], NO_EASIER, "nor has train loss", "In the last 2 scores neither"),
    ],
)
def test_the_gauge_says_whether_what_is_learned_helps_on_other_rows(dev, train, going, ended):
    assert going in fit_words(trained(dev, train))
    assert ended in fit_words(trained(dev, train, STOPPED))


def test_of_one_look_nothing_is_learned_by_heart():
    assert fit_words(trained(BY_HEART, EASIER, epoch=0.4)).endswith("3 scores, but no row has been seen twice yet.")
    said = fit_words(trained(BY_HEART, EASIER, STOPPED, epoch=1.0))
    assert said.startswith(
        "In the last 3 scores dev loss did not improve; no row was seen twice; the adapter of step 2"
    )


def test_the_gauge_says_nothing_before_it_can_know():
    assert fit_words([]) == ""
    assert fit_words(trained([2.0, 1.0], EASIER)) == ""


def test_a_score_told_twice_counts_once():
    events = trained(FALLING, EASIER)
    assert fit_words([*events, events[-1]]) == fit_words(events)


def test_without_dev_chosen_adapter_none_is_promised():
    stopped = STOPPED.model_copy(update={"best_step": None})
    assert "kept" not in fit_words(trained(BY_HEART, EASIER, stopped))


@pytest.mark.parametrize("loss", [float("nan"), float("inf")])
def test_training_that_diverged_is_told_and_drawn_as_far_as_it_went(loss):
    for events in (trained([2.0, 1.5, 1.2, loss], EASIER, STOPPED), trained(FALLING, [2.0, 1.5, loss])):
        assert fit_words(events).startswith("Training diverged")
        assert loss_frame(events)["loss"].max() == 2.0
    assert "diverged" not in fit_words(trained([2.0, loss, 1.5, 1.2], EASIER)), "it has recovered"
