"""What a run measured is kept with it, and read by runs that it says something to."""

import pytest

from tests.runs_support import prepared
from tuning.data.examples import Prepared
from tuning.runs.budget import Pace, Work
from tuning.runs.paces import MeasuredPace, RowLengths, earlier_paces, read_pace, write_pace
from tuning.runs.store import RunStore
from tuning.spec import FamilyName, Task

PACE = Pace(row_s=0.2, pass_s=1.0, load_s=2.0)


@pytest.fixture
def store(tmp_path):
    return RunStore(tmp_path)


def measured(run: Prepared, family: FamilyName = "decoder") -> MeasuredPace:
    splits = run.splits
    work = Work(Task.CLASSIFY, len(splits.train), len(splits.dev), len(splits.test), 8, 30, None, None)
    return MeasuredPace.of(run, PACE, work, family, ready_s=12.0)


def pace_on(found: MeasuredPace, rows: Prepared) -> Pace:
    return found.on(RowLengths.of(rows), rows)


def longer(run: Prepared, characters: int) -> Prepared:
    """The same with longer inputs."""
    rows = [row.model_copy(update={"input": row.input + "x" * characters}) for row in run.splits.train]
    return run.model_copy(update={"splits": run.splits.model_copy(update={"train": rows})})


def test_it_comes_back_as_it_was_kept(store):
    run = store.create(prepared(20), "a")
    assert read_pace(run) is None
    write_pace(run, measured(prepared(20)))
    assert read_pace(run) == measured(prepared(20))
    (run.path / "pace.json").write_text("{")
    assert read_pace(run) is None


def test_on_the_same_rows_it_is_the_same_pace():
    rows = prepared(20)
    assert pace_on(measured(rows), rows) == PACE
    assert measured(rows).work(prepared(30)).test == 30


def test_longer_rows_and_larger_batches_take_longer_up_to_what_fits():
    rows = prepared(20)
    slower = pace_on(measured(rows), longer(rows, 100))
    assert slower.row_s > 2 * PACE.row_s
    assert slower.pass_s > 2 * PACE.pass_s
    assert slower.load_s == PACE.load_s
    longest = pace_on(measured(rows), longer(rows, 10_000))
    assert longest == pace_on(measured(rows), longer(rows, 90_000)), "the rest is cut"
    assert pace_on(measured(rows), prepared(20, batch_size=16)) == Pace(0.2, 2.0, 2.0)


def test_labels_cost_a_model_that_looks_at_each():
    rows = prepared(20)
    many = rows.model_copy(update={"dataset": rows.dataset.model_copy(update={"labels": ["a label"] * 60})})
    assert pace_on(measured(rows), many).row_s > 5 * PACE.row_s
    assert pace_on(measured(rows), many).pass_s == PACE.pass_s
    assert pace_on(measured(rows, "encoder"), many) == PACE


def test_only_runs_that_would_do_alike_are_heard_whoever_started_them(store):
    rows = prepared(20)
    for others, owner in ((rows, "a"), (rows, "b"), (prepared(20, device="cuda"), "a"), (prepared(20, model="x"), "a")):
        write_pace(store.create(others, owner), measured(others))
    store.create(rows, "a")  # has measured nothing
    assert earlier_paces(store, prepared(50, budget="2m").spec) == [measured(rows)] * 2
    assert earlier_paces(store, prepared(20, task="generate").spec) == []
