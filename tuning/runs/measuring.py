"""Seconds of a run's parts, and the most memory its process ever held. Knows nothing of what is measured."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

__all__ = ["Stopwatch", "peak_rss"]


class Stopwatch:
    """Runs from its making; laps are named parts of the whole."""

    def __init__(self) -> None:
        self._started = time.perf_counter()
        self.parts: dict[str, float] = {}
        """Seconds by name."""

    @contextmanager
    def lap(self, name: str) -> Iterator[None]:
        """Time a part."""
        since = time.perf_counter()
        yield
        self.parts[name] = self.parts.get(name, 0.0) + time.perf_counter() - since

    def total(self) -> float:
        """Seconds since the start."""
        return time.perf_counter() - self._started


def peak_rss() -> int:
    """High-water mark of this process's memory, in bytes."""
    if sys.platform == "win32":
        return int(psutil.Process().memory_info().peak_wset)
    if sys.platform == "darwin":
        import resource

        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    # Linux's ru_maxrss begins at the peak of the process that started this one.
    status = Path("/proc/self/status").read_text(encoding="ascii", errors="replace")
    return int(next(line for line in status.splitlines() if line.startswith("VmHWM:")).split()[1]) * 1024
