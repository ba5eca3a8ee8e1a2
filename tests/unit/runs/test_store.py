"""Run folders: made whole, listed, opened by id alone, deleted, swept."""

import os

import pytest

from tests.runs_support import SENTENCE, Clock, comparison, prepared, started
from tuning.errors import InputError, RunNotFoundError, TuneOffError
from tuning.prediction import Prediction
from tuning.runs.limits import Limits
from tuning.runs.store import RunStore, home

DAY = 86_400.0


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def store(tmp_path, clock):
    return RunStore(tmp_path / "home", clock)


def test_home_is_what_the_environment_says_or_the_users_data_folder(tmp_path):
    assert home({"TUNEOFF_HOME": str(tmp_path)}) == tmp_path
    assert home({"TUNEOFF_HOME": "here"}).is_absolute()
    assert home({}).name == "tune-off"


def test_run_gives_back_what_it_was_made_of(store, clock):
    data = prepared(5, epochs=2)
    run = store.create(data, "somebody")
    assert (run.spec(), run.dataset(), run.splits()) == (data.spec, data.dataset, data.splits)
    record = run.record()
    assert (record.id, record.owner, record.created, record.name) == (run.id, "somebody", clock.now, "reviews.csv")
    assert store.open(run.id).path == run.path
    assert [path.name for path in store.folder.iterdir()] == [run.id]


def test_results_come_back_as_written(store):
    run = store.create(prepared(), "local")
    assert (run.comparison(), run.predictions("base"), run.events()) == (None, [], [])
    answers = [Prediction(row=1, input="a", target="b", output="b")]
    run.write_predictions("base", answers)
    run.write_comparison(comparison())
    run.save_folder("adapter", lambda folder: (folder / "adapter_config.json").write_text("{}"))
    assert run.predictions("base") == answers
    assert run.predictions("tuned") == []
    assert run.comparison() == comparison()
    assert [path.name for path in run.adapter_path.iterdir()] == ["adapter_config.json"]


def test_first_ending_is_believed(store):
    run = store.create(prepared(), "local")
    run.write_comparison(comparison())
    run.finish("done", SENTENCE, 0)
    run.finish("failed", "too late", 1)
    ending = run.ending()
    assert ending is not None
    assert (ending.state, ending.message, ending.verdict_kind, ending.verdict) == ("done", SENTENCE, "better", SENTENCE)
    assert ending.standing == "better"
    assert [event.kind for event in run.events()] == ["finished"]


def test_newest_run_is_listed_first_and_owners_see_their_own(store, clock):
    ids = []
    for owner in ("a", "b", "a"):
        clock.now += 1
        ids.append(store.create(prepared(), owner).id)
    assert [run.id for run in store.list()] == ids[::-1]
    assert [run.id for run in store.list("a")] == [ids[2], ids[0]]
    assert store.list("nobody") == []


def test_half_made_damaged_and_foreign_folders_are_not_listed(store):
    run = store.create(prepared(), "local")
    (store.folder / ".new-0123456789abcdef").mkdir()
    (store.folder / "notes").mkdir()
    (store.folder / ("0" * 32)).mkdir()
    (store.folder / ("1" * 32)).mkdir()
    (store.folder / ("1" * 32) / "run.json").write_text("{")
    assert [one.id for one in store.list()] == [run.id]


@pytest.mark.parametrize(
    "bad",
    ["", "..", "../runs", "a" * 31, "A" * 32, "g" * 32, "a" * 32 + "\n", "a" * 32 + "/", "/etc", "٣" * 32, "0" * 32],
)
def test_what_is_no_id_of_ours_is_not_found(store, bad):
    store.create(prepared(), "local")
    with pytest.raises(RunNotFoundError):
        store.open(bad)


@pytest.mark.skipif(os.name == "nt", reason="links need rights on Windows")
def test_link_to_a_run_is_not_a_run(store):
    run = store.create(prepared(), "local")
    link = store.folder / ("2" * 32)
    link.symlink_to(run.path, target_is_directory=True)
    with pytest.raises(RunNotFoundError):
        store.open(link.name)
    assert [one.id for one in store.list()] == [run.id]


def test_deleted_run_is_gone_for_everybody(store):
    run = store.create(prepared(), "local")
    run.finish("failed", "no", 1)
    store.delete(run)
    assert list(store.folder.iterdir()) == []
    with pytest.raises(RunNotFoundError):
        run.status()
    with pytest.raises(RunNotFoundError):
        store.delete(run)


def test_run_that_is_starting_is_not_deleted(store):
    run = store.create(prepared(), "local")
    with pytest.raises(InputError, match="is starting; cancel it first"):
        store.delete(run)
    assert run.path.is_dir()


def test_folder_that_cannot_be_written_is_an_error_in_words(tmp_path, clock):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(TuneOffError, match="set TUNEOFF_HOME"):
        RunStore(tmp_path / "file", clock).create(prepared(), "local")


def test_cancel_requests_are_counted_and_timed(store, clock):
    run = store.create(prepared(), "local")
    assert (run.cancel_requests(), run.first_cancel(), run.cancel_acknowledged()) == (0, None, False)
    run.request_cancel()
    first = clock.now
    clock.now += 5
    run.request_cancel()
    assert (run.cancel_requests(), run.first_cancel()) == (2, first)
    run.acknowledge_cancel()
    assert run.cancel_acknowledged()


def test_sweep_deletes_what_ended_long_ago_and_nothing_else(store, clock):
    old, young = store.create(prepared(), "local"), store.create(prepared(), "local")
    old.finish("done", "x", 0)
    clock.now += 8 * DAY
    young.finish("done", "x", 0)
    starting = store.create(prepared(), "local")
    assert store.sweep(Limits(keep_days=7)) == [old.id]
    assert {run.id for run in store.list()} == {young.id, starting.id}


def test_sweep_deletes_interrupted_runs_and_stale_leftovers(store, clock):
    run = store.create(prepared(), "local")
    stale, fresh = store.folder / ".new-0000000000000000", store.folder / ".trash-1111111111111111"
    for folder, age in ((stale, 2 * 3600), (fresh, 60)):
        folder.mkdir()
        os.utime(folder, (clock.now - age, clock.now - age))
    store.sweep(Limits())
    assert (stale.exists(), fresh.exists(), run.path.exists()) == (False, True, True)
    clock.now += 31 * DAY
    assert store.sweep(Limits()) == [run.id]


def test_sweep_deletes_the_oldest_until_the_disk_limit_is_met(store, clock):
    runs = []
    for _ in range(3):
        clock.now += 60
        run = store.create(prepared(), "local")
        (run.path / "ballast").write_bytes(b"0" * 1_000_000)
        run.finish("done", "x", 0)
        runs.append(run)
    active = store.create(prepared(), "local")
    (active.path / "ballast").write_bytes(b"0" * 1_000_000)
    assert store.sweep(Limits(max_disk_gb=0.0031)) == [runs[0].id]
    assert store.sweep(Limits(max_disk_gb=0.0005)) == [runs[1].id, runs[2].id]
    assert [run.id for run in store.list()] == [active.id]


def test_events_are_read_on_from_an_offset(store):
    run = store.create(prepared(), "local")
    page = run.events_since(0)
    run.append(started())
    assert run.events_since(page.offset).events == [started()]
