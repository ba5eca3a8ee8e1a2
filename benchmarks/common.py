"""What the engine's benchmarks share: the bundled rows as tokens, contestants in turns, and tables that are kept."""

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import torch
import transformers

from tuning.data.bundled import bundled_examples
from tuning.data.preparing import prepare
from tuning.engine.batching import RowTokens
from tuning.models.catalog import find_model
from tuning.models.fetching import resolve_model
from tuning.models.loading import LoadedModel, Machine, choose_machine, load_model
from tuning.models.prompts import PromptFormat
from tuning.runs.measuring import peak_rss
from tuning.spec import DEFAULT_MODEL, parse_spec

__all__ = ["BundledRows", "Table", "bundled_rows", "embedded_model", "in_turns", "peak_mb", "processor", "run_alone"]

RESULTS = Path(__file__).parent / "results"


@dataclass(frozen=True)
class BundledRows:
    """One bundled example's train rows and, for classification, its labels, as tokens of the embedded model."""

    title: str
    rows: list[RowTokens]
    labels: list[tuple[int, ...]]


@dataclass
class Table:
    """Figures with what they were measured on; printed as they come and kept in `benchmarks/results/NAME.md`."""

    name: str
    title: str
    columns: Sequence[str]
    about: str
    lines: list[str] = field(default_factory=list)

    def add(self, *cells: object) -> None:
        """One more line, shown at once."""
        line = f"| {' | '.join(map(str, cells))} |"
        self.lines.append(line)
        print(line, flush=True)

    def save(self) -> None:
        """Write the file; an earlier one is overwritten."""
        machine = choose_machine()
        bf16 = "with" if torch.cpu._is_avx512_bf16_supported() else "without"  # noqa: SLF001
        where = f"{processor()} ({bf16} avx512_bf16), {machine.threads} threads, {machine.precision_name}"
        versions = f"torch {torch.__version__}, transformers {transformers.__version__}"
        head = f"| {' | '.join(self.columns)} |\n|{'---|' * len(self.columns)}"
        RESULTS.mkdir(exist_ok=True)
        path = RESULTS / f"{self.name}.md"
        text = "\n".join(
            [f"# {self.title}\n", f"{self.about}\n\nMeasured on {where}; {versions}.\n", head, *self.lines]
        )
        path.write_text(text + "\n", encoding="utf-8")
        print(f"kept in {path}")


def processor() -> str:
    """What computes, by the name its maker gave it."""
    return choose_machine().processor


def embedded_model(precision: Literal["auto", "float32", "bfloat16"] = "auto") -> tuple[LoadedModel, Machine]:
    """The default model, in the precision that suits this machine unless another is asked for."""
    machine = choose_machine(precision=precision)
    return load_model(resolve_model(find_model(DEFAULT_MODEL, os.environ), os.environ).path, machine), machine


def bundled_rows(key: str, loaded: LoadedModel) -> BundledRows:
    """The train rows of a bundled example as the product itself prepares and renders them."""
    example = next(example for example in bundled_examples() if example.key == key)
    prepared = prepare(example.path, parse_spec(example.spec_values))
    prompts = PromptFormat(loaded.tokenizer, prepared.dataset.instruction, prepared.spec.max_length)
    encoded = [prompts.encode(row.input, row.target) for row in prepared.splits.train]
    labels = [tuple(prompts.completion(label)) for label in prepared.dataset.labels]
    return BundledRows(example.title, [RowTokens(row.prompt, row.completion) for row in encoded], labels)


def in_turns(contestants: Mapping[str, Callable[[], object]], rounds: int, *, warmed: bool = False) -> dict[str, float]:
    """Median seconds of each, one after the other in every round, so that a slow minute slows all of them.

    With `warmed`, each does it once more before it is timed, so that nobody pays for a neighbour's memory and caches.
    """
    seconds: dict[str, list[float]] = {name: [] for name in contestants}
    for _ in range(rounds):
        for name, contestant in contestants.items():
            if warmed:
                contestant()
            start = time.perf_counter()
            contestant()
            if torch.cuda.is_available():
                torch.cuda.synchronize()
            seconds[name].append(time.perf_counter() - start)
    return {name: statistics.median(times) for name, times in seconds.items()}


def peak_mb() -> float:
    """The most memory this process has had, in MB."""
    return peak_rss() / 2**20


def run_alone(module: str, *arguments: str) -> list[str]:
    """The words that a benchmark, run in a process of its own, prints as its last line."""
    done = subprocess.run([sys.executable, "-m", module, *arguments], check=True, stdout=subprocess.PIPE, text=True)
    return done.stdout.splitlines()[-1].split()
