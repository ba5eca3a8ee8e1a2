"""The four counts as a table of base against tuned."""

from tests.unit.ui.fragments import cells, text_of
from tuning.scoring.comparison import Comparison, Flips, Moved, RowCounts
from tuning.spec import Task
from tuning.ui.flips import count_table

FLIPS = Flips(fixed=1200, broken=3, both_right=40, both_wrong=5)


def counted(flips: Flips = FLIPS, **fields: object) -> Comparison:
    """A comparison with these counts."""
    known = {"task": Task.GENERATE, "rows": RowCounts(test=9), "primary": "chrf", "metrics": [], "flips": flips}
    return Comparison.model_validate({**known, **fields})


def test_base_goes_down_and_tuned_across():
    head, right, wrong = cells(count_table(counted(), None))
    assert head == ["", "Tuned right 1,240", "Tuned wrong 8"]
    assert right == ["Base right 43", "40 ✓ both right right before and now", "3 ▼ broken right before, wrong now"]
    assert wrong[:2] == ["Base wrong 1,205", "1,200 ▲ fixed wrong before, right now"]


def test_the_chosen_count_is_pressed():
    shown = count_table(counted(), "broken")
    assert shown.count('aria-pressed="true"') == 1
    assert "broken" in text_of(shown.split('aria-pressed="true"')[1].split("</button>")[0])
    assert 'aria-pressed="true"' not in count_table(counted(), None)


def test_a_count_of_nothing_is_grey():
    shown = count_table(counted(Flips(fixed=0, broken=0, both_right=1, both_wrong=1)), None)
    assert "to-better" not in shown
    assert "to-worse" not in shown
    assert "to-better" in count_table(counted(), None)


def test_texts_are_counted_by_which_answer_is_nearer_first():
    shown = count_table(counted(moved=Moved(closer=50, further=22, level=0)), "further")
    moves, head, *_ = cells(shown)
    assert moves == [
        "50 ▲ closer tuned is nearer the target than base",
        "22 ▼ further tuned is further from the target",
        "0 = as close both are as near, or as far",
    ]
    assert head[1].startswith("Tuned right")
    assert text_of(shown).index("Each row by chrF") < text_of(shown).index("Exactly the target")
    assert "further" in text_of(shown.split('aria-pressed="true"')[1].split("</button>")[0])
