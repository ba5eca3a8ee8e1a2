"""A sentence encoder with a linear head: the base is a probe on frozen features, tuned is LoRA with a head of its own.

PEFT holds the pair together: the head is a module to save, so wherever the adapter is on, the trained head is, and
where it is off, the probe. There is no third state: a head is made from weights that were fitted, never at random.
Saved is what plain PEFT loads on `AutoModel`, and both heads beside it. Knows torch and PEFT; knows no data, no runs.
"""

import copy
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from peft import LoraConfig, PeftModel
from peft.utils import get_peft_model_state_dict, set_peft_model_state_dict
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file, save_file
from transformers import PreTrainedModel

from tuning.errors import ModelError
from tuning.models.adapter import AdapterSettings, attach_adapter
from tuning.models.kinds import Pooling

__all__ = [
    "HEAD_FILE",
    "Head",
    "SentenceClassifier",
    "SentenceEncoder",
    "attach_with_head",
    "load_classifier",
    "load_with_head",
    "save_with_head",
]

HEAD_FILE = "head.safetensors"
"""The trained head (`weight`, `bias`), the probe (`probe.weight`, `probe.bias`), and in its metadata what goes between
the encoder and them: `labels`, `pooling`, `normalize`, `max_length`."""
_WEIGHTS = "adapter_model.safetensors"
_ENCODER, _PLAIN = "base_model.model.encoder.model.", "base_model.model."
"""How names of the encoder's weights begin under PEFT: inside a classifier, and by itself."""
_HEAD = "base_model.model.head."


@dataclass(frozen=True)
class Head:
    """Features → one number a label."""

    weight: torch.Tensor  # (labels, features), fp32
    bias: torch.Tensor  # (labels,), fp32

    @classmethod
    def of(cls, weight: NDArray[np.float32], bias: NDArray[np.float32]) -> "Head":
        """From numbers that were fitted."""
        return cls(torch.from_numpy(weight), torch.from_numpy(bias))

    def __post_init__(self) -> None:
        if self.weight.shape[:1] != self.bias.shape or not all(t.isfinite().all() for t in (self.weight, self.bias)):
            raise ModelError(
                f"the head is damaged: {tuple(self.weight.shape)} weights, {tuple(self.bias.shape)} biases"
            )


class SentenceEncoder(torch.nn.Module):
    """A frozen encoder and its pooling: token ids → one vector a row."""

    def __init__(self, model: PreTrainedModel, pooling: Pooling) -> None:
        super().__init__()
        self.model = model.requires_grad_(requires_grad=False)
        self.pooling = pooling

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        """Features (rows, features), in fp32."""
        states = self.model(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state.float()
        if self.pooling.mode == "cls":
            pooled = states[:, 0]
        else:
            seen = attention_mask.unsqueeze(-1).float()
            pooled = (states * seen).sum(1) / seen.sum(1)
        return torch.nn.functional.normalize(pooled, dim=-1) if self.pooling.normalize else pooled

    @property
    def layers(self) -> torch.nn.ModuleList:
        """The layers, the lowest first."""
        lists = (module for module in self.model.modules() if isinstance(module, torch.nn.ModuleList))
        return next(found for found in lists if len(found) == self.model.config.num_hidden_layers)

    @property
    def config(self) -> Any:
        """The encoder's own."""
        return self.model.config

    @property
    def dtype(self) -> torch.dtype:
        """What the encoder computes in."""
        return self.model.dtype

    @property
    def device(self) -> torch.device:
        """Where it lies."""
        return self.model.device


class SentenceClassifier(torch.nn.Module):
    """A sentence encoder and a head on its features."""

    def __init__(self, encoder: SentenceEncoder, head: Head) -> None:
        super().__init__()
        labels, features = head.weight.shape
        if features != encoder.config.hidden_size:
            raise ModelError(f"the head reads {features} features, but the encoder gives {encoder.config.hidden_size}")
        self.encoder = encoder
        self.head = torch.nn.utils.skip_init(torch.nn.Linear, features, labels, device=encoder.device)
        self.head.load_state_dict({"weight": head.weight, "bias": head.bias})
        self.requires_grad_(requires_grad=False)

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        """Logits of all labels (rows, labels), in fp32."""
        logits: torch.Tensor = self.head(self.encoder(input_ids, attention_mask))
        return logits

    @property
    def config(self) -> Any:
        """The encoder's own."""
        return self.encoder.config

    @property
    def dtype(self) -> torch.dtype:
        """What the encoder computes in."""
        return self.encoder.dtype

    @property
    def device(self) -> torch.device:
        """Where it lies."""
        return self.encoder.device


def attach_with_head(model: SentenceClassifier, settings: AdapterSettings) -> PeftModel:
    """A fresh adapter, and a copy of the probe to be trained with it. Raises `SettingError` for too many layers."""
    return attach_adapter(model, settings, task_type=None, modules_to_save=["head"])


def save_with_head(model: PeftModel, folder: Path, labels: Sequence[str], max_length: int) -> None:
    """Write an adapter that plain PEFT loads on `AutoModel`, and both heads with what they need to be read."""
    state = {name: tensor.detach().cpu().contiguous() for name, tensor in get_peft_model_state_dict(model).items()}
    adapter = {_PLAIN + name.removeprefix(_ENCODER): t for name, t in state.items() if name.startswith(_ENCODER)}
    save_file(adapter, folder / _WEIGHTS, metadata={"format": "pt"})
    config = copy.deepcopy(model.peft_config["default"])
    config.task_type, config.modules_to_save, config.inference_mode = "FEATURE_EXTRACTION", None, True
    config.save_pretrained(str(folder))
    probe = model.get_base_model().head.original_module
    heads = {
        "weight": state[f"{_HEAD}weight"],
        "bias": state[f"{_HEAD}bias"],
        "probe.weight": probe.weight.detach().cpu().contiguous(),
        "probe.bias": probe.bias.detach().cpu().contiguous(),
    }
    pooling: Pooling = model.get_base_model().encoder.pooling
    about = {
        "format": "pt",
        "labels": json.dumps(list(labels)),
        "pooling": pooling.mode,
        "normalize": json.dumps(pooling.normalize),
        "max_length": str(max_length),
    }
    save_file(heads, folder / HEAD_FILE, metadata=about)


def load_classifier(encoder: SentenceEncoder, folder: Path, labels: Sequence[str]) -> SentenceClassifier:
    """The base of a saved adapter: the encoder with the probe. Raises `ModelError` for a head that is not theirs."""
    return SentenceClassifier(encoder, _read_head(folder, "probe.", labels))


def load_with_head(base: SentenceClassifier, folder: Path, labels: Sequence[str]) -> PeftModel:
    """A saved adapter and its head on their base. Raises `ModelError` unless both are whole and these labels'."""
    head = _read_head(folder, "", labels)
    config = LoraConfig.from_pretrained(str(folder))
    config.task_type, config.modules_to_save, config.inference_mode = None, ["head"], True
    model = PeftModel(base, config)
    saved = {_ENCODER + name.removeprefix(_PLAIN): tensor for name, tensor in load_file(folder / _WEIGHTS).items()}
    saved |= {f"{_HEAD}weight": head.weight, f"{_HEAD}bias": head.bias}
    wanted = get_peft_model_state_dict(model)
    if {name: tensor.shape for name, tensor in wanted.items()} != {name: t.shape for name, t in saved.items()}:
        raise ModelError(f"the adapter in '{folder.name}' is not whole, or of another model")
    set_peft_model_state_dict(model, saved)
    model.eval()
    return model


def _read_head(folder: Path, prefix: str, labels: Sequence[str]) -> Head:
    path = folder / HEAD_FILE
    try:
        with safe_open(path, "pt") as file:
            known = json.loads((file.metadata() or {}).get("labels", "null"))
            head = Head(file.get_tensor(f"{prefix}weight"), file.get_tensor(f"{prefix}bias"))
    except (OSError, SafetensorError, ValueError) as error:
        raise ModelError(
            f"the adapter in '{folder.name}' has no usable {HEAD_FILE} ({str(error).splitlines()[0]}), "
            "and without its head an encoder cannot answer; restore the file or train again"
        ) from error
    if known != list(labels) or len(head.bias) != len(labels):
        raise ModelError(f"the head in '{folder.name}' is for other labels than the run's {len(labels)}; train again")
    return head
