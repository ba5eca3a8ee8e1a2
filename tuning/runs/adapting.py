"""The part of a run that learns: adapter on, train and dev rows in, the adapter of the best dev score kept.

Knows the engine and the run folder; knows nothing of answers, scores or what the rows say.
"""

import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tuning.engine.batching import RowTokens
from tuning.engine.forward import CausalModel
from tuning.engine.training import TrainingOutcome, TrainingSettings, train_adapter
from tuning.events import Note, Stopped
from tuning.models.adapter import AdapterSettings, summarize_adapter
from tuning.models.loading import Machine
from tuning.runs.budget import BudgetPlan
from tuning.runs.control import Control
from tuning.runs.families.family import Family, Rows
from tuning.runs.reporting import TrainingReporter
from tuning.runs.run import Run
from tuning.scoring.record import AdapterCard
from tuning.spec import RunSpec

__all__ = ["Adapting", "Trained"]


@dataclass(frozen=True)
class Trained:
    """What was trained, on how many rows, and how it went."""

    adapter: AdapterCard
    outcome: TrainingOutcome
    train: int
    """Rows that were seen."""
    unseen: int
    """Rows that there was no time for."""
    dev: int


@dataclass(frozen=True)
class Adapting:
    """How one run's adapter is made."""

    run: Run
    control: Control
    spec: RunSpec
    machine: Machine
    family: Family
    plan: BudgetPlan
    """How many of the top layers get an adapter, and how many rows a step has."""
    look: Callable[[CausalModel, int], None]
    """Asks the model something after so many steps, whenever the dev rows are scored."""

    def attach(self, base: CausalModel) -> CausalModel:
        """The base with a fresh adapter. Raises `SettingError` for more layers than there are."""
        spec = self.spec
        settings = AdapterSettings(spec.rank, spec.alpha, spec.dropout, self.plan.layers, spec.seed)
        return self.family.attach(base, settings)

    def train(self, model: CausalModel, train: list[RowTokens], dev: list[RowTokens], seconds: float | None) -> Trained:
        """Train what `attach` gave, for so many seconds at most (None: as long as its epochs take)."""
        batching = self.family.training_batching(model, self.plan.layers, self.run.states_path)
        if batching.reason:
            self.run.append(Note(at=time.time(), level="info", message=batching.reason))
        spec = self.spec
        settings = TrainingSettings(
            folder=self.run.path / "checkpoints",
            epochs=spec.most_epochs,
            batch_size=self.plan.batch_size,
            learning_rate=spec.learning_rate,
            weight_decay=spec.weight_decay,
            seed=spec.seed,
            device=self.machine.device.type,
            batching=batching,
            seconds=seconds,
            expected_steps=max(round(self.plan.epochs * len(train) / self.plan.batch_size), 1),
        )
        epoch_steps = -(-len(train) // self.plan.batch_size)
        reporter = TrainingReporter(self.run, self.control, epoch_steps, partial(self.look, model))
        outcome = train_adapter(model, train, dev, settings, reporter)
        self.run.append(Stopped(at=time.time(), reason=outcome.reason, step=outcome.steps, best_step=outcome.best_step))
        seen = min(outcome.steps * self.plan.batch_size, len(train))
        return Trained(self._card(model), outcome, seen, len(train) - seen, len(dev))

    def save(self, model: CausalModel, base_name: str, rows: Rows) -> None:
        """In PEFT's own format, naming the base as the catalog does rather than by a path of this machine."""

        def fill(folder: Path) -> None:
            model.peft_config["default"].base_model_name_or_path = base_name
            self.family.save(model, folder, rows)

        self.run.save_folder("adapter", fill)
        shutil.rmtree(self.run.path / "checkpoints", ignore_errors=True)

    def _card(self, model: CausalModel) -> AdapterCard:
        summary, spec = summarize_adapter(model), self.spec
        return AdapterCard(
            rank=spec.rank,
            alpha=spec.alpha,
            dropout=spec.dropout,
            target_modules=summary.target_modules,
            layers=summary.layers,
            trainable_parameters=summary.trainable_parameters,
        )
