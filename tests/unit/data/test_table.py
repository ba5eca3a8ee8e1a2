"""A table of text cells, column by column."""

import pytest

from tuning.data.table import Table, text_columns


def table() -> Table:
    return Table("x.csv", "csv", text_columns({"a": ["1", "2"], "b": ["", "é"]}), "0" * 64)


def test_by_column_and_by_row():
    assert table().columns == ["a", "b"]
    assert len(table()) == 2
    assert table().column("b") == ["", "é"]
    assert table().row(1) == {"a": "2", "b": "é"}
    assert table().rows == [{"a": "1", "b": ""}, {"a": "2", "b": "é"}]


def test_a_row_or_column_that_is_not_there():
    with pytest.raises(ValueError, match="unpack"):
        table().row(2)
    with pytest.raises(KeyError):
        table().column("c")
    with pytest.raises(ValueError, match="length"):
        text_columns({"a": ["1"], "b": []})
