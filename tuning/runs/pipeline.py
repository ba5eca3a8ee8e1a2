"""One run from start to verdict: base answers, adapter is trained, tuned answers, checks, comparison.

The only place that calls both the engine and scoring. Everything it learns goes into the run folder; it knows nothing
of processes, queues or screens. The test split is read by predictions and by the checks on them alone.
"""

import gc
import os
import shutil
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tuning.engine.forward import CausalModel
from tuning.engine.lower_layers import lower_layers
from tuning.engine.suitability import choose_batching
from tuning.engine.training import TrainingOutcome, TrainingSettings, train_adapter
from tuning.errors import IntegrityError
from tuning.events import Started, Stopped
from tuning.models.adapter import AdapterSettings, attach_adapter, load_adapter, summarize_adapter
from tuning.models.catalog import find_model
from tuning.models.fetching import ResolvedModel, resolve_model
from tuning.models.loading import Machine, choose_machine, load_model, window
from tuning.prediction import Prediction
from tuning.runs.checking import CHECKED_ROWS, check_in_place, check_reloaded
from tuning.runs.choosing import Choice, choose_asking, rows_to_ask
from tuning.runs.control import Control
from tuning.runs.encoding import Encoded, encode_splits
from tuning.runs.looks import count_looks
from tuning.runs.measuring import Stopwatch, peak_rss
from tuning.runs.reporting import Counter, Reporter, TrainingReporter
from tuning.runs.responding import Responder, Responders
from tuning.runs.run import Run
from tuning.runs.rungs import BaseSide, Rungs, TunedSide, describe_setup, with_sides
from tuning.runs.store import RunStore
from tuning.scoring import receipt
from tuning.scoring.comparison import compare
from tuning.scoring.evidence import Evidence
from tuning.scoring.record import AdapterCard, Check, ModelCard, RowCounts, Timing

__all__ = ["execute"]


def execute(run: Run, control: Control, *, env: Mapping[str, str] | None = None) -> None:
    """Do the run. Raises `CancelledError` while there is nothing to compare, `IntegrityError` when a check fails."""
    _Pipeline(run, control, os.environ if env is None else env).execute()


@dataclass(frozen=True)
class _Training:
    """What was trained, on how many rows, and how it went."""

    base: ResolvedModel
    adapter: AdapterCard
    outcome: TrainingOutcome
    train: int
    dev: int


class _Pipeline:
    def __init__(self, run: Run, control: Control, env: Mapping[str, str]) -> None:
        self.run, self.control, self.env = run, control, env
        self.spec, self.dataset, self.splits = run.spec(), run.dataset(), run.splits()
        self.report, self.watch = Reporter(run, control), Stopwatch()

    def execute(self) -> None:
        """The run, top to bottom."""
        machine = self._start()
        with self.watch.lap("prepare_s"):
            resolved = resolve_model(find_model(self.spec.model, self.env), self.env)
            loaded = load_model(resolved.path, machine)
            longest, batching = window(loaded.model), choose_batching(loaded.model)
            responders = Responders(loaded.tokenizer, self.spec, self.dataset, self.splits, longest, batching)
            choice = self._choose(loaded.model, responders)
        responder = responders.make(choice.both)
        rungs = Rungs(responders, responder, choice.base, self.splits.test)
        encoded = self._encode(responder)

        base, base_side = self._answer_base(loaded.model, rungs)
        base_setup = describe_setup(responder, self.splits.test, machine.precision_name)
        model = attach_adapter(loaded.model, self._adapter_settings())
        training = self._train(model, encoded, resolved, machine)
        self._save_adapter(model, resolved)
        tuned, tuned_side = self._answer_tuned(model, rungs)
        tuned_setup = describe_setup(responder, self.splits.test, str(model.dtype).removeprefix("torch."))

        checks = [receipt.truncated_rows(*encoded.cuts), *self._check_in_place(model, responder, base)]
        del model, loaded  # one base in memory at a time
        gc.collect()
        checks.append(self._check_reloaded(resolved, machine, responder, tuned))
        evidence = Evidence(
            train=self.splits.train,
            variants=choice.variants,
            leaked=frozenset(self.dataset.leaked),
            margin=None if self.spec.margin is None else self.spec.margin / 100,
            base_setup=base_setup,
            tuned_setup=tuned_setup,
            looks=count_looks(self.run, RunStore(self.run.home)),
            checks=checks,
        )
        self._compare(base, tuned, with_sides(evidence, base_side, tuned_side), training)

    def _start(self) -> Machine:
        machine = choose_machine(self.spec.device, self.spec.precision)
        self.run.append(
            Started(
                at=time.time(), device=str(machine.device), precision=machine.precision_name, threads=machine.threads
            )
        )
        self.report.phase("prepare", 0, 1)
        return machine

    def _choose(self, model: CausalModel, responders: Responders) -> Choice:
        """The way of asking, from now on the same for everybody."""
        choice = choose_asking(model, responders, self.report.rows("prepare", rows_to_ask(responders)))
        self.run.write_asking(choice.both)
        return choice

    def _encode(self, responder: Responder) -> Encoded:
        encoded = encode_splits(responder, self.splits)
        cut = receipt.truncated_rows(*encoded.cuts)
        if cut.status == "warn":
            self.report.note("warning", f"{cut.detail} to {responder.prompts.max_length} tokens.".capitalize())
        return encoded

    def _answer_base(self, model: CausalModel, rungs: Rungs) -> tuple[list[Prediction], BaseSide]:
        """The base's answers to the whole test split, kept before anything is trained, and its further rungs."""
        count = self.report.rows("base", len(self.splits.test) + rungs.base_rows)
        with self.watch.lap("base_s"):
            base = self._predict(model, rungs.responder, count)
        self.run.write_predictions("base", base)
        with self.watch.lap("ladder_s"):
            return base, rungs.ask_base(model, count)

    def _answer_tuned(self, model: CausalModel, rungs: Rungs) -> tuple[list[Prediction], TunedSide]:
        """The tuned model's answers; a run that was asked to stop leaves out what is not needed for a verdict."""
        count = self.report.rows("tuned", len(self.splits.test) + rungs.tuned_rows)
        with self.watch.lap("tuned_s"):
            tuned = self._predict(model, rungs.responder, count)
        self.run.write_predictions("tuned", tuned)
        if self.report.heed("tuned"):
            count.skip()
            return tuned, TunedSide()
        with self.watch.lap("ladder_s"):
            return tuned, rungs.ask_tuned(model, count)

    def _predict(self, model: CausalModel, responder: Responder, count: Counter) -> list[Prediction]:
        """The rows that will be checked are batched among themselves, here as there."""
        head, rest = self.splits.test[:CHECKED_ROWS], self.splits.test[CHECKED_ROWS:]
        return responder.predict(model, head, count) + responder.predict(model, rest, count)

    def _train(self, model: CausalModel, encoded: Encoded, base: ResolvedModel, machine: Machine) -> _Training:
        self.report.phase("train", 0, 0)
        states = self.run.path / "states"
        batching = choose_batching(model, lower_layers(model, self.spec.layers, states))
        if batching.reason:
            self.report.note("info", batching.reason)
        settings = TrainingSettings(
            folder=self.run.path / "checkpoints",
            epochs=self.spec.epochs,
            batch_size=self.spec.batch_size,
            learning_rate=self.spec.learning_rate,
            weight_decay=self.spec.weight_decay,
            seed=self.spec.seed,
            device=machine.device.type,
            batching=batching,
        )
        reporter = TrainingReporter(self.run, self.control, self.spec.epochs)
        outcome = train_adapter(model, encoded.train, encoded.dev, settings, reporter)
        shutil.rmtree(states, ignore_errors=True)
        self.run.append(Stopped(at=time.time(), reason=outcome.reason, step=outcome.steps, best_step=outcome.best_step))
        self.watch.parts |= {"train_s": outcome.train_seconds, "dev_s": outcome.dev_seconds}
        return _Training(base, self._adapter_card(model), outcome, len(encoded.train), len(encoded.dev))

    def _save_adapter(self, model: CausalModel, resolved: ResolvedModel) -> None:
        """In PEFT's own format, naming the base as the catalog does rather than by a path of this machine."""

        def fill(folder: Path) -> None:
            model.peft_config["default"].base_model_name_or_path = resolved.entry.name
            model.save_pretrained(folder)
            (folder / "README.md").unlink(missing_ok=True)  # a template with nothing filled in

        self.run.save_folder("adapter", fill)
        shutil.rmtree(self.run.path / "checkpoints", ignore_errors=True)

    def _check_in_place(self, model: CausalModel, responder: Responder, base: list[Prediction]) -> list[Check]:
        head = self.splits.test[:CHECKED_ROWS]
        self.report.phase("check", 0, 2)
        checks = check_in_place(model, responder, head, base, lambda _: self._heed_in_check())
        self.report.phase("check", 1, 2)
        return checks

    def _check_reloaded(
        self, resolved: ResolvedModel, machine: Machine, responder: Responder, tuned: list[Prediction]
    ) -> Check:
        head = self.splits.test[:CHECKED_ROWS]
        model = load_adapter(load_model(resolved.path, machine).model, self.run.adapter_path)
        check = check_reloaded(model, responder, head, tuned, lambda _: self._heed_in_check())
        self.report.phase("check", 2, 2)
        return check

    def _heed_in_check(self) -> None:
        self.report.heed("check")

    def _compare(
        self, base: list[Prediction], tuned: list[Prediction], evidence: Evidence, training: _Training
    ) -> None:
        self.report.phase("compare", 0, 1)
        comparison = compare(base, tuned, self.dataset.task, labels=self.dataset.labels or None, evidence=evidence)
        resolved, outcome = training.base, training.outcome
        known = {
            "run": self.run.id,
            "model": ModelCard(id=resolved.entry.name, revision=resolved.revision, source=resolved.source),
            "adapter": training.adapter,
            "rows": RowCounts(train=training.train, dev=training.dev, test=len(tuned)),
            "timing": Timing(
                **{part: round(seconds, 3) for part, seconds in self.watch.parts.items()},
                total_s=round(self.watch.total(), 3),
                train_tokens=outcome.train_tokens,
                peak_rss_bytes=peak_rss(),
            ),
        }
        self.run.write_comparison(comparison.model_copy(update=known))
        self.report.phase("compare", 1, 1)
        if comparison.verdict is None:
            failed = receipt.failed(comparison.receipt)[0]
            raise IntegrityError(
                f"check failed, so there is no verdict: {failed.check}: {failed.detail}; the rows are kept"
            )

    def _adapter_settings(self) -> AdapterSettings:
        spec = self.spec
        return AdapterSettings(spec.rank, spec.alpha, spec.dropout, spec.layers, spec.seed)

    def _adapter_card(self, model: CausalModel) -> AdapterCard:
        summary, spec = summarize_adapter(model), self.spec
        return AdapterCard(
            rank=spec.rank,
            alpha=spec.alpha,
            dropout=spec.dropout,
            target_modules=summary.target_modules,
            layers=summary.layers,
            trainable_parameters=summary.trainable_parameters,
        )
