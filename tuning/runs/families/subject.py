"""The model that a run tunes: what it is, of which family, on which machine, and how it is had, fresh or tuned.

Knows catalog, folders and families; knows nothing of rows or answers.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tuning.models.catalog import find_model
from tuning.models.fetching import ResolvedModel, resolve_model
from tuning.models.loading import LoadedModel, Machine
from tuning.runs.families.family import Family
from tuning.runs.families.known import find_family
from tuning.scoring.record import ModelCard

__all__ = ["Subject", "find_subject"]


@dataclass(frozen=True)
class Subject:
    """A model ready to be loaded."""

    resolved: ResolvedModel
    family: Family
    machine: Machine

    def load(self) -> LoadedModel:
        """The bare model. Raises `ModelError`."""
        return self.family.load(self.resolved.path, self.machine)

    def restore(self, adapter: Path, labels: Sequence[str]) -> Any:
        """A saved adapter on a fresh base. Raises `ModelError` for one that is not whole."""
        return self.family.restore(self.family.restore_base(self.load(), adapter, labels), adapter, labels)

    def card(self, max_length: int, max_new_tokens: int) -> ModelCard:
        """What is told of it; it read at most `max_length` tokens of a row, and wrote so many new ones."""
        entry = self.resolved
        return ModelCard(
            id=entry.entry.name,
            revision=entry.revision,
            source=entry.source,
            family=self.family.name,
            max_length=max_length,
            max_new_tokens=max_new_tokens,
        )


def find_subject(name: str, env: Mapping[str, str], machine: Machine) -> Subject:
    """The model of that name, fetched or converted if need be. Raises `ModelError`."""
    resolved = resolve_model(find_model(name, env), env)
    return Subject(resolved, find_family(resolved.path), machine)
