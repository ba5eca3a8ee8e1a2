"""Which model is recommended, and that the reason says what was measured."""

import re
from pathlib import Path

import pytest

from tuning.runs.recommending import MEASURED, Job, recommend
from tuning.spec import DEFAULT_ENCODER, DEFAULT_MODEL, Task

RESULTS = Path(__file__).parents[3] / "benchmarks" / "results" / "encoders.md"


@pytest.mark.parametrize(
    ("job", "model", "said"),
    [
        (Job(Task.GENERATE, 5000, budget_s=30), DEFAULT_MODEL, "writes text"),
        (Job(Task.CLASSIFY, 2000, labels=150), DEFAULT_ENCODER, "150 labels"),
        (Job(Task.CLASSIFY, 2000, labels=21), DEFAULT_MODEL, "language model got"),
        (Job(Task.CLASSIFY, 2000, labels=21, budget_s=3600), DEFAULT_MODEL, "language model got"),
        (Job(Task.CLASSIFY, 20000, labels=21, budget_s=120), DEFAULT_ENCODER, "more than the 2 min"),
    ],
)
def test_the_better_model_is_recommended_where_it_fits(job, model, said):
    found = recommend(job)
    assert (found.model, said in found.reason) == (model, True), found.reason
    assert found.reason.endswith(".")
    assert "\n" not in found.reason


def test_more_time_never_changes_the_mind_towards_the_quicker_one():
    models = [recommend(Job(Task.CLASSIFY, 2000, 21, seconds)).model for seconds in range(30, 3600, 30)]
    assert models == sorted(models)  # by name the encoder comes first
    assert set(models) == {DEFAULT_ENCODER, DEFAULT_MODEL}


@pytest.mark.skipif(not RESULTS.exists(), reason="nothing was measured here yet")
def test_what_is_said_is_what_was_measured():
    line = re.compile(r"^\| (encoder|language model), tuned[^|]*\| (0\.\d+)", re.MULTILINE)
    accuracy = dict(line.findall(RESULTS.read_text(encoding="utf-8")))
    assert float(accuracy["encoder"]) == pytest.approx(MEASURED[DEFAULT_ENCODER].accuracy, abs=0.01)
    assert float(accuracy["language model"]) == pytest.approx(MEASURED[DEFAULT_MODEL].accuracy, abs=0.01)
