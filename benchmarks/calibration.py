"""How often our intervals hold the true difference, and how often tests reject a true null, by simulation.

    python -m benchmarks.calibration [--trials 3000] [--minutes 60] [--out benchmarks/results]

Writes calibration.md and calibration.csv. Beside ours, on the same samples: an unpaired z-test of two proportions, the
percentile bootstrap, and the paired bootstrap test of sacrebleu 2.6 (its arithmetic on our sums, so that thousands of
trials are possible; `tests/unit/scoring/test_calibration.py` holds it against sacrebleu itself).
"""

import argparse
import csv
import math
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, fields
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.worlds import Sides, World, classified, generated, grouped
from tuning.scoring.metric_table import flips_of
from tuning.scoring.resampling import PairedSums, paired_interval, randomization_ps
from tuning.scoring.statistics import mcnemar_midp, newcombe_paired

__all__ = ["Cell", "Sample", "measure", "sacrebleu_p", "worlds"]

DRAWS = 400
"""Of bootstraps and randomizations in each trial."""
Z95 = 1.959963984540054


@dataclass(frozen=True)
class Sample:
    """One sort of test set: what is measured on it, how many rows, how the models differ."""

    metric: str
    rows: int
    disagreement: float
    gap: float


@dataclass(frozen=True)
class Cell(Sample):
    """What came of many such test sets; shares of trials, nan where there is nothing to count."""

    truth: float
    trials: int
    shown: float
    """Trials with an interval; coverage is of these."""
    covered: float
    rejected: float
    """p < .05: under the null an error, else power."""
    bootstrap_covered: float
    z_rejected: float
    sacrebleu_rejected: float


def worlds() -> dict[str, Callable[[Sides], World]]:
    """What is simulated, by the name it has in the table; accuracy stands for every share of rows."""
    three = [0.4, 0.3, 0.3]
    return {
        "accuracy": partial(classified, "accuracy", classes=three),
        "macro_f1": partial(classified, "macro_f1", classes=three),
        "macro_f1, classes .7 .1 .1 .1": partial(classified, "macro_f1", classes=[0.7, 0.1, 0.1, 0.1]),
        "chrf": partial(generated, "chrf"),
        "chrf, all rows differ": partial(generated, "chrf", dense=True),
        "mcc": partial(classified, "mcc", classes=three),
        "brier": partial(classified, "brier", classes=three),
        "log_loss": partial(classified, "log_loss", classes=three),
        "rouge_l": partial(generated, "rouge_l"),
        "bleu": partial(generated, "bleu"),
        "perplexity": partial(generated, "perplexity"),
        "accuracy, groups of 1 to 6 rows": grouped,
    }


def measure(sample: Sample, world: World, trials: int, seed: int = 0) -> Cell:
    """Draw `trials` test sets and count."""
    generator = np.random.default_rng(seed)
    truth = world.truth()
    found = [_trial(world.draw(sample.rows, generator), truth, trial) for trial in range(trials)]
    shown = [each[0] for each in found if each[0] is not None]
    share = sample.metric == "accuracy"
    return Cell(
        **asdict(sample),
        truth=truth,
        trials=trials,
        shown=len(shown) / trials,
        covered=sum(shown) / len(shown) if shown else math.nan,
        rejected=sum(each[1] < 0.05 for each in found) / trials,
        bootstrap_covered=sum(each[2] for each in found) / trials,
        z_rejected=sum(each[3] < 0.05 for each in found) / trials if share else math.nan,
        sacrebleu_rejected=sum(each[4] < 0.05 for each in found) / trials,
    )


def sacrebleu_p(drawn: NDArray[np.float64], observed: float) -> float:
    """The p of sacrebleu's paired bootstrap from the differences in resamples: absolute values, then centred."""
    sizes = np.abs(drawn)
    return float((np.sum(sizes - sizes.mean() >= abs(observed)) + 1) / (len(sizes) + 1))


def _trial(pairs: PairedSums, truth: float, seed: int) -> tuple[bool | None, float, bool, float, float]:
    """Whether our interval covers (None: not shown), our p, whether the bootstrap covers, p of z-test and sacrebleu."""
    flips = flips_of(pairs) if pairs.base.weigh is not None and _is_accuracy(pairs) else None
    interval = newcombe_paired(flips) if flips else paired_interval(pairs)
    p = mcnemar_midp(flips.broken, flips.fixed) if flips else randomization_ps([pairs], seed=seed, draws=DRAWS)[0]
    drawn = _bootstrap(pairs, np.random.default_rng(seed))
    low, high = np.quantile(drawn, [0.025, 0.975])
    return (
        None if interval is None else interval.low - 1e-12 <= truth <= interval.high + 1e-12,
        p,
        bool(low - 1e-12 <= truth <= high + 1e-12),
        _unpaired_z_p(pairs),
        sacrebleu_p(drawn, pairs.delta()),
    )


def _is_accuracy(pairs: PairedSums) -> bool:
    return pairs.base.values.shape[1] == 2 and bool((pairs.base.values[:, 1] == 1).all())


def _bootstrap(pairs: PairedSums, generator: np.random.Generator) -> NDArray[np.float64]:
    rows = len(pairs.base.values)
    drawn = generator.integers(0, rows, (DRAWS, rows)) + rows * np.arange(DRAWS)[:, np.newaxis]
    weights = np.bincount(drawn.ravel(), minlength=DRAWS * rows).reshape(DRAWS, rows).astype(np.float64)
    return pairs.tuned.score(weights @ pairs.tuned.values) - pairs.base.score(weights @ pairs.base.values)


def _unpaired_z_p(pairs: PairedSums) -> float:
    rows = len(pairs.base.values)
    shares = [float(side.values[:, 0].mean()) for side in (pairs.base, pairs.tuned)]
    variance = sum(share * (1 - share) for share in shares) / rows
    return math.erfc(abs(shares[1] - shares[0]) / math.sqrt(2 * variance)) if variance > 0 else 1.0


def _samples() -> Iterator[Sample]:
    for metric in worlds():
        for rows in (20, 50, 100, 200):
            for disagreement in (0.1, 0.3, 0.5):
                for gap in (0.0, disagreement / 2, disagreement):
                    yield Sample(metric, rows, disagreement, gap)


def _table(cells: list[Cell]) -> str:
    names = ["metric", "rows", "differ", "gap", "shown", "covered", "rejected"]
    names += ["bootstrap covers", "z rejects", "sacrebleu rejects"]
    lines = ["| " + " | ".join(names) + " |", "|" + " --- |" * len(names)]
    for cell in cells:
        shares = (cell.shown, cell.covered, cell.rejected, cell.bootstrap_covered, cell.z_rejected)
        row = [cell.metric, cell.rows, cell.disagreement, f"{cell.gap:.2f}"]
        row += ["–" if math.isnan(share) else f"{share:.3f}" for share in (*shares, cell.sacrebleu_rejected)]
        lines.append("| " + " | ".join(map(str, row)) + " |")
    return "\n".join(lines)


def _write(cells: list[Cell], out: Path) -> None:
    out.mkdir(parents=True, exist_ok=True)
    with (out / "calibration.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, [field.name for field in fields(Cell)])
        writer.writeheader()
        writer.writerows(asdict(cell) for cell in cells)
    trials = sorted({cell.trials for cell in cells})
    text = INTRODUCTION.format(
        trials=", ".join(map(str, trials)), error=math.sqrt(0.05 * 0.95 / trials[0]), draws=DRAWS
    )
    (out / "calibration.md").write_text(f"{text}\n{_table(cells)}\n", encoding="utf-8")


INTRODUCTION = """# Calibration

Made by `python -m benchmarks.calibration`; trials a cell: {trials} (a standard error of a share near .05: {error:.4f}).
Rows *differ* when the models' answers do (one is right, the other wrong); *gap* is the share of rows that tuned wins
less the share that it loses, 0 being the null and equal to *differ* when tuned loses none. *Shown*: trials in which
there is an interval; *covered*: those of them in which it holds the true difference. *Rejected*: p below .05. Where
gap is 0 that is an error, which should not exceed .05 by more than luck; elsewhere it is power. Then the percentile
bootstrap's coverage, and rejections by an unpaired z-test and by sacrebleu's paired bootstrap ({draws} draws each).
"""


def main() -> None:
    """Measure cell by cell, and write after each what there is so far."""
    parser = argparse.ArgumentParser(description="Coverage and rejection rates by simulation.")
    parser.add_argument("--trials", type=int, default=3000)
    parser.add_argument("--minutes", type=float, default=math.inf, help="begin no other cell after this time")
    parser.add_argument("--metric", action="append", choices=list(worlds()), help="only this; may be given again")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "results")
    options = parser.parse_args()
    began, cells = time.monotonic(), []
    for sample in _samples():
        if options.metric and sample.metric not in options.metric:
            continue
        if time.monotonic() - began > 60 * options.minutes:
            sys.exit("out of time; what was measured is written")
        world = worlds()[sample.metric](Sides(sample.disagreement, sample.gap))
        cells.append(measure(sample, world, options.trials))
        _write(cells, options.out)
        print(_table(cells[-1:]).splitlines()[-1], flush=True)


if __name__ == "__main__":
    main()
