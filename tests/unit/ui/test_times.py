"""Beside the times to choose from stands what each is expected to buy, and which of them are too short."""

from tests.unit.ui.fragments import cells, text_of
from tuning.runs.budget import Pace, Work
from tuning.runs.forecasting import Forecast, UsualRun
from tuning.spec import Task
from tuning.ui.form import BUDGETS
from tuning.ui.times import times

WORK = Work(Task.GENERATE, train=280, dev=40, test=80, batch_size=8, depth=30, layers=None, epochs=None)
USUAL = UsualRun(12.0, Pace(row_s=0.9, pass_s=3.0, load_s=1.0), WORK)


def known(budget: float | None, least: float = 45.0) -> Forecast:
    return Forecast(budget, least, 1800, 2, USUAL)


def test_every_time_is_told_with_what_it_buys():
    shown = times(BUDGETS, known(300))
    bought = {row[0].split()[0]: row for row in cells(shown)[1:]}
    assert list(bought) == ["1", "2", "5", "15", "no"]
    assert bought["1"][1].endswith(" of 280 rows, once")
    assert bought["5"][0].endswith("chosen")
    assert bought["2"][3].endswith(" of 80 test rows")
    assert bought["no"] == [
        f"no limit: a set number of passes about {known(None).whole_words}",
        "280 rows, 3 times",
        "30 of 30",
        "80 test rows",
    ]
    assert "estimated by what 2 earlier runs measured" in text_of(shown)


def test_more_time_never_buys_less():
    rows = [bought.plan.test_rows if bought else 0 for bought in map(known(None).buys, range(30, 1800, 30))]
    assert rows == sorted(rows)
    assert rows[0] == 0
    assert rows[1] < 20
    assert rows[-1] == 80


def test_the_chosen_time_says_what_it_gives_up():
    assert "Given up in 2 min: " in text_of(times(BUDGETS, known(120)))
    assert "Given up" not in text_of(times(BUDGETS, known(None)))


def test_a_time_that_sees_hardly_any_row_is_warned_of():
    slow = Forecast(120, 40.0, 9000, 2, UsualRun(12.0, Pace(row_s=2.0, pass_s=3.0, load_s=1.0), WORK))
    shown = text_of(times(BUDGETS, slow))
    assert "Too little time to learn much: " in shown
    assert "To see each of them once, choose 15 minutes, or fewer rows" in shown
    assert "Too little" not in text_of(times(BUDGETS, known(300)))


def test_where_no_limit_buys_fewer_passes_than_a_time_it_says_why():
    quick = UsualRun(2.0, Pace(row_s=0.01, pass_s=0.05, load_s=1.0), WORK)
    shown = text_of(times(BUDGETS, Forecast(300, 10.0, 60, 2, quick)))
    assert "Without a limit it learns for 3 passes, or as many as Epochs under Advanced settings says" in shown
    slow = UsualRun(12.0, Pace(row_s=2.0, pass_s=9.0, load_s=1.0), WORK)
    assert "Without a limit" not in text_of(times(BUDGETS, Forecast(300, 143.0, 9000, 2, slow)))


def test_a_time_of_ones_own_stands_among_the_others():
    shown = cells(times(BUDGETS, known(200)))
    assert [row[0] for row in shown[1:]][2] == "3 min 20 s chosen"


def test_what_is_too_short_says_so():
    slow = UsualRun(12.0, Pace(row_s=10.0, pass_s=9.0, load_s=1.0), WORK)
    shown = [row[1] for row in cells(times(BUDGETS, Forecast(60, 143.0, 9000, 2, slow)))[1:]]
    assert shown[0] == "too short", "by a good margin"
    assert shown[1] == "may be too short"
    assert "short" not in shown[2]


def test_what_was_measured_elsewhere_names_the_machine():
    shown = text_of(times(BUDGETS, Forecast(60, usual=USUAL, whole=900, elsewhere="two <b>cores</b>")))
    assert "estimated by what was measured on another machine (two <b>cores</b>)" in shown


def test_nothing_is_said_where_nothing_is_known():
    assert times(BUDGETS, Forecast(60)) == times(BUDGETS, None) == ""
