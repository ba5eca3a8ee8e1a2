"""What every command is given: the environment, the two streams, and the runs on this machine. Knows no command."""

from collections.abc import Mapping
from dataclasses import dataclass

from tuning.cli.terminal import Screen, visible
from tuning.errors import InputError, RunNotFoundError
from tuning.runs.store import Run, RunStore, home

__all__ = ["OWNER", "SHORT_ID", "Session"]

OWNER = "local"
"""Owner of the runs that the command line starts."""
SHORT_ID = 8
"""Characters of an id that are shown where a person copies it."""
_SHORTEST_ID = 4
_LAST = "last"


@dataclass(frozen=True)
class Session:
    """One call of the command line."""

    env: Mapping[str, str]
    out: Screen
    err: Screen

    def store(self) -> RunStore:
        """The runs on this machine, whoever started them: who may read the folder may see them."""
        return RunStore(home(self.env))

    def find_run(self, text: str) -> Run:
        """The run meant by an id, the beginning of one, or 'last'. Raises `RunNotFoundError`, `InputError`."""
        runs = self.store().list()
        if text == _LAST:
            if not runs:
                raise RunNotFoundError("there is no last run: no run was started yet; start one with `tune FILE`")
            return runs[0]
        if len(text) < _SHORTEST_ID:
            raise InputError(f"run '{visible(text)}' is too short; give at least {_SHORTEST_ID} characters of its id")
        found = [run for run in runs if run.id.startswith(text)]
        if not found:
            raise RunNotFoundError(f"run '{visible(text[:80])}' does not exist; `runs` lists those that do")
        if len(found) > 1:
            raise InputError(f"run '{text}' could be any of {len(found)}; give more characters of its id")
        return found[0]
