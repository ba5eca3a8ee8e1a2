"""How often a test split has been looked at: every look at the same rows makes the next verdict a little less honest.

Knows run folders; knows nothing of scores.
"""

import hashlib

from tuning.errors import TuneOffError
from tuning.runs.run import Run
from tuning.runs.store import RunStore

__all__ = ["count_looks"]


def count_looks(run: Run, store: RunStore) -> int:
    """Runs of the same owner that were scored on exactly this test split, this one included. Deleted runs are lost."""
    split = _split_digest(run)
    others = (other for other in store.list(run.record().owner) if other.id != run.id)
    return 1 + sum(_was_scored_on(other, split) for other in others)


def _was_scored_on(run: Run, split: bytes) -> bool:
    try:
        return run.comparison() is not None and _split_digest(run) == split
    except (TuneOffError, OSError, ValueError):  # deleted meanwhile, or of another version
        return False


def _split_digest(run: Run) -> bytes:
    return hashlib.sha256((run.path / "data" / "test.jsonl").read_bytes()).digest()
