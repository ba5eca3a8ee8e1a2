"""What is said before a run starts: the budget as time, the estimate as memory, nothing that is not known."""

import json
from pathlib import Path

import pytest

from tests.runs_support import prepared
from tuning.errors import ModelError
from tuning.models.catalog import find_model
from tuning.runs.expecting import Expected, expect
from tuning.runs.forecasting import Forecast
from tuning.runs.memory import RowSizes, estimate_memory, find_shape
from tuning.runs.store import RunStore
from tuning.spec import DEFAULT_ENCODER

GB = 10**9


def test_a_budget_is_the_time_and_the_rows_decide_on_memory(tmp_path):
    env = {"TUNEOFF_CACHE": str(tmp_path)}
    run = prepared(40, budget="2m")
    store = RunStore(tmp_path)
    long, short = expect(run, None, 8 * GB, store, env), expect(run, 40, 8 * GB, store, env)
    assert long.time == short.time
    assert (long.time.budget, long.time.least, long.time.elsewhere != "") == (120, None, True)
    shape = find_shape(find_model(run.spec.model, env), env)
    assert shape is not None
    assert long.bytes == estimate_memory(shape, run.spec, RowSizes(80, 512)).peak
    assert short.bytes is not None
    assert long.bytes is not None
    assert short.bytes < long.bytes
    assert expect(run, 10_000, 8 * GB, store, env) == long, "longer rows are cut"


@pytest.mark.parametrize(
    ("time", "bytes_", "words"),
    [
        (
            Forecast(300, 90, 900, 2),
            1_940_000_000,
            "About 5 min from start to verdict. It needs up to 1.9 GB of memory; 21",
        ),
        (Forecast(90), 30 * GB, "needs about 30.0 GB of memory, but 21.0 GB are free: fewer layers"),
    ],
)
def test_what_is_known_is_said(time, bytes_, words):
    assert words in Expected(time, bytes_, 21 * GB).sentences


def test_of_a_model_that_nothing_is_known_of_only_the_time_is_said():
    assert Expected(Forecast(60, 9, 99, 1), None, GB).sentences == "About 1 min from start to verdict."


def test_whatever_model_is_chosen_the_language_models_time_is_known_too(tmp_path):
    env, store = {"TUNEOFF_CACHE": str(tmp_path)}, RunStore(tmp_path)
    chosen = expect(prepared(40, budget="2m"), 40, GB, store, env)
    encoder = expect(prepared(40, budget="2m", model=DEFAULT_ENCODER), 40, GB, store, env)
    assert chosen.language_model == chosen.time
    assert encoder.language_model == chosen.time != encoder.time


def test_a_damaged_model_is_told_as_such(tmp_path):
    folder: Path = tmp_path / "models" / "smollm2-135m-instruct"
    folder.mkdir(parents=True)
    (folder / "config.json").write_text(json.dumps({}), encoding="utf-8")
    with pytest.raises(ModelError, match="damaged"):
        expect(prepared(20), None, GB, RunStore(tmp_path), {"TUNEOFF_CACHE": str(tmp_path)})
