"""Where models lie on this machine, and whether a folder is one we can use. Reads names and JSON; loads nothing.

    TUNEOFF_CACHE, else the user's cache directory for tune-off
    └── models/
        ├── NAME/            a converted model: a complete transformers folder with `tune-off.json` beside the weights
        └── revisions.json   the commit each Hub model was first downloaded at

Hub models themselves stay where huggingface_hub keeps them (HF_HUB_CACHE, HF_HOME), shared with other programs.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from platformdirs import user_cache_path

from tuning.errors import ModelError
from tuning.models.kinds import FAMILIES, read_json

__all__ = ["cached_snapshot", "check_folder", "hub_cache", "models_root", "recorded_revision"]

_TOKENIZER_FILES = ("tokenizer.json", "tokenizer.model", "vocab.json")


def models_root(env: Mapping[str, str]) -> Path:
    """The folder of converted models and of `revisions.json`; need not exist yet."""
    given = env.get("TUNEOFF_CACHE", "")
    root = Path(given).expanduser() if given else user_cache_path("tune-off", appauthor=False)
    return root / "models"


def hub_cache(env: Mapping[str, str]) -> Path:
    """Where huggingface_hub keeps its downloads, by its own rules."""
    if env.get("HF_HUB_CACHE"):
        return Path(env["HF_HUB_CACHE"]).expanduser()
    if env.get("HF_HOME"):
        return Path(env["HF_HOME"]).expanduser() / "hub"
    base = Path(env["XDG_CACHE_HOME"]).expanduser() if env.get("XDG_CACHE_HOME") else Path.home() / ".cache"
    return base / "huggingface" / "hub"


def recorded_revision(model_id: str, env: Mapping[str, str]) -> str | None:
    """The commit a Hub model was first downloaded at, None if it never was."""
    path = models_root(env) / "revisions.json"
    if not path.exists():
        return None
    revision = read_json(path).get(model_id)
    return revision if isinstance(revision, str) else None


def cached_snapshot(model_id: str, revision: str | None, env: Mapping[str, str]) -> Path | None:
    """The snapshot of that commit (None: of the branch main) in the Hub cache, None if it is not there."""
    repository = hub_cache(env) / f"models--{model_id.replace('/', '--')}"
    if revision is None:
        main = repository / "refs" / "main"
        if not main.exists():
            return None
        revision = main.read_text(encoding="utf-8").strip()
    snapshot = repository / "snapshots" / revision
    return snapshot if (snapshot / "config.json").exists() else None


def check_folder(path: Path, name: str, *, config_only: bool = False) -> None:
    """Raise `ModelError` unless the folder holds a model that can be tuned here.

    It must be complete, in safetensors, of a known family, not quantized, and run no code of its own. With
    `config_only` just the configuration is judged, before the weights are downloaded.
    """
    if not (path / "config.json").is_file():
        raise ModelError(f"model '{name}' has no config.json; give a complete transformers folder")
    _check_config(read_json(path / "config.json"), name)
    if config_only:
        return
    if (path / "adapter_config.json").exists():
        raise ModelError(f"model '{name}' is an adapter, not a model; give the base model it belongs to")
    if not any((path / file).is_file() for file in _TOKENIZER_FILES):
        raise ModelError(f"model '{name}' has no tokenizer ({', '.join(_TOKENIZER_FILES)}); it is not complete")
    if (path / "tokenizer_config.json").is_file() and "auto_map" in read_json(path / "tokenizer_config.json"):
        raise ModelError(f"model '{name}' brings code for its tokenizer, which is never run here; choose another model")
    missing = _missing_weights(path)
    if missing:
        raise ModelError(f"model '{name}' lacks {missing}; only complete weights in safetensors are loaded")


def _check_config(config: Mapping[str, Any], name: str) -> None:
    if "auto_map" in config:
        raise ModelError(f"model '{name}' brings code of its own, which is never run here; choose another model")
    if config.get("model_type") not in FAMILIES:
        known = ", ".join(FAMILIES)
        raise ModelError(f"model '{name}' is of the family {config.get('model_type')!r}; those that work are {known}")
    if config.get("quantization_config"):
        raise ModelError(f"model '{name}' is quantized; give the same model with ordinary weights")


def _missing_weights(path: Path) -> str | None:
    """The first weights file that should be there and is not."""
    index = path / "model.safetensors.index.json"
    shards = ["model.safetensors"]
    if index.is_file():
        shards = sorted({str(shard) for shard in read_json(index).get("weight_map", {}).values()}) or shards
    return next((shard for shard in shards if not (path / shard).is_file()), None)
