# ruff: noqa: ARG002 - a family has no use for what another one needs
"""Language models: a chat template around every row, rows that share their prefix, a base that is the model itself."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

from tuning.data.examples import Dataset, Example
from tuning.engine.forward import Batching, OnRows
from tuning.engine.lower_layers import lower_layers
from tuning.engine.suitability import choose_batching
from tuning.models.adapter import AdapterSettings, attach_adapter, load_adapter, save_adapter
from tuning.models.loading import LoadedModel, Machine, load_model
from tuning.models.prompts import PromptFormat, RowFormat
from tuning.runs.families.family import Base, Rows, Way
from tuning.spec import FamilyName

__all__ = ["Decoder"]


class Decoder:
    """The family of causal decoders."""

    name: ClassVar[FamilyName] = "decoder"
    prompted: ClassVar = True
    own_base: ClassVar = False

    def load(self, path: Path, machine: Machine) -> LoadedModel:
        """Weights and chat tokenizer."""
        return load_model(path, machine)

    def row_format(self, tokenizer: Any, dataset: Dataset, max_length: int, way: Way) -> RowFormat:
        """The model's chat template around a row."""
        return PromptFormat(tokenizer, dataset.instruction, max_length, way.wording, way.shots)

    def batching(self, model: Any) -> Batching:
        """Rows share their prefix, if that was seen to be right."""
        return choose_batching(model)

    def training_batching(self, model: Any, layers: int, states: Path) -> Batching:
        """Beside that, lower layers compute every row once."""
        return choose_batching(model, lower_layers(model, layers, states))

    def make_base(self, loaded: LoadedModel, rows: Rows, on_rows: OnRows) -> Base:
        """The model as it is."""
        return Base(loaded.model, "no examples in its prompt")

    def zero_shot(
        self, model: Any, prompts: RowFormat, labels: Sequence[str], examples: Sequence[Example], on_rows: OnRows
    ) -> list[str]:
        """None beside the base's own."""
        return []

    def attach(self, base: Any, settings: AdapterSettings) -> Any:
        """On all linear modules of the top layers."""
        return attach_adapter(base, settings)

    def save(self, model: Any, folder: Path, rows: Rows) -> None:
        """In PEFT's own format."""
        save_adapter(model, folder)

    def restore_base(self, loaded: LoadedModel, folder: Path, labels: Sequence[str]) -> Any:
        """The model as it is."""
        return loaded.model

    def restore(self, base: Any, folder: Path, labels: Sequence[str]) -> Any:
        """By plain PEFT."""
        return load_adapter(base, folder)
