"""Looks at a test split: counted over the owner's runs that were scored on the same rows."""

from tests.runs_support import comparison, prepared
from tuning.runs.looks import count_looks
from tuning.runs.store import RunStore


def test_only_scored_runs_of_the_same_owner_on_the_same_rows_count(tuneoff_home):
    store = RunStore(tuneoff_home)

    def scored(rows: int, owner: str) -> None:
        store.create(prepared(rows), owner).write_comparison(comparison())

    run = store.create(prepared(4), "alice")
    assert count_looks(run, store) == 1
    scored(4, "alice")
    assert count_looks(run, store) == 2
    scored(4, "bob")
    scored(5, "alice")
    store.create(prepared(4), "alice")
    assert count_looks(run, store) == 2, "others' runs, other rows and runs without a score are no looks"
    run.write_comparison(comparison())
    assert count_looks(run, store) == 2, "a run counts itself once"


def test_a_run_that_cannot_be_read_is_no_look(tuneoff_home):
    store = RunStore(tuneoff_home)
    run, broken, gone = (store.create(prepared(4), "alice") for _ in range(3))
    for other in (broken, gone):
        other.write_comparison(comparison())
    (broken.path / "comparison.json").write_text("{")
    (gone.path / "data" / "test.jsonl").unlink()
    assert count_looks(run, store) == 1
