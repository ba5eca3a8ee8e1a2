"""The losses drawn to scale: from no point to hundreds, with round marks, and nothing beyond the frame."""

import re
from math import inf, nan

import pandas as pd
import pytest

from tests.unit.ui.fragments import text_of
from tuning.ui.loss_chart import loss_chart, losses_of_runs, reach


def losses(train: list[float], dev: dict[int, float] | None = None) -> pd.DataFrame:
    points = [(step, loss, "train") for step, loss in enumerate(train, 1)]
    points += [(step, loss, "dev") for step, loss in (dev or {}).items()]
    return pd.DataFrame(points, columns=["step", "loss", "rows"])


def marks(shown: str, kind: str) -> list[str]:
    return re.findall(rf'class="to-{kind}"[^>]*>([^<]*)<', shown)


def test_before_the_first_step_it_says_what_will_be_there():
    assert text_of(loss_chart(losses([]))).startswith("No loss yet")


def test_one_loss_is_a_dot_in_a_frame_with_round_marks():
    shown = loss_chart(losses([2.34]), total=300)
    assert shown.count("<i ") == 1
    assert marks(shown, "level") == ["0", "1", "2", "3"]
    assert marks(shown, "stop") == ["0", "5", "10"]
    assert "training rows 2.34" in text_of(shown)
    assert "dev rows" not in text_of(shown)


def test_two_losses_are_a_line_and_dev_scores_are_dots_on_one():
    shown = loss_chart(losses([2.0, 1.0], {0: 1.8, 2: 1.2}))
    assert shown.count("<i ") == shown.count('<i class="to-dev"') == 2
    assert 'class="to-train" points="' in shown
    assert "dev rows 1.20" in text_of(shown)
    assert "lowest" not in text_of(shown)


def test_a_lowest_loss_that_looks_like_the_last_is_not_written_twice():
    assert "dev rows 1.20 lowest after step 1" in text_of(loss_chart(losses([2.0, 1.0], {0: 1.8, 1: 1.201, 2: 1.204})))


def test_many_losses_are_lines_and_the_lowest_dev_loss_is_said():
    dev = {step: 1.5 - step / 1000 if step < 500 else 1.0 + step / 10_000 for step in range(0, 1000, 10)}
    shown = loss_chart(losses([3 / step**0.5 for step in range(1, 1000)], dev), total=1000)
    assert "<i " not in shown
    assert "dev rows 1.10 lowest 1.01 after step 490" in text_of(shown)
    assert marks(shown, "stop") == ["0", "500", "1,000"]


@pytest.mark.parametrize(
    ("values", "written"),
    [
        ([0.91, 0.902] * 10, ["0.0", "0.5", "1.0"]),
        ([2.1, 1.85] * 10, ["1.8", "1.9", "2.0", "2.1"]),
        ([2.1, 1.85], ["0", "1", "2", "3"]),
        ([0.04, 0.01], ["0.00", "0.01", "0.02", "0.03", "0.04"]),
        ([0.0, 0.0], ["0.0", "0.5", "1.0"]),
    ],
    ids=["flat", "far above zero", "few", "small", "none at all"],
)
def test_the_marks_of_losses_are_round_and_alike(values, written):
    assert marks(loss_chart(losses(values)), "level") == written


def test_a_spike_leaves_room_for_the_rest_and_is_said():
    train = [2 - step / 100 for step in range(100)]
    train[40] = 30.0
    shown = loss_chart(losses(train, {0: 2.5, 100: 1.2}))
    assert marks(shown, "level")[-1] == "3"
    assert "training rows 1.01 up to 30.00, above the frame" in text_of(shown)
    assert "41.00,0.00" in re.findall(r'class="to-train" points="([^"]*)"', shown)[0]


def test_high_first_losses_are_no_spike():
    shown = loss_chart(losses([3 / step**0.5 for step in range(1, 60)], {0: 3.1, 59: 0.5}))
    assert "above the frame" not in text_of(shown)


def test_the_kept_step_is_marked_and_said():
    shown = loss_chart(losses([2.0, 1.5, 1.2, 1.1], {0: 2.1, 2: 1.3, 4: 1.4}), kept=2)
    assert 'class="to-marked" d="M50.00 0V100"' in shown
    assert "kept: step 2" in text_of(shown)
    assert "to-marked" not in loss_chart(losses([2.0, 1.5]))


def test_what_is_no_number_is_not_drawn():
    shown = loss_chart(losses([2.0, nan, 1.0, inf]))
    assert "nan" not in shown
    assert "inf" not in shown
    assert "training rows 1.00" in text_of(shown)


@pytest.mark.parametrize(
    ("last", "total", "drawn"), [(1, None, 1), (1, 5, 5), (2, 3000, 12), (90, 150, 150), (70, 150, 75), (160, 150, 160)]
)
def test_half_of_the_drawing_is_used(last, total, drawn):
    assert reach(last, total) == drawn


COLORS = {"A": "#111111", "B": "#222222", "C": "#333333"}


def test_runs_lie_over_one_another_each_in_its_colour():
    points = [(0.5, 2.0, "dev", "A"), (1.0, 1.0, "dev", "A"), (1.0, 1.5, "dev", "B"), (2.0, 0.5, "train", "B")]
    curves = pd.DataFrame(points, columns=["epoch", "loss", "rows", "run"])
    shown = losses_of_runs(curves, "dev", COLORS)
    assert text_of(shown).startswith("run A 1.00 run B 1.50")
    assert shown.count("<polyline ") == 2
    assert shown.count("<i ") == 3
    assert "#333333" not in shown, "C has no losses"
    assert marks(shown, "stop") == ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]
    assert "run A" not in text_of(losses_of_runs(curves, "train", COLORS))


def test_runs_without_losses_draw_nothing():
    assert losses_of_runs(pd.DataFrame(columns=["epoch", "loss", "rows", "run"]), "dev", COLORS) == ""
