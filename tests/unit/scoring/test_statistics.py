import math
import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from tests.unit.scoring.builders import steady
from tuning.scoring.record import Flips
from tuning.scoring.statistics import (
    Interval,
    PairedSums,
    bootstrap_interval,
    mcnemar_midp,
    newcombe_paired,
    randomization_p,
    visible_gap,
    wilson,
)

counts = st.integers(min_value=0, max_value=60)
tables = st.tuples(counts, counts, counts, counts).filter(lambda table: sum(table) > 0)


def flips(both_right: int, broken: int, fixed: int, both_wrong: int) -> Flips:
    return Flips(both_right=both_right, broken=broken, fixed=fixed, both_wrong=both_wrong)


def mean_of_rows(sums: np.ndarray) -> np.ndarray:
    return sums[:, 0] / sums[:, 1]


def paired_means(base: np.ndarray, tuned: np.ndarray) -> PairedSums:
    ones = np.ones(len(base))
    return PairedSums(np.column_stack([base, ones]), np.column_stack([tuned, ones]), mean_of_rows)


@pytest.mark.parametrize(
    ("successes", "n"),
    [(81, 263), (15, 148), (0, 20), (1, 29), (29, 29), (0, 1), (1, 1), (5000, 10000)],
)
def test_wilson_agrees_with_scipy(successes, n):
    expected = binomtest(successes, n).proportion_ci(method="wilson")
    assert wilson(successes, n).low == pytest.approx(expected.low, abs=1e-12)
    assert wilson(successes, n).high == pytest.approx(expected.high, abs=1e-12)


def test_wilson_gives_the_published_example():
    # Newcombe 1998, Statistics in Medicine 17(8), table I: 81 of 263.
    assert wilson(81, 263).low == pytest.approx(0.2553, abs=5e-5)
    assert wilson(81, 263).high == pytest.approx(0.3662, abs=5e-5)


@pytest.mark.parametrize(
    ("table", "low", "high"),
    [
        # Fagerland, Lydersen, Laake 2014: complete response before and after therapy; airway hyper-responsiveness.
        (flips(59, 16, 6, 80), -0.1186, -0.0046),
        (flips(1, 7, 1, 12), -0.5069, -0.0256),
        # Newcombe 1998, Statistics in Medicine 17(22), method 10.
        (flips(20, 2, 12, 16), 0.0562, 0.3292),
    ],
)
def test_newcombe_gives_published_examples(table, low, high):
    assert newcombe_paired(table).low == pytest.approx(low, abs=6e-5)
    assert newcombe_paired(table).high == pytest.approx(high, abs=6e-5)


@steady
@given(tables)
def test_newcombe_holds_the_difference_and_mirrors(table):
    right, broken, fixed, wrong = table
    interval = newcombe_paired(flips(right, broken, fixed, wrong))
    mirrored = newcombe_paired(flips(right, fixed, broken, wrong))
    delta = (fixed - broken) / sum(table)
    assert -1 <= interval.low <= delta + 1e-12
    assert delta - 1e-12 <= interval.high <= 1
    assert mirrored.low == pytest.approx(-interval.high, abs=1e-12)
    assert mirrored.high == pytest.approx(-interval.low, abs=1e-12)


@steady
@given(broken=st.integers(0, 40), fixed=st.integers(0, 40))
def test_midp_agrees_with_counting_outcomes(broken, fixed):
    n = broken + fixed
    weights = [math.comb(n, k) / 2**n for k in range(n + 1)]
    seen = min(broken, fixed)
    more_extreme = sum(w for k, w in enumerate(weights) if min(k, n - k) < seen)
    as_extreme = sum(w for k, w in enumerate(weights) if min(k, n - k) == seen)
    # Half of what is just as extreme as what was seen counts, except in the middle, where everything is as extreme.
    expected = 1.0 if broken == fixed else more_extreme + as_extreme / 2
    p = mcnemar_midp(broken, fixed)
    assert p == pytest.approx(expected, abs=1e-12)
    assert 0 < p <= 1


def test_midp_gives_the_published_example():
    # Fagerland, Lydersen, Laake 2013: 1 against 7.
    assert mcnemar_midp(7, 1) == pytest.approx(0.0391, abs=5e-5)
    assert mcnemar_midp(0, 0) == 1.0


def test_visible_gap_follows_the_table_of_the_design():
    # Disagreement .3: 50 rows show 22 points, 200 show 11, 1,000 show 5.
    assert visible_gap(flips(20, 8, 7, 15)) == pytest.approx(0.22, abs=0.005)
    assert visible_gap(flips(80, 30, 30, 60)) == pytest.approx(0.11, abs=0.005)
    assert visible_gap(flips(400, 150, 150, 300)) == pytest.approx(0.05, abs=0.005)


def test_visible_gap_is_never_larger_than_everything_nor_zero():
    assert visible_gap(flips(20, 0, 0, 20)) == pytest.approx(7.849 / 40, abs=1e-3)
    assert visible_gap(flips(1, 0, 0, 0)) == 1.0


def test_bootstrap_of_a_mean_agrees_with_student():
    values = np.random.default_rng(3).normal(0.3, 1.0, 80)
    interval = bootstrap_interval(paired_means(np.zeros(80), values), draws=20_000)
    half = 1.9905 * values.std(ddof=1) / math.sqrt(80)
    assert interval is not None
    assert interval.low == pytest.approx(values.mean() - half, abs=0.02)
    assert interval.high == pytest.approx(values.mean() + half, abs=0.02)


def test_bootstrap_is_seeded():
    values = np.random.default_rng(4).normal(size=3000)
    pairs = paired_means(np.zeros(3000), values)
    # Enough draws not to be made all at once.
    first = bootstrap_interval(pairs, seed=1, draws=800)
    assert first == bootstrap_interval(pairs, seed=1, draws=800)
    assert first != bootstrap_interval(pairs, seed=2, draws=800)


def test_bootstrap_of_one_row_is_unknown_and_of_equal_rows_is_nothing():
    assert bootstrap_interval(paired_means(np.array([0.0]), np.array([1.0]))) is None
    same = np.linspace(0, 1, 30)
    assert bootstrap_interval(paired_means(same, same)) == Interval(0.0, 0.0)


def test_randomization_agrees_with_all_relabellings():
    base = np.array([0.1, 0.5, 0.4, 0.2, 0.9, 0.3, 0.3, 0.0])
    tuned = np.array([0.6, 0.4, 0.9, 0.5, 0.8, 0.9, 0.3, 0.4])
    steps = tuned - base
    signs = np.array([[1 if mask >> bit & 1 else -1 for bit in range(8)] for mask in range(256)])
    exact = float(np.mean(np.abs(signs @ steps) >= abs(steps.sum()) - 1e-12))
    assert randomization_p(paired_means(base, tuned), draws=40_000) == pytest.approx(exact, abs=0.01)


def test_randomization_of_equal_models_is_one():
    same = np.linspace(0, 1, 30)
    assert randomization_p(paired_means(same, same)) == 1.0


@steady
@given(st.integers(0, 2**31 - 1))
def test_randomization_is_never_zero(seed):
    p = randomization_p(paired_means(np.zeros(40), np.ones(40)), seed=seed, draws=200)
    assert 0 < p <= 2 / 201


@pytest.mark.parametrize(("n", "disagreement"), [(20, 0.3), (50, 0.1), (100, 0.5), (200, 0.3)])
def test_midp_and_newcombe_are_calibrated_under_the_null(n, disagreement):
    generator = np.random.default_rng(n)
    trials = 1500
    shares = [0.7 - disagreement / 2, disagreement / 2, disagreement / 2, 0.3 - disagreement / 2]
    rejected = covered = 0
    for right, broken, fixed, wrong in generator.multinomial(n, shares, size=trials).tolist():
        rejected += mcnemar_midp(broken, fixed) < 0.05
        interval = newcombe_paired(flips(right, broken, fixed, wrong))
        covered += interval.low <= 0 <= interval.high
    # Three standard errors of a share near .05 over the trials are .017.
    assert rejected / trials <= 0.05 + 0.017
    assert covered / trials >= 0.95 - 0.017


@pytest.mark.parametrize(("n", "gap"), [(20, 0.15), (50, 0.15), (100, 0.05), (200, 0.3)])
def test_newcombe_covers_real_gaps(n, gap):
    generator = np.random.default_rng(n + 1)
    trials = 1500
    shares = [0.5, 0.1, 0.1 + gap, 0.3 - gap]
    covered = 0
    for right, broken, fixed, wrong in generator.multinomial(n, shares, size=trials).tolist():
        interval = newcombe_paired(flips(right, broken, fixed, wrong))
        covered += interval.low <= gap <= interval.high
    assert covered / trials >= 0.95 - 0.017


@pytest.mark.parametrize("n", [20, 60])
def test_bootstrap_and_randomization_are_calibrated_on_skewed_rows(n):
    generator = np.random.default_rng(n)
    trials = 300
    covered = rejected = 0
    for trial in range(trials):
        base, tuned = generator.beta(0.5, 0.5, n), generator.beta(0.5, 0.5, n)
        pairs = paired_means(base, tuned)
        interval = bootstrap_interval(pairs, seed=trial, draws=600)
        assert interval is not None
        covered += interval.low <= 0 <= interval.high
        rejected += randomization_p(pairs, seed=trial, draws=400) < 0.05
    # Three standard errors over the trials are .038.
    assert covered / trials >= 0.95 - 0.038
    assert rejected / trials <= 0.05 + 0.038


def test_interval_excludes_zero_only_off_zero():
    assert Interval(0.1, 0.2).excludes_zero
    assert Interval(-0.2, -0.1).excludes_zero
    assert not Interval(-0.1, 0.1).excludes_zero
    assert not Interval(0.0, 0.1).excludes_zero


def test_python_randomness_is_left_alone():
    random.seed(5)
    np.random.seed(5)
    expected = (random.Random(5).random(), np.random.RandomState(5).random())
    bootstrap_interval(paired_means(np.zeros(30), np.ones(30)), draws=50)
    randomization_p(paired_means(np.zeros(30), np.ones(30)), draws=50)
    assert (random.random(), np.random.random()) == expected
