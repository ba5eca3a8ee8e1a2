"""TF-IDF, a linear probe, a tuned encoder and a tuned language model on the same rows: how good, and how long.

`python -m benchmarks.encoders [--quick]`. All ICD-10 rows of the bundled file, split by three-character code, so that
no close relative of a test row was trained on. Every run is the command line's own `tune`, in a fresh home folder;
rungs below "tuned" are those of its ladder.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks.common import Table
from tuning.cli.parser import flag
from tuning.data.bundled import bundled_examples
from tuning.runs.store import RunStore
from tuning.scoring.baselines import tfidf_regression
from tuning.scoring.record import Comparison, Rung, RungName
from tuning.spec import DEFAULT_ENCODER, DEFAULT_MODEL

KEY, QUICK_ROWS = "icd10", 300
SETTINGS: dict[str, dict[str, str]] = {DEFAULT_ENCODER: {}, DEFAULT_MODEL: {"layers": "third", "epochs": "2"}}
"""Of each contestant beside the defaults: all layers of the language model would take three times as long."""
WAYS: dict[str, dict[RungName, str]] = {
    DEFAULT_ENCODER: {
        "tfidf": "TF-IDF, logistic regression",
        "zero_shot": "encoder, similarity to label names",
        "base": "encoder, linear probe",
        "tuned": "encoder, tuned",
    },
    DEFAULT_MODEL: {"base": "language model, as it is", "tuned": "language model, tuned (top third, two epochs)"},
}


@dataclass(frozen=True)
class Outcome:
    """One run: what it found, and the seconds of TF-IDF by itself."""

    comparison: Comparison
    seconds: float
    tfidf_s: float

    def rung(self, name: RungName) -> Rung:
        """One way to answer."""
        return next(rung for rung in self.comparison.ladder if rung.name == name)

    def seconds_of(self, name: RungName) -> float | None:
        """From start until that way has answered the test rows; None where that was not measured."""
        timing = self.comparison.timing
        return {
            "tfidf": self.tfidf_s,
            "base": (timing.prepare_s or 0) + (timing.base_s or 0),
            "tuned": timing.total_s,
        }.get(name)


def tuned(model: str, rows: int | None) -> Outcome:
    """One run of the command line on the bundled diagnoses; `rows` None: all of them."""
    example = next(example for example in bundled_examples() if example.key == KEY)
    settings = {**example.spec_values, **SETTINGS[model], "model": model, "rows": rows}
    flags = [word for name, value in settings.items() if value is not None for word in (flag(name), str(value))]
    with tempfile.TemporaryDirectory() as home:
        begun = time.perf_counter()
        command = [sys.executable, "-m", "tuning", "tune", str(example.path), *flags, "--json"]
        done = subprocess.run(
            command, env={**os.environ, "TUNEOFF_HOME": home}, stdout=subprocess.PIPE, text=True, check=True
        )
        seconds = time.perf_counter() - begun
        run = RunStore(Path(home)).list()[0]
        train, test = run.splits().train, run.predictions("base")
        begun = time.perf_counter()
        tfidf_regression(train, test)
        return Outcome(Comparison.model_validate(json.loads(done.stdout)), seconds, time.perf_counter() - begun)


def main() -> None:
    """Print and keep the tables."""
    quick = "--quick" in sys.argv
    found = {model: tuned(model, QUICK_ROWS if quick else None) for model in SETTINGS}
    counts = found[DEFAULT_ENCODER].comparison.rows
    table = Table(
        name="encoders",
        title="Sentence encoder or language model",
        columns=["way to answer", "accuracy", "95 % interval", "seconds", "peak MB", "test rows"],
        about=f"{__doc__}\n{counts.train} training rows, {counts.dev} dev rows. Seconds are from the start of the run "
        "until the test rows are answered, and of a tuned model until the verdict.",
    )
    for model, outcome in found.items():
        for name, title in WAYS[model].items():
            add(table, title, name, outcome)
    encoder_s, language_s = (found[model].seconds for model in (DEFAULT_ENCODER, DEFAULT_MODEL))
    table.about += (
        f"\n\nFrom the command to the verdict: the encoder {encoder_s:.0f} s, the language model {language_s:.0f} s; "
        f"the encoder takes {encoder_s / language_s:.2f} of its time."
    )
    print(table.about.rpartition("\n")[2])
    table.save()


def add(table: Table, title: str, name: RungName, outcome: Outcome) -> None:
    """One way to answer as a line."""
    rung, seconds = outcome.rung(name), outcome.seconds_of(name)
    peak = outcome.comparison.timing.peak_rss_bytes if name == "tuned" else None
    table.add(
        title,
        f"{rung.value or 0:.3f}",
        f"{rung.low or 0:.3f} to {rung.high or 0:.3f}",
        "–" if seconds is None else f"{seconds:.0f}",
        "–" if peak is None else f"{peak / 2**20:.0f}",
        rung.rows or 0,
    )


if __name__ == "__main__":
    main()
