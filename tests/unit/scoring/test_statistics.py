import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar
from scipy.stats import binomtest
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import proportion_confint

from tests.unit.scoring.builders import steady
from tuning.scoring.record import Flips
from tuning.scoring.statistics import (
    Interval,
    holm,
    mcnemar_midp,
    newcombe_paired,
    tango,
    visible_gap,
    wilson,
)

counts = st.integers(min_value=0, max_value=60)
tables = st.tuples(counts, counts, counts, counts).filter(lambda table: sum(table) > 0)


def flips(both_right: int, broken: int, fixed: int, both_wrong: int) -> Flips:
    return Flips(both_right=both_right, broken=broken, fixed=fixed, both_wrong=both_wrong)


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


def test_interval_excludes_zero_only_off_zero():
    assert Interval(0.1, 0.2).excludes_zero
    assert Interval(-0.2, -0.1).excludes_zero
    assert not Interval(-0.1, 0.1).excludes_zero
    assert not Interval(0.0, 0.1).excludes_zero


def test_midp_agrees_with_statsmodels():
    for broken, fixed in [(3, 12), (0, 9), (20, 31), (1, 1)]:
        exact = mcnemar([[5, broken], [fixed, 7]], exact=True).pvalue
        n, fewer = broken + fixed, min(broken, fixed)
        expected = 1.0 if broken == fixed else exact - math.comb(n, fewer) / 2**n
        assert mcnemar_midp(broken, fixed) == pytest.approx(expected, abs=1e-9)


def test_wilson_agrees_with_statsmodels_on_effective_counts():
    interval = wilson(12.5, 40.25)
    assert (interval.low, interval.high) == pytest.approx(proportion_confint(12.5, 40.25, method="wilson"), abs=1e-9)
    assert wilson(12.5, 40.25, quantile=2.5).low < interval.low


def test_tango_gives_the_published_example():
    # Fagerland, Lydersen, Laake 2014: airway hyper-responsiveness before and after transplantation.
    assert tango(1, 7, 21).low == pytest.approx(-0.517, abs=5e-4)
    assert tango(1, 7, 21).high == pytest.approx(-0.026, abs=5e-4)


@pytest.mark.parametrize(("won", "lost", "n"), [(12, 3, 50), (4, 0, 60), (2.5, 7.25, 30), (0.0, 0.0, 40)])
def test_limits_of_tango_are_where_its_score_statistic_is_the_quantile(won, lost, n):
    interval = tango(won, lost, n)
    for limit, expected in ((interval.low, 1.959964), (interval.high, -1.959964)):

        def surprise(share: float, limit: float = limit) -> float:
            terms = ((won, share + limit), (lost, share), (n - won - lost, 1 - 2 * share - limit))
            return -sum(count * math.log(chance) for count, chance in terms if count)

        ends = (max(0.0, -limit) + 1e-13, (1 - limit) / 2 - 1e-13)
        share = minimize_scalar(surprise, bounds=ends, method="bounded", options={"xatol": 1e-12}).x
        deviation = math.sqrt(n * (2 * share + limit - limit**2))
        assert (won - lost - n * limit) / deviation == pytest.approx(expected, abs=1e-4)


@steady
@given(st.lists(st.floats(0, 1), max_size=12))
def test_holm_agrees_with_statsmodels(ps):
    expected = list(multipletests(ps, method="holm")[1]) if ps else []
    assert holm(ps) == pytest.approx(expected, abs=1e-9)
