"""A Hub data set id → a folder of its files on this machine, from the Hub's cache or downloaded. Reads no row.

Beside the fetching of models, because both speak to the Hub; below here nothing does.
"""

import glob
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from tuning.data.hub import FILE_PATTERNS, DatasetId, cached_dataset, files_in, files_of_split
from tuning.data.limits import ReadLimits
from tuning.data.wording import quoted
from tuning.errors import FileError
from tuning.models.cache import hub_cache
from tuning.models.catalog import is_offline

__all__ = ["DatasetHub", "OnlineHub", "resolve_dataset"]

_MEGA = 1_000_000


class DatasetHub(Protocol):
    """The little that is asked of the Hub. Both raise `FileError` where it does not answer."""

    def sizes(self, repo: str) -> Mapping[str, int]:
        """Bytes of each table of a data set, by its path."""

    def download(self, repo: str, paths: list[str], cache: Path) -> Path:
        """Fetch these files; returns the snapshot folder, named after its commit."""


class OnlineHub:
    """The Hub by huggingface_hub."""

    def sizes(self, repo: str) -> Mapping[str, int]:
        """Bytes of each table of a data set, by its path."""
        from huggingface_hub import snapshot_download

        try:
            found = snapshot_download(repo, repo_type="dataset", allow_patterns=list(FILE_PATTERNS), dry_run=True)
        except (OSError, ValueError) as error:
            raise _unavailable(repo, error) from error
        return {file.filename: file.file_size or 0 for file in found}

    def download(self, repo: str, paths: list[str], cache: Path) -> Path:
        """Fetch these files; returns the snapshot folder, named after its commit."""
        from huggingface_hub import snapshot_download

        names = [glob.escape(path) for path in paths]
        try:
            folder = snapshot_download(repo, repo_type="dataset", cache_dir=cache, allow_patterns=names)
        except (OSError, ValueError) as error:
            raise _unavailable(repo, error) from error
        return Path(folder)


def resolve_dataset(
    dataset: DatasetId, env: Mapping[str, str], *, hub: DatasetHub, limits: ReadLimits | None = None
) -> Path:
    """The snapshot folder with the files of that split, downloaded only where the cache lacks them.

    Their size is judged before they are fetched. Raises `FileError` with what to do.
    """
    limits = limits or ReadLimits.from_env(env)
    cached = cached_dataset(dataset, hub_cache(env))
    if is_offline(env):
        if cached is None:
            raise FileError(
                f"{quoted(dataset.repo)} is neither a file nor a data set on this machine, and HF_HUB_OFFLINE keeps "
                "the Hub from being asked; check its path, or go online"
            )
        return cached
    if cached is not None and _has_split(dataset, cached):
        return cached
    sizes = hub.sizes(dataset.repo)
    paths = files_of_split(dataset, sizes)
    size = sum(sizes[path] for path in paths)
    if size > limits.bytes:
        raise FileError(
            f"split {quoted(dataset.split)} of {quoted(dataset.repo)} has {size / _MEGA:,.0f} MB, more than "
            f"{limits.most('bytes')}, the most that is read; give another split, or a part of it as a file"
        )
    return hub.download(dataset.repo, paths, hub_cache(env))


def _has_split(dataset: DatasetId, snapshot: Path) -> bool:
    try:
        files_of_split(dataset, files_in(snapshot))
    except FileError:
        return False
    return True


def _unavailable(repo: str, error: Exception) -> FileError:
    reason = (str(error).splitlines() or [type(error).__name__])[0].rstrip(".")
    return FileError(
        f"{quoted(repo)} is no file here, and as a data set of the Hub it cannot be had: {reason}; "
        "check its path or id, or give one of its files"
    )
