"""What was measured on another machine is told of, where it is the same model and task; it refuses nothing."""

import pytest

from tests.runs_support import prepared
from tuning.runs.budget import Pace, Work
from tuning.runs.forecasting import check_time, forecast
from tuning.runs.paces import MeasuredPace, write_pace
from tuning.runs.reference_paces import ReferencePace, ReferencePaces, reference_paces
from tuning.runs.store import RunStore
from tuning.spec import DEFAULT_ENCODER, DEFAULT_MODEL, Task

WORK = Work(Task.CLASSIFY, 40, 40, 40, 8, 30, None, None)
SLOW = MeasuredPace.of(prepared(40), Pace(row_s=3.0, pass_s=22.0, load_s=60.0), WORK, "decoder", ready_s=90)
THERE = ReferencePaces(
    machine="a machine", precision="float32", paces=(ReferencePace(model=DEFAULT_MODEL, task=Task.CLASSIFY, pace=SLOW),)
)


@pytest.fixture
def store(tmp_path):
    return RunStore(tmp_path)


def test_it_is_told_before_anything_ran_here(store):
    found = forecast(prepared(40), store, THERE)
    assert found.elsewhere == "a machine"
    assert found.sentence.startswith("No time limit: about ")
    assert "by what was measured on another machine (a machine)" in found.sentence
    short = forecast(prepared(40, budget="1m"), store, THERE)
    assert short.buys(60) is None, "it would be too short there"
    assert (short.problem, short.doubt) == ("", "")
    assert "Nothing was measured yet of this model at such a task" in short.sentence


def test_what_ran_here_wins(store):
    rows = prepared(40, budget="1m")
    write_pace(store.create(rows, "a"), MeasuredPace.of(rows, Pace(0.1, 0.1, 0.1), WORK, "decoder", ready_s=5))
    found = forecast(rows, store, THERE)
    assert (found.elsewhere, found.runs) == ("", 1)
    assert found.buys(60) is not None
    check_time(rows, store)


@pytest.mark.parametrize(
    "other",
    [{"model": DEFAULT_ENCODER}, {"task": "generate"}, {"device": "cuda"}, {"precision": "bfloat16"}],
)
def test_of_another_model_task_or_machine_nothing_is_told(store, other):
    found = forecast(prepared(40, **other), store, THERE)
    assert found.usual is None
    assert found.buys(600) is None


@pytest.mark.parametrize(
    ("model", "task"),
    [(DEFAULT_MODEL, "classify"), (DEFAULT_MODEL, "generate"), (DEFAULT_ENCODER, "classify")],
)
@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_the_bundled_models_were_measured(model, task, precision):
    spec = prepared(40, model=model, task=task).spec
    found = reference_paces(precision)
    assert found.precision == precision
    assert found.of(spec) is not None
    other = {"float32": "bfloat16", "bfloat16": "float32"}[precision]
    assert found.of(spec.model_copy(update={"precision": other})) is None
