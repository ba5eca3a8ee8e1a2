"""Beside the times to choose from it is said which of them are too short."""

from tests.unit.ui.fragments import text_of
from tuning.runs.forecasting import Forecast
from tuning.ui.form import BUDGETS
from tuning.ui.times import times


def test_every_time_is_judged_where_one_is_too_short():
    said = text_of(times(BUDGETS, Forecast(None, 225, 900, 2)))
    assert "1 minute: too short" in said
    assert "2 minutes: may be too short" in said
    assert "5 minutes: enough" in said


def test_nothing_is_said_where_all_will_do_or_nothing_is_known():
    assert times(BUDGETS, Forecast(60, 30, 900, 2)) == times(BUDGETS, Forecast(60)) == times(BUDGETS, None) == ""
