"""A catalog entry → a complete transformers folder on this machine: converted from a wheel, downloaded, or as it is.

`python -m tuning.models.fetching [NAME]` does it ahead of time and prints the folder. Knows no tasks, no runs.
"""

import json
import logging
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from filelock import FileLock

from tuning.errors import ModelError, TuneOffError
from tuning.models.cache import cached_snapshot, check_folder, hub_cache, models_root, recorded_revision
from tuning.models.catalog import ModelEntry, check_available, find_model, is_offline, wheel_file
from tuning.models.conversion import RECIPE, convert_gguf
from tuning.spec import DEFAULT_MODEL

__all__ = ["Convert", "Download", "ResolvedModel", "resolve_model"]

_log = logging.getLogger(__name__)

_MARKER = "tune-off.json"
_CONFIG = ("config.json",)
_WANTED = (
    "config.json",
    "generation_config.json",
    "model.safetensors",
    "model-*-of-*.safetensors",
    "model.safetensors.index.json",
    "tokenizer.json",
    "tokenizer.model",
    "tokenizer_config.json",
    "vocab.json",
    "merges.txt",
    "special_tokens_map.json",
    "added_tokens.json",
    "chat_template.jinja",
    "vocab.txt",
    "spiece.model",
    "modules.json",
    "1_Pooling/config.json",
    "sentence_bert_config.json",
)
"""Weights in safetensors, and text that configures them: nothing that is ever executed."""

Download = Callable[[str, str | None, tuple[str, ...], Path], Path]
"""(Hub id, commit or None for main, file patterns, cache folder) → the snapshot folder, named after its commit."""


Convert = Callable[[Path, Path], None]
"""(GGUF file, empty folder to fill)"""


@dataclass(frozen=True)
class ResolvedModel:
    """A model that can be loaded from `path` now."""

    entry: ModelEntry
    path: Path
    revision: str | None
    source: str
    """Where it came from, in words."""


def download_snapshot(model_id: str, revision: str | None, patterns: tuple[str, ...], cache: Path) -> Path:
    """`Download` by huggingface_hub. Raises `ModelError` with the first line of what went wrong."""
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError

    try:
        return Path(snapshot_download(model_id, revision=revision, cache_dir=cache, allow_patterns=list(patterns)))
    except (HfHubHTTPError, OSError, ValueError) as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise ModelError(f"model '{model_id}' cannot be downloaded: {reason}; choose '{DEFAULT_MODEL}'") from error


def resolve_model(
    entry: ModelEntry,
    env: Mapping[str, str] = os.environ,
    *,
    download: Download = download_snapshot,
    convert: Convert = convert_gguf,
) -> ResolvedModel:
    """Make the model ready to load. Done once; later calls answer at once. Raises `ModelError`."""
    if entry.source == "wheel" and entry.converted:
        path = _converted(entry, env, convert)
        return ResolvedModel(entry, path, entry.revision, f"wheel {entry.requirement}, dequantized")
    if entry.source == "wheel":
        path = wheel_file(entry)
        check_folder(path, entry.name)
        return ResolvedModel(entry, path, entry.revision, f"wheel {entry.requirement}")
    if entry.source == "local":
        path = Path(entry.location)
        check_folder(path, entry.name)
        return ResolvedModel(entry, path, None, f"local folder {path.name}")
    path = _snapshot(entry, env, download)
    return ResolvedModel(entry, path, path.name, f"Hub {entry.location}")


def _converted(entry: ModelEntry, env: Mapping[str, str], convert: Convert) -> Path:
    """The converted folder; whoever comes first converts, others wait for it."""
    target = models_root(env) / entry.name
    wanted = {"recipe": RECIPE, "source": entry.requirement, "file": entry.location}
    try:
        if _made_from(target) != wanted:
            source = wheel_file(entry)
            target.parent.mkdir(parents=True, exist_ok=True)
            with FileLock(target.parent / f".{entry.name}.lock"):
                if _made_from(target) != wanted:  # nobody was faster
                    _fill(target, wanted, partial(convert, source))
    except OSError as error:
        raise ModelError(
            f"model '{entry.name}' cannot be kept in '{target.parent}': {error.strerror or error}; "
            "make room there (300 MB) or set TUNEOFF_CACHE to another folder"
        ) from error
    return target


def _fill(target: Path, made_from: Mapping[str, object], convert: Callable[[Path], None]) -> None:
    """Convert beside the target and rename, so that a killed conversion leaves nothing taken for a whole one."""
    _log.info("Converting %s, once; this takes about a minute.", target.name)
    for leftover in target.parent.glob(f".{target.name}-*"):  # we hold the lock: nobody is filling these
        shutil.rmtree(leftover)
    fresh = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    convert(fresh)
    check_folder(fresh, target.name)
    (fresh / _MARKER).write_text(json.dumps(made_from, indent=2) + "\n", encoding="utf-8")
    for file in fresh.iterdir():
        file.chmod(0o644)
        _sync(file)
    fresh.chmod(0o755)
    if target.exists():
        old = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
        target.replace(old / "old")
        fresh.replace(target)
        shutil.rmtree(old)
    else:
        fresh.replace(target)
    _sync(target.parent)


def _made_from(folder: Path) -> dict[str, object] | None:
    """What a converted folder was made from; None if there is none, or none that is whole."""
    try:
        values: dict[str, object] = json.loads((folder / _MARKER).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return None
    return values


def _sync(path: Path) -> None:
    """Make what is written survive a power cut. Windows can sync files only, and only those open for writing."""
    if os.name == "nt" and path.is_dir():
        return
    descriptor = os.open(path, os.O_RDONLY if os.name != "nt" else os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _snapshot(entry: ModelEntry, env: Mapping[str, str], download: Download) -> Path:
    """The model's files in the Hub cache: at the pinned commit, else at the one recorded when it first came."""
    check_available(entry, env)
    revision = entry.revision or recorded_revision(entry.location, env)
    path = cached_snapshot(entry.location, revision, env) if revision or is_offline(env) else None
    if path is None or not _is_whole(path, entry.name):
        # The configuration first: a model that is refused need not be downloaded.
        config = download(entry.location, revision, _CONFIG, hub_cache(env))
        check_folder(config, entry.name, config_only=True)
        path = download(entry.location, config.name, _WANTED, hub_cache(env))
        check_folder(path, entry.name)
    if not entry.revision:
        _record(entry.location, path.name, env)
    return path


def _is_whole(path: Path, name: str) -> bool:
    """Whether a snapshot can be used as it is, not one whose download was cut short."""
    try:
        check_folder(path, name)
    except ModelError:
        return False
    return True


def _record(model_id: str, revision: str, env: Mapping[str, str]) -> None:
    """Remember the commit, so that the next run uses the same one."""
    path = models_root(env) / "revisions.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(path.with_name(".revisions.lock")):
        revisions = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
        if revisions.get(model_id) == revision:
            return
        fresh = path.with_name(".revisions.json")
        fresh.write_text(json.dumps({**revisions, model_id: revision}, indent=2) + "\n", encoding="utf-8")
        _sync(fresh)
        fresh.replace(path)


def main(arguments: list[str]) -> int:
    """Resolve the model of that name, the default without one, and print its folder."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    try:
        print(resolve_model(find_model(arguments[0] if arguments else DEFAULT_MODEL)).path)  # noqa: T201
    except TuneOffError as error:
        print(error, file=sys.stderr)  # noqa: T201
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
