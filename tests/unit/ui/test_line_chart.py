"""Lines in a frame: round marks, and axes that hold every value."""

from hypothesis import given
from hypothesis import strategies as st

from tuning.ui.line_chart import Line, axis, line_chart


@given(low=st.floats(0, 1e3), span=st.floats(1e-3, 1e4))
def test_an_axis_has_a_few_even_marks_around_its_values(low, span):
    found = axis(low, low + span)
    assert 3 <= len(found.marks) <= 12
    assert found.low <= low + 1e-6 * span
    assert found.high >= low + span - 1e-6 * (low + span)
    assert len({found.written(mark) for mark in found.marks}) == len(found.marks)


@given(low=st.floats(0, 1e3), span=st.floats(1e-3, 1e4))
def test_an_axis_that_ends_with_its_values_has_marks_within(low, span):
    found = axis(low, low + span, to_marks=False)
    assert (found.low, found.high) == (low, low + span)
    assert 2 <= len(found.marks) <= 12
    assert all(-1e-6 <= found.percent(mark) <= 100 + 1e-6 for mark in found.marks)


def test_a_line_has_its_look_or_a_colour_of_its_own():
    across, up = axis(0, 10), axis(0, 1)
    shown = line_chart([Line("a", [(0, 0), (10, 1)], dotted=False)], "words", across, up, "steps")
    assert '<polyline class="to-a" points="0.00,100.00 100.00,0.00"/>' in shown
    assert "<i " not in shown
    own = line_chart([Line("run", [(5, 0.5)], dotted=True, color="#123456")], "words", across, up, "steps")
    assert 'style="stroke:#123456"' in own
    assert '<i class="to-run" style="left:50.00%;top:50.00%;background:#123456"></i>' in own
