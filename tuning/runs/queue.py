"""Who trains next: one run at a time on this machine, first come, first served. Knows run ids, not what a run is.

A waiting run is a waiting process. It takes a numbered ticket (a small file with its process mark); the one whose
ticket is the lowest of the living takes the slot, a file lock that the operating system gives back however its holder
ends. So nobody has to be alive to promote anybody, and anyone can see the places without taking a lock.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from types import TracebackType
from typing import Self

from filelock import FileLock, Timeout
from pydantic import BaseModel, ConfigDict, ValidationError

from tuning.runs.files import make_private, write_text
from tuning.runs.processes import ProcessMark, is_alive, this_process

__all__ = ["Place", "queue_position", "remove_dead_tickets"]

_TICKET_NAME = re.compile(r"(\d{12})-([0-9a-f]{32})\.json")


class _Ticket(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    run_id: str
    process: ProcessMark


@dataclass(frozen=True)
class _Held:
    number: int
    path: Path
    ticket: _Ticket


class Place:
    """A place in the queue, held from entering the context to leaving it; `wait` turns it into the slot."""

    def __init__(self, home: Path, run_id: str) -> None:
        self._home = home
        self._run_id = run_id
        self._folder = _folder(home)
        self._ticket: Path | None = None
        self._slot = FileLock(self._folder / "slot.lock")

    def __enter__(self) -> Self:
        make_private(self._folder)
        ticket = _Ticket(run_id=self._run_id, process=this_process())
        with FileLock(self._folder / "tickets.lock"):
            number = max((held.number for held in _tickets(self._home)), default=0) + 1
            path = self._folder / f"{number:012d}-{self._run_id}.json"
            write_text(path, ticket.model_dump_json() + "\n")
        self._ticket = path
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._drop_ticket()
        self._slot.release()

    def position(self) -> int | None:
        """1 for the next to run; None once it has the slot."""
        return queue_position(self._home, self._run_id)

    def wait(self, give_up: Callable[[], bool], *, poll_s: float = 0.5) -> bool:
        """Wait for the slot; True when it is held, False when `give_up` said so first."""
        pause = Event()
        while not give_up():
            if self.position() == 1 and self._take_slot():
                return True
            pause.wait(poll_s)
        return False

    def _take_slot(self) -> bool:
        try:
            self._slot.acquire(timeout=0)
        except Timeout:
            return False
        self._drop_ticket()
        return True

    def _drop_ticket(self) -> None:
        if self._ticket is not None:
            self._ticket.unlink(missing_ok=True)
            self._ticket = None


def queue_position(home: Path, run_id: str) -> int | None:
    """The place of a waiting run among the living, 1 being next; None when it does not wait. Takes no lock."""
    waiting = [held.ticket.run_id for held in _tickets(home) if is_alive(held.ticket.process)]
    return waiting.index(run_id) + 1 if run_id in waiting else None


def remove_dead_tickets(home: Path) -> int:
    """Remove the tickets of processes that ended while waiting; how many there were."""
    dead = [held.path for held in _tickets(home) if not is_alive(held.ticket.process)]
    for path in dead:
        path.unlink(missing_ok=True)
    return len(dead)


def _folder(home: Path) -> Path:
    return home / "queue"


def _tickets(home: Path) -> list[_Held]:
    """Every readable ticket, lowest number first."""
    folder = _folder(home)
    held = []
    for path in folder.iterdir() if folder.is_dir() else ():
        match = _TICKET_NAME.fullmatch(path.name)
        if match is None:
            continue
        try:
            ticket = _Ticket.model_validate_json(path.read_bytes())
        except (FileNotFoundError, ValidationError):  # just handed in, or not one of ours
            continue
        held.append(_Held(number=int(match[1]), path=path, ticket=ticket))
    return sorted(held, key=lambda one: one.number)
