"""Which kinds of processor a machine has, as far as files and names tell: torch, which is sure, takes seconds to load.

Only for what is offered to choose from; whether a device can be used is for `tuning.models.loading` to say.
"""

from ctypes.util import find_library
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from platform import machine, processor, system

__all__ = ["Hardware", "devices", "has_bfloat16", "processor_name"]

_BFLOAT16_FLAGS = frozenset({"avx512_bf16", "amx_tile"})
_GPU_FILES = ("nvidia[0-9]*", "dxg", "kfd")
"""Of NVIDIA, of any GPU below Windows, of AMD, which torch calls cuda too."""


@dataclass(frozen=True)
class Hardware:
    """What a machine says of itself."""

    system: str
    processor: str
    """These two as `platform` spells them."""
    torch: str
    """The version; its end says what it was built for."""
    files: Path = Path("/dev")
    """The folder of device files."""

    @classmethod
    def here(cls) -> "Hardware":
        """This machine."""
        return cls(system(), machine(), version("torch"))


def devices(hardware: Hardware) -> list[str]:
    """What may be chosen there as the setting `device`."""
    gpu = not hardware.torch.endswith("+cpu") and _has_gpu(hardware)
    apple = hardware.system == "Darwin" and hardware.processor == "arm64"
    return ["auto", "cpu", *["cuda"] * gpu, *["mps"] * apple]


def processor_name(cpuinfo: Path = Path("/proc/cpuinfo")) -> str:
    """What a machine's maker calls its processor, empty where nobody says."""
    if not cpuinfo.exists():
        return processor()
    lines = cpuinfo.read_text(encoding="utf-8").splitlines()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")


def has_bfloat16(cpuinfo: Path = Path("/proc/cpuinfo")) -> bool:
    """Whether the processor computes in bf16, as torch would find; unknown outside Linux, and taken for no."""
    try:
        text = cpuinfo.read_text(encoding="utf-8")
    except OSError:
        return False
    flags = next((line for line in text.splitlines() if line.startswith("flags")), "")
    return not _BFLOAT16_FLAGS.isdisjoint(flags.split())


def _has_gpu(hardware: Hardware) -> bool:
    if hardware.system == "Windows":
        return find_library("nvcuda") is not None
    return any(any(hardware.files.glob(name)) for name in _GPU_FILES)
