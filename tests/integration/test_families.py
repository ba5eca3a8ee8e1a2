"""Whole runs of the other families of models, in process: a sentence encoder on labels, a T5 on texts."""

import json
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest
import torch
from peft import PeftModel
from safetensors.torch import load_file, save_file
from transformers import AutoModelForSeq2SeqLM

from tests.integration.test_pipeline import control, finished, prepared
from tests.tiny_encoders import build_tiny_encoder, build_tiny_t5
from tuning.data.examples import Example, Prepared, Splits
from tuning.errors import CancelledError, IntegrityError, SettingError
from tuning.events import DevScored, Note, Planned, Sampled, Step, Stopped
from tuning.report.packing import pack
from tuning.runs.answering import answer
from tuning.runs.exchange import Request
from tuning.runs.inference_worker import Models
from tuning.runs.pipeline import execute
from tuning.runs.rungs import NO_PROMPT
from tuning.runs.store import Run, RunStore
from tuning.spec import Task

pytestmark = pytest.mark.slow

BUILDERS = {Task.CLASSIFY: build_tiny_encoder, Task.GENERATE: build_tiny_t5}
LABELS = [f"{word} {number}" for number in range(30) for word in ("жалоба", "称赞", "سؤال", "Straße", "मदद")]
"""150, in five scripts."""


@pytest.fixture(scope="module")
def folders(tmp_path_factory) -> dict[Task, Path]:
    place = tmp_path_factory.mktemp("families")
    encoder = build_tiny_encoder(place / "encoder", modules=["Pooling", "Normalize"])
    return {Task.CLASSIFY: encoder, Task.GENERATE: build_tiny_t5(place / "t5")}


@pytest.fixture
def new_run(folders, tuneoff_home, monkeypatch):
    monkeypatch.setenv("TUNEOFF_MODELS", ",".join(map(str, folders.values())))

    def make(task: Task, data: Prepared | None = None, **settings: object) -> Run:
        return RunStore(tuneoff_home).create(data or prepared(task, str(folders[task]), **settings), "local")

    return make


@pytest.mark.parametrize("task", list(Task))
def test_a_whole_run(new_run, folders, task, tmp_path, monkeypatch):
    run = new_run(task, layers=1)
    execute(run, control()[0])
    comparison = finished(run)
    assert comparison.verdict is not None
    assert comparison.model.family == {Task.CLASSIFY: "encoder", Task.GENERATE: "seq2seq"}[task]
    doubts = {check.check for check in comparison.receipt if check.status == "fail"}
    assert doubts == set()
    names = {check.check for check in comparison.receipt}
    assert names >= {"adapter off gives the base answers", "saved adapter gives the tuned answers", "same prompts"}
    kinds = {type(event) for event in run.events()}
    assert kinds >= {Step, DevScored, Stopped, Sampled}
    _rungs(run, task)
    _asked_again(run)
    _program(run, folders[task], tmp_path, monkeypatch)


def _rungs(run: Run, task: Task) -> None:
    rungs = {rung.name: rung for rung in finished(run).ladder}
    assert rungs["base_few_shot"].note == NO_PROMPT
    assert finished(run).forgetting is None
    if task is Task.CLASSIFY:
        assert [name for name in rungs if rungs[name].status == "run"] == [
            *("chance", "majority", "tfidf", "zero_shot", "base", "tuned")
        ]
        assert rungs["base"].note.startswith("a linear probe: logistic regression (C = ")
        assert "32 training rows" in rungs["base"].note
        assert "base is a trained model" in {check.check for check in finished(run).receipt}
        assert all(sum((p.probabilities or {}).values()) == pytest.approx(1) for p in run.predictions("tuned"))


def _asked_again(run: Run) -> None:
    """By `predict` and by Try, as the test rows were asked."""
    rows = {which: run.predictions(which) for which in ("base", "tuned")}
    both = answer(run, [row.input for row in rows["base"]], which=("base", "tuned"))
    assert [p.output for p in both.base or []] == [p.output for p in rows["base"]]
    assert [p.output for p in both.tuned or []] == [p.output for p in rows["tuned"]]
    models = Models({"TUNEOFF_MODELS": run.spec().model})
    for base, tuned in list(zip(rows["base"], rows["tuned"], strict=True))[:2]:
        *_, last = models.answer(Request(run=run.path, prompt=base.input))
        assert last.base is not None
        assert last.tuned is not None
        # Letters that are not whole are not shown while more is to come.
        whole = tuple(row.output.rstrip("\ufffd").strip() for row in (base, tuned))
        assert (last.base.text, last.tuned.text) == whole


def _program(run: Run, folder: Path, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The model card's program rebuilds the answers in plain transformers and PEFT, probabilities included."""
    with zipfile.ZipFile(pack(run, "adapter", place / "files")) as archive:
        archive.extractall(place / "adapter")
    (place / "adapter" / folder.name).symlink_to(folder)
    monkeypatch.chdir(place / "adapter")
    card = (place / "adapter" / "README.md").read_text(encoding="utf-8")
    found = re.search(r"^(`{3,})python\n(.*?)^\1$", card, re.DOTALL | re.MULTILINE)
    assert found is not None
    names: dict[str, Any] = {}
    exec(found[2], names)
    for row in run.predictions("tuned")[:6]:
        if row.probabilities is None:
            assert names["answer"](row.input)[: len(row.output)] == row.output
        else:
            assert names["answer"](row.input) == row.output
            assert names["probabilities"](row.input) == pytest.approx(row.probabilities, abs=1e-5)


def test_tuning_teaches_both(new_run):
    for task in Task:
        run = new_run(task, epochs=8, learning_rate=1e-2, layers="all", rank=8)
        execute(run, control()[0])
        base, tuned = (sum(p.target_nll or 0 for p in run.predictions(which)) for which in ("base", "tuned"))
        assert tuned < 0.9 * base, task


def many_labels(folder: Path) -> Prepared:
    """Three rows of every label, told by a word of its own in another script."""
    rows = [
        Example(row=number, input=f"{label} № {number}", target=label)
        for number, label in enumerate([*LABELS, *LABELS, *LABELS[::5], *LABELS[::3]], 1)
    ]
    small = prepared(Task.CLASSIFY, str(folder), epochs=1, layers=1)
    dataset = small.dataset.model_copy(update={"labels": sorted(LABELS)})
    return small.model_copy(
        update={"dataset": dataset, "splits": Splits(train=rows[:300], dev=rows[300:330], test=rows[330:])}
    )


def test_150_labels_in_five_scripts(new_run, folders):
    run = new_run(Task.CLASSIFY, many_labels(folders[Task.CLASSIFY]))
    execute(run, control()[0])
    heads = load_file(run.adapter_path / "head.safetensors")
    assert heads["weight"].shape == heads["probe.weight"].shape == (150, 32)
    base = run.predictions("base")
    assert {len(row.probabilities or {}) for row in base} == {150}
    assert finished(run).verdict is not None
    chance = 1 / 150
    assert sum(row.correct for row in base) / len(base) > 10 * chance
    again = answer(run, [row.input for row in base[:5]], which=("base", "tuned"))
    assert [row.output for row in again.base or []] == [row.output for row in base[:5]]


def test_a_budget_is_planned_without_what_an_encoder_is_not_asked(new_run):
    run = new_run(Task.CLASSIFY, budget=60, layers=None)
    execute(run, control()[0])
    (plan,) = (event for event in run.events() if isinstance(event, Planned))
    assert (plan.layers, plan.test_rows, plan.given_up) == (3, 20, [])
    assert finished(run).verdict is not None


def test_cancelled_before_it_learns_and_while_it_learns(new_run):
    run = new_run(Task.CLASSIFY)
    with pytest.raises(CancelledError, match="nothing was trained"):
        execute(run, control(lambda: "cancelled")[0])
    run = new_run(Task.CLASSIFY)
    execute(run, control(lambda: "cancelled" if any(isinstance(e, Step) for e in run.events()) else None)[0])
    assert finished(run).verdict is not None


def test_the_base_is_asked_once_as_long_as_its_probe_is_the_same(new_run):
    told = []
    for seed in (0, 0):
        run = new_run(Task.CLASSIFY, seed=seed)
        execute(run, control()[0])
        told.append([event.message for event in run.events() if isinstance(event, Note)])
    assert not any("base answers are those of" in message for message in told[0])
    assert any("base answers are those of" in message for message in told[1])


def test_a_head_begun_anew_fails_the_run(new_run):
    run = new_run(Task.CLASSIFY)
    done: list[str] = []

    def damage() -> None:
        """While the tuned model answers, its head is on the disk already; what is saved becomes another one."""
        file = run.adapter_path / "head.safetensors"
        if file.is_file() and not done:
            heads = load_file(file)
            heads["weight"] = torch.randn(heads["weight"].shape, generator=torch.Generator().manual_seed(1))
            save_file(heads, file, metadata={"labels": json.dumps(run.dataset().labels)})
            done.append("damage")

    with pytest.raises(IntegrityError, match="saved adapter gives the tuned answers"):
        execute(run, control(damage)[0])
    assert finished(run).verdict is None


def test_a_task_that_a_family_cannot_learn_is_refused_before_it_is_loaded(new_run, folders):
    for task, other in ((Task.GENERATE, Task.CLASSIFY), (Task.CLASSIFY, Task.GENERATE)):
        run = new_run(task, prepared(task, str(folders[other])))
        with pytest.raises(SettingError, match="choose a language model"):
            execute(run, control()[0])


def test_the_adapter_of_a_t5_is_one_for_plain_peft(new_run, folders):
    run = new_run(Task.GENERATE, epochs=1)
    execute(run, control()[0])
    base = AutoModelForSeq2SeqLM.from_pretrained(folders[Task.GENERATE])
    plain = PeftModel.from_pretrained(base, run.adapter_path)
    assert plain.active_peft_config.task_type == "SEQ_2_SEQ_LM"
    assert {"q", "k", "v", "o"} <= set(plain.active_peft_config.target_modules)
