"""New rows asked of a finished run's models, the way the run asked its test rows: for `predict`, and in parts for Try.

Knows the run folder and how its rows are asked; knows nothing of who asks.
"""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol

from pydantic import BaseModel, ConfigDict

from tuning.data.examples import Example
from tuning.engine.forward import Batching
from tuning.errors import InputError
from tuning.models.adapter import adapter_off
from tuning.models.kept_adapters import KeptAdapters
from tuning.models.loading import choose_machine
from tuning.prediction import Prediction
from tuning.runs.families.family import Family
from tuning.runs.families.subject import find_subject
from tuning.runs.responding import Responder, Responders
from tuning.runs.run import Run

__all__ = ["Adapters", "Answers", "Base", "answer", "check_adapter", "load_base", "responder_of"]


class Answers(BaseModel):
    """Each model's predictions in the order of the inputs; None for a model that was not asked."""

    model_config = ConfigDict(frozen=True)

    base: list[Prediction] | None = None
    tuned: list[Prediction] | None = None


@dataclass(frozen=True)
class Base:
    """A run's base model in memory, and how rows are put through it."""

    run: Run
    family: Family
    model: Any
    tokenizer: Any
    window: int
    batching: Batching

    def serves(self, run: Run) -> bool:
        """Whether it is the base of that run, too."""
        ours, theirs = self.run.spec(), run.spec()
        same = (ours.model, ours.device, ours.precision) == (theirs.model, theirs.device, theirs.precision)
        return same and (run.id == self.run.id or not self.family.own_base)

    def adapters(self) -> "Adapters":
        """The adapters of the runs that it serves. Raises `ModelError` for one that is not whole."""
        return _Own(self.tuned()) if self.family.own_base else KeptAdapters(self.model)

    def tuned(self) -> Any:
        """The base with the adapter of its run on. Raises `ModelError` for an adapter that is not whole."""
        return self.family.restore(self.model, self.run.adapter_path, self.run.dataset().labels)


class Adapters(Protocol):
    """Adapters on one base, each loaded when it is needed."""

    def use(self, name: str, path: Path) -> Any:
        """The model with the adapter of that name on."""


@dataclass(frozen=True)
class _Own:
    """The one adapter of a base that only one run has."""

    model: Any

    def use(self, name: str, path: Path) -> Any:  # noqa: ARG002 - there is no other
        return self.model


def load_base(run: Run, env: Mapping[str, str]) -> Base:
    """The base model of a run. Raises `ModelError`, `SettingError`."""
    spec = run.spec()
    subject = find_subject(spec.model, env, choose_machine(spec.device, spec.precision))
    family, loaded = subject.family, subject.load()
    model = family.restore_base(loaded, run.adapter_path, run.dataset().labels)
    return Base(run, family, model, loaded.tokenizer, loaded.window, family.batching(model))


def responder_of(run: Run, base: Base) -> Responder:
    """What asks rows as the run asked its test rows."""
    responders = Responders(
        base.family, base.tokenizer, run.spec(), run.dataset(), run.splits(), base.window, base.batching
    )
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
    base = load_base(run, os.environ if env is None else env)
    responder = responder_of(run, base)
    examples = [Example(row=number, input=text, target="") for number, text in enumerate(inputs, 1)]

    def ask(model: object) -> list[Prediction]:
        return responder.predict(model, examples, lambda _: None)

    if "tuned" not in which:
        return Answers(base=ask(base.model))
    model = base.tuned()
    tuned = ask(model)
    if "base" not in which:
        return Answers(tuned=tuned)
    with adapter_off(model):
        return Answers(base=ask(model), tuned=tuned)
