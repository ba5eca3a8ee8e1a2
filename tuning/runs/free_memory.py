"""How much memory a new process of this machine can have: what is free, or what a container leaves of it.

Containers limit memory by control groups, nested ones, of two kinds (`man 7 cgroups`); the tightest limit decides.
Knows nothing of what the memory is for.
"""

from dataclasses import dataclass
from pathlib import Path

import psutil

__all__ = ["ControlGroups", "free_memory"]


@dataclass(frozen=True)
class _Names:
    """What files of a group's folder are called."""

    limit: str
    used: str
    reclaimable: str
    """The line of memory.stat with the bytes of files that are dropped when memory is needed; they count as used."""


_FIRST = _Names("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file")
_SECOND = _Names("memory.max", "memory.current", "inactive_file")


@dataclass(frozen=True)
class ControlGroups:
    """Where this process's groups are told, and where the groups lie."""

    membership: Path = Path("/proc/self/cgroup")
    root: Path = Path("/sys/fs/cgroup")

    def room(self) -> int | None:
        """Bytes until the tightest limit; None if nothing is limited, as outside Linux."""
        try:
            lines = self.membership.read_text(encoding="utf-8").splitlines()
        except OSError:
            return None
        rooms = [_room_of(folder, names) for line in lines for folder, names in self._folders(line)]
        return min((room for room in rooms if room is not None), default=None)

    def _folders(self, line: str) -> list[tuple[Path, _Names]]:
        """The folders, up to the root, of a line `number:controllers:/path`; in a container some are out of sight."""
        _, controllers, path = line.split(":", 2)
        if controllers == "":
            top, names = self.root, _SECOND
        elif "memory" in controllers.split(","):
            top, names = self.root / "memory", _FIRST
        else:
            return []
        group = Path(path.lstrip("/"))
        return [(top / inner, names) for inner in (group, *group.parents)]


def free_memory(groups: ControlGroups = ControlGroups()) -> int:
    """Bytes that can be had without swapping, in this container if it is one."""
    available = int(psutil.virtual_memory().available)
    room = groups.room()
    return available if room is None else min(available, room)


def _room_of(folder: Path, names: _Names) -> int | None:
    """Bytes that a group leaves, at least 0; None if it has no limit or cannot be seen."""
    try:
        limit = (folder / names.limit).read_text(encoding="utf-8").strip()
        if limit == "max":
            return None
        used = int((folder / names.used).read_text(encoding="utf-8"))
        stat = dict(line.split(maxsplit=1) for line in (folder / "memory.stat").read_text("utf-8").splitlines())
    except OSError:
        return None
    return max(int(limit) - used + int(stat.get(names.reclaimable, 0)), 0)
