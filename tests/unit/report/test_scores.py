"""The score table: every metric in plain words, columns only for what is known."""

from tests.unit.scoring.builders import pair_with
from tests.unit.ui.fragments import cells, metric, text_of
from tuning.report.scores import scores
from tuning.scoring.comparison import Comparison, MetricRow, compare
from tuning.spec import Task


def comparison(*metrics: MetricRow) -> Comparison:
    plain = compare(*pair_with(fixed=60, broken=4, right=20, wrong=16), Task.CLASSIFY)
    return plain.model_copy(update={"metrics": list(metrics)}) if metrics else plain


def test_a_metric_says_what_it_is_and_which_one_decides():
    head, first, *others = cells(scores(comparison()))
    assert head == ["Metric", "Base", "Tuned", "Difference", "◂ worsebetter ▸", "p"]
    assert first[0] == "Accuracy decidesshare of rows answered with the right label"
    assert first[1:3] == ["24.0 %", "80.0 %"]
    assert first[3].startswith("+56.0 points ▲ better+4")
    assert first[5] == "< 0.001"
    assert not [cell for row in others for cell in row if "decides" in cell]


def test_a_difference_that_may_be_zero_is_grey_and_says_so():
    shown = scores(comparison(metric(delta=0.01, low=-0.1, high=0.2, p=0.3)))
    assert "to-better" not in shown
    assert "? no clear difference" in shown
    assert "to-track to-zeroed to-even" in shown


def test_lower_is_better_is_said():
    row = metric(name="perplexity", base=3.0, tuned=2.0, delta=-1.0, low=-2.0, high=-0.5, better="lower")
    assert "lower is better" in text_of(scores(comparison(row)))
    assert "▲ better" in text_of(scores(comparison(row)))


def test_the_first_version_had_neither_p_nor_interval_for_most():
    head, first = cells(scores(comparison(metric())))
    assert head == ["Metric", "Base", "Tuned", "Difference"]
    assert first[3] == "+50.0 points "
    assert "p:" not in text_of(scores(comparison(metric())))


def test_adjusting_is_claimed_only_where_it_was_done():
    assert "Holm" in scores(comparison(metric(p=0.1), metric(name="mcc", p=0.1, p_adjusted=0.2)))
    assert "Holm" not in scores(comparison(metric(p=0.1)))


def test_what_the_best_without_tuning_reaches_stands_between_both():
    head, first = cells(scores(comparison(metric(strongest=0.66))))
    assert head == ["Metric", "Base", "Best without", "Tuned", "Difference"]
    assert first[2] == "66.0 %"
