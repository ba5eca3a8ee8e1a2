"""A model's tokenizer without its weights → how the model sees rows, before anything is trained.

Loads neither torch nor weights, so a server may do it; downloads and converts nothing: a model that is not on this
machine yet is told as such. Knows no columns and no runs.
"""

import threading
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from tuning.data.lengths import ModelView, Piece
from tuning.errors import ModelError
from tuning.models.cache import cached_snapshot, models_root, recorded_revision
from tuning.models.catalog import ModelEntry, find_model, wheel_file
from tuning.models.kinds import family_of, window_of
from tuning.models.prompts import PromptFormat
from tuning.spec import FamilyName

__all__ = ["Tokenizers", "load_tokenizer", "model_folder", "view_of"]

_INPUT, _TARGET = "\u2402input\u2402", "\u2402target\u2402"
_MARKS = 100
"""More tokens than these two take."""
_PLAIN: Mapping[FamilyName, Callable[[str, str, str], Sequence[Piece]]] = MappingProxyType(
    {
        "encoder": lambda _instruction, text, _target: [Piece(text, "read")],
        "seq2seq": lambda instruction, text, target: [
            Piece(f"{instruction}\n\n{text}\n".lstrip(), "read"),
            Piece(target, "target"),
        ],
    }
)
"""How families without a chat template see a row: instruction, input and target → what it is made of."""


def model_folder(entry: ModelEntry, env: Mapping[str, str]) -> Path | None:
    """Where the model lies if it is on this machine already, whole or not."""
    if entry.source == "local":
        return Path(entry.location)
    if entry.source == "hub":
        return cached_snapshot(entry.location, entry.revision or recorded_revision(entry.location, env), env)
    folder = models_root(env) / entry.name if entry.converted else wheel_file(entry)
    return folder if folder.is_dir() else None


def load_tokenizer(folder: Path) -> Any:
    """The tokenizer of a transformers folder, by its tokenizer.json.

    `AutoTokenizer` would import torch. Raises `ModelError` for a folder without one, or one that cannot be read.
    """
    from transformers import PreTrainedTokenizerFast

    if not (folder / "tokenizer.json").is_file():
        raise ModelError(f"the model in '{folder.name}' has no tokenizer.json")
    try:
        return PreTrainedTokenizerFast.from_pretrained(folder, local_files_only=True)
    except Exception as error:  # tokenizers raises plain exceptions for a broken file
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise ModelError(f"the tokenizer in '{folder.name}' cannot be loaded: {reason}") from error


def view_of(tokenizer: Any, window: int, family: FamilyName = "decoder") -> ModelView:
    """How a model with that tokenizer sees rows of at most `window` tokens.

    Rendering raises `SettingError` for an instruction that leaves no room, `ModelError` for a useless chat template.
    """

    @lru_cache(maxsize=1)
    def frame(instruction: str) -> tuple[str, str, str]:
        PromptFormat(tokenizer, instruction, window)  # refuses an instruction that leaves no room for rows
        row = PromptFormat(tokenizer, instruction, window + _MARKS).encode(_INPUT, _TARGET)
        before, _, rest = str(tokenizer.decode([*row.prompt, *row.completion])).partition(_INPUT)
        between, found, after = rest.partition(_TARGET)
        if not found:
            raise ModelError("the model's tokenizer does not give back the text that it was given")
        return before, between, after

    def pieces(instruction: str, text: str, target: str) -> Sequence[Piece]:
        before, between, after = frame(instruction)
        opening, told, rest = before.partition(instruction) if instruction else (before, "", "")
        made = [Piece(opening, "template"), Piece(told, "read"), Piece(rest, "template"), Piece(text, "read")]
        made += [Piece(between, "template"), Piece(target, "target"), Piece(after, "template")]
        return [piece for piece in made if piece.text]

    plain = _PLAIN.get(family)

    def count_tokens(texts: Sequence[str]) -> list[int]:
        ids = tokenizer(list(texts), add_special_tokens=plain is not None)["input_ids"] if texts else []
        return list(map(len, ids))

    return ModelView(count_tokens=count_tokens, pieces=plain or pieces, window=window)


class Tokenizers:
    """The tokenizers that were needed, each loaded once."""

    def __init__(self, env: Mapping[str, str], load: Callable[[Path], Any] = load_tokenizer) -> None:
        self._env = env
        self._load = load
        self._lock = threading.Lock()
        self._loaded: dict[Path, Any] = {}

    def view(self, name: str, max_length: int) -> ModelView:
        """How the model of that name sees rows of at most `max_length` tokens. Raises `ModelError` saying why not."""
        folder = model_folder(find_model(name, self._env), self._env)
        if folder is None:
            raise ModelError("the model is fetched when the first run starts")
        with self._lock:
            if folder not in self._loaded:
                self._loaded[folder] = self._load(folder)
        return view_of(self._loaded[folder], min(max_length, window_of(folder)), family_of(folder))
