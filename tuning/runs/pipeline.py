"""One run from start to verdict: base answers, adapter is trained, tuned answers, checks, comparison.

The only place that calls both the engine and scoring. Everything it learns goes into the run folder; it knows nothing
of processes, queues or screens. The test split is read by the two predictions and by the checks on them alone.
"""

import gc
import os
import shutil
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import psutil

from tuning.data.examples import Example
from tuning.engine.batching import RowTokens
from tuning.engine.prediction import CausalModel
from tuning.engine.training import TrainingOutcome, TrainingSettings, train_adapter
from tuning.engine.verification import logits_difference, stock_difference
from tuning.errors import CancelledError, IntegrityError
from tuning.events import DevScored, Note, Phase, PhaseName, Started, Step, Stopped
from tuning.models.adapter import AdapterSettings, adapter_off, attach_adapter, load_adapter, summarize_adapter
from tuning.models.catalog import find_model
from tuning.models.fetching import ResolvedModel, resolve_model
from tuning.models.loading import LoadedModel, Machine, choose_machine, load_model, window
from tuning.prediction import Prediction
from tuning.runs.control import Control
from tuning.runs.responding import Responder, make_responder
from tuning.runs.run import Run
from tuning.scoring import receipt
from tuning.scoring.comparison import compare
from tuning.scoring.record import AdapterCard, Check, ModelCard, RowCounts, Timing

__all__ = ["CHECKED_ROWS", "execute"]

CHECKED_ROWS = 16
"""Test rows, the first ones, that are answered again by the checks; they are always batched among themselves."""
_STOCK_BOUND = {"float32": 1e-3, "bfloat16": 5e-2}
"""Nats a token: rounding alone stays well under it."""


def execute(run: Run, control: Control, *, env: Mapping[str, str] | None = None) -> None:
    """Do the run. Raises `CancelledError` while there is nothing to compare, `IntegrityError` when a check fails."""
    _Pipeline(run, control, os.environ if env is None else env).execute()


@dataclass
class _Stopwatch:
    """Seconds by part."""

    started: float = field(default_factory=time.perf_counter)
    parts: dict[str, float] = field(default_factory=dict)

    def lap(self, part: str, since: float) -> None:
        self.parts[part] = time.perf_counter() - since


class _Pipeline:
    def __init__(self, run: Run, control: Control, env: Mapping[str, str]) -> None:
        self.run, self.control, self.env = run, control, env
        self.spec, self.dataset, self.splits = run.spec(), run.dataset(), run.splits()
        self.watch = _Stopwatch()

    def execute(self) -> None:
        """The run, top to bottom."""
        machine = choose_machine(self.spec.device, self.spec.precision)
        self.run.append(
            Started(
                at=time.time(), device=str(machine.device), precision=machine.precision_name, threads=machine.threads
            )
        )
        begun = self._begin("prepare", 1)
        resolved = resolve_model(find_model(self.spec.model, self.env), self.env)
        loaded = load_model(resolved.path, machine)
        responder = make_responder(loaded.tokenizer, self.spec, self.dataset, self.splits, window(loaded.model))
        train, dev, cut = self._encode(responder)
        self._phase("prepare", 1, 1)
        self.watch.lap("prepare_s", begun)

        base = self._answer("base", loaded.model, responder)
        self.run.write_predictions("base", base)

        model = attach_adapter(loaded.model, _adapter_settings(self))
        outcome = self._train(model, train, dev, machine)
        card = _adapter_card(self, model)
        self._save_adapter(model, resolved)
        tuned = self._answer("tuned", model, responder)
        self.run.write_predictions("tuned", tuned)

        checks = [receipt.same_rows(base, tuned), *self._check_in_place(model, responder, base), *cut]
        del model, loaded  # one base in memory at a time
        gc.collect()
        checks.append(self._check_reloaded(resolved, machine, responder, tuned))
        self._compare(base, tuned, checks, _Evidence(resolved, card, outcome, len(train), len(dev)))

    def _encode(self, responder: Responder) -> tuple[list[RowTokens], list[RowTokens], list[Check]]:
        """Train and dev rows as tokens, and what the receipt says of rows cut or leaked."""

        def encoded(examples: list[Example]) -> tuple[list[RowTokens], int]:
            rows = [responder.prompts.encode(example.input, example.target) for example in examples]
            return [RowTokens(row.prompt, row.completion) for row in rows], sum(row.truncated for row in rows)

        train, cut_train = encoded(self.splits.train)
        dev, cut_dev = encoded(self.splits.dev)
        cut_test = sum(responder.prompts.encode(example.input, None).truncated for example in self.splits.test)
        truncated = receipt.truncated_rows(
            receipt.RowShare("train", cut_train, len(train)),
            receipt.RowShare("dev", cut_dev, len(dev)),
            receipt.RowShare("test", cut_test, len(self.splits.test)),
        )
        if truncated.status == "warn":
            self._note("warning", f"{truncated.detail} to {responder.prompts.max_length} tokens.".capitalize())
        known = {_normal(example.input) for example in self.splits.train}
        leaked = sum(_normal(example.input) in known for example in self.splits.test)
        return train, dev, [receipt.leaked_rows(leaked, len(self.splits.test)), truncated]

    def _answer(self, which: Literal["base", "tuned"], model: CausalModel, responder: Responder) -> list[Prediction]:
        """The model's answers to the whole test split."""
        test = self.splits.test
        begun = self._begin(which, len(test))
        done = 0

        def on_rows(count: int) -> None:
            nonlocal done
            done += count
            if count:
                left = (time.perf_counter() - begun) / done * (len(test) - done)
                self._phase(which, done, len(test), left)
            self._heed(which)

        head, rest = test[:CHECKED_ROWS], test[CHECKED_ROWS:]
        answers = responder.predict(model, head, on_rows) + responder.predict(model, rest, on_rows)
        self.watch.lap(f"{which}_s", begun)
        return answers

    def _heed(self, which: PhaseName) -> None:
        """Give way to a cancel: before training there is nothing to compare; after it, comparing is giving way."""
        if self.control.stop_requested() is None:
            return
        self.control.acknowledge()
        if which == "base":
            raise CancelledError("Cancelled while the base model answered; nothing was trained.")

    def _train(
        self, model: CausalModel, train: list[RowTokens], dev: list[RowTokens], machine: Machine
    ) -> TrainingOutcome:
        self._begin("train", 0)
        settings = TrainingSettings(
            folder=self.run.path / "checkpoints",
            epochs=self.spec.epochs,
            batch_size=self.spec.batch_size,
            learning_rate=self.spec.learning_rate,
            weight_decay=self.spec.weight_decay,
            seed=self.spec.seed,
            device=machine.device.type,
        )
        outcome = train_adapter(model, train, dev, settings, _Observer(self))
        self.run.append(Stopped(at=time.time(), reason=outcome.reason, step=outcome.steps, best_step=outcome.best_step))
        self.watch.parts |= {"train_s": outcome.train_seconds, "dev_s": outcome.dev_seconds}
        return outcome

    def _save_adapter(self, model: CausalModel, resolved: ResolvedModel) -> None:
        """In PEFT's own format, naming the base as the catalog does rather than by a path of this machine."""

        def fill(folder: Path) -> None:
            model.peft_config["default"].base_model_name_or_path = resolved.entry.name
            model.save_pretrained(folder)
            (folder / "README.md").unlink(missing_ok=True)  # a template with nothing filled in

        self.run.save_folder("adapter", fill)
        shutil.rmtree(self.run.path / "checkpoints", ignore_errors=True)

    def _check_in_place(self, model: CausalModel, responder: Responder, base: list[Prediction]) -> list[Check]:
        """Checks on the model that was trained."""
        self._begin("check", 4)
        head = self.splits.test[:CHECKED_ROWS]
        with adapter_off(model):
            off = responder.predict(model, head, lambda _: self._heed("check"))
        self._phase("check", 1, 4)
        rows = [responder.row_tokens(example) for example in head]
        changed = logits_difference(model, [row.prompt for row in rows], lambda: adapter_off(model))
        self._phase("check", 2, 4)
        stock = stock_difference(model, rows)
        self._phase("check", 3, 4)
        bound = _STOCK_BOUND[str(model.dtype).removeprefix("torch.")]
        return [
            receipt.same_predictions("adapter off gives the base answers", base, off),
            receipt.logits_changed(changed),
            receipt.stock_attention(stock, bound),
        ]

    def _check_reloaded(
        self, resolved: ResolvedModel, machine: Machine, responder: Responder, tuned: list[Prediction]
    ) -> Check:
        """The saved adapter, loaded by plain PEFT onto a fresh base, gives the tuned answers again."""
        fresh: LoadedModel = load_model(resolved.path, machine)
        model = load_adapter(fresh.model, self.run.adapter_path)
        again = responder.predict(model, self.splits.test[:CHECKED_ROWS], lambda _: self._heed("check"))
        self._phase("check", 4, 4)
        return receipt.same_predictions("saved adapter gives the tuned answers", tuned, again)

    def _compare(
        self, base: list[Prediction], tuned: list[Prediction], checks: list[Check], evidence: "_Evidence"
    ) -> None:
        self._begin("compare", 1)
        comparison = compare(base, tuned, self.dataset.task, labels=self.dataset.labels or None)
        failed = receipt.failed(checks)
        comparison = comparison.model_copy(
            update={
                "run": self.run.id,
                "model": ModelCard(
                    id=evidence.resolved.entry.name,
                    revision=evidence.resolved.revision,
                    source=evidence.resolved.source,
                ),
                "adapter": evidence.adapter,
                "rows": RowCounts(train=evidence.train, dev=evidence.dev, test=len(tuned)),
                "receipt": checks,
                "timing": self._timing(evidence.outcome),
            }
            | ({"verdict": None} if failed else {})
        )
        self.run.write_comparison(comparison)
        self._phase("compare", 1, 1)
        if failed:
            raise IntegrityError(
                f"check failed, so there is no verdict: {failed[0].check}: {failed[0].detail}; the rows are kept"
            )

    def _timing(self, outcome: TrainingOutcome) -> Timing:
        return Timing(
            **{part: round(seconds, 3) for part, seconds in self.watch.parts.items()},
            total_s=round(time.perf_counter() - self.watch.started, 3),
            train_tokens=outcome.train_tokens,
            peak_rss_bytes=_peak_rss(),
        )

    def _begin(self, name: PhaseName, total: int) -> float:
        self._phase(name, 0, total)
        if name == "base":
            self._heed(name)
        return time.perf_counter()

    def _phase(self, name: PhaseName, done: int, total: int, seconds_left: float | None = None) -> None:
        self.run.append(Phase(at=time.time(), name=name, done=done, total=total, seconds_left=seconds_left))

    def _note(self, level: Literal["info", "warning"], message: str) -> None:
        self.run.append(Note(at=time.time(), level=level, message=message))


@dataclass(frozen=True)
class _Evidence:
    """What a run knows of itself when it comes to the comparison."""

    resolved: ResolvedModel
    adapter: AdapterCard
    outcome: TrainingOutcome
    train: int
    dev: int


class _Observer:
    """Training as events."""

    def __init__(self, pipeline: _Pipeline) -> None:
        self._pipeline = pipeline
        self._begun = time.perf_counter()
        self._epochs = pipeline.spec.epochs

    def on_step(self, step: int, total_steps: int, loss: float, learning_rate: float) -> None:
        left = (time.perf_counter() - self._begun) / step * (total_steps - step)
        self._pipeline.run.append(
            Step(
                at=time.time(),
                step=step,
                total_steps=total_steps,
                epoch=self._epochs * step / total_steps,
                loss=loss,
                learning_rate=learning_rate,
                seconds_left=left,
            )
        )

    def on_dev(self, step: int, loss: float) -> None:
        self._pipeline.run.append(DevScored(at=time.time(), step=step, loss=loss))

    def stop_requested(self) -> Literal["cancelled", "time limit"] | None:
        reason = self._pipeline.control.stop_requested()
        if reason is not None:
            self._pipeline.control.acknowledge()
        return reason


def _adapter_settings(pipeline: _Pipeline) -> AdapterSettings:
    spec = pipeline.spec
    return AdapterSettings(spec.rank, spec.alpha, spec.dropout, spec.layers, spec.seed)


def _adapter_card(pipeline: _Pipeline, model: CausalModel) -> AdapterCard:
    summary = summarize_adapter(model)
    spec = pipeline.spec
    return AdapterCard(
        rank=spec.rank,
        alpha=spec.alpha,
        dropout=spec.dropout,
        target_modules=summary.target_modules,
        layers=summary.layers,
        trainable_parameters=summary.trainable_parameters,
    )


def _normal(text: str) -> str:
    return " ".join(text.casefold().split())


def _peak_rss() -> int:
    """High-water mark of this process's memory, in bytes."""
    if sys.platform == "win32":
        return int(psutil.Process().memory_info().peak_wset)
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
