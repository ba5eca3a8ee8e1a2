"""The model that suits the rows and the time is recommended, and the figures it names are those that were measured."""

from pathlib import Path

import pytest

from tuning.runs.recommending import ENCODER, LANGUAGE_MODEL, TRAINED_ROWS, Job, Measured, recommend
from tuning.spec import DEFAULT_ENCODER, DEFAULT_MODEL, Task

RESULTS = Path(__file__).parents[3] / "benchmarks" / "results" / "encoders.md"
SIMILAR = Job(Task.CLASSIFY, labels=21, rows=TRAINED_ROWS)


@pytest.mark.parametrize(
    ("job", "model", "said"),
    [
        (Job(Task.GENERATE, rows=100, seconds=60), DEFAULT_MODEL, "writes text"),
        (Job(Task.CLASSIFY, labels=150, rows=9000), DEFAULT_ENCODER, "150 labels"),
        (Job(Task.CLASSIFY, labels=21, rows=TRAINED_ROWS, seconds=300), DEFAULT_ENCODER, "in 5 min"),
        (Job(Task.CLASSIFY, labels=21, rows=TRAINED_ROWS, seconds=900), DEFAULT_MODEL, "may be luck"),
        (Job(Task.CLASSIFY, labels=2, rows=400, seconds=300), DEFAULT_MODEL, "may be luck"),
        (SIMILAR, DEFAULT_MODEL, "70.0 % right in 11 minutes"),
        (
            Job(Task.CLASSIFY, labels=2, rows=400, seconds=120, passes=0.3, source="what an earlier run measured"),
            DEFAULT_ENCODER,
            "In 2 min a language model trains on 120 of 400 rows, once, by what an earlier run measured.",
        ),
        (
            Job(Task.CLASSIFY, labels=2, rows=400, seconds=60, passes=0.0, source="what 3 earlier runs measured"),
            DEFAULT_ENCODER,
            "In 1 min a language model does not come to train, by what 3 earlier runs measured.",
        ),
        (Job(Task.CLASSIFY, labels=21, rows=TRAINED_ROWS, seconds=60, passes=1.2), DEFAULT_MODEL, "may be luck"),
    ],
)
def test_the_one_that_suits_is_recommended(job, model, said):
    found = recommend(job)
    assert found.model == model
    assert said in found.reason
    assert found.reason.endswith(".")
    assert "\n" not in found.reason


def test_whoever_is_sent_to_an_encoder_is_told_what_it_cannot_do():
    assert (
        "no language model: it chooses among the labels and writes nothing"
        in recommend(Job(Task.CLASSIFY, labels=150, rows=9000)).reason
    )


@pytest.mark.parametrize(
    ("way", "measured"),
    [("encoder, tuned", ENCODER), ("language model, tuned (top third, two epochs)", LANGUAGE_MODEL)],
)
def test_the_figures_are_those_that_the_benchmark_kept(way, measured):
    kept = RESULTS.read_text(encoding="utf-8")
    cells = next(line for line in kept.splitlines() if line.startswith(f"| {way} |")).split("|")
    assert Measured(float(cells[2]), float(cells[4])) == measured
    assert f"{TRAINED_ROWS} training rows" in kept
