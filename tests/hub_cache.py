"""A folder laid out as the cache of huggingface_hub, with one data set in it."""

from pathlib import Path

__all__ = ["COMMIT", "cache_with"]

COMMIT = "0123456789abcdef0123456789abcdef01234567"


def cache_with(cache: Path, **files: str) -> Path:
    """A cache with the data set o/n, its files kept as links to blobs."""
    root = cache / "datasets--o--n"
    (root / "refs").mkdir(parents=True, exist_ok=True)
    (root / "refs" / "main").write_text(COMMIT)
    (root / "blobs").mkdir(exist_ok=True)
    for name, content in files.items():
        blob = root / "blobs" / name.replace("/", "-")
        blob.write_text(content)
        path = root / "snapshots" / COMMIT / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.symlink_to(blob)
    return cache
