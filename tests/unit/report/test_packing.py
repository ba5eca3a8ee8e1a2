"""Files to take away: where they lie, what is in them, and what is not."""

import json
import zipfile
from typing import get_args

import pytest

from tests.unit.ui.builders import finished_run, unfinished_run
from tests.unit.ui.full_runs import full_run
from tuning.errors import InputError
from tuning.report.packing import Take, pack
from tuning.scoring.comparison import ModelCard


def names(path):
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        return set(archive.namelist())


def test_the_adapter_goes_with_its_card_and_no_more(tmp_path):
    run = finished_run(tmp_path / "home")
    (run.adapter_path / "link.json").symlink_to("/etc/passwd")
    (run.adapter_path / "README.md").write_text("of somebody else", encoding="utf-8")
    path = pack(run, "adapter", tmp_path / "files")
    assert names(path) == {"adapter_config.json", "README.md", "load_adapter.py", "comparison.json"}
    program = zipfile.ZipFile(path).read("load_adapter.py").decode()
    assert "def answer(" in program
    assert program in zipfile.ZipFile(path).read("README.md").decode()
    assert "library_name" in zipfile.ZipFile(path).read("README.md").decode()


def test_charts_are_pictures_in_light_and_dark(tmp_path):
    path = pack(full_run(tmp_path / "home", rows=60), "charts", tmp_path / "files")
    kinds = ("light.svg", "dark.svg", "light.png", "dark.png")
    assert names(path) == {f"{chart}-{kind}" for chart in ("ladder", "losses", "reliability") for kind in kinds}
    with zipfile.ZipFile(path) as archive:
        assert archive.read("ladder-dark.png").startswith(b"\x89PNG")
        assert archive.read("ladder-light.svg").startswith(b"<svg")


@pytest.mark.parametrize("take", get_args(Take))
def test_no_path_can_be_guessed_and_nothing_is_made_for_a_run_without_a_comparison(tmp_path, take):
    run = finished_run(tmp_path / "home")
    first, second = (pack(run, take, tmp_path / "files") for _ in range(2))
    assert first.name == second.name
    assert first.parent != second.parent
    assert len(first.parent.name) == 32
    with pytest.raises(InputError, match="nothing to take away"):
        pack(unfinished_run(tmp_path / "other"), take, tmp_path / "none")
    assert not (tmp_path / "none").exists()


def test_a_run_without_an_adapter_says_so(tmp_path):
    run = finished_run(tmp_path / "home")
    for file in run.adapter_path.iterdir():
        file.unlink()
    run.adapter_path.rmdir()
    with pytest.raises(InputError, match="no adapter"):
        pack(run, "adapter", tmp_path / "files")


def test_no_path_of_this_machine_goes_along(tmp_path):
    run = finished_run(tmp_path / "home")
    found = run.comparison()
    assert found is not None
    model = ModelCard(id="/secret/place/tiny", source="local folder tiny")
    run.write_comparison(found.model_copy(update={"model": model}))
    config = {"peft_type": "LORA", "base_model_name_or_path": "/secret/place/tiny"}
    (run.adapter_path / "adapter_config.json").write_text(json.dumps(config), encoding="utf-8")
    with zipfile.ZipFile(pack(run, "adapter", tmp_path / "files")) as archive:
        texts = {name: archive.read(name).decode() for name in archive.namelist()}
    assert [name for name, text in texts.items() if "secret" in text] == []
    assert json.loads(texts["adapter_config.json"]) == {**config, "base_model_name_or_path": "tiny"}
    assert "secret" not in pack(run, "report", tmp_path / "files").read_text(encoding="utf-8")
