"""The program in the model card, run as it stands: it answers as the run did, in plain transformers and PEFT."""

import re
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tests.integration.test_pipeline import control, prepared
from tuning.report.packing import pack
from tuning.runs.pipeline import execute
from tuning.runs.store import Run, RunStore
from tuning.spec import Task

pytestmark = pytest.mark.slow


def unpacked(run: Run, place: Path) -> Path:
    """The adapter as somebody has it who downloaded it."""
    with zipfile.ZipFile(pack(run, "adapter", place / "files")) as archive:
        archive.extractall(place / "adapter")
    return place / "adapter"


def program(card: str) -> str:
    found = re.search(r"^(`{3,})python\n(.*?)^\1$", card, re.DOTALL | re.MULTILINE)
    assert found is not None
    return found[2]


@pytest.mark.parametrize("task", list(Task))
def test_it_answers_as_the_run_did(tiny_model, tuneoff_home, tmp_path, monkeypatch, task):
    monkeypatch.setenv("TUNEOFF_MODELS", str(tiny_model))
    run = RunStore(tuneoff_home).create(prepared(task, str(tiny_model)), "local")
    execute(run, control()[0])
    folder = unpacked(run, tmp_path)
    for file in folder.iterdir():  # whoever gets it learns nothing of this machine
        assert str(tiny_model.parent).encode() not in file.read_bytes(), file.name
    (folder / tiny_model.name).symlink_to(tiny_model)  # the base, found by its name
    monkeypatch.chdir(folder)

    names: dict[str, Any] = {}
    exec(program((folder / "README.md").read_text(encoding="utf-8")), names)

    expected = run.predictions("tuned")[:6]
    answers = [names["answer"](row.input) for row in expected]
    if task is Task.CLASSIFY:
        assert answers == [row.output for row in expected]
    else:  # the run cuts an answer that goes on for longer than any target
        assert [answer[: len(row.output)] for answer, row in zip(answers, expected, strict=True)] == [
            row.output for row in expected
        ]
        assert any(answers)
