"""The handlers of Try, called as Gradio calls them, with a stand-in for the answering process."""

import sys

import gradio as gr
import pytest

from tests.unit.ui.builders import ALICE, context, finished_run, looking
from tuning.runs.inference import Inference
from tuning.ui.blind import Tally
from tuning.ui.page import Page
from tuning.ui.try_events import TryEvents

ECHO = """
import json, sys
for line in sys.stdin:
    if line.strip():
        request, said = json.loads(line), 0
    said += 2
    over = said >= len(request["prompt"])
    base = {"text": request["prompt"][:said], "tokens": said, "over": over}
    settings = json.dumps([request["sampling"], request["max_new_tokens"]])
    print(json.dumps({"base": base, "tuned": {**base, "text": settings}}), flush=True)
"""
GREEDY = (0, 1, 0, None)


@pytest.fixture
def events(tuneoff_home):
    inference = Inference({}, command=[sys.executable, "-c", ECHO])
    with gr.Blocks():
        made = TryEvents(Page(context(tuneoff_home)), inference)
        made.wire()
    yield made
    inference.close()


@pytest.fixture
def stored(tuneoff_home):
    return looking(ALICE, finished_run(tuneoff_home))


def test_an_answer_is_streamed_and_ends_ready_for_the_next(events, stored):
    first, *_, last = events.ask(stored, None, "abcdef", False, *GREEDY)
    assert first[events.screen.stop].visible is True
    assert first[events.screen.send].interactive is False
    assert "Getting the models ready" in first[events.screen.status].value
    assert "abcdef" in last[events.screen.replies].value
    assert last[events.screen.stop].visible is False
    assert last[events.screen.send].interactive is True
    again, *_ = events.ask(stored, None, "abcdef", False, *GREEDY)
    assert "Asking both models" in again[events.screen.status].value


def test_settings_reach_the_process(events, stored):
    *_, last = events.ask(stored, None, "ab", False, 0.7, 0.9, 4, 30)
    said = last[events.screen.replies].value
    for part in ("0.7", "0.9", "4", "30"):
        assert part in said


@pytest.mark.parametrize(
    ("prompt", "values", "message"),
    [
        (" ", GREEDY, "prompt is empty"),
        ("hi", (9, 1, 0, None), "&#x27;temperature&#x27;"),
        ("hi", (0, 1, 0, 10**9), "&#x27;max_new_tokens&#x27;"),
        ("x" * 30_000, GREEDY, "30,000 characters"),
    ],
)
def test_what_cannot_be_asked_is_told_and_starts_nothing(events, stored, prompt, values, message):
    (only,) = events.ask(stored, None, prompt, False, *values)
    assert message in only[events.screen.status].value
    assert not events._inference.running


def test_without_a_run_nothing_is_asked(events):
    (only,) = events.ask(ALICE.model_dump(), None, "hi", False, *GREEDY)
    assert "No run is open" in only[events.screen.status].value


def test_a_target_is_shown_only_beside_its_own_input(events, stored):
    *_, own = events.ask(stored, "2", "text 2", False, *GREEDY)
    assert "like the target" in own[events.screen.replies].value
    *_, other = events.ask(stored, "2", "text 2!", False, *GREEDY)
    assert "the target" not in other[events.screen.replies].value


def test_a_row_becomes_the_prompt_and_a_made_up_one_does_not(events, stored):
    assert events.choose_row(stored, "3")[events.screen.prompt] == "text 3"
    assert events.choose_row(stored, "../3")[events.screen.prompt] == ""
    assert "No run is open" in events.choose_row(ALICE.model_dump(), "3")[events.screen.status].value


def test_a_blind_vote_is_counted_once_and_reveals(events, stored):
    *_, last = events.ask(stored, None, "abcd", True, *GREEDY)
    shown = last[events.screen.shown]
    assert shown.sealed
    assert last[events.screen.ballot].visible is True
    better = "a" if shown.order.tuned_first else "b"
    voted = events.vote(better, shown, None)
    assert voted[events.screen.tallies] == {stored["run"]: Tally(tuned=1).model_dump()}
    assert "was the tuned model" in voted[events.screen.replies].value
    assert "Too few votes" in voted[events.screen.tally]
    assert voted[events.screen.ballot].visible is False
    again = events.vote(better, voted[events.screen.shown], voted[events.screen.tallies])
    assert "nothing to vote on" in again[events.screen.status].value
    assert events.screen.tallies not in again
    assert "nothing to vote on" in events.vote("a", None, None)[events.screen.status].value


def test_while_it_is_blind_no_picture_tells_whose_is_whose(events, stored):
    for changes in events.ask(stored, "2", "text 2", True, *GREEDY):
        drawn = changes.get(events.screen.replies)
        assert drawn is None or not drawn.visible or "uned" not in drawn.value


# As labels are weighed: without a token, and of one model after the other.
BASE_FIRST = """
import json, sys
for line in sys.stdin:
    if line.strip():
        base, both = {"text": "a", "first_s": 0.1, "over": True}, False
    tuned = {"text": "b", "first_s": 0.1, "over": True} if both else {}
    print(json.dumps({"base": base, "tuned": tuned}), flush=True)
    both = True
"""


@pytest.mark.parametrize(("blind", "frames"), [(True, 0), (False, 1)])
def test_a_blind_answer_is_not_shown_before_the_other(tuneoff_home, stored, blind, frames):
    inference = Inference({}, command=[sys.executable, "-c", BASE_FIRST])
    with gr.Blocks():
        events = TryEvents(Page(context(tuneoff_home)), inference)
        events.wire()
    shown = [change for change in events.ask(stored, None, "ab", blind, *GREEDY) if events.screen.replies in change]
    inference.close()
    going = [change for change in shown[:-1] if ">a<" in str(change[events.screen.replies].value)]
    assert len(going) == frames
