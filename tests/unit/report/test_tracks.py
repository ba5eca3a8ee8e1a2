"""Drawn to scale, better to the right, never off the track."""

import re

import pytest

from tests.unit.ui.fragments import metric
from tuning.report.tracks import Dot, difference_track, reach_of, score_track


def places(fragment: str) -> list[float]:
    return [float(number) for number in re.findall(r"(?:left|right):(-?[\d.]+)%", fragment)]


def test_a_score_without_an_interval_is_a_dot():
    assert places(score_track(Dot(0.4), "rung")) == [40.0]
    assert places(score_track(None, "rung")) == []


def test_zero_is_in_the_middle_and_the_reach_at_the_edge():
    shown = difference_track(metric(delta=0.5, low=0.25, high=0.75), 100, 1.0)
    assert places(shown) == [62.5, 12.5, 75.0]
    assert "to-better" in shown


def test_better_is_to_the_right_also_where_lower_is_better():
    shown = difference_track(metric(name="perplexity", delta=-2.0, low=-3.0, high=-1.0, better="lower"), 100, 4.0)
    assert places(shown) == [62.5, 12.5, 75.0]
    assert "to-better" in shown


@pytest.mark.parametrize(("values", "way"), [({"low": -0.1, "high": 0.9}, "to-even"), ({}, "to-open")])
def test_colour_is_kept_for_what_is_sure(values, way):
    assert way in difference_track(metric(**values), 100, 1.0)


def test_nothing_leaves_the_track():
    assert places(score_track(Dot(1.7, -3.0, 9.0), "rung", line=-1.0)) == [0.0, 0.0, 0.0, 100.0]


def test_the_reach_covers_every_bound():
    assert reach_of([metric(delta=0.1, low=-0.4, high=0.2), metric(delta=0.3)]) == 0.4
    assert reach_of([metric(delta=0.0)]) == 1.0


def test_an_unknown_difference_is_not_drawn():
    assert difference_track(metric(delta=None), 100, 1.0) == ""
