"""A Hub data set id → a `Table` of one of its splits, read as any other file is. Knows the Hub's folders, no network.

An id is `owner/name`, `owner/name:config` or `owner/name:config:split` (`owner/name::test` where there is one config).
Only files of examples are looked at, never a script: a config is the folder that they lie in (`data` and none are the
config `default`), a split is the word in a file's name (`train` without one).

    CACHE/datasets--owner--name/
    ├── refs/main            the commit that was last fetched
    └── snapshots/COMMIT/…   its files, which may be links into blobs/
"""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from tuning.data.limits import ReadLimits
from tuning.data.reading import read_table
from tuning.data.table import Table
from tuning.data.wording import listed, quoted
from tuning.errors import FileError

__all__ = [
    "FILE_PATTERNS",
    "DatasetId",
    "cached_dataset",
    "files_in",
    "files_of_split",
    "is_dataset_id",
    "parse_dataset_id",
    "read_dataset",
]

_SUFFIXES = (".parquet", ".csv", ".tsv", ".json", ".jsonl")
FILE_PATTERNS = tuple(f"*{suffix}" for suffix in _SUFFIXES)
"""What of a data set may be fetched: tables, nothing that is executed or unpacked."""

_PART = r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,94}[A-Za-z0-9_])?"
_ID = re.compile(rf"({_PART}/{_PART})(?::([A-Za-z0-9_.-]*))?(?::(train|validation|test))?")
_COMMIT = re.compile(r"[0-9a-f]{40}")
_SHARD = re.compile(r"-\d+-of-(\d+)$")
_SPLITS = {
    "train": ("train", "training"),
    "validation": ("validation", "valid", "val", "dev"),
    "test": ("test", "testing", "eval", "evaluation"),
}
_ABOUT = ("dataset_infos.json", "dataset_info.json", "state.json")  # Descriptions of the data, no examples.


@dataclass(frozen=True)
class DatasetId:
    """A split of a data set on the Hub."""

    repo: str
    """owner/name"""
    config: str | None = None
    """None: the only one there is."""
    split: str = "train"


@dataclass(frozen=True)
class _File:
    path: str
    config: str
    split: str


def is_dataset_id(text: str) -> bool:
    """Whether a text may be meant as an id: it has the form of one, and does not end as a file does."""
    files = (*_SUFFIXES, ".ndjson", ".txt", ".xlsx", ".xlsm")
    return _ID.fullmatch(text) is not None and PurePosixPath(text).suffix.lower() not in files


def parse_dataset_id(text: str) -> DatasetId:
    """The id in a text. Raises `FileError` where it is none."""
    found = _ID.fullmatch(text)
    if found is None or ".." in text or "--" in text:
        raise FileError(
            f"{quoted(text)} is no data set of the Hub; write owner/name, or owner/name:config:split with the split "
            "train, validation or test"
        )
    repo, config, split = found.groups()
    return DatasetId(repo, config or None, split or "train")


def cached_dataset(dataset: DatasetId, cache: Path) -> Path | None:
    """The folder of its files in the Hub's cache on this machine; None where it was never fetched."""
    root = cache / f"datasets--{dataset.repo.replace('/', '--')}"
    reference = root / "refs" / "main"
    commit = reference.read_text(encoding="ascii").strip() if reference.is_file() else ""
    snapshot = root / "snapshots" / commit
    return snapshot if _COMMIT.fullmatch(commit) and snapshot.is_dir() else None


def files_in(snapshot: Path) -> list[str]:
    """The paths of all files in a snapshot, as the Hub names them."""
    return sorted(path.relative_to(snapshot).as_posix() for path in snapshot.rglob("*") if path.is_file())


def files_of_split(dataset: DatasetId, paths: Iterable[str]) -> list[str]:
    """Those of a data set's files that its split is read from, in order. Raises `FileError` saying what there is."""
    shown = quoted(dataset.repo)
    files = [_File(path, _config_of(path), _split_of(path)) for path in sorted(paths) if _is_table(path)]
    if not files:
        raise FileError(f"{shown} has no files of examples ({listed(_SUFFIXES)}); give a data set that has, or a file")
    chosen = [file.path for file in _chosen(dataset, files, shown)]
    for path in chosen:
        shard = _SHARD.search(PurePosixPath(path).stem)
        if shard is not None and int(shard[1]) != len(chosen):
            raise FileError(
                f"{shown} has {len(chosen):,} of the {int(shard[1]):,} files of that split; fetch all of them"
            )
    return chosen


def read_dataset(dataset: DatasetId, snapshot: Path, limits: ReadLimits | None = None) -> Table:
    """The rows of a split, of all its files in the order of their names. Raises `FileError` saying what there is.

    `snapshot` is a folder laid out as the Hub's, named after the commit.
    """
    import pyarrow as pa

    limits = limits or ReadLimits.from_env()
    shown = quoted(dataset.repo)
    files = files_of_split(dataset, files_in(snapshot))
    root = snapshot.resolve().parents[1]  # Where the blobs are: no link may lead out of the data set.
    tables: list[Table] = []
    for file in files:
        path = snapshot / file
        if not path.resolve().is_relative_to(root):
            raise FileError(f"{shown} has a link that leads elsewhere: {quoted(file)}; give one of its files")
        table = read_table(path, name=f"{dataset.repo}/{path.name}", limits=limits)
        tables.append(table)
        if table.columns != tables[0].columns:
            raise FileError(
                f"{quoted(table.name)} has other columns than {quoted(tables[0].name)}; give one of the files"
            )
        if sum(map(len, tables)) > limits.rows:
            raise FileError(f"{shown} has more rows than {limits.most('rows')}, the most that is read; give one file")
        if sum(table.data.nbytes for table in tables) > 2 * limits.bytes:
            raise FileError(f"{shown} unpacks to more than twice {limits.most('bytes')}; give one of its files")
    digest = hashlib.sha256("".join(table.sha256 for table in tables).encode()).hexdigest()
    return replace(
        tables[0],
        name=f"{dataset.repo} ({_config_of(files[0])}, {dataset.split})",
        data=pa.concat_tables([table.data for table in tables]),
        sha256=tables[0].sha256 if len(tables) == 1 else digest,
        structured=frozenset().union(*(table.structured for table in tables)),
        notes=(
            f"Read from the Hub's data set {shown} at commit {snapshot.name[:12]}, files: {len(files):,}.",
            *dict.fromkeys(note for table in tables for note in table.notes),
        ),
    )


def _is_table(path: str) -> bool:
    return PurePosixPath(path).suffix in _SUFFIXES and PurePosixPath(path).name not in _ABOUT


def _config_of(path: str) -> str:
    folder, slash, _ = path.partition("/")
    return folder if slash and folder != "data" else "default"


def _split_of(path: str) -> str:
    words = re.split(r"[^a-z]+", PurePosixPath(path).stem.lower())
    return next((split for split, names in _SPLITS.items() if any(name in words for name in names)), "train")


def _chosen(dataset: DatasetId, files: list[_File], shown: str) -> list[_File]:
    configs = sorted({file.config for file in files})
    if dataset.config is None and len(configs) > 1:
        raise FileError(
            f"{shown} has {len(configs):,} configs; choose one, as in {dataset.repo}:{configs[0]}: {listed(configs)}"
        )
    config = dataset.config or configs[0]
    if config not in configs:
        raise FileError(f"{shown} has no config {quoted(config)}; choose one of {listed(configs, 20)}")
    splits = sorted({file.split for file in files if file.config == config})
    if dataset.split not in splits:
        raise FileError(
            f"{shown} has no split {quoted(dataset.split)} in {quoted(config)}; choose one of {listed(splits)}"
        )
    chosen = [file for file in files if (file.config, file.split) == (config, dataset.split)]
    kinds = {PurePosixPath(file.path).suffix for file in chosen}
    if len(kinds) > 1:
        raise FileError(f"{shown} has that split in more than one format ({listed(sorted(kinds))}); give one file")
    return chosen
