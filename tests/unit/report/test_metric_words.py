"""Numbers as people write them, and no claim that an interval does not make."""

import pytest

from tests.unit.ui.fragments import metric
from tuning.report.metric_words import certainty, difference, figure, interval_words, metric_words, p_words, span
from tuning.scoring.catalog import METRICS


def test_every_metric_has_a_title_and_a_line_that_explains_it():
    for name in [each.name for metrics in METRICS.values() for each in metrics] + ["general_perplexity"]:
        assert metric_words(name).meaning, f"{name} has no explanation"
    assert metric_words("brand_new").title == "brand new"


@pytest.mark.parametrize(
    ("name", "value", "sign", "shown"),
    [
        ("accuracy", 0.825, False, "82.5 %"),
        ("chrf", 0.4, False, "40.0 %"),
        ("accuracy", -0.05, True, "−5.0 points"),
        ("macro_f1", 0.5, True, "+50.0 points"),
        ("accuracy", 0.0002, True, "+0.02 points"),
        ("perplexity", 1234.56, False, "1,234.6"),
        ("perplexity", -3.21, True, "−3.21"),
        ("mcc", 0.5, False, "0.50"),
        ("accuracy", None, False, "–"),
    ],
)
def test_figures_are_written_one_way(name, value, sign, shown):
    assert figure(name, value, sign=sign) == shown


@pytest.mark.parametrize(
    ("share", "shown"), [(1.0, "100 %"), (0.9951, "> 99 %"), (0.5, "50 %"), (0.004, "< 1 %"), (0.0, "0 %")]
)
def test_nothing_is_said_to_be_certain_that_is_not(share, shown):
    assert certainty(share) == shown.replace(" %", "\N{NO-BREAK SPACE}%")


@pytest.mark.parametrize(
    ("values", "rows", "way"),
    [
        ({"low": 0.1, "high": 0.9}, 20, "better"),
        ({"low": 0.1, "high": 0.9}, 19, "open"),
        ({"low": -0.9, "high": -0.1, "delta": -0.5}, 20, "worse"),
        ({"low": -0.1, "high": 0.9}, 500, "even"),
        ({}, 500, "open"),
        ({"low": 0.1}, 500, "open"),
        ({"low": 0.1, "high": 0.9, "p_adjusted": 0.13}, 500, "even"),
        ({"low": 0.1, "high": 0.9, "p_adjusted": 0.04}, 500, "better"),
        ({"delta": 0.0}, 500, "even"),
        ({"delta": None}, 500, "even"),
        ({"name": "perplexity", "delta": -3.0, "low": -4.0, "high": -2.0, "better": "lower"}, 20, "better"),
        ({"name": "perplexity", "delta": 3.0, "low": 2.0, "high": 4.0, "better": "lower"}, 20, "worse"),
    ],
)
def test_better_is_said_only_where_the_interval_says_it(values, rows, way):
    assert difference(metric(**values), rows) == way


def test_an_interval_is_said_with_its_unit_once_and_its_absence_too():
    sure = metric(low=-0.1, high=0.9)
    assert span(sure) == "−10.0 to +90.0 points"
    assert interval_words(sure, 20) == "95 % interval −10.0 to +90.0 points"
    assert interval_words(sure, 19).endswith("; too few rows to tell")
    assert interval_words(metric(), 20) == "no interval: none is known to hold here"
    assert interval_words(metric(), 19) == "no interval: too few rows for one"


@pytest.mark.parametrize(
    ("values", "shown"),
    [({}, "–"), ({"p": 0.0001}, "< 0.001"), ({"p": 0.0512}, "0.051"), ({"p": 0.01, "p_adjusted": 0.4}, "0.40")],
)
def test_the_adjusted_p_is_the_one_to_be_read(values, shown):
    assert p_words(metric(**values)) == shown
