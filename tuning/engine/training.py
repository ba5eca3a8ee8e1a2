# ruff: noqa: ARG002 - the signatures of overridden methods and callbacks are transformers'
"""LoRA training: transformers' Trainer on shared-prefix batches, dev loss by token, the best adapter by dev.

Loops, checkpoints, schedules, clipping and early stopping are the Trainer's; ours are the loss on completion tokens
alone, the dev loss, and telling what happens. Knows token ids; knows nothing of text, tasks or runs.
"""

import time
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Literal, Protocol

import torch
from torch.optim.lr_scheduler import LambdaLR
from transformers import (
    EarlyStoppingCallback,
    PrinterCallback,
    Trainer,
    TrainerCallback,
    TrainerControl,
    TrainingArguments,
)

from tuning.engine.batching import RowTokens, common_prefix
from tuning.engine.forward import SHARED, Batching, CausalModel, attention, own_attention, shared_prefix
from tuning.engine.passes import GradientPasses
from tuning.engine.prediction import completion_nlls
from tuning.engine.progress import Progress, rate_share
from tuning.engine.shuffling import ShuffledBatches
from tuning.models.loading import give_memory_back

__all__ = ["StopReason", "TrainingObserver", "TrainingOutcome", "TrainingSettings", "train_adapter"]

StopReason = Literal["finished", "dev stopped improving", "cancelled", "time limit", "budget"]

_DEV_PER_EPOCH = 2
_PATIENCE = 3
"""Dev scores in a row without a better one before training stops: one and a half epochs, or half of a budget."""
_CLIP = 1.0


@dataclass(frozen=True)
class TrainingSettings:
    """How to train; `folder` holds checkpoints while it lasts."""

    folder: Path
    epochs: int
    batch_size: int
    learning_rate: float
    weight_decay: float
    seed: int
    device: str
    batching: Batching = SHARED
    """How rows go through the model, in training and on dev."""
    seconds: float | None = None
    """Training, dev scores included, ends after so long; the learning rate follows the clock where it is ahead."""
    expected_steps: int | None = None
    """How many there will be time for, about; None: all."""


class TrainingObserver(Protocol):
    """Told what happens; asked after every step whether to stop."""

    def on_step(self, step: int, total_steps: int, loss: float, learning_rate: float) -> None:
        """One optimizer step is done; `loss` is in nats per completion token."""

    def on_dev(self, step: int, loss: float) -> None:
        """The dev rows were scored, in nats per completion token.

        Meanwhile the model stands still: it may be asked anything, which counts as time for the dev rows.
        """

    def on_note(self, message: str) -> None:
        """Something happened that the user should know, as a sentence."""

    def stop_requested(self) -> Literal["cancelled", "time limit"] | None:
        """Why training should end after this step, if it should."""


@dataclass(frozen=True)
class TrainingOutcome:
    """How training ended. The model carries the adapter of `best_step`."""

    reason: StopReason
    steps: int
    best_step: int | None
    train_seconds: float
    dev_seconds: float
    train_tokens: int
    """Tokens computed in training steps, padding not counted."""


def train_adapter(
    model: CausalModel,
    train: Sequence[RowTokens],
    dev: Sequence[RowTokens],
    settings: TrainingSettings,
    observer: TrainingObserver,
) -> TrainingOutcome:
    """Train the adapter that `model` carries and leave it with the best weights by dev loss."""
    trainer = _Trainer(model, train, dev, settings, observer)
    start = time.perf_counter()
    with shared_prefix(model, settings.batching):
        trainer.train()
    seconds = time.perf_counter() - start
    model.eval()
    state = trainer.state
    return TrainingOutcome(
        reason=trainer.stop_reason(),
        steps=state.global_step,
        best_step=state.best_global_step or None,
        train_seconds=seconds - trainer.dev_seconds,
        dev_seconds=trainer.dev_seconds,
        train_tokens=trainer.passes.tokens,
    )


class _Trainer(Trainer):
    """Trainer with the loss on completion tokens alone, in training and on dev."""

    def __init__(
        self,
        model: CausalModel,
        train: Sequence[RowTokens],
        dev: Sequence[RowTokens],
        settings: TrainingSettings,
        observer: TrainingObserver,
    ) -> None:
        self.dev_rows, self.dev_seconds = dev, 0.0
        self._batching = settings.batching
        # While the model is asked something else, which is laid out in a way of its own.
        ours = settings.batching.shared_prefix
        self._aside = partial(attention, model, own_attention(model)) if ours else nullcontext
        self._progress = Progress(settings.seconds)
        self._expected_steps = settings.expected_steps if settings.seconds is not None else None
        self._lengths = [len(row.prompt) + len(row.completion) for row in train]
        self._reporter = _Reporter(observer, self._progress)
        prefix = common_prefix([row.prompt for row in train])
        self.passes = GradientPasses(model, prefix, settings.batching, self._reporter.note)
        super().__init__(
            model=model,
            args=_arguments(settings, len(train)),
            train_dataset=train,
            eval_dataset=dev,
            data_collator=_as_they_are,
            callbacks=[EarlyStoppingCallback(_PATIENCE), self._reporter],
        )
        self.remove_callback(PrinterCallback)

    def training_step(self, model: CausalModel, inputs: Any, num_items_in_batch: Any = None) -> torch.Tensor:
        """Gradients of the mean NLL of a whole batch's completion tokens; returns the mean."""
        model.train()
        return self.passes.accumulate(inputs["rows"], self.accelerator.backward)

    def _get_train_sampler(self, train_dataset: Any = None) -> ShuffledBatches:
        return ShuffledBatches(self._lengths, self.args.train_batch_size, self.args.seed)

    def create_scheduler(self, num_training_steps: int, optimizer: Any = None) -> LambdaLR:
        """Ours, which follows the clock where that is ahead of the steps."""
        expected = min(self._expected_steps or num_training_steps, num_training_steps)

        def share(step: int) -> float:
            return rate_share(self._progress.share(step, num_training_steps), 1 / expected)

        scheduler = LambdaLR(optimizer or self.optimizer, share)
        self.lr_scheduler, self._created_lr_scheduler = scheduler, True
        return scheduler

    def evaluate(self, *_args: Any, **_kwargs: Any) -> dict[str, float]:
        """Dev loss by token; the Trainer's own weighs a batch by its rows."""
        start = time.perf_counter()
        self.model.eval()
        nlls = completion_nlls(self.model, self.dev_rows, lambda _: self._reporter.listen(), self._batching)
        loss = sum(nlls) / sum(len(row.completion) for row in self.dev_rows)
        scored, metrics = time.perf_counter(), {"eval_loss": loss}
        with self._aside():
            self.log(metrics)
        give_memory_back()  # steps and answers of ever new sizes leave holes that nothing fits into
        self.model.train()
        self._progress.dev_scored(scored - start, time.perf_counter() - scored)
        self.dev_seconds += time.perf_counter() - start
        self.control: TrainerControl = self.callback_handler.on_evaluate(self.args, self.state, self.control, metrics)
        return metrics

    def floating_point_ops(self, inputs: Any) -> int:
        """Not counted: the estimate takes every row for a whole one."""
        return 0

    def stop_reason(self) -> StopReason:
        """Why training ended."""
        if self._reporter.stopped is not None:
            return self._reporter.stopped
        return "finished" if self.state.global_step >= self.state.max_steps else "dev stopped improving"


def _as_they_are(rows: list[RowTokens]) -> dict[str, list[RowTokens]]:
    """A batch for the Trainer: laid out only when it is known how much of it goes through the model at once."""
    return {"rows": rows}


class _Reporter(TrainerCallback):
    """Tells the observer what the Trainer logs, and stops training when asked or when its time is over."""

    def __init__(self, observer: TrainingObserver, progress: Progress) -> None:
        self._observer, self._progress = observer, progress
        self.stopped: Literal["cancelled", "time limit", "budget"] | None = None

    def on_log(self, args: Any, state: Any, control: Any, logs: dict[str, float] | None = None, **_: Any) -> None:
        logs = logs or {}
        if "eval_loss" in logs:
            self._observer.on_dev(state.global_step, logs["eval_loss"])
        elif "loss" in logs:
            expected = self._progress.expected(state.global_step, state.max_steps)
            self._observer.on_step(state.global_step, expected, logs["loss"], logs["learning_rate"])

    def note(self, message: str) -> None:
        """Pass on what the user should know."""
        self._observer.on_note(message)

    def listen(self) -> None:
        """Ask whether to stop in the middle of other work: the observer answers the user, the next step's end obeys."""
        self._observer.stop_requested()

    def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        self.stopped = self._observer.stop_requested()
        if self.stopped is None and self._progress.over(state.global_step):
            self.stopped = "budget"
        if self.stopped is not None:
            # Scored and saved first, so that what was learned until now can be the best.
            control.should_evaluate = control.should_save = control.should_training_stop = True
        elif self._progress.dev_due():
            control.should_evaluate = control.should_save = True


def _arguments(settings: TrainingSettings, rows: int) -> TrainingArguments:
    steps_per_epoch = -(-rows // settings.batch_size)
    every = max(steps_per_epoch // _DEV_PER_EPOCH, 1)
    if settings.seconds is not None:  # the clock says when
        every = settings.epochs * steps_per_epoch + 1
    return TrainingArguments(
        output_dir=str(settings.folder),
        num_train_epochs=settings.epochs,
        per_device_train_batch_size=settings.batch_size,
        learning_rate=settings.learning_rate,
        weight_decay=settings.weight_decay,
        max_grad_norm=_CLIP,
        eval_strategy="steps",
        eval_steps=every,
        eval_on_start=True,
        save_strategy="steps",
        save_steps=every,
        save_total_limit=1,
        save_only_model=True,
        load_best_model_at_end=True,
        metric_for_best_model="eval_loss",
        greater_is_better=False,
        logging_steps=1,
        logging_nan_inf_filter=False,
        report_to="none",
        disable_tqdm=True,
        remove_unused_columns=False,
        seed=settings.seed,
        use_cpu=settings.device == "cpu",
    )
