"""Data sets of the Hub: the cache before the network, sizes before bytes, one line where there is nothing."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.hub_cache import cache_with
from tuning.data.hub import DatasetId, read_dataset
from tuning.data.limits import ReadLimits
from tuning.errors import FileError
from tuning.models.datasets import resolve_dataset

SMALL = "text,label\nso so,a\n"


class FakeHub:
    """A Hub with one data set, whose download fills the cache as the real one does."""

    def __init__(self, **files: str) -> None:
        self.files = files
        self.fetched: list[str] = []

    def sizes(self, _repo: str) -> Mapping[str, int]:
        return {path: len(content) for path, content in self.files.items()}

    def download(self, _repo: str, paths: list[str], cache: Path) -> Path:
        self.fetched += paths
        cache_with(cache, **{path: self.files[path] for path in paths})
        return next((cache / "datasets--o--n" / "snapshots").iterdir())


def environment(cache: Path, **more: str) -> dict[str, str]:
    return {"HF_HUB_CACHE": str(cache), **more}


@pytest.mark.parametrize("variable", ["HF_HUB_CACHE", "HF_HOME"])
def test_what_is_in_the_cache_is_not_asked_for(tmp_path, variable):
    cache_with(tmp_path / "hub", **{"train.csv": SMALL})
    env = {variable: str(tmp_path if variable == "HF_HOME" else tmp_path / "hub")}
    hub = FakeHub()
    for more in ({}, {"HF_HUB_OFFLINE": "1"}):
        snapshot = resolve_dataset(DatasetId("o/n"), {**env, **more}, hub=hub)
        assert read_dataset(DatasetId("o/n"), snapshot).row(0) == {"text": "so so", "label": "a"}
    assert hub.fetched == []


def test_only_the_files_of_the_split_are_fetched(tmp_path):
    cache_with(tmp_path, **{"train.csv": SMALL})
    hub = FakeHub(**{"train.csv": SMALL, "test.csv": SMALL, "load.py": "1/0", "model.bin": "x"})
    snapshot = resolve_dataset(DatasetId("o/n", split="test"), environment(tmp_path), hub=hub)
    assert hub.fetched == ["test.csv"]
    assert len(read_dataset(DatasetId("o/n", split="test"), snapshot)) == 1


def test_too_large_a_split_is_refused_before_it_is_fetched(tmp_path):
    hub = FakeHub(**{"train.csv": "x" * 3_000_000})
    with pytest.raises(FileError) as caught:
        resolve_dataset(DatasetId("o/n"), environment(tmp_path), hub=hub, limits=ReadLimits(bytes=2_000_000))
    assert str(caught.value) == (
        "split 'train' of 'o/n' has 3 MB, more than 2 MB (TUNEOFF_READ_BYTES), the most that is read; "
        "give another split, or a part of it as a file"
    )
    assert hub.fetched == []


def test_offline_and_not_in_the_cache(tmp_path):
    with pytest.raises(FileError) as caught:
        resolve_dataset(DatasetId("o/n"), environment(tmp_path, HF_HUB_OFFLINE="1"), hub=FakeHub())
    assert str(caught.value) == (
        "'o/n' is neither a file nor a data set on this machine, and HF_HUB_OFFLINE keeps the Hub from being asked; "
        "check its path, or go online"
    )
