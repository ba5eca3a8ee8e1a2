"""LoRA adapters: attach to the top layers, switch off, save, load with plain PEFT, and tell what was trained.

Knows PEFT; knows nothing of data, training or runs.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import torch
from peft import LoraConfig, PeftModel, get_peft_model
from transformers import PreTrainedModel

from tuning.errors import IntegrityError, SettingError

__all__ = ["AdapterSettings", "AdapterSummary", "adapter_off", "attach_adapter", "load_adapter", "summarize_adapter"]


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


def attach_adapter(model: PreTrainedModel, settings: AdapterSettings) -> PeftModel:
    """A fresh adapter on every linear layer of the top layers, in fp32. Raises `SettingError` for too many layers.

    LoRA: Hu et al. 2021, arXiv 2106.09685.
    """
    depth = int(model.config.num_hidden_layers)
    if settings.layers != "all" and settings.layers > depth:
        raise SettingError(
            f"setting 'layers' should be at most {depth}, the model's layers, but is '{settings.layers}'"
        )
    count = depth if settings.layers == "all" else settings.layers
    torch.manual_seed(settings.seed)
    config = LoraConfig(
        r=settings.rank,
        lora_alpha=settings.alpha,
        lora_dropout=settings.dropout,
        target_modules=_linear_names(model),
        layers_to_transform=list(range(depth - count, depth)),
        layers_pattern="layers",
        task_type="CAUSAL_LM",
    )
    attached = get_peft_model(model, config)
    assert isinstance(attached, PeftModel)
    return attached


def _linear_names(model: PreTrainedModel) -> list[str]:
    """The last part of the name of every linear module inside a decoder layer."""
    named = (name for name, module in model.named_modules() if isinstance(module, torch.nn.Linear))
    return sorted({match[1] for name in named if (match := re.search(r"\blayers\.\d+\..*?(\w+)$", name))})


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


def summarize_adapter(model: PeftModel) -> AdapterSummary:
    """Read from the attached modules themselves, not from the settings."""
    trained = [(name, p) for name, p in model.named_parameters() if p.requires_grad]
    places = [match for name, _ in trained if (match := re.search(r"\blayers\.(\d+)\..*?(\w+)\.lora_", name))]
    return AdapterSummary(
        target_modules=sorted({place[2] for place in places}),
        layers=sorted({int(place[1]) for place in places}),
        trainable_parameters=sum(p.numel() for _, p in trained),
    )
