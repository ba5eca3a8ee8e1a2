import numpy as np
import pytest
from scipy.stats import bootstrap, ttest_1samp

from tuning.scoring.resampling import bounded_interval, paired_interval, positive_interval, randomization_ps
from tuning.scoring.statistics import tango, wilson
from tuning.scoring.sums import FEWEST_UNITS, PairedSums, RowSums


def means(base: np.ndarray, tuned: np.ndarray) -> PairedSums:
    return PairedSums(RowSums.mean(base), RowSums.mean(tuned))


def test_interval_of_many_differences_is_students():
    values = np.random.default_rng(1).normal(0.3, 1.0, 80)
    interval = paired_interval(means(np.zeros(80), values))
    expected = ttest_1samp(values, 0).confidence_interval()
    assert interval is not None
    assert (interval.low, interval.high) == pytest.approx((expected.low, expected.high), abs=1e-9)


def test_interval_of_a_ratio_agrees_with_the_bootstrap_of_scipy():
    generator = np.random.default_rng(2)
    tokens = generator.integers(5, 40, 300).astype(float)
    base, tuned = (tokens * generator.gamma(9, scale, 300) for scale in (0.25, 0.2))
    ratio = RowSums.mean(base).score
    interval = paired_interval(
        PairedSums(RowSums(np.column_stack([base, tokens]), ratio), RowSums(np.column_stack([tuned, tokens]), ratio))
    )
    expected = bootstrap(
        (base, tuned, tokens),
        lambda one, other, count, axis: (other.sum(axis) - one.sum(axis)) / count.sum(axis),
        paired=True,
        vectorized=True,
        rng=np.random.default_rng(0),
        n_resamples=4000,
        method="percentile",
    ).confidence_interval
    assert interval is not None
    assert (interval.low, interval.high) == pytest.approx((expected.low, expected.high), abs=0.02)


def test_few_differing_rows_get_at_least_the_score_interval():
    base, tuned = np.zeros(60), np.zeros(60)
    tuned[:4] = 1
    interval = paired_interval(means(base, tuned))
    counted = tango(4, 0, 60)
    assert interval is not None
    # Student's quantile for the normal one makes it a little wider still.
    assert counted.high < interval.high < counted.high + 0.01
    assert interval.low <= counted.low


def test_interval_mirrors():
    generator = np.random.default_rng(3)
    one, other = (generator.random(50) * (generator.random(50) < 0.2) for _ in range(2))
    forth, back = paired_interval(means(one, other)), paired_interval(means(other, one))
    assert forth is not None
    assert back is not None
    assert (forth.low, forth.high) == pytest.approx((-back.high, -back.low), abs=1e-9)


def test_too_few_or_equal_units_have_no_interval():
    generator = np.random.default_rng(4)
    values = generator.random(FEWEST_UNITS - 1)
    assert paired_interval(means(np.zeros(len(values)), values)) is None
    assert bounded_interval(RowSums.mean(values)) is None
    assert positive_interval(RowSums.mean(values)) is None
    same = np.linspace(0, 1, 50)
    assert paired_interval(means(same, same)) is None


def test_one_row_is_not_computed_with():
    assert paired_interval(means(np.array([0.0]), np.array([1.0]))) is None
    assert randomization_ps([means(np.array([0.0]), np.array([1.0]))]) == [1.0]


def test_interval_of_a_share_by_the_jackknife_is_wilsons():
    right = [True] * 70 + [False] * 130
    interval, expected = bounded_interval(RowSums.share(right)), wilson(70, 200)
    assert interval is not None
    assert (interval.low, interval.high) == pytest.approx((expected.low, expected.high), abs=0.003)


def test_interval_of_a_positive_score_holds_it_and_stays_positive():
    sums = RowSums.mean(np.random.default_rng(6).lognormal(0, 2, 40))
    interval = positive_interval(sums)
    assert interval is not None
    assert 0 < interval.low < sums.total() < interval.high
    assert positive_interval(RowSums.mean(np.zeros(40))) is None


def test_groups_are_units():
    base: np.ndarray = np.repeat([0.0, 1.0], 80)
    tuned: np.ndarray = np.repeat([1.0, 0.0, 1.0, 1.0], 40)
    pairs = means(base, tuned).by_group([str(row // 4) for row in range(160)])
    assert pairs.base.values.shape == (40, 2)
    assert pairs.delta() == pytest.approx(tuned.mean() - base.mean())
    # Four equal rows are no more evidence than one.
    grouped, alone = paired_interval(pairs), paired_interval(means(base[::4], tuned[::4]))
    assert grouped is not None
    assert alone is not None
    assert (grouped.low, grouped.high) == pytest.approx((alone.low, alone.high), abs=1e-9)


def test_randomization_agrees_with_all_relabellings():
    base = np.array([0.1, 0.5, 0.4, 0.2, 0.9, 0.3, 0.3, 0.0])
    tuned = np.array([0.6, 0.4, 0.9, 0.5, 0.8, 0.9, 0.3, 0.4])
    signs = np.array([[1 if mask >> bit & 1 else -1 for bit in range(8)] for mask in range(256)])
    steps = tuned - base
    exact = float(np.mean(np.abs(signs @ steps) >= abs(steps.sum()) - 1e-12))
    assert randomization_ps([means(base, tuned)], draws=40_000)[0] == pytest.approx(exact, abs=0.01)


def test_randomization_of_several_metrics_is_that_of_each():
    generator = np.random.default_rng(7)
    # Enough rows for the draws not to be made all at once.
    pairs = [means(generator.random(3000), generator.random(3000)) for _ in range(2)]
    together = randomization_ps(pairs, seed=1, draws=800)
    assert together == [randomization_ps([pair], seed=1, draws=800)[0] for pair in pairs]
    assert together != randomization_ps(pairs, seed=2, draws=800)


def test_randomization_of_equal_models_is_one_and_never_zero():
    same = np.linspace(0, 1, 30)
    assert randomization_ps([means(same, same)]) == [1.0]
    assert randomization_ps([means(np.zeros(40), np.ones(40))], draws=200) == [1 / 201]
    assert randomization_ps([]) == []
