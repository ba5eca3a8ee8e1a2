"""What kind of model a transformers folder holds, told by its JSON files alone: family, window, and pooling.

Needs neither torch nor weights, so a server may ask. Knows nothing of catalogs or of where the folder came from.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from tuning.errors import ModelError, SettingError
from tuning.spec import DEFAULT_MODEL, FamilyName, Task

__all__ = ["FAMILIES", "Pooling", "check_task", "family_of", "read_config", "read_json", "read_pooling", "window_of"]

FAMILIES: Mapping[str, FamilyName] = MappingProxyType(
    {
        **dict.fromkeys(("llama", "mistral", "qwen2", "qwen3"), "decoder"),
        **dict.fromkeys(("bert", "distilbert", "roberta", "xlm-roberta", "deberta-v2", "modernbert"), "encoder"),
        **dict.fromkeys(("t5", "mt5"), "seq2seq"),
    }
)
"""By `model_type`: plain decoders, sentence encoders, encoder-decoders. Others need care that nobody has taken yet."""

_TASKS: Mapping[FamilyName, frozenset[Task]] = MappingProxyType(
    {
        "decoder": frozenset(Task),
        "encoder": frozenset({Task.CLASSIFY}),
        "seq2seq": frozenset({Task.GENERATE}),
    }
)
_REFUSED: Mapping[FamilyName, str] = MappingProxyType(
    {
        "encoder": "is a sentence encoder: it chooses among labels and writes no text",
        "seq2seq": "is an encoder-decoder, which is here for writing text, not for labels",
    }
)
_RELATIVE_WINDOW = 512
"""Of models without absolute positions that name no length: what T5 was trained on."""
_OFFSET_TYPES = frozenset({"roberta", "xlm-roberta"})
"""Their positions begin after the padding's, which takes two of those that the configuration counts."""


class Pooling(BaseModel):
    """How the states of a text's tokens become one vector."""

    model_config = ConfigDict(frozen=True)

    mode: Literal["mean", "cls"]
    """The mean of all tokens, or the first one."""
    normalize: bool = False
    """Whether the vector is brought to length 1."""


def family_of(folder: Path) -> FamilyName:
    """The family of the model in a folder. Raises `ModelError` for one that is not known."""
    kind = read_config(folder).get("model_type")
    if not isinstance(kind, str) or kind not in FAMILIES:
        raise ModelError(f"the model in '{folder.name}' is of the family {kind!r}; there are {', '.join(FAMILIES)}")
    return FAMILIES[kind]


def check_task(name: str, family: FamilyName, task: Task) -> None:
    """Raise `SettingError` if models of that family cannot learn the task."""
    if task in _TASKS[family]:
        return
    raise SettingError(
        f"model '{name}' {_REFUSED[family]}, but the task is '{task}'; "
        f"choose a language model such as '{DEFAULT_MODEL}', or another task"
    )


def window_of(folder: Path) -> int:
    """The longest sequence that the model was made for, in tokens. Raises `ModelError` where it does not say."""
    config, sentences = read_config(folder), folder / "sentence_bert_config.json"
    default = _RELATIVE_WINDOW if FAMILIES.get(str(config.get("model_type"))) == "seq2seq" else None
    try:
        named: Any = config.get("max_position_embeddings") or config.get("n_positions") or default
        longest = int(named)
        if config.get("model_type") in _OFFSET_TYPES:
            longest -= 2
        own = read_json(sentences).get("max_seq_length") if sentences.is_file() else None
        return min(longest, int(own)) if own else longest
    except (TypeError, ValueError) as error:
        raise ModelError(f"the model in '{folder.name}' does not say how long its rows may be") from error


def read_pooling(folder: Path) -> Pooling:
    """As sentence-transformers notes it beside the weights, else as models of the type classify.

    Raises `ModelError` for a model that makes its vectors in more steps than these.
    """
    steps = folder / "modules.json"
    if not steps.is_file():
        config = read_config(folder)
        return Pooling(mode="mean" if config.get("classifier_pooling") == "mean" else "cls")
    kinds = {str(step["type"]).rpartition(".")[2]: str(step["path"]) for step in json.loads(steps.read_bytes())}
    unknown = set(kinds) - {"Transformer", "Pooling", "Normalize"}
    flags = read_json(folder / kinds["Pooling"] / "config.json") if "Pooling" in kinds else {}
    modes = [name for name, on in flags.items() if name.startswith("pooling_mode_") and on]
    known: dict[str, Literal["mean", "cls"]] = {"pooling_mode_mean_tokens": "mean", "pooling_mode_cls_token": "cls"}
    if unknown or len(modes) != 1 or modes[0] not in known:
        how = ", ".join(sorted(unknown) or modes) or "no pooling"
        raise ModelError(f"the model in '{folder.name}' makes its vectors by {how}, which is not supported")
    return Pooling(mode=known[modes[0]], normalize="Normalize" in kinds)


def read_config(folder: Path) -> dict[str, Any]:
    """The model's own configuration. Raises `ModelError` if it cannot be read."""
    return read_json(folder / "config.json")


def read_json(path: Path) -> dict[str, Any]:
    """One of a model's files. Raises `ModelError` unless it holds a JSON object."""
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ModelError(f"'{path}' cannot be read ({error}); delete it and try again") from error
    if not isinstance(values, dict):
        raise ModelError(f"'{path}' must hold a JSON object; delete it and try again")
    return values
