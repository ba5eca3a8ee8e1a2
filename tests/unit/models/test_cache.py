"""Where models lie, and which folders are refused."""

import json
from pathlib import Path

import pytest

from tests.tiny_model import write_snapshot
from tuning.errors import ModelError
from tuning.models.cache import cached_snapshot, check_folder, hub_cache, models_root, recorded_revision

COMMIT = "0123456789abcdef0123456789abcdef01234567"


@pytest.fixture
def folder(tmp_path) -> Path:
    return write_snapshot(tmp_path, "owner/name", COMMIT)


def test_the_owner_says_where_models_lie(tmp_path):
    assert models_root({"TUNEOFF_CACHE": str(tmp_path)}) == tmp_path / "models"
    default = models_root({})
    assert default.parts[-2:] == ("tune-off", "models")


@pytest.mark.parametrize(
    ("env", "expected"),
    [
        ({"HF_HUB_CACHE": "/a", "HF_HOME": "/b"}, Path("/a")),
        ({"HF_HOME": "/b", "XDG_CACHE_HOME": "/c"}, Path("/b/hub")),
        ({"XDG_CACHE_HOME": "/c"}, Path("/c/huggingface/hub")),
        ({}, Path.home() / ".cache" / "huggingface" / "hub"),
    ],
)
def test_the_hub_cache_is_where_its_own_library_looks(env, expected):
    assert hub_cache(env) == expected


def test_a_snapshot_is_found_by_commit_and_by_branch(tmp_path, folder):
    env = {"HF_HUB_CACHE": str(tmp_path)}
    assert cached_snapshot("owner/name", COMMIT, env) == folder
    assert cached_snapshot("owner/name", None, env) == folder
    assert cached_snapshot("owner/name", "f" * 40, env) is None
    assert cached_snapshot("owner/other", None, env) is None


def test_no_revision_is_known_before_the_first_download(tmp_path):
    assert recorded_revision("owner/name", {"TUNEOFF_CACHE": str(tmp_path)}) is None


def test_a_damaged_record_is_named(tmp_path):
    path = tmp_path / "models" / "revisions.json"
    path.parent.mkdir()
    path.write_text("{")
    with pytest.raises(ModelError, match=r"revisions\.json.*delete it"):
        recorded_revision("owner/name", {"TUNEOFF_CACHE": str(tmp_path)})


def test_a_complete_folder_passes(folder, tiny_model):
    check_folder(folder, "m")
    check_folder(tiny_model, "m")


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({"auto_map": {"AutoModel": "code.Model"}}, "brings code of its own"),
        ({"model_type": "gpt2"}, "family 'gpt2'"),
        ({"model_type": None}, "family None"),
        ({"quantization_config": {"quant_method": "gptq"}}, "is quantized"),
    ],
)
def test_a_configuration_that_cannot_work_is_refused_before_the_weights(folder, config, message):
    (folder / "config.json").write_text(json.dumps({"model_type": "llama", **config}))
    with pytest.raises(ModelError, match=message):
        check_folder(folder, "m", config_only=True)


@pytest.mark.parametrize("text", ["", "[]", "{", "\udcff"])
def test_a_configuration_that_is_no_object_is_refused(folder, text):
    (folder / "config.json").write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(ModelError, match=r"config\.json"):
        check_folder(folder, "m")


@pytest.mark.parametrize(
    ("file", "message"),
    [
        ("config.json", "no config.json"),
        ("tokenizer.json", "no tokenizer"),
        ("model.safetensors", "lacks model.safetensors"),
    ],
)
def test_an_incomplete_folder_is_refused(folder, file, message):
    (folder / file).unlink()
    with pytest.raises(ModelError, match=message):
        check_folder(folder, "m")


def test_pickled_weights_do_not_count(folder):
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    with pytest.raises(ModelError, match="safetensors"):
        check_folder(folder, "m")


def test_every_shard_must_be_there(folder):
    shards = {"a": "model-00001-of-00002.safetensors", "b": "model-00002-of-00002.safetensors"}
    (folder / "model.safetensors.index.json").write_text(json.dumps({"weight_map": shards}))
    (folder / shards["a"]).touch()
    with pytest.raises(ModelError, match="lacks model-00002-of-00002"):
        check_folder(folder, "m")
    (folder / shards["b"]).touch()
    check_folder(folder, "m")


def test_a_tokenizer_with_code_and_an_adapter_are_refused(folder):
    (folder / "tokenizer_config.json").write_text('{"auto_map": {}}')
    with pytest.raises(ModelError, match="code for its tokenizer"):
        check_folder(folder, "m")
    (folder / "adapter_config.json").write_text("{}")
    with pytest.raises(ModelError, match="is an adapter"):
        check_folder(folder, "m")
