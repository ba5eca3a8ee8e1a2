"""The four counts as a table of base against tuned."""

from tests.unit.ui.fragments import cells, text_of
from tuning.scoring.comparison import Flips
from tuning.ui.flips import flip_table

FLIPS = Flips(fixed=1200, broken=3, both_right=40, both_wrong=5)


def test_base_goes_down_and_tuned_across():
    head, right, wrong = cells(flip_table(FLIPS, None))
    assert head == ["", "Tuned right 1,240", "Tuned wrong 8"]
    assert right == ["Base right 43", "40 ✓ both right right before and now", "3 ▼ broken right before, wrong now"]
    assert wrong[:2] == ["Base wrong 1,205", "1,200 ▲ fixed wrong before, right now"]


def test_the_chosen_count_is_pressed():
    shown = flip_table(FLIPS, "broken")
    assert shown.count('aria-pressed="true"') == 1
    assert "broken" in text_of(shown.split('aria-pressed="true"')[1].split("</button>")[0])
    assert 'aria-pressed="true"' not in flip_table(FLIPS, None)


def test_a_count_of_nothing_is_grey():
    shown = flip_table(Flips(fixed=0, broken=0, both_right=1, both_wrong=1), None)
    assert "to-better" not in shown
    assert "to-worse" not in shown
    assert "to-better" in flip_table(FLIPS, None)
