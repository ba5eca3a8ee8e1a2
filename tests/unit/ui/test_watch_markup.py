"""What is seen of a run on its way: texts stay texts, the clock, what is followed, and who is told what."""

import pandas as pd
import pytest

from tests.unit.ui.builders import HOSTILE
from tests.unit.ui.fragments import Names, text_of
from tuning.events import Sampled, SampledAnswer
from tuning.ui.watch import PARTS, Clock, WatchPage
from tuning.ui.watch_markup import access_part, clock_words, learning_part, now_part

RUN = "a" * 32
GOING = WatchPage("info", "Training", "", active=True, run=RUN, seen="51ee", stage="going 0", phase=2, share=0.5)


def page_at(clock: Clock) -> str:
    return text_of(now_part(WatchPage("info", "Training", "", clock=clock)))


@pytest.mark.parametrize(
    ("seconds", "shown"), [(0, "0:00"), (7.9, "0:07"), (190, "3:10"), (3723, "1:02:03"), (-1, "0:00")]
)
def test_a_time_is_written_as_a_clock_shows_it(seconds, shown):
    assert clock_words(seconds) == shown


def test_time_is_counted_against_the_budget():
    assert "3:10 of 5:00" in page_at(Clock(190, 300, running=True))
    assert "Took 4:52 of 5:00" in page_at(Clock(292, 300, running=False))
    assert "slower" not in page_at(Clock(292, 300, running=False))
    assert "Took 7:10 of 5:00 the machine became slower" in page_at(Clock(430, 300, running=False))


def test_without_a_budget_it_says_what_is_left():
    said = page_at(Clock(190, None, running=True, left="about 40 s left in this part"))
    assert "3:10 so far about 40 s left in this part" in said


def test_only_a_run_that_goes_on_is_followed():
    shown = now_part(GOING)
    assert f'data-run="{RUN}" data-seen="51ee" data-stage="going 0"' in shown
    assert 'aria-valuenow="50"' in shown
    ended = WatchPage("better", "Done.", "", run=RUN, phase=len(PARTS), share=1.0)
    assert "data-run" not in now_part(ended)
    assert "progressbar" not in now_part(ended)


def test_before_it_learns_only_what_it_did_is_listed():
    assert learning_part(GOING) == ""
    assert text_of(learning_part(WatchPage("info", "", "", notes=["Data: a.csv"]))).endswith("Data: a.csv")


def test_whoever_came_by_the_link_is_told_that_only_the_owner_cancels():
    assert "?run=" in access_part(GOING, own=True)
    assert "only whoever started it can cancel" in text_of(access_part(GOING, own=False))
    assert access_part(WatchPage("empty", "", ""), own=True) == ""


def test_texts_stay_texts():
    answer = SampledAnswer(row=1, input=HOSTILE, target=HOSTILE, output=HOSTILE, score=0.5)
    page = WatchPage(
        *("info", HOSTILE, HOSTILE),
        clock=Clock(1, None, running=True, left=HOSTILE),
        loss=pd.DataFrame([(1, 2.0, "train")], columns=["step", "loss", "rows"]),
        fit=HOSTILE,
        looks=[Sampled(at=1, step=0, metric="accuracy", answers=[answer])],
        notes=[HOSTILE],
    )
    for shown in (now_part(page), learning_part(page)):
        found = Names(shown)
        assert not found.tags & {"script", "img"}
        assert not [name for name in found.attributes if name.startswith("on")]
        assert "&lt;script&gt;" in shown
