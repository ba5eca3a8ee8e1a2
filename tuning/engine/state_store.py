"""Rows' states by key: in memory up to a bound, beyond it in a file that is mapped into memory, beyond that not at all.

Knows tensors; knows nothing of models or rows.
"""

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import numpy as np
import torch

__all__ = ["StateStore"]


@dataclass(frozen=True)
class _Place:
    """Where a tensor lies in the file."""

    offset: int
    shape: torch.Size
    dtype: torch.dtype


class StateStore:
    """Keeps CPU tensors. Its file in `folder` has no name, so that it is gone with this process however that ends."""

    def __init__(self, folder: Path, memory_bytes: int, file_bytes: int) -> None:
        self._folder = folder
        self._memory_left, self._file_left = memory_bytes, file_bytes
        self._memory: dict[bytes, torch.Tensor] = {}
        self._places: dict[bytes, _Place] = {}
        self._file: IO[bytes] | None = None

    def add(self, key: bytes, states: torch.Tensor) -> None:
        """Keep a copy of `states`, unless the key is there already or no room is left."""
        if key in self._memory or key in self._places:
            return
        if states.nbytes <= self._memory_left:
            self._memory_left -= states.nbytes
            self._memory[key] = states.clone()
        elif states.nbytes <= self._file_left:
            self._file_left -= states.nbytes
            self._places[key] = self._write(states)

    def get(self, key: bytes) -> torch.Tensor | None:
        """The tensor kept under a key, if there is one; not to be written to."""
        if key in self._places:
            return self._read(self._places[key])
        return self._memory.get(key)

    def _write(self, states: torch.Tensor) -> _Place:
        if self._file is None:
            self._file = tempfile.TemporaryFile(dir=self._folder, buffering=0)  # noqa: SIM115 - open as long as the store
        offset = self._file.seek(0, 2)
        self._file.write(states.contiguous().view(torch.uint8).numpy().data)
        return _Place(offset, states.shape, states.dtype)

    def _read(self, place: _Place) -> torch.Tensor:
        assert self._file is not None
        size = place.shape.numel() * place.dtype.itemsize
        raw = np.memmap(self._file, np.uint8, mode="c", offset=place.offset, shape=(size,))
        return torch.from_numpy(raw).view(place.dtype).reshape(place.shape)
