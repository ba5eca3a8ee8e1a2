"""Data sets of the Hub, from folders laid out as its cache is: ids, configs, splits, and what is refused."""

from pathlib import Path

import pytest

from tests.hub_cache import COMMIT, cache_with
from tuning.data.hub import (
    DatasetId,
    cached_dataset,
    files_of_split,
    is_dataset_id,
    parse_dataset_id,
    read_dataset,
)
from tuning.data.limits import ReadLimits
from tuning.errors import FileError


def read(cache: Path, text: str, limits: ReadLimits | None = None):
    dataset = parse_dataset_id(text)
    snapshot = cached_dataset(dataset, cache)
    assert snapshot is not None
    return read_dataset(dataset, snapshot, limits)


def refusal(cache: Path, text: str) -> str:
    with pytest.raises(FileError) as caught:
        read(cache, text)
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("o/n", DatasetId("o/n")),
        ("o/n:c", DatasetId("o/n", "c")),
        ("o/n:c:test", DatasetId("o/n", "c", "test")),
        ("o/n::validation", DatasetId("o/n", None, "validation")),
    ],
)
def test_ids(text, wanted):
    assert parse_dataset_id(text) == wanted


@pytest.mark.parametrize(
    "text",
    ["n", "../n", "o/..", "/etc/passwd", "http://o/n", "o/n/x", "o/n:c:all", "o/n?x", "o/n\n", "o--p/n"],
)
def test_what_is_no_id(text):
    with pytest.raises(FileError, match="is no data set of the Hub; write owner/name, or owner/name:config:split"):
        parse_dataset_id(text)


def test_files_of_a_split_are_read_one_after_the_other(tmp_path):
    parts = {f"data/train-0000{n}-of-00002.csv": f"text,label\n{n},a\n" for n in range(2)}
    cache = cache_with(tmp_path, **parts, **{"data/test.csv": "text,label\nx,b\n", "README.md": "", "load.py": "1/0"})
    table = read(cache, "o/n")
    assert table.name == "o/n (default, train)"
    assert table.column("text") == ["0", "1"]
    assert table.notes == ("Read from the Hub's data set 'o/n' at commit 0123456789ab, files: 2.",)
    assert read(cache, "o/n::test").column("text") == ["x"]


def test_configs_and_splits_are_named_where_a_choice_is_wanted(tmp_path):
    cache = cache_with(tmp_path, **{"en/train.jsonl": '{"a": "1"}', "de/train.jsonl": '{"a": "2"}'})
    assert refusal(cache, "o/n") == "'o/n' has 2 configs; choose one, as in o/n:de: de, en"
    assert refusal(cache, "o/n:fr") == "'o/n' has no config 'fr'; choose one of de, en"
    assert refusal(cache, "o/n:en:test") == "'o/n' has no split 'test' in 'en'; choose one of train"
    assert read(cache, "o/n:en").column("a") == ["1"]


def test_files_that_do_not_go_together(tmp_path):
    cache = cache_with(tmp_path, **{"train-0.csv": "a,b\n1,2\n", "train-1.csv": "a,c\n1,2\n"})
    assert refusal(cache, "o/n") == "'o/n/train-1.csv' has other columns than 'o/n/train-0.csv'; give one of the files"


def test_what_has_no_tables_or_is_not_here(tmp_path):
    assert cached_dataset(DatasetId("o/n"), tmp_path) is None
    cache = cache_with(tmp_path, **{"load.py": "", "data.pkl": "", "dataset_infos.json": "{}"})
    assert refusal(cache, "o/n").startswith("'o/n' has no files of examples (.parquet, .csv, .tsv, .json, .jsonl);")


def test_a_split_that_was_fetched_in_part():
    whole = [f"data/train-0000{n}-of-00002.parquet" for n in range(2)]
    assert files_of_split(DatasetId("o/n"), ["README.md", *whole]) == whole
    with pytest.raises(FileError, match=r"^'o/n' has 1 of the 2 files of that split; fetch all of them$"):
        files_of_split(DatasetId("o/n"), whole[1:])


@pytest.mark.parametrize(
    ("text", "wanted"),
    [("o/n", True), ("o/n:en:test", True), ("o/rows.csv", False), ("rows", False), ("../n", False), ("a/b/c", False)],
)
def test_what_may_be_meant_as_an_id(text, wanted):
    assert is_dataset_id(text) is wanted


def test_a_link_that_leads_out_of_the_data_set(tmp_path):
    cache = cache_with(tmp_path, **{"train.csv": "a,b\n1,2\n"})
    (tmp_path / "secret.csv").write_text("a,b\n1,2\n")
    (cache / "datasets--o--n" / "snapshots" / COMMIT / "test.csv").symlink_to(tmp_path / "secret.csv")
    assert refusal(cache, "o/n::test") == "'o/n' has a link that leads elsewhere: 'test.csv'; give one of its files"
