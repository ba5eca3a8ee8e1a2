"""From click to verdict within a time budget: how long a run takes, and how good the tuned model is by then.

`python -m benchmarks.budget [--quick]`, or `make bench`. Every run is the command line's own `tune FILE --budget TIME`
on the bundled addresses, in a fresh home folder. Beside it, in the same time, from the start of a process on as well:
the base's answers by transformers' `generate` in padded batches, training by TRL at full depth, and the tuned answers,
on as many test rows; without checks, likelihoods, dev rows and files.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import torch

from benchmarks.common import Table, bundled_rows, embedded_model, peak_mb
from benchmarks.scoring import generated_padded
from benchmarks.training_step import BATCH, FASTEST, by_trl
from tuning.cli.parser import flag
from tuning.data.bundled import bundled_examples
from tuning.data.examples import Example
from tuning.data.preparing import prepare
from tuning.durations import read_duration
from tuning.engine.generation import Stops
from tuning.events import Planned, Stopped
from tuning.models.prompts import PromptFormat
from tuning.prediction import Prediction
from tuning.runs.store import Run, RunStore
from tuning.scoring.metric_table import score_interval
from tuning.spec import parse_spec

KEY, AT_ONCE = "addresses", 32
METRICS = {"addresses": ("exact_match", "field_exactness", "chrf"), "icd10": ("accuracy", "macro_f1")}


@dataclass(frozen=True)
class Outcome:
    """What one run came to."""

    seconds: float
    ended: str
    test_rows: int = 0
    peak_mb: int = 0
    scores: tuple[float, ...] = ()


def tune_bundled(key: str, home: str, *flags: str) -> subprocess.CompletedProcess[str]:
    """The command line's `tune` on a bundled example, in a home folder; it prints the comparison."""
    example = next(example for example in bundled_examples() if example.key == key)
    suggested = [word for name, value in example.spec_values.items() for word in (flag(name), str(value))]
    command = [sys.executable, "-m", "tuning", "tune", str(example.path), *suggested, *flags, "--json"]
    env = {**os.environ, "TUNEOFF_HOME": home}
    return subprocess.run(command, env=env, capture_output=True, text=True, check=False)


def ours(key: str, budget: str, *flags: str) -> Outcome:
    """One run of the command line on a bundled example."""
    with tempfile.TemporaryDirectory() as home:
        begun = time.perf_counter()
        done = tune_bundled(key, home, "--budget", budget, *flags)
        seconds = time.perf_counter() - begun
        if done.returncode:
            return Outcome(seconds, done.stderr.strip().splitlines()[-1])
        found = json.loads(done.stdout)
        run: Run = RunStore(Path(home)).list()[0]
        (stopped,) = (event for event in run.events() if isinstance(event, Stopped))
        (plan,) = (event for event in run.events() if isinstance(event, Planned))
        tuned = {metric["name"]: metric["tuned"] for metric in found["metrics"]}
    ended = f"{stopped.reason}; {plan.layers} layers, {stopped.step} steps"
    peak_mb = found["timing"]["peak_rss_bytes"] // 2**20
    return Outcome(seconds, ended, found["rows"]["test"], peak_mb, tuple(tuned[name] for name in METRICS[key]))


def theirs(budget_s: float, test_rows: int) -> Outcome:
    """The same job in the same time with the usual tools, in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.budget", "--theirs", str(time.time()), str(budget_s), str(test_rows)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found = json.loads(done.stdout.splitlines()[-1])
    return Outcome(**found | {"scores": tuple(found["scores"])})


def _their_job(started: float, budget_s: float, test_rows: int) -> Outcome:
    """Answer, train, answer; `started` is when the process was, in seconds since the epoch."""
    example = next(example for example in bundled_examples() if example.key == KEY)
    prepared = prepare(example.path, parse_spec(example.spec_values))
    loaded, _ = embedded_model()
    data = bundled_rows(KEY, loaded)
    prompts = PromptFormat(loaded.tokenizer, prepared.dataset.instruction, prepared.spec.max_length)
    test = prepared.splits.test[:test_rows]
    longest = max(len(prompts.completion(row.target)) for row in prepared.splits.train)
    stops = Stops((int(loaded.tokenizer.eos_token_id),), longest + 8)
    asked = time.time()
    _answers(loaded.model, prompts, test, stops)
    answering_s = time.time() - asked
    with tempfile.TemporaryDirectory() as folder:
        learner, steps = by_trl(data, FASTEST, len(data.rows) // BATCH, Path(folder)), 0
        while time.time() - started < budget_s - answering_s:
            learner.step()
            steps += 1
    answers = _answers(learner.model, prompts, test, stops)
    scores = tuple(score_interval(answers, name).value or 0.0 for name in METRICS[KEY])
    return Outcome(time.time() - started, f"{steps} steps", len(test), round(peak_mb()), scores)


def _answers(model: torch.nn.Module, prompts: PromptFormat, test: list[Example], stops: Stops) -> list[Prediction]:
    model.eval()
    asked = [prompts.encode_unseen(row.input, row.target).prompt for row in test]
    found = generated_padded(model, asked, stops, AT_ONCE)
    return [
        Prediction(row=row.row, input=row.input, target=row.target, output=prompts.decode(ids).strip())
        for row, ids in zip(test, found, strict=True)
    ]


def _add(table: Table, budget: str, who: str, found: Outcome) -> None:
    over = f"{found.seconds / read_seconds(budget) - 1:+.0%}"
    scores = [f"{score:.3f}" for score in found.scores] or ["–"] * len(METRICS[KEY])
    table.add(budget, who, f"{found.seconds:.0f}", over, found.ended, found.test_rows, found.peak_mb or "–", *scores)


def read_seconds(budget: str) -> float:
    """A budget in seconds."""
    seconds = read_duration(budget)
    assert isinstance(seconds, float)
    return seconds


def main() -> None:
    """Print and keep the table."""
    if "--theirs" in sys.argv:
        started, budget_s, test_rows = map(float, sys.argv[2:])
        print(json.dumps(asdict(_their_job(started, budget_s, int(test_rows)))))
        return
    quick = "--quick" in sys.argv
    rounds = 1 if quick else 3
    table = Table(
        name="budget",
        title="From click to verdict",
        columns=["budget", "who", "seconds", "over", "training", "test rows", "peak MB", *METRICS[KEY]],
        about=f"{__doc__}\n{rounds} runs each.",
    )
    for budget in ("2m",) if quick else ("1m", "2m", "5m"):
        found = [ours(KEY, budget) for _ in range(rounds)]
        for one in found:
            _add(table, budget, "ours", one)
        test_rows = max(one.test_rows for one in found)
        if test_rows:
            _add(table, budget, "TRL and generate", theirs(read_seconds(budget), test_rows))
    table.save()


if __name__ == "__main__":
    main()
