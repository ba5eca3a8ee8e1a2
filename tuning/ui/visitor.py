"""Who is looking at the page: an unguessable id kept by the browser, and what may be done with a run.

Knows nothing of layout. The id never leaves the browser and this process; a run keeps only its hash as owner. A run is
looked at by whoever holds its unguessable id (a link to a run is a secret link); only its owner cancels or deletes it.
"""

import hashlib
import secrets

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from tuning.errors import RunNotFoundError
from tuning.runs.store import Run, RunStore

__all__ = ["NO_RUN", "Visitor", "current_run", "looking_at", "own_run", "owner_of", "owns", "read_visitor"]

NO_RUN = "0" * 32
"""An id that no run has: what a visitor with an impossible link looks at."""
_GONE = "No run with this id is here: it was deleted, its time was over, or the link is incomplete."


class Visitor(BaseModel):
    """What the browser keeps between two visits."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str = Field(default_factory=lambda: secrets.token_hex(16), pattern=r"^[0-9a-f]{32}$")
    run: str | None = Field(None, pattern=r"^[0-9a-f]{32}$")
    """The run last looked at."""


def read_visitor(stored: object) -> Visitor:
    """The visitor a browser says it is; whatever is not of our making is a new visitor, who owns nothing."""
    try:
        return Visitor.model_validate(stored)
    except ValidationError:
        return Visitor()


def looking_at(visitor: Visitor, run_id: str | None) -> Visitor:
    """The same visitor, looking at another run; what cannot be an id becomes one that no run has."""
    try:
        return Visitor(id=visitor.id, run=run_id)
    except ValidationError:
        return Visitor(id=visitor.id, run=NO_RUN)


def owner_of(visitor: Visitor) -> str:
    """The name under which this visitor's runs are kept; the visitor's id cannot be found from it."""
    return hashlib.sha256(f"tune-off visitor {visitor.id}".encode()).hexdigest()[:32]


def owns(visitor: Visitor, run: Run) -> bool:
    """Whether this visitor started the run."""
    return run.record().owner == owner_of(visitor)


def current_run(store: RunStore, visitor: Visitor) -> Run | None:
    """The run this visitor looks at; None when there is none. Raises `RunNotFoundError` when it is gone."""
    if visitor.run is None:
        return None
    try:
        return store.open(visitor.run)
    except RunNotFoundError as error:
        raise RunNotFoundError(_GONE) from error


def own_run(store: RunStore, visitor: Visitor) -> Run:
    """The run looked at, to be changed. Raises `RunNotFoundError` when there is none or it is not this visitor's."""
    run = current_run(store, visitor)
    if run is None:
        raise RunNotFoundError("No run is open: start one under Tune, or open one under Runs.")
    if not owns(visitor, run):
        raise RunNotFoundError("This run was opened by its link: only whoever started it can cancel or delete it.")
    return run
