"""Samples of the runs looked at last, so that turning a page does not read a run's answers again. Knows run folders.

A run whose files changed is read anew; beyond a bound of bytes, the run that was not looked at for longest is dropped.
"""

import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tuning.errors import InputError
from tuning.prediction import Prediction
from tuning.report.samples import Samples, pair_samples
from tuning.runs.store import Run
from tuning.scoring.comparison import Comparison
from tuning.scoring.leaks import find_leaks

__all__ = ["Judged", "SampleCache"]

_FILES = ("comparison.json", "predictions/base.jsonl", "predictions/tuned.jsonl")
_Mark = tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Judged:
    """A comparison and the samples it is about."""

    comparison: Comparison
    samples: Samples
    leaked: frozenset[int] = frozenset()
    """Rows that stood in the training rows too, so that what is said of parts leaves them out."""


@dataclass(frozen=True)
class _Kept:
    mark: _Mark
    size: int
    judged: Judged


class SampleCache:
    """The runs read last, whose files have at most `most_bytes` together (or one run alone)."""

    def __init__(self, most_bytes: int = 64_000_000) -> None:
        self._most_bytes = most_bytes
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, _Kept] = OrderedDict()

    def judged(self, run: Run) -> Judged:
        """What is known of a run that has a comparison. Raises `InputError` for one that has none."""
        mark = tuple(_mark(run.path / name) for name in _FILES)
        with self._lock:
            kept = self._kept.get(run.id)
            if kept is not None and kept.mark == mark:
                self._kept.move_to_end(run.id)
                return kept.judged
        comparison = run.comparison()
        if comparison is None:
            raise InputError("There are no samples: this run has no comparison.")
        base = run.predictions("base")
        leaked = _leaked(run, base) if comparison.clean else frozenset()
        judged = Judged(comparison, pair_samples(base, run.predictions("tuned"), run.id, comparison.primary), leaked)
        self._keep(run.id, _Kept(mark, sum(size for _, size in mark), judged))
        return judged

    def _keep(self, run_id: str, kept: _Kept) -> None:
        with self._lock:
            self._kept[run_id] = kept
            self._kept.move_to_end(run_id)
            while len(self._kept) > 1 and sum(one.size for one in self._kept.values()) > self._most_bytes:
                self._kept.popitem(last=False)


def _leaked(run: Run, base: Sequence[Prediction]) -> frozenset[int]:
    """The rows that the comparison found to have leaked, found again the same way."""
    return frozenset(run.dataset().leaked) | find_leaks(run.splits().train, base)


def _mark(path: Path) -> tuple[int, int]:
    """Changes whenever the file does; the same for all files that are not there."""
    if not path.is_file():
        return (0, 0)
    found = path.stat()
    return (found.st_mtime_ns, found.st_size)
