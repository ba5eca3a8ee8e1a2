"""Confusion matrices and F1 by class: labels are texts, and too many of them are said so."""

import re

from tests.unit.ui.builders import HOSTILE
from tests.unit.ui.fragments import Names, cells
from tuning.scoring.comparison import Confusion
from tuning.ui.classes import matrices


def test_labels_stay_texts_also_in_attributes():
    found = Confusion(labels=[HOSTILE, '" onmouseover="x'], base=[[1, 0], [0, 1]], tuned=[[1, 0], [0, 1]])
    names = Names(matrices(found))
    assert not names.tags & {"script", "img"}
    assert not [attribute for attribute in names.attributes if attribute.startswith("on")]


def test_more_classes_than_fit_are_said_so():
    many = [str(number) for number in range(60)]
    zeros = [[0] * 60 for _ in many]
    assert "60 classes are too many" in matrices(Confusion(labels=many, base=zeros, tuned=zeros))


def test_a_cell_is_as_dark_as_its_share_of_the_row():
    shown = matrices(Confusion(labels=["a", "b"], base=[[3, 1], [0, 0]], tuned=[[4, 0], [0, 0]]))
    assert '<td class="to-hit" style="--share:0.75"><button' in shown
    assert '<td class="to-miss" style="--share:0.25"><button' in shown
    assert "Tuned: target down, answer across" in shown


def test_the_difference_says_what_became_more_and_what_fewer_and_which_of_it_is_good():
    shown = matrices(Confusion(labels=["a", "b"], base=[[1, 3], [0, 4]], tuned=[[3, 1], [2, 2]]))
    difference = shown.split("Difference, tuned − base: target")[1]
    assert cells(shown)[-2:] == [["1 a", "+2", "−2"], ["2 b", "+2", "−2"]]
    assert difference.count('<td class="to-hit"') == 2
    assert difference.count('<td class="to-miss"') == 2


def test_a_cell_without_rows_chooses_none():
    shown = matrices(Confusion(labels=["a", "b"], base=[[3, 0], [0, 0]], tuned=[[3, 0], [0, 0]]))
    assert shown.count("<button") == 2


def test_of_many_labels_the_change_is_seen_first():
    labels = [f"label {number}" for number in range(13)]
    counts = [[3] * 13] * 13
    few, many = (matrices(Confusion(labels=labels[:n], base=counts[:n], tuned=counts[:n])) for n in (12, 13))
    assert "<details" not in few
    assert few.count("<figure") == many.count("<figure") == 3
    assert many.index("Difference") < many.index("<details") < many.index("Base: target down")


def test_every_matrix_is_one_stop_of_the_tab_key():
    shown = matrices(Confusion(labels=["a", "b"], base=[[0, 3], [1, 4]], tuned=[[0, 3], [1, 4]]))
    base, tuned, difference = shown.split("<figure")[1:]
    for matrix in (base, tuned):
        assert matrix.count("<button") == 3
        assert re.findall(r'aria-label="([^"]*)" tabindex="0"', matrix) == ["3: target a, answer b; show the rows"]
        assert matrix.count('tabindex="0"') == 1
    assert '<td tabindex="0">' in difference, "where nothing changed, the table can still be scrolled with the keyboard"
    assert difference.count("tabindex") == 1
