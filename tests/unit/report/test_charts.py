"""Charts: what is drawn, in which colour, and that a picture comes of it without tofu or a network."""

import re

import pytest

from tests.runs_support import comparison
from tests.unit.ui.full_runs import full_run
from tuning.report.charts import charts, ladder_chart, loss_chart, reliability_chart
from tuning.report.drawing import DARK, LIGHT, png, svg
from tuning.report.rung_words import rung_words
from tuning.scoring.comparison import Comparison, Headline
from tuning.spec import Task


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return full_run(tmp_path_factory.mktemp("run"), rows=120)


@pytest.fixture(scope="module")
def found(run) -> Comparison:
    return run.comparison()


def texts(drawn: str) -> list[str]:
    return re.findall(r"<text[^>]*>([^<]*)</text>", drawn)


def test_the_ladder_shows_every_rung_that_was_run_with_its_figure(found):
    chart = ladder_chart(found, LIGHT)
    assert chart is not None
    said = texts(svg(chart))
    strongest = found.headline.rung
    for rung in found.ladder:
        title = rung_words(rung.name, found).title
        assert (title + " (to beat)" if rung.name == strongest else title) in said
        assert f"{100 * rung.value:.1f} %" in said
        assert f"{100 * rung.value:.1f} %" in chart.says
    assert "stroke-dasharray" in svg(chart)


def test_what_was_not_tried_is_named_below_the_title(found):
    first, *others = found.ladder
    untried = first.model_copy(update={"status": "not_run", "value": None})
    chart = ladder_chart(found.model_copy(update={"ladder": [untried, *others]}), LIGHT)
    assert chart is not None
    said = f"not tried: {rung_words(first.name, found).title}"
    assert f">{said}</tspan>" in svg(chart)
    assert said in chart.says
    assert "not tried" not in svg(ladder_chart(found, LIGHT) or chart)


@pytest.mark.parametrize(("low", "high", "color"), [(0.01, 0.2, "better"), (-0.2, -0.01, "worse"), (-0.1, 0.1, "even")])
def test_colour_says_better_or_worse_and_grey_that_it_is_open(found, low, high, color):
    delta = (low + high) / 2
    metric = found.headline.metric.model_copy(update={"delta": delta, "low": low, "high": high})
    changed = found.model_copy(update={"headline": Headline(rung=found.headline.rung, metric=metric)})
    for palette in (LIGHT, DARK):
        chart = ladder_chart(changed, palette)
        assert chart is not None
        colors = {name for name in ("better", "worse") if getattr(palette, name) in svg(chart)}
        assert colors == ({color} - {"even"})


def test_losses_say_which_step_was_kept(run):
    chart = loss_chart(run.events(), LIGHT)
    assert chart is not None
    assert "kept: step 125" in texts(svg(chart))
    assert "step 150: 0.58" in chart.says


def test_reliability_is_of_classification_alone(found, tmp_path):
    assert reliability_chart(found, LIGHT) is not None
    written = full_run(tmp_path, Task.GENERATE, rows=40).comparison()
    assert written is not None
    assert reliability_chart(written, LIGHT) is None


def test_nothing_is_drawn_of_nothing():
    assert charts(comparison().model_copy(update={"ladder": []}), [], LIGHT) == []


def test_pictures_need_nothing_from_elsewhere(found, run):
    for chart in charts(found, run.events(), DARK):
        drawn = svg(chart)
        assert set(re.findall(r"https?://[^\"'\s]+", drawn)) <= {
            "http://www.w3.org/2000/svg",
            "http://www.w3.org/1999/xlink",
        }
        assert "<script" not in drawn
        assert DARK.paper in drawn
        assert png(chart).startswith(b"\x89PNG")
