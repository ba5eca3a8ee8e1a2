"""How often our intervals hold the true difference, and how often tests reject a true null, by simulation.

    python -m benchmarks.calibration [--trials 3000] [--minutes 60] [--metric accuracy] [--out benchmarks/results]

Writes calibration.csv after every cell, from which a run that was cut off goes on, and calibration.md. Beside ours, on
the same samples: an unpaired z-test of two proportions, the percentile bootstrap, and the paired bootstrap test of
sacrebleu 2.6 (its arithmetic on our sums, so that thousands of trials are possible;
`tests/unit/scoring/test_calibration.py` holds it against sacrebleu itself).
"""

import argparse
import math
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from benchmarks.calibration_table import Cell, Sample, line_of, read_cells, write_cells
from benchmarks.worlds import Sides, World, balanced, classified, generated, grouped
from tuning.scoring.catalog import find_metric
from tuning.scoring.metric_table import difference_interval, flips_of
from tuning.scoring.resampling import randomization_ps
from tuning.scoring.statistics import Interval, mcnemar_midp, newcombe_paired
from tuning.scoring.sums import PairedSums

__all__ = ["Cell", "Sample", "measure", "sacrebleu_p", "sides_of", "worlds"]

Array: TypeAlias = NDArray[np.float64]

DRAWS = 200
"""Of bootstraps and randomizations for each test set; with 200, p < .05 is as likely under the null as with 5,000."""
THOROUGH = ("accuracy", "macro_f1", "macro_f1, classes .7 .1 .1 .1", "chrf", "chrf, all rows differ")
"""Metrics of which gaps of half the disagreement are simulated too."""
BATCH = 50
"""Test sets that share the draws, as all do in the product, whose seed is fixed."""
ROUNDING = 1e-12


@dataclass(frozen=True)
class _Trial:
    """What came of one test set."""

    covered: bool | None
    """None: no interval was shown."""
    p: float
    bootstrap_covered: bool
    z_p: float
    sacrebleu_p: float


NINE, SEVEN = [0.9, 0.1], [0.7, 0.1, 0.1, 0.1]
COMMON, RARE = Sides(0.05, -0.01, right=0.97), Sides(0.82, 0.8, right=0.5)
"""A base that names the commonest class nearly always, and a tuned model that knows the others."""
LEARNED = {
    "macro_f1, classes .9 .1, the rare one learned": NINE,
    "macro_f1, classes .7 .1 .1 .1, the rare learned": SEVEN,
}


def worlds() -> dict[str, Callable[[Sides], World]]:
    """What is simulated, by the name it has in the table; accuracy stands for every share of rows."""
    three = [0.4, 0.3, 0.3]
    return {
        "accuracy": partial(classified, "accuracy", classes=three),
        "macro_f1": partial(classified, "macro_f1", classes=three),
        "macro_f1, classes .7 .1 .1 .1": partial(classified, "macro_f1", classes=SEVEN),
        "macro_f1, classes .9 .1": partial(classified, "macro_f1", classes=NINE),
        "macro_f1, classes .95 .05": partial(classified, "macro_f1", classes=[0.95, 0.05]),
        "macro_f1, classes .99 .01": partial(classified, "macro_f1", classes=[0.99, 0.01]),
        **{name: partial(classified, "macro_f1", classes=classes, rare=RARE) for name, classes in LEARNED.items()},
        "chrf": partial(generated, "chrf"),
        "chrf, all rows differ": partial(balanced, partial(generated, "chrf", dense=True)),
        "mcc": partial(classified, "mcc", classes=three),
        "mcc, classes .9 .1": partial(classified, "mcc", classes=NINE),
        "balanced_accuracy, classes .9 .1": partial(classified, "balanced_accuracy", classes=NINE),
        "brier": partial(balanced, partial(classified, "brier", classes=three)),
        "log_loss": partial(balanced, partial(classified, "log_loss", classes=three)),
        "rouge_l": partial(generated, "rouge_l"),
        "token_f1, all rows differ": partial(balanced, partial(generated, "token_f1", dense=True)),
        "bleu": partial(generated, "bleu"),
        "perplexity": partial(generated, "perplexity"),
        "accuracy, groups of 1 to 6 rows": grouped,
    }


def measure(sample: Sample, world: World, trials: int) -> Cell:
    """Draw `trials` test sets and count."""
    generator = np.random.default_rng(
        [sample.rows, *(round(1000 * part) for part in (sample.disagreement, sample.gap))]
    )
    share, found = sample.metric == "accuracy", list[_Trial]()
    for start in range(0, trials, BATCH):
        sets = world.draw(sample.rows, min(BATCH, trials - start), generator)
        found += _trials(sample, sets, world.truth(), generator)
    shown = [trial.covered for trial in found if trial.covered is not None]
    return Cell(
        **asdict(sample),
        truth=world.truth(),
        trials=trials,
        shown=len(shown) / trials,
        covered=sum(shown) / len(shown) if shown else math.nan,
        rejected=sum(trial.p < 0.05 for trial in found) / trials,
        bootstrap_covered=sum(trial.bootstrap_covered for trial in found) / trials,
        z_rejected=sum(trial.z_p < 0.05 for trial in found) / trials if share else math.nan,
        sacrebleu_rejected=sum(trial.sacrebleu_p < 0.05 for trial in found) / trials,
    )


def sacrebleu_p(drawn: Array, observed: float) -> float:
    """The p of sacrebleu's paired bootstrap from the differences in resamples: absolute values, then centred."""
    sizes = np.abs(drawn)
    return float((np.sum(sizes - sizes.mean() >= abs(observed)) + 1) / (len(sizes) + 1))


def _trials(
    sample: Sample, sets: Sequence[PairedSums], truth: float, generator: np.random.Generator
) -> Iterator[_Trial]:
    if sample.metric == "accuracy":
        flips = [flips_of(pairs) for pairs in sets]
        intervals: list[Interval | None] = [newcombe_paired(each) for each in flips]
        ps = [mcnemar_midp(each.broken, each.fixed) for each in flips]
    else:
        metric = find_metric(sample.metric.split(",")[0])
        intervals = [difference_interval(metric, pairs) for pairs in sets]
        ps = randomization_ps(sets, seed=int(generator.integers(2**32)), draws=DRAWS)
    resamples = _resamples(len(sets[0].base.values), generator)
    for pairs, interval, p in zip(sets, intervals, ps, strict=True):
        drawn = pairs.tuned.score(resamples @ pairs.tuned.values) - pairs.base.score(resamples @ pairs.base.values)
        # As (draws + 1) p-th in order of size, a quantile is on average exceeded as often as it should be.
        low, high = np.quantile(drawn, [0.025, 0.975], method="weibull")
        yield _Trial(
            covered=None if interval is None else _holds(interval, truth),
            p=p,
            bootstrap_covered=_holds(Interval(float(low), float(high)), truth),
            z_p=_unpaired_z_p(pairs),
            sacrebleu_p=sacrebleu_p(drawn, pairs.delta()),
        )


def _holds(interval: Interval, truth: float) -> bool:
    return interval.low - ROUNDING <= truth <= interval.high + ROUNDING


def _resamples(rows: int, generator: np.random.Generator) -> Array:
    """How often each row comes in each bootstrap sample: (draws, rows)."""
    drawn = generator.integers(0, rows, (DRAWS, rows)) + rows * np.arange(DRAWS)[:, np.newaxis]
    return np.bincount(drawn.ravel(), minlength=DRAWS * rows).reshape(DRAWS, rows).astype(np.float64)


def _unpaired_z_p(pairs: PairedSums) -> float:
    rows = len(pairs.base.values)
    shares = [float(side.values[:, 0].mean()) for side in (pairs.base, pairs.tuned)]
    variance = sum(share * (1 - share) for share in shares) / rows
    return math.erfc(abs(shares[1] - shares[0]) / math.sqrt(2 * variance)) if variance > 0 else 1.0


def sides_of(sample: Sample) -> Sides:
    """How the models differ; where the rare classes were learned, on the commonest."""
    return COMMON if sample.metric in LEARNED else Sides(sample.disagreement, sample.gap)


def _samples() -> Iterator[Sample]:
    for metric in worlds():
        for rows in (20, 50, 100, 200):
            if metric in LEARNED:
                common = LEARNED[metric][0]
                differ = common * COMMON.disagreement + (1 - common) * RARE.disagreement
                yield Sample(metric, rows, round(differ, 3), round(common * COMMON.gap + (1 - common) * RARE.gap, 3))
                continue
            for disagreement in (0.1, 0.3, 0.5):
                halves = (disagreement / 2,) if metric in THOROUGH else ()
                for gap in (0.0, *halves, disagreement):
                    yield Sample(metric, rows, disagreement, gap)


INTRODUCTION = f"""# Calibration

Made by `python -m benchmarks.calibration`. A share near .05 of 3,000 trials has a standard error of .004. Rows *differ*
when the models' answers do (one is right, the other wrong); *gap* is the share of rows that tuned wins less the share
that it loses, 0 being the null and equal to *differ* when tuned loses none. *Shown*: trials in which there is an
interval; *covered*: those of them in which it holds the true difference. *Rejected*: p below .05. Where gap is 0 that
is an error, which should not exceed .05 by more than luck; elsewhere it is power. Then the percentile bootstrap's
coverage, and rejections by an unpaired z-test and by sacrebleu's paired bootstrap. Randomizations and bootstraps are of
{DRAWS} draws here, of 5,000 in the product; {BATCH} test sets share them."""


def main() -> None:
    """Measure cell by cell, and write after each what there is so far."""
    parser = argparse.ArgumentParser(description="Coverage and rejection rates by simulation.")
    parser.add_argument("--trials", type=int, default=3000)
    parser.add_argument("--minutes", type=float, default=math.inf, help="begin no other cell after this time")
    parser.add_argument("--metric", action="append", choices=list(worlds()), help="only this; may be given again")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "results")
    options = parser.parse_args()
    began, samples = time.monotonic(), [each for each in _samples() if each.metric in (options.metric or worlds())]
    cells = {cell.sample: cell for cell in read_cells(options.out) if cell.trials == options.trials}
    for sample in samples:
        if sample in cells:
            continue
        if time.monotonic() - began > 60 * options.minutes:
            sys.exit("out of time; what was measured is written")
        world = worlds()[sample.metric](sides_of(sample))
        cells[sample] = measure(sample, world, options.trials)
        write_cells([cells[each] for each in _samples() if each in cells], options.out, INTRODUCTION)
        print(line_of(cells[sample]), flush=True)


if __name__ == "__main__":
    main()
