"""Coverage and rejection by simulation, with room for Monte Carlo error; the full table is in benchmarks/results/."""

import io
from contextlib import redirect_stderr

import numpy as np
import pytest
from sacrebleu.metrics import CHRF
from sacrebleu.significance import PairedTest

from benchmarks.calibration import COMMON, LEARNED, Sample, measure, sacrebleu_p, worlds
from benchmarks.worlds import Sides, World
from tuning.scoring import overlap
from tuning.scoring.resampling import bounded_interval, paired_interval, randomization_ps

TRIALS = 300
ERROR = 3 * (0.05 * 0.95 / TRIALS) ** 0.5
"""Three standard errors of a share near .05."""
UNEVEN = "accuracy, groups of 1 to 6 rows"
CASES = [(20, 0.3), (50, 0.1), (100, 0.5), (200, 0.1)]


def intervals_of(world: World, rows: int) -> tuple[int, int]:
    """How many intervals are shown, and how many of them miss the truth."""
    truth, sets = world.truth(), world.draw(rows, TRIALS, np.random.default_rng(rows))
    shown = [interval for interval in map(paired_interval, sets) if interval is not None]
    return len(shown), sum(not interval.low <= truth <= interval.high for interval in shown)


@pytest.mark.parametrize("metric", ["macro_f1", "chrf", "mcc", "brier", "accuracy, groups of 1 to 6 rows"])
@pytest.mark.parametrize(("rows", "disagreement"), CASES)
def test_intervals_cover(metric, rows, disagreement):
    for gap in (0.0, disagreement):
        shown, missed = intervals_of(worlds()[metric](Sides(disagreement, gap)), rows)
        # Uneven groups, if only 20, count as fewer.
        assert shown > 0.9 * TRIALS or (metric == UNEVEN and rows == 20)
        assert missed <= (0.05 + ERROR) * shown, gap


@pytest.mark.parametrize("rows", [20, 50, 100, 200])
@pytest.mark.parametrize(
    ("metric", "sides"),
    [
        ("macro_f1, classes .95 .05", Sides(0.1, 0.0)),
        ("macro_f1, classes .95 .05", Sides(0.5, 0.5)),
        ("macro_f1, classes .99 .01", Sides(0.3, 0.15)),
        ("macro_f1, classes .7 .1 .1 .1", Sides(0.3, 0.3)),
        *((metric, COMMON) for metric in LEARNED),
    ],
)
def test_intervals_cover_when_classes_are_lopsided(metric, sides, rows):
    shown, missed = intervals_of(worlds()[metric](sides), rows)
    # Of few intervals the share is known less well.
    assert missed <= 0.05 * shown + 3 * (0.05 * 0.95 * shown) ** 0.5
    assert shown > TRIALS / 10


@pytest.mark.parametrize("rows", [20, 50, 200])
@pytest.mark.parametrize(
    "metric", ["macro_f1, classes .95 .05", "macro_f1, classes .9 .1, the rare one learned", "chrf"]
)
def test_intervals_of_one_model_cover(metric, rows):
    world = worlds()[metric](COMMON if metric in LEARNED else Sides(0.3, 0.15))
    truth = float(world.pairs.base.score((world.weights @ world.pairs.base.values)[np.newaxis])[0])
    sets = world.draw(rows, TRIALS, np.random.default_rng(rows))
    shown = [interval for pairs in sets if (interval := bounded_interval(pairs.base)) is not None]
    assert len(shown) > TRIALS / 2
    assert sum(not interval.low <= truth <= interval.high for interval in shown) <= (0.05 + ERROR) * len(shown)


@pytest.mark.parametrize("metric", ["macro_f1", "chrf"])
@pytest.mark.parametrize(("rows", "disagreement"), CASES)
def test_randomization_rejects_a_true_null_rarely(metric, rows, disagreement):
    sets = worlds()[metric](Sides(disagreement, 0.0)).draw(rows, TRIALS, np.random.default_rng(rows))
    rejected = sum(randomization_ps([pairs], seed=seed, draws=200)[0] < 0.05 for seed, pairs in enumerate(sets))
    assert rejected / TRIALS <= 0.05 + ERROR


def test_a_cell_of_the_table_counts_what_it_says():
    cell = measure(Sample("accuracy", 50, 0.3, 0.3), worlds()["accuracy"](Sides(0.3, 0.3)), trials=60)
    assert cell.truth == pytest.approx(0.3)
    assert cell.shown == 1.0
    assert cell.covered > 0.8
    assert cell.rejected > 0.9


def test_the_bootstrap_of_sacrebleu_is_as_the_table_has_it():
    generator = np.random.default_rng(0)
    targets = ["".join(generator.choice(list("abcdef"), 30)) for _ in range(60)]
    sides = [
        ["".join(letter if generator.random() < 0.8 else "x" for letter in text) for text in targets] for _ in range(2)
    ]
    with redirect_stderr(io.StringIO()):
        _, scores = PairedTest([("one", sides[0]), ("other", sides[1])], {"chrF": CHRF(references=[targets])}, None,
                               test_type="bs", n_samples=2000)()  # fmt: skip
    sums = [overlap.chrf_sums(side, targets) for side in sides]
    drawn = generator.integers(0, 60, (2000, 60))
    one, other = (overlap.chrf_from_sums(side[drawn].sum(axis=1)) for side in sums)
    observed = float(np.diff([overlap.chrf_from_sums(side.sum(axis=0, keepdims=True))[0] for side in sums])[0])
    assert sacrebleu_p(other - one, observed) == pytest.approx(scores["chrF2"][1].p_value, abs=0.04)
