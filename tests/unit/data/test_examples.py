"""Rows that are drawn for a choice."""

from tuning.data.examples import drawn


def test_rows_are_drawn_with_the_seed_in_the_order_they_had():
    rows = list(range(100))
    found = drawn(rows, 20, seed=0)
    assert len(set(found)) == 20
    assert found == sorted(found)
    assert found == drawn(rows, 20, seed=0)
    assert found != drawn(rows, 20, seed=1)


def test_of_a_sorted_file_every_part_is_drawn_from():
    labels = ["a"] * 50 + ["b"] * 50
    assert set(drawn(labels, 20, seed=0)) == {"a", "b"}


def test_no_more_are_drawn_than_there_are():
    assert drawn(["a", "b"], 60, seed=0) == ["a", "b"]
