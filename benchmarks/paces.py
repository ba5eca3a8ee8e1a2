"""How fast this machine is with the bundled models, kept as what the app tells before anything has run elsewhere.

`python -m benchmarks.paces`, or `make paces`; it writes `assets/paces-float32.json`, or
`paces-bfloat16.json` on a processor that computes in it. Every pace is what a run of the command line with a time
budget measured before it planned, of three in turns the one in the middle.
"""

import os
import tempfile
from pathlib import Path
from typing import Literal

from benchmarks.budget import tune_bundled
from benchmarks.common import processor
from tuning.models.devices import has_bfloat16
from tuning.runs.paces import read_pace
from tuning.runs.reference_paces import ASSETS, ReferencePace, ReferencePaces
from tuning.runs.store import RunStore
from tuning.spec import DEFAULT_ENCODER, DEFAULT_MODEL, Task

BUDGET = "30s"
"""Enough to measure in; that nothing can be judged in it does not matter here."""
ROUNDS = 3
ON_CPU = ("--device", "cpu", "--precision", "auto")
MEASURED = (
    (DEFAULT_MODEL, Task.GENERATE, "addresses"),
    (DEFAULT_MODEL, Task.CLASSIFY, "icd10"),
    (DEFAULT_ENCODER, Task.CLASSIFY, "icd10"),
)


def measured(model: str, task: Task, key: str) -> ReferencePace:
    """What one run measures."""
    with tempfile.TemporaryDirectory() as home:
        tune_bundled(key, home, "--budget", BUDGET, "--model", model, *ON_CPU)
        (run,) = RunStore(Path(home)).list()
        pace = read_pace(run)
    assert pace is not None
    return ReferencePace(model=model, task=task, pace=pace)


def main() -> None:
    """Measure and keep."""
    rounds = [[measured(*one) for one in MEASURED] for _ in range(ROUNDS)]
    middle = [sorted(found, key=lambda one: one.pace.pass_s)[ROUNDS // 2] for found in zip(*rounds, strict=True)]
    machine = f"{processor()}, {os.cpu_count()} cores, no GPU"
    precision: Literal["float32", "bfloat16"] = "bfloat16" if has_bfloat16() else "float32"
    found = ReferencePaces(machine=machine, precision=precision, paces=tuple(middle))
    (ASSETS / f"paces-{precision}.json").write_text(found.model_dump_json(indent=1) + "\n", encoding="utf-8")
    print(found.model_dump_json(indent=1))


if __name__ == "__main__":
    main()
