"""The screen Try: when it is ready, and the test rows that it begins with."""

import gradio as gr
import pytest

from tests.unit.ui.builders import HOSTILE, finished_run, unfinished_run
from tests.unit.ui.full_runs import full_run
from tuning.runs.exchange import Reply, Side
from tuning.scoring.record import ModelCard
from tuning.spec import Task
from tuning.ui.blind import Order
from tuning.ui.replies import Shown
from tuning.ui.try_it import SETTINGS, TryScreen, row_of, try_page


@pytest.fixture
def screen() -> TryScreen:
    with gr.Blocks():
        return TryScreen()


def test_only_a_run_with_an_adapter_can_be_tried(tmp_path):
    assert not try_page(None).ready
    assert not try_page(unfinished_run(tmp_path)).ready
    assert try_page(finished_run(tmp_path)).ready


def test_it_begins_with_some_test_rows_always_the_same(tmp_path):
    run = finished_run(tmp_path)
    page = try_page(run)
    assert page == try_page(run)
    assert len(page.rows) == len(set(page.rows)) == 12
    assert page.first == row_of(run, page.rows[0][1])
    assert page.instruction == "Say the label. text"
    assert [number for _, number in page.rows] != sorted((number for _, number in page.rows), key=int), "drawn"


def test_where_the_row_is_read_alone_nothing_is_said_to_be_told_before(tmp_path, screen):
    run = finished_run(tmp_path)
    run.save_folder("adapter", lambda folder: None)
    assert screen.show(try_page(run))[screen.told].visible is True
    found = run.comparison()
    assert found is not None
    run.write_comparison(found.model_copy(update={"model": ModelCard(family="encoder")}))
    assert screen.show(try_page(run))[screen.told].visible is False


@pytest.mark.parametrize("number", [None, "", "0", "31", "../1", 10**30])
def test_what_is_no_test_row_is_none(tmp_path, number):
    run = finished_run(tmp_path)
    assert row_of(run, number) is None
    assert row_of(run, "30") is not None


def test_a_long_input_is_one_short_line_in_the_list(tmp_path):
    ((line, _), *_) = try_page(finished_run(tmp_path, text="many\nwords " * 40)).rows
    assert "\n" not in line
    assert len(line) < 100


def test_settings_of_sampling_are_for_those_that_write(tmp_path, screen):
    run = full_run(tmp_path, Task.GENERATE, rows=20)
    run.save_folder("adapter", lambda folder: None)
    assert screen.show(try_page(run))[screen.sampling].visible is True
    assert screen.show(try_page(finished_run(tmp_path)))[screen.sampling].visible is False
    assert set(screen.settings) == set(SETTINGS)


def test_a_row_brings_its_target_along(tmp_path, screen):
    row = row_of(finished_run(tmp_path, text=HOSTILE), "2")
    assert row is not None
    shown = screen.show_row(row)
    assert shown[screen.prompt] == f"{HOSTILE} 2"
    assert shown[screen.target].value == f"bad {HOSTILE}"
    assert shown[screen.target].label == "Target of test row 2"
    assert screen.show_row(None)[screen.target].visible is False


def test_no_row_s_target_stands_beside_a_prompt_of_one_s_own(screen):
    shown = screen.show_own("what I typed", "what the row has")
    assert (shown[screen.target].visible, shown[screen.row]) == (False, "")
    assert screen.show_own("the same", "the same")[screen.target] == gr.skip(), "the row was chosen just now"


def test_a_vote_is_asked_for_only_in_blind_mode_when_both_are_done(screen):
    reply = Reply(base=Side(over=True), tuned=Side(over=True))
    assert screen.show_over(Shown("run", reply))[screen.ballot].visible is False
    assert screen.show_over(Shown("run", reply, order=Order(True)))[screen.ballot].visible is True
    assert screen.show_over(Shown("run", reply, order=Order(True), voted=True))[screen.ballot].visible is False
    assert screen.show_waiting("…")[screen.ballot].visible is False
