"""A second run on the same rows: what the base said before is not asked again, and is bit for bit the same."""

import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from torch.nn.modules.module import register_module_forward_pre_hook

from tests.integration.test_pipeline import control, prepared
from tests.tiny_model import build_tiny_model
from tuning.errors import CancelledError
from tuning.events import Note, Phase
from tuning.runs.pipeline import execute
from tuning.runs.store import Run, RunStore
from tuning.spec import Task

TRIED_AT_LOAD = 7
"""Passes that find out how the model takes rows, alone and with what frozen layers compute."""


class Passes:
    """Passes through the decoder of a run that is executed, by phase."""

    def __init__(self) -> None:
        self._run: Run | None = None
        self._counts: Counter[str] = Counter()
        self._told, self._phase = 0, ""

    def count(self, module, _inputs) -> None:
        if self._run is None or type(module).__name__ != "LlamaModel":
            return
        told = (self._run.path / "events.jsonl").stat().st_size
        if told != self._told:
            phases = [event.name for event in self._run.recent_events() if isinstance(event, Phase)]
            self._told, self._phase = told, phases[-1]
        self._counts[self._phase] += 1

    def whole(self, run: Run) -> Counter[str]:
        """Of a whole run."""
        self._run, self._counts, self._told = run, Counter(), 0
        execute(run, control()[0])
        return self._counts

    def until_test_rows(self, run: Run) -> int:
        """Until the base is to answer the test rows; there the run is cancelled."""
        self._run, self._counts, self._told = run, Counter(), 0
        stop, _ = control(lambda: "cancelled" if (run.path / "asking.json").exists() else None)
        with pytest.raises(CancelledError):
            execute(run, stop)
        assert set(self._counts) == {"prepare"}
        return self._counts["prepare"]


@pytest.fixture
def passes() -> Iterator[Passes]:
    counting = Passes()
    hook = register_module_forward_pre_hook(counting.count)
    yield counting
    hook.remove()


@pytest.fixture
def other_model(tmp_path) -> Path:
    """Of the tiny model's shape, with other weights."""
    return build_tiny_model(tmp_path / "other", seed=1)


@pytest.fixture
def new_run(tiny_model, other_model, tuneoff_home, monkeypatch) -> Callable[..., Run]:
    monkeypatch.setenv("TUNEOFF_MODELS", f"{tiny_model},{other_model}")

    def make(task: Task, *, model: str = str(tiny_model), instruction: str = "", **settings: object) -> Run:
        given = prepared(task, model, **{"epochs": 1, **settings})
        dataset = given.dataset.model_copy(update={"instruction": instruction or given.dataset.instruction})
        return RunStore(tuneoff_home).create(given.model_copy(update={"dataset": dataset}), "local")

    return make


def notes(run: Run) -> list[str]:
    return [event.message for event in run.events() if isinstance(event, Note)]


# Of labels it is known how often: rows that measure noise are asked five at a time, and what they share before them.
@pytest.mark.parametrize(("task", "again"), [(Task.CLASSIFY, 4 * 2), (Task.GENERATE, None)])
def test_the_second_run_asks_the_base_for_nothing_but_checks(new_run, passes, task, again):
    first = new_run(task)
    asked = passes.whole(first)
    second = new_run(task, epochs=2, rank=2)
    spared = passes.whole(second)

    assert asked["prepare"] > TRIED_AT_LOAD
    assert spared["prepare"] == TRIED_AT_LOAD
    assert 0 < spared["base"] < asked["base"]
    assert spared["tuned"] > asked["tuned"] > 0, "what frozen layers computed for the base was not used"
    assert spared["check"] == asked["check"] > 0
    if again is not None:
        assert spared["base"] == again

    read = {run.id: (run.path / "predictions" / "base.jsonl").read_bytes() for run in (first, second)}
    assert read[first.id] == read[second.id]
    one, other = first.comparison(), second.comparison()
    assert one is not None
    assert other is not None
    assert [(rung.name, rung.value) for rung in one.ladder if rung.name.startswith("base")] == [
        (rung.name, rung.value) for rung in other.ladder if rung.name.startswith("base")
    ]
    assert other.verdict is not None
    assert notes(first) == []
    (note,) = notes(second)
    assert f"base answers are those of run {first.id[:8]}" in note
    assert len(set(note.split(" base ")[0].split(" of "))) == 1, "all of all"
    for name in ("prepare", "base"):
        last = [event for event in second.events() if isinstance(event, Phase) and event.name == name][-1]
        assert last.done == last.total, name


def test_the_first_run_s_folder_may_go(new_run, passes):
    first, second, third = (new_run(Task.CLASSIFY) for _ in range(3))
    assert passes.until_test_rows(first) > TRIED_AT_LOAD
    assert passes.until_test_rows(second) == TRIED_AT_LOAD
    shutil.rmtree(first.path)
    assert passes.until_test_rows(third) == TRIED_AT_LOAD


def test_another_base_or_prompt_is_asked(new_run, other_model, passes):
    asked = passes.until_test_rows(new_run(Task.CLASSIFY))
    for changed in (
        {"precision": "bfloat16"},
        {"model": str(other_model)},
        {"instruction": "Say what this text is."},
    ):
        assert passes.until_test_rows(new_run(Task.CLASSIFY, **changed)) == asked > TRIED_AT_LOAD
    assert passes.until_test_rows(new_run(Task.CLASSIFY)) == TRIED_AT_LOAD
