"""A model folder → weights and tokenizer on the device and in the precision that suit this machine.

Knows transformers and the machine; knows nothing of where the folder came from, of adapters or of data.
"""

import ctypes
import gc
import os
import platform
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

import torch
from transformers import AutoModel, AutoModelForCausalLM, AutoModelForSeq2SeqLM, AutoTokenizer, GenerationConfig
from transformers.utils import logging as transformers_logging

from tuning.errors import ModelError, SettingError
from tuning.models.devices import processor_name
from tuning.models.kinds import window_of
from tuning.spec import FamilyName

__all__ = ["LoadedModel", "Machine", "choose_machine", "give_memory_back", "load_model"]

_PRECISIONS = {"float32": torch.float32, "bfloat16": torch.bfloat16}
_CLASSES: Mapping[FamilyName, Any] = MappingProxyType(
    {"decoder": AutoModelForCausalLM, "encoder": AutoModel, "seq2seq": AutoModelForSeq2SeqLM}
)


@dataclass(frozen=True)
class Machine:
    """Where and how to compute."""

    device: torch.device
    precision: torch.dtype
    threads: int

    @property
    def processor(self) -> str:
        """What its maker calls it, empty where nobody says."""
        return str(torch.cuda.get_device_name(self.device)) if self.device.type == "cuda" else processor_name()

    @property
    def precision_name(self) -> str:
        """As settings and events spell it."""
        return str(self.precision).removeprefix("torch.")


@dataclass(frozen=True)
class LoadedModel:
    """Weights and tokenizer of one model."""

    model: Any
    """A transformers model, or what a family makes of one."""
    tokenizer: Any
    window: int
    """The longest sequence the model was made for, in tokens."""


def choose_machine(
    device: Literal["auto", "cpu", "cuda", "mps"] = "auto", precision: Literal["auto", "float32", "bfloat16"] = "auto"
) -> Machine:
    """What is there, unless the settings say otherwise. Raises `SettingError` for a device this machine lacks."""
    there = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available(), "cpu": True}
    usable = [name for name, found in there.items() if found]
    if device != "auto" and device not in usable:
        raise SettingError(f"setting 'device' is '{device}', but this machine has only {', '.join(usable)}")
    place = usable[0] if device == "auto" else device
    chosen = _PRECISIONS.get(precision) or (torch.bfloat16 if _fast_bfloat16(place) else torch.float32)
    return Machine(torch.device(place), chosen, _threads())


def _fast_bfloat16(device: str) -> bool:
    """Whether bf16 products are computed by the hardware; emulated, they are many times slower than fp32."""
    if device == "cuda":
        return torch.cuda.is_bf16_supported(including_emulation=False)
    if device == "cpu":
        # torch has no public question for this in the releases we support.
        return bool(torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported())  # noqa: SLF001
    return False


def _threads() -> int:
    """All cores on a small machine, where low priority is the server's breath; one fewer on a larger one."""
    cores = os.cpu_count() or 1
    if hasattr(os, "sched_getaffinity"):  # absent on macOS and Windows
        cores = len(os.sched_getaffinity(0))
    return cores if cores <= 2 else cores - 1


def load_model(path: Path, machine: Machine, family: FamilyName = "decoder") -> LoadedModel:
    """Load a complete transformers folder: safetensors only, no code from the folder. Raises `ModelError`."""
    torch.set_num_threads(machine.threads)
    transformers_logging.disable_progress_bar()
    try:
        tokenizer = AutoTokenizer.from_pretrained(path, trust_remote_code=False, local_files_only=True)
        model = _CLASSES[family].from_pretrained(
            path,
            dtype=machine.precision,
            use_safetensors=True,
            trust_remote_code=False,
            local_files_only=True,
            attn_implementation="sdpa" if family == "decoder" else None,  # not every encoder has it
        )
    except (OSError, ValueError, KeyError) as error:
        raise ModelError(f"the model in '{path.name}' cannot be loaded: {str(error).splitlines()[0]}") from error
    if model.can_generate():
        # A model's own sampling habits would make the answers random and two models' decoding different.
        model.generation_config = GenerationConfig(
            do_sample=False, decoder_start_token_id=model.generation_config.decoder_start_token_id
        )
    model.eval()
    return LoadedModel(model.to(machine.device), tokenizer, window_of(path))


def give_memory_back() -> None:
    """Return what models took that nobody holds any more; glibc keeps freed blocks, and the next load comes on top."""
    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
    if platform.libc_ver()[0] == "glibc":
        ctypes.CDLL(None).malloc_trim(0)
