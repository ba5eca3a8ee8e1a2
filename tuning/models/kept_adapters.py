"""Several saved adapters on one base model, the latest ones in memory. Knows PEFT; knows nothing of runs or data."""

from collections import OrderedDict
from pathlib import Path
from typing import Any

from peft import PeftModel

__all__ = ["KeptAdapters"]


class KeptAdapters:
    """The adapters that were used last: at most `most`, in at most `most_bytes`; the one in use always stays."""

    def __init__(self, base: Any, *, most: int = 4, most_bytes: int = 400_000_000) -> None:
        self._base = base
        self._most = most
        self._most_bytes = most_bytes
        self._model: PeftModel | None = None
        self._bytes: OrderedDict[str, int] = OrderedDict()

    @property
    def names(self) -> list[str]:
        """What is kept, the one used last at the end."""
        return list(self._bytes)

    def use(self, name: str, path: Path) -> PeftModel:
        """The model with the adapter of that name on, loaded from `path` unless it is kept. A name has no dot."""
        if name not in self._bytes:
            model = self._load(name, path)
            own = (parameter.nbytes for key, parameter in model.named_parameters() if f".{name}." in key)
            self._bytes[name] = sum(own)
        assert self._model is not None
        self._bytes.move_to_end(name)
        self._model.set_adapter(name)
        self._forget(self._model)
        return self._model

    def _load(self, name: str, path: Path) -> PeftModel:
        if self._model is None:
            self._model = PeftModel.from_pretrained(self._base, path, adapter_name=name)
        else:
            self._model.load_adapter(str(path), adapter_name=name)
        self._model.eval()
        return self._model

    def _forget(self, model: PeftModel) -> None:
        while len(self._bytes) > 1 and (len(self._bytes) > self._most or sum(self._bytes.values()) > self._most_bytes):
            oldest, _ = self._bytes.popitem(last=False)
            model.delete_adapter(oldest)
