"""What hangs together through pairs, and which values repeat an earlier one."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tuning.data.components import Components, repeats


def test_pairs_join_what_each_belongs_to():
    found = Components(6)
    found.join(4, 3)
    found.join(1, 0)
    found.join(3, 1)
    assert found.roots().tolist() == [0, 0, 2, 0, 0, 5]


def test_positions_join_the_earlier_one_that_is_named():
    found = Components(4)
    found.join_equal([0, 0, 2, 1])
    assert found.roots().tolist() == [0, 0, 2, 0]


@given(st.lists(st.text("ab", max_size=2)))
def test_repeats_name_the_first_of_equals(values):
    assert repeats(values, len(values)).tolist() == [values.index(value) for value in values]


def test_no_positions():
    assert Components(0).roots().tolist() == []
    assert np.array_equal(repeats([], 0), np.array([], np.int64))
