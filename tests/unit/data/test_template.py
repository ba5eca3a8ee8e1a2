"""Several columns in one input."""

import pytest

from tuning.data.template import fields, fill, names_in, of_columns
from tuning.errors import ColumnError


def test_names_become_cells():
    assert fill("Q: {a}\nA to {b b}: {a}", {"a": "x{b b}", "b b": "y"}) == "Q: x{b b}\nA to y: x{b b}"
    assert of_columns("a", "b") == "{a}\n\n{b}"


def test_a_line_whose_cells_are_all_empty_is_left_out():
    assert fill("{a}\n\nInput: {b}", {"a": "x", "b": " "}) == "x"
    assert fill("{a} {b}", {"a": "x", "b": ""}) == "x"
    assert fill("Always here: {a}", {"a": ""}) == ""


def test_names_are_columns_once_each_in_order():
    assert names_in("{b} {a} {b}") == ["b", "a"]
    assert fields("{b} {a} {b}", ["a", "b", "c"]) == ["b", "a"]
    with pytest.raises(ColumnError, match=r"the template names \{c\}, which is no column; choose one of 'a', 'b'"):
        fields("{a} {c}", ["a", "b"])
