# ruff: noqa: ARG002 - a family has no use for what another one needs
"""Encoder-decoders for writing text: everything as with language models, but for the template and the way of rows."""

from pathlib import Path
from typing import Any

from tuning.data.examples import Dataset
from tuning.engine.forward import Batching
from tuning.engine.seq2seq import Seq2SeqFlow
from tuning.models.adapter import AdapterSettings, attach_adapter
from tuning.models.loading import LoadedModel, Machine, load_model
from tuning.models.plain_formats import TextFormat
from tuning.models.prompts import RowFormat
from tuning.runs.families.decoder import Decoder
from tuning.runs.families.family import Way

__all__ = ["Seq2Seq"]


class Seq2Seq(Decoder):
    """The family of T5."""

    name = "seq2seq"
    prompted = False

    def load(self, path: Path, machine: Machine) -> LoadedModel:
        """Weights and tokenizer."""
        return load_model(path, machine, self.name)

    def row_format(self, tokenizer: Any, dataset: Dataset, max_length: int, way: Way) -> RowFormat:
        """Instruction and input are read, the target is written."""
        return TextFormat(tokenizer, dataset.instruction, max_length)

    def batching(self, model: Any) -> Batching:
        """Padded."""
        return Batching(shared_prefix=False, flow=Seq2SeqFlow())

    def training_batching(self, model: Any, layers: int, states: Path) -> Batching:
        """Padded; nothing is kept."""
        return self.batching(model)

    def attach(self, base: Any, settings: AdapterSettings) -> Any:
        """On all linear modules of the top layers of both stacks."""
        return attach_adapter(base, settings, task_type="SEQ_2_SEQ_LM")
