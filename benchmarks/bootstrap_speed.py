"""How long every metric with its interval and test takes on 1,000 rows, and a whole comparison.

    python -m benchmarks.bootstrap_speed [--rows 1000] [--out benchmarks/results]

Of three runs the fastest counts. Texts have 30 words, JSON-like data would be shorter.
"""

import argparse
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np

from tuning.prediction import Prediction
from tuning.scoring.comparison import compare
from tuning.scoring.metric_table import metric_table
from tuning.scoring.resampling import DRAWS
from tuning.spec import Task

__all__ = ["classifications", "texts"]

PRIMARIES = {Task.CLASSIFY: "accuracy", Task.GENERATE: "chrf"}


def classifications(rows: int, accuracy: float, seed: int) -> list[Prediction]:
    """Answers with probabilities over 20 labels."""
    generator, names = np.random.default_rng(seed), [f"label {number}" for number in range(20)]
    answers = []
    for row in range(1, rows + 1):
        target = names[row % 20]
        output = target if generator.random() < accuracy else names[int(generator.integers(20))]
        shares = dict.fromkeys(names, 0.01) | {output: 0.81}
        answers.append(Prediction(row=row, input="", target=target, output=output, probabilities=shares))
    return answers


def texts(rows: int, kept: float, seed: int) -> list[Prediction]:
    """Answers of 30 words, of which the share `kept` is right, for inputs in other words."""
    vocabulary, generator = np.random.default_rng(0), np.random.default_rng(seed)
    words = ["".join(vocabulary.choice(list("aeilnorst"), 6)) for _ in range(2000)]
    answers = []
    for row in range(1, rows + 1):
        target = [words[index] for index in vocabulary.integers(0, 1000, 30)]
        output = [word if generator.random() < kept else words[int(generator.integers(1000))] for word in target]
        given = " ".join(words[index] for index in vocabulary.integers(1000, 2000, 30))
        answers.append(
            Prediction(
                row=row,
                input=given,
                target=" ".join(target),
                output=" ".join(output),
                target_nll=60 * (1 - kept) + float(generator.random()),
                target_tokens=60,
                hit_limit=False,
            )
        )
    return answers


def _seconds(call: Callable[[], object]) -> float:
    """Of processor time, which a busy machine stretches less."""
    seconds = []
    for _ in range(3):
        began = time.process_time()
        call()
        seconds.append(time.process_time() - began)
    return min(seconds)


def main() -> None:
    """Print the seconds of each task, and write them."""
    parser = argparse.ArgumentParser(description="Seconds of every metric with interval and test.")
    parser.add_argument("--rows", type=int, default=1000)
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "results")
    options = parser.parse_args()
    sides = {
        Task.CLASSIFY: (classifications(options.rows, 0.6, 1), classifications(options.rows, 0.8, 2)),
        Task.GENERATE: (texts(options.rows, 0.5, 1), texts(options.rows, 0.7, 2)),
    }
    lines = [f"# Every metric with its interval and test ({DRAWS:,} draws), {options.rows:,} rows", ""]
    for task, (base, tuned) in sides.items():
        names = ", ".join(metric.name for metric in metric_table(base, tuned, task, primary=PRIMARIES[task]))
        table = _seconds(partial(metric_table, base, tuned, task, primary=PRIMARIES[task]))
        whole = _seconds(partial(compare, base, tuned, task))
        lines.append(f"- {task}: {table:.2f} s of one core for {names}; {whole:.2f} s for the whole comparison")
    text = "\n".join(lines)
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / "bootstrap_speed.md").write_text(text + "\n", encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
