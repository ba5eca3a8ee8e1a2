"""Events survive the way through a file, whoever wrote them."""

import pytest
from pydantic import ValidationError

from tuning.events import (
    DevScored,
    Event,
    Finished,
    Note,
    Phase,
    Sampled,
    SampledAnswer,
    Started,
    Step,
    Stopped,
    event_adapter,
)

EVENTS: list[Event] = [
    Started(at=1, device="cpu", precision="bfloat16", threads=2),
    Phase(at=2, name="base", done=0, total=10),
    Step(at=3, step=1, total_steps=9, epoch=0.1, loss=2.5, learning_rate=1e-3, seconds_left=4),
    DevScored(at=4, step=1, loss=2.25),
    Sampled(
        at=4, step=1, metric="accuracy", answers=[SampledAnswer(row=3, input="a", target="b", output="c", score=0)]
    ),
    Stopped(at=5, reason="dev stopped improving", step=9, best_step=None),
    Note(at=6, level="warning", message="the test split is small: 7 rows"),
    Finished(at=7, state="done", message="Tuning helped."),
]


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.kind)
def test_an_event_read_back_is_the_event_written(event):
    assert event_adapter.validate_json(event.model_dump_json()) == event


def test_fields_of_a_later_version_are_ignored():
    assert event_adapter.validate_json('{"kind": "dev_scored", "at": 1, "step": 2, "loss": 3, "new": 4}') == DevScored(
        at=1, step=2, loss=3
    )


@pytest.mark.parametrize(
    "text",
    [
        '{"kind": "unheard_of", "at": 1}',
        '{"kind": "dev_scored", "at": 1, "step": 2}',
        '{"kind": "finished", "at": 1, "state": "perhaps", "message": ""}',
        '{"kind": "dev_scored", "at": 1, "ste',
    ],
)
def test_what_is_no_event_is_refused(text):
    with pytest.raises(ValidationError):
        event_adapter.validate_json(text)


@pytest.mark.parametrize(
    ("metric", "scores", "sentence"),
    [
        ("accuracy", [1, 0, 1, 0, 0], "2 of 5 watched rows right"),
        ("field_exactness", [0.8, 1, 0], "1 of 3 watched rows right"),
        ("chrf", [0.5, 0.25], "the watched rows are 38 % like their targets"),
    ],
)
def test_watched_rows_are_counted_where_an_answer_is_right_or_not(metric, scores, sentence):
    answers = [SampledAnswer(row=1, input="", target="", output="", score=score) for score in scores]
    assert Sampled(at=1, step=2, metric=metric, answers=answers).sentence == sentence


def test_events_cannot_be_changed():
    with pytest.raises(ValidationError, match="frozen"):
        EVENTS[0].at = 5  # type: ignore[misc]


@pytest.mark.parametrize("loss", [float("nan"), float("inf")])
def test_a_loss_that_is_no_number_is_kept_as_that(loss):
    read = event_adapter.validate_json(DevScored(at=1, step=2, loss=loss).model_dump_json())
    assert isinstance(read, DevScored)
    assert str(read.loss) == str(loss)
