"""More time is offered where time was what a run lacked, and the same rows are tuned on again."""

import gradio as gr
import pytest

from tests.runs_support import prepared
from tests.unit.ui.builders import ALICE, BOB, looking, new_page, unfinished_run
from tuning.errors import InputError
from tuning.runs.budget import Pace, Work
from tuning.runs.paces import MeasuredPace, write_pace
from tuning.runs.store import Run, RunStore
from tuning.spec import Task
from tuning.ui.longer import LongerButton, longer


@pytest.fixture
def short(tmp_path) -> Run:
    rows = prepared(40, budget="1m", rank=4)
    run = RunStore(tmp_path).create(rows, "somebody")
    work = Work(Task.CLASSIFY, 40, 40, 40, 8, 30, None, None)
    write_pace(run, MeasuredPace.of(rows, Pace(2, 15, 45), work, "decoder", ready_s=9))
    run.finish("failed", "the budget is too short", 2)
    return run


def test_it_is_offered_beside_that_run_alone(short, tmp_path):
    with gr.Blocks():
        offer = LongerButton()
    shown = offer.show(short)[offer.button]
    assert (shown.value, shown.visible) == ("Start again with 4 minutes", True)
    for other in (None, RunStore(tmp_path).create(prepared(), "somebody")):
        assert offer.show(other)[offer.button].visible is False


def test_it_is_the_same_run_with_more_time(short):
    again = longer(short)
    assert (again.spec.budget, again.spec.rank) == (240, 4)
    assert again.splits == short.splits()
    assert again.dataset == short.dataset()


def test_another_run_is_not_started_by_it(tmp_path):
    with pytest.raises(InputError, match="did not end for lack of time"):
        longer(RunStore(tmp_path).create(prepared(), "somebody"))


def test_only_whoever_started_a_run_starts_it_again(tmp_path):
    page, run = new_page(tmp_path), unfinished_run(tmp_path)
    changes = page.start_longer(looking(BOB, run))
    assert "Not started" in changes[page.watch.notice]
    assert "opened by its link" in changes[page.watch.notice]
    changes = page.start_longer(looking(ALICE, run))
    assert "did not end for lack of time" in changes[page.watch.notice]
    assert len(RunStore(tmp_path).list()) == 1
