"""What may be asked, and what is read from a side of a reply."""

from pathlib import Path

import pytest

from tuning.engine.sampling import Sampling
from tuning.errors import InputError, SettingError
from tuning.runs.exchange import Reply, Request, Side, read_request

RUN = Path("/runs/1")


def test_settings_left_empty_are_the_usual_ones():
    empty = {"temperature": None, "top_p": "", "max_new_tokens": None}
    assert read_request(RUN, "hi", empty) == Request(run=RUN, prompt="hi")
    given = read_request(RUN, "hi", {"temperature": 0.7, "top_p": 0.9, "seed": 3, "max_new_tokens": 40})
    assert given.sampling == Sampling(temperature=0.7, top_p=0.9, seed=3)
    assert given.max_new_tokens == 40
    assert Request.model_validate_json(given.model_dump_json()) == given


@pytest.mark.parametrize(("prompt", "message"), [(" \n", "prompt is empty"), ("x" * 20_001, "20,001 characters")])
def test_a_prompt_that_cannot_be_asked_is_refused(prompt, message):
    with pytest.raises(InputError, match=message):
        read_request(RUN, prompt, {})


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("temperature", 2.5),
        ("temperature", float("inf")),
        ("top_p", 0),
        ("seed", 1.5),
        ("seed", -1),
        ("max_new_tokens", 0),
        ("max_new_tokens", 5000),
        ("max_new_tokens", "many"),
        ("layers", 3),
    ],
)
def test_settings_out_of_bounds_are_named(setting, value):
    with pytest.raises(SettingError, match=f"'{setting}'.* is '{value}'"):
        read_request(RUN, "hi", {setting: value})


def test_speed_is_of_the_tokens_after_the_first():
    assert Side(tokens=11, first_s=2.0, seconds=4.0).tokens_per_s == 5
    assert Side(tokens=1, first_s=2.0, seconds=2.0).tokens_per_s is None
    assert Side().tokens_per_s is None


def test_a_reply_is_the_last_when_both_are_done_or_there_is_a_problem():
    done = Side(over=True)
    assert Reply(base=done, tuned=done).over
    assert not Reply(base=done).over
    assert Reply(problem="no adapter").over
