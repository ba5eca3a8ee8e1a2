"""What a time budget buys: the plan grows with it, test rows go last, and the least is refused in words."""

import math
from dataclasses import replace
from itertools import pairwise

import pytest

from tuning.errors import SettingError
from tuning.runs.budget import (
    BudgetPlan,
    Pace,
    Work,
    dev_rows_in,
    least_seconds,
    plan_budget,
    plan_without_budget,
    training_seconds,
    whole_seconds,
)
from tuning.spec import Task

PACE = Pace(row_s=0.2, pass_s=1.0, load_s=2.0)
WORK = Work(
    task=Task.CLASSIFY, train=320, dev=40, test=100, batch_size=8, depth=30, layers=None, epochs=None
)  # fmt: skip


def plan(seconds: float, work: Work = WORK, pace: Pace = PACE) -> BudgetPlan:
    return plan_budget(seconds, pace, work)


def test_more_time_never_buys_less():
    plans = [plan(seconds) for seconds in range(50, 1200, 20)]
    for less, more in pairwise(plans):
        assert (more.wording, more.few_shot, more.further) >= (less.wording, less.few_shot, less.further)
        assert more.test_rows >= less.test_rows
    assert not plans[0].wording
    assert plans[-1].further
    assert plans[0].test_rows < plans[-1].test_rows == WORK.test


def test_even_the_shortest_budget_trains():
    least = math.ceil(least_seconds(PACE, WORK))
    rows = [plan(seconds).test_rows for seconds in range(least, 80)]
    assert rows[0] < 10 < rows[-1]
    assert rows == sorted(rows)
    assert 5 <= plan(least).train_s < plan(60).train_s


def test_everything_but_test_rows_is_given_up_first():
    for seconds in range(50, 1200, 10):
        found = plan(seconds)
        if found.test_rows < WORK.test:
            assert not any((found.wording, found.few_shot, found.further))
        if found.further:
            assert found.few_shot
        if found.few_shot:
            assert found.wording


def test_the_top_third_is_trained_where_it_is_much_faster_and_all_layers_would_not_see_the_rows_often():
    long, middle, short = plan(1200), plan(200), plan(60)
    assert (long.layers, middle.layers, short.layers) == (30, 10, 30)
    assert long.epochs >= 3 > middle.epochs >= 1 > short.epochs
    assert plan(120).layers == 30
    assert plan(120, pace=replace(PACE, prefix_s=0.4)).layers == 10, "small batches of all layers would cost more"


@pytest.mark.parametrize(("layers", "expected"), [("all", 30), ("third", 10), (4, 4), (99, 99)])
@pytest.mark.parametrize("seconds", [90, 2000])
def test_a_depth_that_was_set_is_kept(layers, expected, seconds):
    assert plan(seconds, replace(WORK, layers=layers)).layers == expected


def test_the_epochs_that_were_set_are_the_most():
    assert plan(2000, replace(WORK, epochs=2)).epochs == 2
    assert plan(2000).epochs > 2
    assert plan(2000, replace(WORK, epochs=2)).layers == 30, "more epochs are not wanted"


def test_dev_rows_follow_the_time_to_train():
    work = replace(WORK, dev=400)
    short, long = plan(100, work), plan(3000, work)
    assert 8 <= short.dev_rows < long.dev_rows <= 400


def test_training_gets_what_the_rest_leaves():
    """Time for training as planned, plus what was asked until then, plus what comes after it, is the budget.

    What frozen layers do not compute again for the tuned model comes on top.
    """
    found = plan(300)
    of_base = 100 * (1 + 0.8 + 1.6) + 2 * 40 + 2 * 48  # test rows, dev rows in two wordings, rows asked again
    asked = of_base * PACE.row_s + 4 * PACE.pass_s
    assert found.further
    spared = 0.8 * (1 - found.layers / WORK.depth) * 100 * PACE.row_s
    assert found.layers < WORK.depth
    assert training_seconds(300 - asked, found, PACE, WORK) == pytest.approx(found.train_s + spared)


def test_tuned_texts_are_expected_to_end_sooner():
    work = replace(WORK, task=Task.GENERATE)
    found = plan(1000, work)
    learned, barely = (training_seconds(500, replace(found, epochs=epochs), PACE, work) for epochs in (3, 0.5))
    shorter = 0.4 * (1 - math.sqrt(0.5))
    assert learned - barely == pytest.approx(shorter * found.test_rows * PACE.row_s), "if they have seen the rows"


def test_a_batch_costs_what_its_rows_do_not():
    assert PACE.asking_s(64) == pytest.approx(64 * PACE.row_s)
    steps = replace(PACE, batch_s=10.0)
    assert [steps.asking_s(rows) for rows in (0, 1, 32, 33)] == pytest.approx([0.0, 10.2, 16.4, 26.6])
    assert plan(120, pace=steps).test_rows < plan(120).test_rows


def test_what_a_step_takes_however_few_its_rows_makes_small_batches_dearer():
    deep = replace(WORK, layers="all")
    cheap, dear = (plan(60, deep, replace(PACE, prefix_s=prefix_s)) for prefix_s in (0.0, 0.6))
    assert cheap.batch_size == dear.batch_size == 2
    assert cheap.epochs > 1.5 * dear.epochs


def test_a_plan_has_a_step_at_least():
    found = plan(least_seconds(PACE, WORK), pace=replace(PACE, pass_s=1.0))
    assert found.epochs >= found.batch_size / WORK.train


def test_training_takes_back_some_of_what_came_before_it_and_took_too_long():
    found = plan(300)
    left = next(left for left in range(300) if training_seconds(left, found, PACE, WORK) > 10)
    late = training_seconds(left, found, PACE, WORK)
    assert late < found.train_s - 30
    assert training_seconds(left, found, PACE, WORK, 30) == pytest.approx(late + 30)
    assert training_seconds(left, found, PACE, WORK, 1e6) == pytest.approx(found.train_s), "and no more than planned"
    assert training_seconds(300, found, PACE, WORK, 30) == training_seconds(300, found, PACE, WORK)


def test_a_shorter_training_is_scored_on_fewer_dev_rows():
    found = plan(300)
    assert dev_rows_in(None, found) == dev_rows_in(found.train_s, found) == dev_rows_in(1e6, found) == found.dev_rows
    assert dev_rows_in(found.train_s / 2, found) == found.dev_rows // 2
    assert dev_rows_in(1, found) == 8


def test_training_is_never_nothing():
    assert training_seconds(-10, plan(300), PACE, WORK) > 0


def test_a_budget_too_short_is_refused_with_what_it_would_take():
    with pytest.raises(SettingError, match=r"10 s of it are left, but answering 5 test rows .* take about \d+ s"):
        plan(10)


@pytest.mark.parametrize("pace", [PACE, Pace(row_s=9.0, pass_s=1.0, load_s=2.0)])
@pytest.mark.parametrize("task", list(Task))
def test_the_least_that_is_named_suffices_and_hardly_less_does(pace, task):
    work = replace(WORK, task=task)
    least = least_seconds(pace, work)
    assert plan(least + 0.01, work, pace).test_rows == 5
    with pytest.raises(SettingError, match="too short"):
        plan(least - 0.5, work, pace)


def test_the_least_may_take_a_little_more_than_is_left():
    least = least_seconds(PACE, WORK)
    found = plan_budget(least - 3, PACE, WORK, slack_s=3.0)
    assert (found.test_rows, found.train_s) == (5, 5.0)
    with pytest.raises(SettingError, match="too short"):
        plan_budget(least - 3, PACE, WORK, slack_s=2.9)
    assert plan_budget(200, PACE, WORK, slack_s=20.0) == plan_budget(200, PACE, WORK), "never where more fits anyway"


def test_everything_takes_what_a_budget_would_have_to_leave():
    """With just so much time nothing is given up, and about as many passes over the rows are planned."""
    whole = whole_seconds(PACE, WORK)
    found = plan(whole, replace(WORK, layers="all"))
    assert found.given_up(WORK) == []
    assert found.epochs == pytest.approx(3, rel=0.01)
    assert whole_seconds(PACE, replace(WORK, epochs=6)) > whole > whole_seconds(PACE, replace(WORK, layers="third"))


def test_what_is_given_up_is_said():
    assert plan(5000).given_up(WORK) == []
    said = plan(60).given_up(WORK)
    assert f"{100 - plan(60).test_rows} of 100 test rows" in said
    assert "few-shot answers" in said
    assert "training in the lower 20 of 30 layers" in plan(200).given_up(WORK)
    assert "some of the training rows" in said


def test_without_a_budget_everything_is_done():
    found = plan_without_budget(WORK)
    assert found.given_up(WORK) == []
    assert (found.test_rows, found.dev_rows, found.layers, found.epochs) == (100, 40, 30, 3)
    assert plan_without_budget(replace(WORK, layers="third", epochs=7)).layers == 10


def test_generated_rows_are_planned_too():
    work = replace(WORK, task=Task.GENERATE)
    assert plan(300, work).train_s > plan(300).train_s, "there is no free text to ask for beside"


def test_where_there_is_time_for_few_steps_they_are_smaller_and_more():
    sizes = {seconds: plan(seconds).batch_size for seconds in range(50, 1200, 10)}
    assert (sizes[50], sizes[1190]) == (2, WORK.batch_size)
    assert set(sizes.values()) <= {2, 4, 8}
    assert plan(50, replace(WORK, batch_size=1)).batch_size == 1
    assert plan(50, replace(WORK, batch_size=3)).batch_size == 3


def test_a_depth_set_by_hand_is_not_given_up():
    found = plan(60, replace(WORK, layers="third"))
    assert found.layers == 10
    assert not any("layers" in words for words in found.given_up(replace(WORK, layers="third")))
