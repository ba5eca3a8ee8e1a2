"""F1 by class: labels are texts, and a change claims nothing beyond its size."""

from tests.unit.ui.builders import HOSTILE
from tests.unit.ui.fragments import Names, cells
from tuning.report.class_scores import class_table
from tuning.scoring.comparison import ClassScore


def test_labels_stay_texts():
    names = Names(class_table([ClassScore(label=HOSTILE, rows=3, base_f1=0.0, tuned_f1=1.0)]))
    assert not names.tags & {"script", "img"}
    assert not [attribute for attribute in names.attributes if attribute.startswith("on")]


def test_a_change_of_a_class_claims_nothing_beyond_its_size():
    """An arrow elsewhere says that the interval does not hold zero."""
    scores = [
        ClassScore(label="a", rows=1200, base_f1=0.5, tuned_f1=0.25),
        ClassScore(label="b", rows=3, base_f1=0.5, tuned_f1=0.5),
    ]
    _, first, second = cells(class_table(scores))
    assert first == ["a", "1,200", "0.50", "0.25", "−0.25"]
    assert second[4] == "+0.00"
