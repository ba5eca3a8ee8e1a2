"""In which order rows are learned: from long to short ones, as transformers gives them, or batches in random order.

`python -m benchmarks.order [--quick]`. As many steps on as few rows as a few minutes on two cores have time for, of the
bundled addresses; both orders give batches of rows of about equal length. The same test rows are then written by either
model. No figure here depends on how fast the machine is.
"""

import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import torch
from torch.utils.data import SequentialSampler
from transformers.trainer_pt_utils import LengthGroupedSampler

from benchmarks.budget import KEY, METRICS
from benchmarks.common import Table, bundled_rows, embedded_model
from tuning.data.bundled import bundled_examples
from tuning.data.preparing import prepare
from tuning.engine import training
from tuning.engine.batching import RowTokens
from tuning.engine.forward import SHARED
from tuning.engine.generation import Stops, generate
from tuning.engine.shuffling import ShuffledBatches
from tuning.engine.training import TrainingSettings, train_adapter
from tuning.models.adapter import AdapterSettings, attach_adapter
from tuning.models.prompts import PromptFormat
from tuning.prediction import Prediction
from tuning.scoring.metric_table import score_interval
from tuning.spec import RunSpec, parse_spec

ROWS, BATCH, TEST = 84, 2, 48
"""Rows that are learned from, all layers being trained, and rows that are written."""
ORDERS = ("long to short", "random")


class _Unheard:
    """Nobody listens to this training."""

    def on_step(self, step: int, total_steps: int, loss: float, learning_rate: float) -> None:
        """A step is done."""

    def on_dev(self, step: int, loss: float) -> None:
        """The dev rows were scored."""

    def on_note(self, message: str) -> None:
        """Something happened."""

    def stop_requested(self) -> Literal["cancelled", "time limit"] | None:
        """Nobody asks for it."""
        return None


class _InOrder(training._Trainer):  # noqa: SLF001 - the order alone is another
    """Learns rows as they come."""

    def _get_train_sampler(self, train_dataset: Sequence[RowTokens] | None = None) -> SequentialSampler:  # type: ignore[override]
        return SequentialSampler(train_dataset or [])


def first_rows(rows: Sequence[RowTokens], order: str, seed: int) -> list[RowTokens]:
    """The rows that a training of so few steps sees, in order."""
    lengths = [len(row.prompt) + len(row.completion) for row in rows]
    if order == "random":
        places = list(ShuffledBatches(lengths, BATCH, seed))
    else:
        places = list(LengthGroupedSampler(BATCH, lengths=lengths, generator=torch.Generator().manual_seed(seed)))
    return [rows[place] for place in places[:ROWS]]


def scores(order: str, seed: int) -> tuple[float, ...]:
    """What one training comes to."""
    example = next(example for example in bundled_examples() if example.key == KEY)
    prepared = prepare(example.path, parse_spec(example.spec_values))
    loaded, machine = embedded_model()
    prompts = PromptFormat(loaded.tokenizer, prepared.dataset.instruction, prepared.spec.max_length)
    dev = [prompts.encode(row.input, row.target) for row in prepared.splits.dev[:12]]
    model = attach_adapter(loaded.model, AdapterSettings(16, 32, 0.0, "all", seed))
    defaults = RunSpec()
    with tempfile.TemporaryDirectory() as folder:
        settings = TrainingSettings(
            folder=Path(folder),
            epochs=1,
            batch_size=BATCH,
            learning_rate=defaults.learning_rate,
            weight_decay=defaults.weight_decay,
            seed=seed,
            device=machine.device.type,
        )
        rows = first_rows(bundled_rows(KEY, loaded).rows, order, seed)
        training._Trainer = _InOrder  # type: ignore[misc]  # noqa: SLF001
        train_adapter(model, rows, dev, settings, _Unheard())
    test = prepared.splits.test[:TEST]
    longest = max(len(prompts.completion(row.target)) for row in prepared.splits.train)
    stops = Stops((int(loaded.tokenizer.eos_token_id),), longest + 8)
    asked = [prompts.encode_unseen(row.input, row.target).prompt for row in test]
    answers = [
        Prediction(row=row.row, input=row.input, target=row.target, output=prompts.decode(found.ids).strip())
        for row, found in zip(test, generate(model, asked, stops, lambda _: None, SHARED), strict=True)
    ]
    return tuple(score_interval(answers, name).value or 0.0 for name in METRICS[KEY])


def main() -> None:
    """Print and keep the table."""
    table = Table(
        name="order",
        title="The order of rows",
        columns=["order", "seed", *METRICS[KEY]],
        about=f"{__doc__}\n{ROWS} rows in batches of {BATCH}, all layers; {TEST} test rows.",
    )
    for seed in range(1 if "--quick" in sys.argv else 3):
        for order in ORDERS:
            table.add(order, seed, *(f"{score:.3f}" for score in scores(order, seed)))
    table.save()


if __name__ == "__main__":
    main()
