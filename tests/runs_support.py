"""What tests of runs share: prepared data of a few rows, a clock to set, and waiting for a condition."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tuning.data.examples import Dataset, Example, Prepared, Splits
from tuning.events import Started, Step
from tuning.runs.store import Run, RunStore
from tuning.scoring.comparison import Comparison, Flips, RowCounts, Verdict
from tuning.spec import RunSpec, Task

SENTENCE = "Tuning helped: 3 more rows right."


@dataclass
class Clock:
    """A clock that stands where it was set."""

    now: float = 1_000_000.0

    def __call__(self) -> float:
        return self.now


def prepared(rows: int = 3, **settings: object) -> Prepared:
    """Prepared data of `rows` rows in every split."""
    examples = [Example(row=number, input=f"text {number}", target="good") for number in range(1, rows + 1)]
    spec = RunSpec.model_validate({"task": "classify", "input": "text", "target": "label", **settings})
    dataset = Dataset(
        name="reviews.csv",
        sha256="0" * 64,
        rows=3 * rows,
        columns=["text", "label"],
        task=Task.CLASSIFY,
        input="text",
        target="label",
        labels=["bad", "good"],
        instruction="Say the label.",
        reason="a text column and a column of few values",
    )
    return Prepared(spec=spec, dataset=dataset, splits=Splits(train=examples, dev=examples, test=examples))


def comparison(sentence: str | None = SENTENCE) -> Comparison:
    """A comparison with that verdict."""
    return Comparison(
        task=Task.CLASSIFY,
        rows=RowCounts(test=3),
        primary="accuracy",
        metrics=[],
        flips=Flips(fixed=3, broken=0, both_right=0, both_wrong=0),
        verdict=Verdict(kind="better", sentence=sentence) if sentence else None,
    )


def new_run(home: Path, owner: str = "local") -> Run:
    """A run that nobody works on yet, by the real clock."""
    return RunStore(home).create(prepared(), owner)


def started() -> Started:
    return Started(at=1.0, device="cpu", precision="float32", threads=1)


def step(number: int, of: int = 100) -> Step:
    return Step(at=2.0, step=number, total_steps=of, epoch=0.1, loss=1.5, learning_rate=1e-3, seconds_left=9.0)


def wait_until(condition: Callable[[], bool], what: str, *, seconds: float = 20.0) -> None:
    """Return as soon as `condition` holds; fail, saying `what` was waited for, when it does not in time."""
    pause = threading.Event()
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"waited {seconds:g} s in vain until {what}"
        pause.wait(0.05)
