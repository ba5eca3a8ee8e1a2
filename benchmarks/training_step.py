"""One training step here and by `trl.SFTTrainer`: seconds, peak memory, and share of what the cores can multiply.

`python -m benchmarks.training_step [--quick]`, or `make bench`. Same model, rows, LoRA (r = 16 on every linear
layer, no dropout) and batch of 8 for all; a step is forward, backward, clipping and AdamW. TRL runs without gradient
checkpointing, with padding by batch and the loss on completions alone; in bf16 too where the processor has
instructions for it. Without them a product in bf16 takes many times as long (below), and a step of TRL minutes.
"""

import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from typing import Literal

import torch
from torch.utils.flop_counter import FlopCounterMode

from benchmarks.common import BundledRows, Table, bundled_rows, embedded_model, in_turns, peak_mb, run_alone
from tuning.engine.batching import RowTokens, common_prefix
from tuning.engine.forward import SHARED, Batching, shared_prefix
from tuning.engine.lower_layers import lower_layers
from tuning.engine.passes import GradientPasses
from tuning.models.adapter import AdapterSettings, attach_adapter
from tuning.models.loading import choose_machine

BATCH, RANK, QUICK_LAYERS = 8, 16, 10
Depth = int | Literal["all"]
OURS: dict[str, Depth] = {"full depth": "all", "quick": QUICK_LAYERS}
Precision = Literal["float32", "bfloat16"]
FASTEST: Precision = "bfloat16" if choose_machine().precision == torch.bfloat16 else "float32"
TRL: dict[str, Precision] = {"TRL in fp32": "float32"} | ({"TRL in bf16": FASTEST} if FASTEST == "bfloat16" else {})
KEYS = ("addresses", "icd10")

Step = Callable[[], object]


@dataclass(frozen=True)
class Learner:
    """A model with an adapter, and what teaches it one batch more."""

    model: torch.nn.Module
    step: Step


def batches(rows: Sequence[RowTokens], count: int) -> list[list[RowTokens]]:
    """The first batches of rows."""
    return [list(rows[start : start + BATCH]) for start in range(0, count * BATCH, BATCH)]


def our_step(data: BundledRows, layers: Depth, count: int, folder: Path) -> Step:
    """A step of ours; with kept lower layers, as it is from the second epoch on."""
    loaded, _ = embedded_model()
    model = attach_adapter(loaded.model, AdapterSettings(RANK, 2 * RANK, 0.0, layers, 0))
    batching = SHARED if layers == "all" else Batching(lower=lower_layers(model, layers, folder))
    prefix = common_prefix([row.prompt for row in data.rows])
    passes = GradientPasses(model, prefix, batching, print)
    optimizer, trained = _optimizer(model)
    turn: Iterator[list[RowTokens]] = cycle(batches(data.rows, count))

    def step() -> None:
        model.train()
        with shared_prefix(model):
            passes.accumulate(next(turn), torch.Tensor.backward)
        _update(optimizer, trained)

    if layers != "all":
        for _ in range(count):
            step()
    return step


def by_trl(data: BundledRows, precision: Precision, count: int, folder: Path) -> Learner:
    """TRL's trainer, by its own `training_step`, on the first batches of rows in turn."""
    from datasets import Dataset
    from peft import LoraConfig
    from trl import SFTConfig, SFTTrainer

    loaded, machine = embedded_model(precision)
    settings = SFTConfig(
        output_dir=str(folder),
        per_device_train_batch_size=BATCH,
        gradient_checkpointing=False,
        bf16=machine.precision == torch.bfloat16,
        use_cpu=machine.device.type == "cpu",
        report_to="none",
        max_length=None,
    )
    rows = [row for batch in batches(data.rows, count) for row in batch]
    dataset = Dataset.from_list(
        [
            {
                "input_ids": [*row.prompt, *row.completion],
                "completion_mask": [0] * len(row.prompt) + [1] * len(row.completion),
            }
            for row in rows
        ]
    )
    trainer = SFTTrainer(
        loaded.model,
        args=settings,
        train_dataset=dataset,
        processing_class=loaded.tokenizer,
        peft_config=LoraConfig(r=RANK, lora_alpha=2 * RANK, target_modules="all-linear", task_type="CAUSAL_LM"),
    )
    trainer.current_gradient_accumulation_steps = 1  # as its own loop sets it
    optimizer, trained = _optimizer(trainer.model)
    prepared = [trainer.train_dataset[number] for number in range(len(rows))]
    turn = cycle([prepared[start : start + BATCH] for start in range(0, len(prepared), BATCH)])

    def step() -> None:
        trainer.training_step(trainer.model, trainer.data_collator(next(turn)))
        _update(optimizer, trained)

    return Learner(trainer.model, step)


def _optimizer(model: torch.nn.Module) -> tuple[torch.optim.Optimizer, list[torch.nn.Parameter]]:
    trained = [parameter for parameter in model.parameters() if parameter.requires_grad]
    return torch.optim.AdamW(trained, lr=1e-3, fused=True), trained


def _update(optimizer: torch.optim.Optimizer, trained: list[torch.nn.Parameter]) -> None:
    torch.nn.utils.clip_grad_norm_(trained, 1.0)
    optimizer.step()
    optimizer.zero_grad()


def product_rate(precision: torch.dtype, size: int = 2048) -> float:
    """Floating-point operations a second of a large matrix product."""
    one, other = torch.randn(2, size, size, device=choose_machine().device).to(precision)
    times = []
    for _ in range(4):
        start = time.perf_counter()
        (one @ other).sum().item()
        times.append(time.perf_counter() - start)
    return 2 * size**3 / min(times)


def contestants(key: str, count: int, folder: Path) -> dict[str, Step]:
    """TRL in both precisions, and ours at both depths."""
    data = bundled_rows(key, embedded_model()[0])
    return {name: by_trl(data, precision, count, folder).step for name, precision in TRL.items()} | {
        name: our_step(data, layers, count, folder) for name, layers in OURS.items()
    }


def measure(table: Table, key: str, rounds: int) -> None:
    """All contestants in turns on one data set."""
    with tempfile.TemporaryDirectory() as folder:
        steps = contestants(key, count=2, folder=Path(folder))
        for step in steps.values():
            step()  # the first one allocates
        seconds = in_turns(steps, rounds, warmed=True)
        rate = product_rate(choose_machine().precision)
        for name, step in steps.items():
            with FlopCounterMode(display=False) as counter:
                step()
            share = f"{counter.get_total_flops() / seconds[name] / rate:.0%}"
            memory = run_alone("benchmarks.training_step", "--peak", key, name)[-1]
            faster = [f"{seconds[trl] / seconds[name]:.1f}" for trl in TRL]
            table.add(key, name, f"{seconds[name]:.2f}", *faster, memory, share)


def print_peak(key: str, name: str) -> None:
    """One step of one contestant alone in this process, or one of each batch; prints its peak memory in MB."""
    with tempfile.TemporaryDirectory() as folder:
        data = bundled_rows(key, embedded_model()[0])
        if name in TRL:
            step = by_trl(data, TRL[name], 2, Path(folder)).step
        else:
            step = our_step(data, OURS[name], 2, Path(folder))
        step()
    print(f"{peak_mb():.0f}")


def main() -> None:
    """Print and keep the table."""
    if "--peak" in sys.argv:
        print_peak(*sys.argv[2:4])
        return
    quick = "--quick" in sys.argv
    slower = product_rate(torch.float32, 512) / product_rate(torch.bfloat16, 512)
    table = Table(
        name="training_step",
        title="A training step",
        columns=[
            "rows",
            "who",
            "seconds",
            *(f"times {name}" for name in TRL),
            "peak MB",
            "share of matrix-product speed",
        ],
        about=f"{__doc__}\nMedians of {3 if quick else 7} steps in turns, each right after another of its own; quick: "
        f"the top {QUICK_LAYERS} layers, the lower ones kept. Peak memory is that of a process of its own, Python and "
        "libraries included. The share is of matrix products that a step does in its time, over a large product's on "
        "the same cores. A product of two matrices of 512 × 512 takes "
        f"{slower:.1f} times as long in bf16 as in fp32 here.",
    )
    for key in KEYS:
        measure(table, key, rounds=3 if quick else 7)
    table.save()


if __name__ == "__main__":
    main()
