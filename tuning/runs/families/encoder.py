# ruff: noqa: ARG002 - a family has no use for what another one needs
"""Sentence encoders as classifiers: the base is a probe on frozen features, tuned is LoRA with a head begun from it.

The only place that joins the encoder's features (engine), the probe (scoring) and the classifier (models).
"""

from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from tuning.data.examples import Dataset, Example
from tuning.engine.forward import Batching, OnRows
from tuning.engine.sentences import SentenceFlow, features, frozen_layers
from tuning.models.adapter import AdapterSettings
from tuning.models.classifier import (
    Head,
    SentenceClassifier,
    SentenceEncoder,
    attach_with_head,
    load_classifier,
    load_with_head,
    save_with_head,
)
from tuning.models.kinds import read_pooling
from tuning.models.loading import LoadedModel, Machine, load_model
from tuning.models.plain_formats import SentenceFormat
from tuning.models.prompts import PLAIN, RowFormat
from tuning.runs.families.family import Base, Rows, Way
from tuning.scoring.probe import LabelledFeatures, fit_probe
from tuning.spec import FamilyName

__all__ = ["Encoder"]


class Encoder:
    """The family of sentence encoders."""

    name: ClassVar[FamilyName] = "encoder"
    prompted: ClassVar = False
    own_base: ClassVar = True

    def load(self, path: Path, machine: Machine) -> LoadedModel:
        """The encoder with its pooling, without a head: it cannot classify yet."""
        loaded = load_model(path, machine, self.name)
        return replace(loaded, model=SentenceEncoder(loaded.model, read_pooling(path)).eval())

    def row_format(self, tokenizer: Any, dataset: Dataset, max_length: int, way: Way) -> RowFormat:
        """The input alone: nothing has to be asked."""
        return SentenceFormat(tokenizer, dataset.labels, max_length)

    def batching(self, model: Any) -> Batching:
        """Padded, all labels in one pass."""
        return Batching(shared_prefix=False, flow=SentenceFlow())

    def training_batching(self, model: Any, layers: int, states: Path) -> Batching:
        """The layers under the adapter compute every row once."""
        return Batching(shared_prefix=False, flow=SentenceFlow(frozen_layers(model, layers, states)))

    def make_base(self, loaded: LoadedModel, rows: Rows, on_rows: OnRows) -> Base:
        """A probe on the frozen features of the training rows, its penalty chosen on dev."""
        prompts = self.row_format(loaded.tokenizer, rows.dataset, rows.max_length, Way(PLAIN))
        train, dev = (
            _labelled(loaded.model, prompts, split, on_rows) for split in (rows.splits.train, rows.splits.dev)
        )
        probe = fit_probe(train, dev, len(rows.dataset.labels))
        model = SentenceClassifier(loaded.model, Head.of(probe.weight, probe.bias)).eval()
        how = f"a linear probe: logistic regression (C = {probe.inverse_penalty:g}) on its frozen features"
        note = f"{how}, learned from {len(train.labels)} training rows"
        identity = sha256(probe.weight.tobytes() + probe.bias.tobytes()).hexdigest()
        return Base(model, note, identity, untrained_head=False)

    def zero_shot(
        self, model: Any, prompts: RowFormat, labels: Sequence[str], examples: Sequence[Example], on_rows: OnRows
    ) -> list[str]:
        """The label whose name is most similar to the input, by the cosine of their features."""
        texts, names = ([example.input for example in examples], labels)
        asked, known = (
            _unit(features(model.encoder, [prompts.encode(text, None).prompt for text in some], lambda _: on_rows(0)))
            for some in (texts, names)
        )
        return [labels[place] for place in (asked @ known.T).argmax(1).tolist()]

    def attach(self, base: Any, settings: AdapterSettings) -> Any:
        """On all linear modules of the top layers, with a copy of the probe to be trained."""
        return attach_with_head(base, settings)

    def save(self, model: Any, folder: Path, rows: Rows) -> None:
        """An adapter for `AutoModel` in PEFT's own format, and both heads."""
        save_with_head(model, folder, rows.dataset.labels, rows.max_length)

    def restore_base(self, loaded: LoadedModel, folder: Path, labels: Sequence[str]) -> Any:
        """The encoder with the probe that was kept beside the adapter."""
        return load_classifier(loaded.model, folder, labels).eval()

    def restore(self, base: Any, folder: Path, labels: Sequence[str]) -> Any:
        """Adapter and trained head, which come together or not at all."""
        return load_with_head(base, folder, labels)


def _labelled(encoder: Any, prompts: RowFormat, split: Sequence[Example], on_rows: OnRows) -> LabelledFeatures:
    rows = [prompts.encode(example.input, example.target) for example in split]
    numbers = np.array([row.completion[0] for row in rows], np.int64)
    return LabelledFeatures(features(encoder, [row.prompt for row in rows], on_rows), numbers)


def _unit(vectors: Any) -> Any:
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True).clip(min=1e-12)
