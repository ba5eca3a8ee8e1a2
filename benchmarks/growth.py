"""Training's seconds and memory as the rows become many: a few steps on 1,000, 10,000 and 100,000 rows.

`python -m benchmarks.growth [--quick]`, or `make bench`. Every size in a process of its own; the top layers are trained
and the lower ones kept, which is what could grow.
"""

import sys
import tempfile
import time
from pathlib import Path
from typing import Literal

from benchmarks.common import Table, bundled_rows, embedded_model, peak_mb, run_alone
from tuning.engine.batching import RowTokens
from tuning.engine.forward import Batching
from tuning.engine.lower_layers import lower_layers
from tuning.engine.training import TrainingSettings, train_adapter
from tuning.models.adapter import AdapterSettings, attach_adapter

LAYERS, DEV_ROWS = 10, 16


class Stopwatch:
    """Notes when each step ends, and ends training after so many."""

    def __init__(self, steps: int) -> None:
        self.steps, self.begun = steps, time.perf_counter()
        self.ends: list[float] = []

    def on_step(self, step: int, total_steps: int, loss: float, learning_rate: float) -> None:  # noqa: ARG002
        """Note the time."""
        self.ends.append(time.perf_counter() - self.begun)

    def on_dev(self, step: int, loss: float) -> None:
        """Nothing is made of it."""

    def on_note(self, message: str) -> None:
        """Show it."""
        print(message, file=sys.stderr)

    def stop_requested(self) -> Literal["time limit"] | None:
        """After the last step."""
        return "time limit" if len(self.ends) >= self.steps - 1 else None


def train_on(count: int, steps: int) -> None:
    """A few steps on so many rows; prints seconds to the first step's end, seconds a step after it, and peak MB."""
    loaded, machine = embedded_model()
    known = bundled_rows("icd10", loaded).rows
    model = attach_adapter(loaded.model, AdapterSettings(16, 32, 0.0, LAYERS, 0))
    rows = [RowTokens(known[i % len(known)].prompt, known[(7 * i) % len(known)].completion) for i in range(count)]
    with tempfile.TemporaryDirectory() as folder:
        settings = TrainingSettings(
            folder=Path(folder) / "checkpoints",
            epochs=1,
            batch_size=8,
            learning_rate=1e-4,
            weight_decay=0.0,
            seed=0,
            device=machine.device.type,
            batching=Batching(lower=lower_layers(model, LAYERS, Path(folder))),
        )
        watch = Stopwatch(steps)
        train_adapter(model, rows, rows[:DEV_ROWS], settings, watch)
    later = (watch.ends[-1] - watch.ends[0]) / (len(watch.ends) - 1)
    print(f"{watch.ends[0]:.1f} {later:.2f} {peak_mb():.0f}")


def main() -> None:
    """Print and keep the table."""
    if "--rows" in sys.argv:
        train_on(*map(int, sys.argv[2:4]))
        return
    quick = "--quick" in sys.argv
    steps = 4 if quick else 20
    table = Table(
        name="growth",
        title="As the rows become many",
        columns=["rows", "seconds until the first step is done", "seconds a step after it", "peak MB"],
        about=f"{__doc__}\n{steps} steps of 8 ICD-10 rows; before the first one {DEV_ROWS} dev rows are scored.",
    )
    for count in (1_000, 10_000) if quick else (1_000, 10_000, 100_000):
        table.add(f"{count:,}", *run_alone("benchmarks.growth", "--rows", str(count), str(steps)))
    table.save()


if __name__ == "__main__":
    main()
