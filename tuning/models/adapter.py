"""LoRA adapters: attach to the top layers, switch off, save, load with plain PEFT, and tell what was trained.

Knows PEFT; knows nothing of data, training or runs.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import torch
from peft import LoraConfig, PeftModel, get_peft_model
from transformers import PreTrainedModel

from tuning.errors import IntegrityError, SettingError
from tuning.spec import Depth

__all__ = [
    "AdapterSettings",
    "AdapterSummary",
    "adapter_off",
    "attach_adapter",
    "check_layers",
    "load_adapter",
    "save_adapter",
    "summarize_adapter",
]

_IN_LAYER = re.compile(r"\b(layers|block|layer)\.(\d+)\.")
"""Inside a module of the list of layers, as decoders, T5 and BERT call it; T5 has a list inside of each layer, too."""


@dataclass(frozen=True)
class AdapterSettings:
    """What to attach. `layers` counts from the top of the model."""

    rank: int
    alpha: int
    dropout: float
    layers: int | Literal["all"]
    seed: int


@dataclass(frozen=True)
class AdapterSummary:
    """What an attached adapter consists of; `layers` are indices from the bottom."""

    target_modules: list[str]
    layers: list[int]
    trainable_parameters: int


def check_layers(layers: Depth | None, depth: int) -> None:
    """Raise `SettingError` for a number of layers that the model, of `depth` layers, does not have."""
    if isinstance(layers, int) and layers > depth:
        raise SettingError(f"setting 'layers' should be at most {depth}, the model's layers, but is '{layers}'")


def attach_adapter(
    model: torch.nn.Module,
    settings: AdapterSettings,
    *,
    task_type: str | None = "CAUSAL_LM",
    modules_to_save: Sequence[str] = (),
) -> PeftModel:
    """A fresh adapter on every linear module of the top layers, in fp32, and trained copies of `modules_to_save`.

    LoRA: Hu et al. 2021, arXiv 2106.09685. `task_type` is PEFT's. Raises `SettingError` for too many layers.
    """
    depth = int(model.config.num_hidden_layers)
    check_layers(settings.layers, depth)
    count = depth if settings.layers == "all" else settings.layers
    torch.manual_seed(settings.seed)
    config = LoraConfig(
        r=settings.rank,
        lora_alpha=settings.alpha,
        lora_dropout=settings.dropout,
        target_modules=_linear_names(model),
        layers_to_transform=list(range(depth - count, depth)),
        layers_pattern=_layer_list(model),
        modules_to_save=list(modules_to_save) or None,
        task_type=task_type,
    )
    attached = get_peft_model(model, config)
    assert isinstance(attached, PeftModel)
    return attached


def _layer_list(model: torch.nn.Module) -> str:
    """What the list of layers is called."""
    found = (match for name, _ in model.named_modules() if (match := _IN_LAYER.search(name)))
    return next(found)[1]


def _linear_names(model: torch.nn.Module) -> list[str]:
    """The last part of the name of every linear module inside a layer."""
    named = (name for name, module in model.named_modules() if isinstance(module, torch.nn.Linear))
    return sorted({name.rpartition(".")[2] for name in named if _IN_LAYER.search(name)})


@contextmanager
def adapter_off(model: PeftModel) -> Iterator[None]:
    """The base model, for as long as the block lasts. Raises `IntegrityError` if any adapter stays on."""
    with model.disable_adapter():
        still_on = [
            name for name, module in model.named_modules() if getattr(module, "disable_adapters", True) is False
        ]
        if still_on:
            raise IntegrityError(
                f"the adapter cannot be switched off in '{still_on[0]}', so base answers cannot be had"
            )
        yield


def load_adapter(base: PreTrainedModel, path: Path) -> PeftModel:
    """A saved adapter on a fresh base, by plain PEFT."""
    loaded = PeftModel.from_pretrained(base, path)
    loaded.eval()
    return loaded


def save_adapter(model: PeftModel, folder: Path) -> None:
    """Write an adapter in PEFT's own format."""
    model.save_pretrained(str(folder))
    (folder / "README.md").unlink(missing_ok=True)  # a template with nothing filled in


def summarize_adapter(model: PeftModel) -> AdapterSummary:
    """Read from the attached modules themselves, not from the settings."""
    trained = [(name, p) for name, p in model.named_parameters() if p.requires_grad]
    adapted = [name.partition(".lora_")[0] for name, _ in trained if ".lora_" in name]
    places = [match for name in adapted if (match := _IN_LAYER.search(name))]
    return AdapterSummary(
        target_modules=sorted({name.rpartition(".")[2] for name in adapted}),
        layers=sorted({int(place[2]) for place in places}),
        trainable_parameters=sum(p.numel() for _, p in trained),
    )
