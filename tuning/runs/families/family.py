"""What a run does differently with another kind of model, as one interface: the rest of a run is the same code.

A family loads a model, says how rows are put to it and go through it, makes the base that tuning is held against, and
puts adapters on, keeps them and loads them. Only the shape; `tuning.runs.families.known` has all there are.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Protocol

from tuning.data.examples import Dataset, Example, Splits
from tuning.engine.forward import Batching, OnRows
from tuning.models.adapter import AdapterSettings
from tuning.models.loading import LoadedModel, Machine
from tuning.models.prompts import RowFormat, Shot, Wording
from tuning.spec import FamilyName

__all__ = ["Base", "Family", "Rows", "Way"]


@dataclass(frozen=True)
class Rows:
    """The rows of a run, and the most tokens that are read of one."""

    dataset: Dataset
    splits: Splits
    max_length: int


@dataclass(frozen=True)
class Way:
    """How a prompt is made, where a model reads one: the words around the input, and examples."""

    wording: Wording
    shots: Sequence[Shot] = ()


@dataclass(frozen=True)
class Base:
    """What tuned is held against, before anything is tuned."""

    model: Any
    note: str
    """How it answers, in words."""
    identity: str = ""
    """Of what its answers depend on beside the model's files; empty where that is nothing."""
    untrained_head: bool | None = None
    """Whether it answers through a head that nobody trained; None where there is no head."""


class Family(Protocol):
    """One kind of model. A model is either a base or one with an adapter, which PEFT can switch off."""

    name: ClassVar[FamilyName]
    prompted: ClassVar[bool]
    """Whether it is told in words what to do: then other words, examples and free text are worth a try."""
    own_base: ClassVar[bool]
    """Whether every run has a base of its own, so that runs of one model cannot share it."""

    def load(self, path: Path, machine: Machine) -> LoadedModel:
        """A complete transformers folder in memory. Raises `ModelError`."""

    def row_format(self, tokenizer: Any, dataset: Dataset, max_length: int, way: Way) -> RowFormat:
        """How rows are put to it. Raises `SettingError` when the instruction does not fit."""

    def batching(self, model: Any) -> Batching:
        """How rows go through it when it is asked."""

    def training_batching(self, model: Any, layers: int, states: Path) -> Batching:
        """The same when its top `layers` are trained; what the others compute may be kept in the folder `states`."""

    def make_base(self, loaded: LoadedModel, rows: Rows, on_rows: OnRows) -> Base:
        """The base of a new run. Raises `ColumnError` when the rows cannot teach what it has to learn."""

    def zero_shot(
        self, model: Any, prompts: RowFormat, labels: Sequence[str], examples: Sequence[Example], on_rows: OnRows
    ) -> list[str]:
        """Answers of the bare model, which has seen no row, where its base is more than that; else nothing."""

    def attach(self, base: Any, settings: AdapterSettings) -> Any:
        """The base with a fresh adapter. Raises `SettingError` for more layers than there are."""

    def save(self, model: Any, folder: Path, rows: Rows) -> None:
        """Keep an adapter, and whatever its base is made of beside the model, in an empty folder."""

    def restore_base(self, loaded: LoadedModel, folder: Path, labels: Sequence[str]) -> Any:
        """The base of a saved adapter. Raises `ModelError` if the folder lacks what it is made of."""

    def restore(self, base: Any, folder: Path, labels: Sequence[str]) -> Any:
        """A saved adapter on its base. Raises `ModelError` for one that is not whole."""
