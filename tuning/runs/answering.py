"""New rows asked of a finished run's models, the way the run asked its test rows: for `predict`, and in parts for Try.

Knows the run folder and how its rows are asked; knows nothing of who asks.
"""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, ConfigDict

from tuning.data.examples import Example
from tuning.engine.forward import Batching
from tuning.engine.suitability import choose_batching
from tuning.errors import InputError
from tuning.models.adapter import adapter_off, load_adapter
from tuning.models.catalog import find_model
from tuning.models.fetching import resolve_model
from tuning.models.loading import LoadedModel, choose_machine, load_model, window
from tuning.prediction import Prediction
from tuning.runs.responding import Responder, Responders
from tuning.runs.run import Run
from tuning.spec import RunSpec

__all__ = ["Answers", "Base", "answer", "check_adapter", "load_base", "responder_of"]


class Answers(BaseModel):
    """Each model's predictions in the order of the inputs; None for a model that was not asked."""

    model_config = ConfigDict(frozen=True)

    base: list[Prediction] | None = None
    tuned: list[Prediction] | None = None


@dataclass(frozen=True)
class Base:
    """A base model in memory, and how rows are put through it."""

    loaded: LoadedModel
    batching: Batching


def load_base(spec: RunSpec, env: Mapping[str, str]) -> Base:
    """The base model of a run with these settings. Raises `ModelError`, `SettingError`."""
    resolved = resolve_model(find_model(spec.model, env), env)
    loaded = load_model(resolved.path, choose_machine(spec.device, spec.precision))
    return Base(loaded, choose_batching(loaded.model))


def responder_of(run: Run, base: Base) -> Responder:
    """What asks rows as the run asked its test rows."""
    tokenizer, longest = base.loaded.tokenizer, window(base.loaded.model)
    responders = Responders(tokenizer, run.spec(), run.dataset(), run.splits(), longest, base.batching)
    return responders.make(run.asking())


def check_adapter(run: Run) -> None:
    """Raise `InputError` for a run that has no adapter (yet)."""
    if not run.adapter_path.is_dir():
        raise InputError(f"run {run.id[:8]} has no adapter: it was not trained to the end")


def answer(
    run: Run, inputs: Sequence[str], *, which: Sequence[Literal["base", "tuned"]], env: Mapping[str, str] | None = None
) -> Answers:
    """Ask the run's base, its tuned model, or both, the way the run asked its test rows.

    Raises `InputError` for a run that has no adapter (yet) when tuned is asked.
    """
    if "tuned" in which:
        check_adapter(run)
    base = load_base(run.spec(), os.environ if env is None else env)
    responder = responder_of(run, base)
    examples = [Example(row=number, input=text, target="") for number, text in enumerate(inputs, 1)]

    def ask(model: object) -> list[Prediction]:
        return responder.predict(model, examples, lambda _: None)

    if "tuned" not in which:
        return Answers(base=ask(base.loaded.model))
    model = load_adapter(base.loaded.model, run.adapter_path)
    tuned = ask(model)
    if "base" not in which:
        return Answers(tuned=tuned)
    with adapter_off(model):
        return Answers(base=ask(model), tuned=tuned)
