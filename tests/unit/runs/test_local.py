"""What a worker's environment holds, and what happens when there is no process to be had."""

import os
from pathlib import Path

import pytest

import tuning
from tests.runs_support import new_run
from tuning.errors import TuneOffError
from tuning.runs.local import enforce_cancel, start, worker_env


@pytest.fixture
def run(tmp_path):
    return new_run(tmp_path)


@pytest.mark.parametrize(
    "name", ["HF_TOKEN", "OAUTH_CLIENT_ID", "AWS_SECRET_ACCESS_KEY", "OPENAI_API_KEY", "DB_PASSWORD", "my_secret"]
)
def test_secrets_stay_behind(run, name):
    assert name not in worker_env(run, {name: "x"})


def test_what_the_worker_needs_comes_along(run):
    given = {"PATH": "/bin", "HF_HUB_OFFLINE": "1", "TUNEOFF_KEEP_DAYS": "3", "TOKENIZERS_PARALLELISM": "false"}
    env = worker_env(run, given)
    assert {name: env[name] for name in given} == given


@pytest.mark.parametrize("cache", ["ONEDNN_PRIMITIVE_CACHE_CAPACITY", "LRU_CACHE_CAPACITY"])
def test_compiled_products_are_kept_in_bounds_unless_somebody_said_so(run, cache):
    assert worker_env(run, {})[cache] == "64"
    assert worker_env(run, {cache: "7"})[cache] == "7"


def test_folders_mean_the_same_from_anywhere(run):
    env = worker_env(run, {"TUNEOFF_HOME": "elsewhere", "HF_HOME": "hf", "PYTHONPATH": "/other"})
    assert env["TUNEOFF_HOME"] == str(run.home)
    assert env["HF_HOME"] == str(Path("hf").absolute())
    package = str(Path(tuning.__file__).parent.parent)
    assert env["PYTHONPATH"].split(os.pathsep) == [package, "/other"]


@pytest.mark.parametrize(("given", "seen"), [(None, "0"), ("3,4", "3"), ("", ""), ("-1", "-1")])
def test_one_gpu_at_most_is_seen(run, given, seen):
    assert worker_env(run, {} if given is None else {"CUDA_VISIBLE_DEVICES": given})["CUDA_VISIBLE_DEVICES"] == seen


def test_command_that_does_not_exist_is_an_error_in_words(run):
    with pytest.raises(TuneOffError, match="process cannot be started"):
        start(run, env={}, command=["/no/such/program"])


def test_nothing_is_enforced_where_no_worker_lives(run):
    assert not enforce_cancel(run)
    run.request_cancel()
    run.request_cancel()
    assert not enforce_cancel(run)
    run.finish("cancelled", "Cancelled.", 3)
    assert not enforce_cancel(run)
