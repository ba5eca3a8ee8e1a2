"""About how much memory a run takes at its peak, told before it starts, and what would fit if that is too much.

Reads a model's configuration and the headers of its weights, never the weights, so a server may ask. Meant is memory of
the machine: on a GPU, which has its own, a run takes less. Knows the engine's bounds without importing it.
"""

import json
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from tuning.data.examples import Prepared
from tuning.errors import ModelError, SettingError
from tuning.models.catalog import ModelEntry, find_model
from tuning.models.devices import has_bfloat16
from tuning.models.viewing import Tokenizers, model_folder
from tuning.spec import RunSpec, layers_of

__all__ = ["MemoryEstimate", "ModelShape", "RowSizes", "check_memory", "estimate_memory", "find_shape", "longest_row"]

_LIBRARIES = 600 * 10**6
"""Python with everything that a run imports, and its rows: the peak of whole runs of a model of nearly no size."""
_FRAGMENTS = 1.6
"""What the allocator holds for every byte that is computed with, as freed pieces are seldom of the size that is wanted
next. Fitted to whole runs of the embedded model in fp32, top 5, 10 and all 30 layers, 70 to 700 rows: within 10 %.
"""
_ACTIVATIONS = 384 * 2**20
"""Bound of one pass on its way back: `tuning.engine.passes`."""
_LOGITS = 3 * 31 * 2**20
"""A piece of logits, and what is made of it and for it: `tuning.engine.vocabulary`."""
_STORE = 256 * 2**20
"""Bound of the states of lower layers that are not trained: `tuning.engine.lower_layers`."""
_CACHED_TOKENS = 8192
"""Bound of a batch that is generated: `tuning.engine.generation`."""
_ADAPTER_BYTES = 4 * 4
"""Of a trained number, in fp32: itself, its gradient, and the two moments of Adam."""
_SHORTEST = 32
_NAMES: Mapping[str, str] = MappingProxyType(
    {
        "dim": "hidden_size",
        "n_heads": "num_attention_heads",
        "hidden_dim": "intermediate_size",
        "n_layers": "num_hidden_layers",
        "d_model": "hidden_size",
        "num_heads": "num_attention_heads",
        "d_ff": "intermediate_size",
        "d_kv": "head_dim",
        "num_layers": "num_hidden_layers",
    }
)
"""What DistilBERT and T5 call the sizes that all others call alike."""
_LARGEST_HEADER = 100 * 10**6
_MEASURED_ROWS = 100


@dataclass(frozen=True)
class ModelShape:
    """What memory depends on: layers of attention and a perceptron, reckoned as gated, as most are."""

    parameters: int
    layers: int
    hidden: int
    widths: int
    """Inputs and outputs of all linear modules of a layer."""
    kept: int
    """Numbers that a layer keeps of a token for those after it: keys and values."""

    @classmethod
    def from_config(cls, config: Mapping[str, Any], parameters: int) -> "ModelShape":
        """By a transformers config.json."""
        config = {_NAMES.get(name, name): value for name, value in config.items()}
        hidden, heads = int(config["hidden_size"]), int(config["num_attention_heads"])
        size = int(config.get("head_dim") or hidden // heads)
        queries, keys = heads * size, int(config.get("num_key_value_heads") or heads) * size
        attention = 2 * (hidden + queries) + 2 * (hidden + keys)
        perceptron = 3 * (hidden + int(config["intermediate_size"]))
        if config.get("is_encoder_decoder"):  # a layer of each stack, and the decoder's look at what was read
            attention, perceptron = 3 * attention, 2 * perceptron
        return cls(parameters, int(config["num_hidden_layers"]), hidden, attention + perceptron, 2 * keys)

    @classmethod
    def guessed(cls, parameters: int) -> "ModelShape":
        """About right for a small model that is not on this machine yet: 30 layers of 12 hidden² parameters."""
        hidden = math.isqrt(parameters // (30 * 12))
        config = {
            "hidden_size": hidden,
            "intermediate_size": 3 * hidden,
            "num_attention_heads": 8,
            "num_key_value_heads": 4,
            "num_hidden_layers": 30,
        }
        return cls.from_config(config, parameters)


@dataclass(frozen=True)
class MemoryEstimate:
    """Bytes by what they are for; training and answering come one after the other."""

    libraries: int
    weights: int
    """One copy of the base."""
    adapter: int
    """Its weights, their gradients and the optimizer's state."""
    training: int
    """Activations and logits of one pass, and what the lower layers computed."""
    answering: int
    """Keys and values of one batch."""

    @property
    def peak(self) -> int:
        """The most at any one time."""
        return self.libraries + self.weights + self.adapter + max(self.training, self.answering)


@dataclass(frozen=True)
class RowSizes:
    """How much is read, in train and dev."""

    rows: int
    longest: int
    """Tokens of the longest row."""


def estimate_memory(
    shape: ModelShape, spec: RunSpec, sizes: RowSizes, *, cpuinfo: Path = Path("/proc/cpuinfo")
) -> MemoryEstimate:
    """Of a run on rows of these sizes; where a time budget decides the depth, of all layers."""
    number = 2 if spec.precision == "bfloat16" or (spec.precision == "auto" and has_bfloat16(cpuinfo)) else 4
    layers = _trained_layers(spec, shape)
    of_token = layers * shape.widths * number * (13 if spec.dropout else 8) // 8  # as the engine reckons
    of_row = of_token * sizes.longest
    activations = max(min(_ACTIVATIONS, of_row * spec.batch_size), of_row)  # a row is never divided
    stored = min(_STORE, sizes.rows * sizes.longest * shape.hidden * number) if layers < shape.layers else 0
    cached = max(_CACHED_TOKENS, 2 * sizes.longest)
    return MemoryEstimate(
        libraries=_LIBRARIES,
        weights=shape.parameters * number,
        adapter=layers * shape.widths * spec.rank * _ADAPTER_BYTES,
        training=int(_FRAGMENTS * (activations + _LOGITS + stored)),
        answering=int(_FRAGMENTS * cached * shape.layers * shape.kept * number),
    )


def find_shape(entry: ModelEntry, env: Mapping[str, str]) -> ModelShape | None:
    """The shape of a model; guessed while it is not on this machine, None if nothing is known of it.

    Raises `ModelError` for files that cannot be read.
    """
    folder = model_folder(entry, env)
    if folder is None:
        return ModelShape.guessed(entry.parameters) if entry.parameters else None
    try:
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        return ModelShape.from_config(config, sum(map(_numbers_in, folder.glob("*.safetensors"))))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelError(
            f"model '{entry.name}' is damaged: its configuration or weights cannot be read ({error}); fetch it again"
        ) from error


def longest_row(prepared: Prepared, env: Mapping[str, str]) -> int:
    """Tokens of the longest row, after cutting: counted where the model's tokenizer is here, else the setting."""
    spec, splits = prepared.spec, prepared.splits
    rows = [*splits.train, *splits.dev, *splits.test]
    rows.sort(key=lambda row: len(row.input) + len(row.target), reverse=True)
    try:
        view = Tokenizers(env).view(spec.model, spec.max_length)
    except ModelError:
        return spec.max_length
    instruction = prepared.dataset.instruction
    texts = [view.render(instruction, row.input, row.target) for row in rows[:_MEASURED_ROWS]]
    return min(max(view.count_tokens(texts), default=view.window), view.window)


def check_memory(prepared: Prepared, env: Mapping[str, str], free: Callable[[], int]) -> None:
    """Raise `SettingError` if the run needs more than is free, saying what would fit.

    Rows are counted in tokens, and `free` is asked twice, only where the setting `max_length` alone would not fit.
    """
    spec, rows = prepared.spec, len(prepared.splits.train) + len(prepared.splits.dev)
    shape = find_shape(find_model(spec.model, env), env)
    if shape is None or estimate_memory(shape, spec, RowSizes(rows, spec.max_length)).peak <= free():
        return
    sizes, room = RowSizes(rows, longest_row(prepared, env)), free()
    needed = estimate_memory(shape, spec, sizes).peak
    if needed <= room:
        return
    fitting = (
        f"set {' and '.join(f'{name!r} to {value}' for name, value in change.items())}, which needs {_gb(peak)}"
        for change in _lighter(spec, shape, sizes.longest)
        if (peak := _peak_with(change, shape, spec, sizes)) <= room
    )
    advice = next(fitting, "choose a smaller model, or end other programs")
    raise SettingError(f"the run needs about {_gb(needed)} of memory, but {_gb(room)} are free; {advice}")


def _lighter(spec: RunSpec, shape: ModelShape, longest: int) -> Iterator[dict[str, int]]:
    """Settings that need less, the mildest first. The batch size is none of them: a batch goes in passes that fit."""
    layers = [{"layers": count} for count in range(_trained_layers(spec, shape) - 1, 0, -1)]
    lengths = [{"max_length": longest >> halved} for halved in range(1, 9) if longest >> halved >= _SHORTEST]
    yield from layers
    yield from lengths
    yield from ({**one, **other} for one in layers[-1:] for other in lengths)


def _peak_with(change: Mapping[str, int], shape: ModelShape, spec: RunSpec, sizes: RowSizes) -> int:
    lighter = spec.model_copy(update=dict(change))
    return estimate_memory(shape, lighter, replace(sizes, longest=min(sizes.longest, lighter.max_length))).peak


def _trained_layers(spec: RunSpec, shape: ModelShape) -> int:
    return min(layers_of(spec.layers or "all", shape.layers), shape.layers)


def _numbers_in(weights: Path) -> int:
    """How many numbers a safetensors file holds, by its header: its length in 8 bytes, then JSON."""
    with weights.open("rb") as file:
        length = int.from_bytes(file.read(8), "little")
        if not 0 < length <= _LARGEST_HEADER:
            raise ValueError(f"{weights.name} has no header")
        header = json.loads(file.read(length))
    return sum(math.prod(tensor["shape"]) for name, tensor in header.items() if name != "__metadata__")


def _gb(count: int) -> str:
    return f"{count / 1e9:.1f} GB"
