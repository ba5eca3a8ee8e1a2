"""How long a run will take: told from earlier runs, refused only by a good margin, and what would do instead."""

import pytest

from tests.runs_support import prepared
from tuning.errors import SettingError
from tuning.events import Planned
from tuning.runs.budget import Pace, Work
from tuning.runs.forecasting import Forecast, check_time, forecast, minutes_needed
from tuning.runs.limits import Limits
from tuning.runs.paces import MeasuredPace, write_pace
from tuning.runs.store import Run, RunStore
from tuning.runs.submission import submit
from tuning.spec import Task


@pytest.fixture
def store(tmp_path):
    return RunStore(tmp_path)


def run_at(store: RunStore, pass_s: float, budget: str = "1m") -> Run:
    """A run that has measured a machine on which a batch takes so long."""
    rows = prepared(40, budget=budget)
    run = store.create(rows, "somebody")
    pace = Pace(row_s=pass_s / 8, pass_s=pass_s, load_s=3 * pass_s)
    write_pace(
        run, MeasuredPace.of(rows, pace, Work(Task.CLASSIFY, 40, 40, 40, 8, 30, None, None), "decoder", ready_s=9)
    )
    return run


def test_before_anything_was_measured_nothing_is_refused(store):
    check_time(prepared(40, budget="30s"), store)
    unknown = "othing was measured yet of "
    assert unknown in forecast(prepared(40, budget="1m"), store).sentence
    assert unknown in forecast(prepared(40, model="a/b"), store).sentence


def test_a_time_that_surely_does_not_suffice_is_refused_with_one_that_would_do(store):
    run_at(store, 22.0)
    found = forecast(prepared(40, budget="1m"), store)
    assert found.least is not None
    assert 200 < found.least < 300
    with pytest.raises(SettingError, match=r"'budget': 1 min is too short: this machine needs about 4 min for these "):
        check_time(prepared(40, budget="1m"), store)
    assert found.problem.endswith("by what an earlier run measured; choose 5 min or more")
    check_time(prepared(40, budget="5m"), store)
    assert forecast(prepared(40, budget="5m"), store).sentence == "About 5 min from start to verdict."


def test_between_too_short_and_enough_it_may_be_tried(store):
    run_at(store, 22.0)
    found = forecast(prepared(40, budget="3m"), store)
    assert found.problem == ""
    assert found.doubt.startswith("3 min may be too short: this machine needs about 4 min for these rows")
    assert found.sentence == f"About 3 min from start to verdict. But {found.doubt}."
    assert (forecast(prepared(40, budget="9m"), store).doubt, forecast(prepared(40), store).doubt) == ("", "")


def test_the_machine_is_taken_at_its_best_for_what_is_refused(store):
    run_at(store, 22.0)
    run_at(store, 0.5)
    check_time(prepared(40, budget="1m"), store)
    assert forecast(prepared(40, budget="1m"), store).runs == 2


def test_without_a_limit_the_time_of_everything_is_estimated(store):
    for pass_s in (1.0, 2.0, 90.0):
        run_at(store, pass_s)
    found = forecast(prepared(40), store)
    assert found.problem == ""
    assert found.whole is not None
    assert 60 < found.whole < 600
    assert found.sentence.startswith("No time limit: about ")
    assert "by what 3 earlier runs measured" in found.sentence
    assert (forecast(prepared(40, epochs=9), store).whole or 0) > found.whole


def test_a_run_that_ended_for_lack_of_time_says_what_would_do(store):
    run = run_at(store, 22.0)
    assert minutes_needed(run) is None, "it goes on"
    run.finish("failed", "the budget is too short", 2)
    assert minutes_needed(run) == 5
    almost = run_at(store, 0.1)
    almost.finish("failed", "the budget is too short", 2)
    assert minutes_needed(almost) == 2, "more than it had"


def test_a_run_that_ended_for_another_reason_does_not(store):
    planned = run_at(store, 22.0)
    planned.append(Planned(at=1, budget_s=60, train_s=9, epochs=1, layers=3, test_rows=9, given_up=[]))
    planned.finish("failed", "the disk is full", 1)
    unmeasured = store.create(prepared(20, budget="1m"), "somebody")
    unmeasured.finish("failed", "no such model", 2)
    assert [minutes_needed(run) for run in (planned, unmeasured)] == [None, None]


@pytest.mark.parametrize(("least", "said"), [(84.0, "about 1 min 30 s for"), (200.0, "about 4 min for")])
def test_an_estimate_is_told_as_roughly_as_it_is_known(least, said):
    assert said in Forecast(30, least, 900, 4).problem


def test_nothing_begins_in_a_time_that_cannot_suffice(store):
    run_at(store, 22.0)
    with pytest.raises(SettingError, match="too short"):
        submit(store, prepared(40, budget="1m"), owner="b", limits=Limits(), env={})
    assert len(store.list()) == 1
