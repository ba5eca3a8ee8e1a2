"""What is said before a run starts: the budget as time, the estimate as memory, nothing that is not known."""

import json
from pathlib import Path

import pytest

from tests.runs_support import prepared
from tuning.errors import ModelError
from tuning.models.catalog import find_model
from tuning.runs.expecting import Expected, expect
from tuning.runs.memory import RowSizes, estimate_memory, find_shape

GB = 10**9


def test_a_budget_is_the_time_and_the_rows_decide_on_memory(tmp_path):
    env = {"TUNEOFF_CACHE": str(tmp_path)}
    run = prepared(40, budget="2m")
    long, short = expect(run, None, 8 * GB, env), expect(run, 40, 8 * GB, env)
    assert long.seconds == short.seconds == 120
    shape = find_shape(find_model(run.spec.model, env), env)
    assert shape is not None
    assert long.bytes == estimate_memory(shape, run.spec, RowSizes(80, 512)).peak
    assert short.bytes is not None
    assert long.bytes is not None
    assert short.bytes < long.bytes
    assert expect(run, 10_000, 8 * GB, env) == long, "longer rows are cut"


@pytest.mark.parametrize(
    ("expected", "words"),
    [
        (
            Expected(300, 1_940_000_000, 21 * GB),
            "About 5 min from start to verdict. It needs up to 1.9 GB of memory; 21",
        ),
        (Expected(None, 1 * GB, 2 * GB), "No time limit: mostly some minutes to an hour; Watch tells, once"),
        (Expected(90, 9 * GB, 4 * GB), "needs about 9.0 GB of memory, but 4.0 GB are free: fewer layers"),
    ],
)
def test_what_is_known_is_said(expected, words):
    assert words in expected.sentences


def test_of_a_model_that_nothing_is_known_of_only_the_time_is_said():
    assert Expected(60, None, GB).sentences == "About 1 min from start to verdict."


def test_a_damaged_model_is_told_as_such(tmp_path):
    folder: Path = tmp_path / "models" / "smollm2-135m-instruct"
    folder.mkdir(parents=True)
    (folder / "config.json").write_text(json.dumps({}), encoding="utf-8")
    with pytest.raises(ModelError, match="damaged"):
        expect(prepared(20), None, GB, {"TUNEOFF_CACHE": str(tmp_path)})
