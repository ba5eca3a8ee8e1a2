"""The order of rows: every row once, batches of like lengths, and no drift from long to short."""

from statistics import mean

import pytest

from tuning.engine.shuffling import ShuffledBatches

LENGTHS = [10 + (37 * place) % 97 for place in range(280)]


@pytest.mark.parametrize(("rows", "batch_size"), [(280, 8), (280, 2), (13, 4), (3, 8), (1, 1), (101, 1)])
def test_every_row_is_learned_once_an_epoch(rows, batch_size):
    order = ShuffledBatches(LENGTHS[:rows], batch_size, 0)
    assert sorted(order) == list(range(rows))
    assert len(order) == rows


def test_rows_of_a_batch_are_about_equally_long():
    order = [LENGTHS[place] for place in ShuffledBatches(LENGTHS, 8, 0)]
    spreads = [max(batch) - min(batch) for batch in (order[start : start + 8] for start in range(0, 280, 8))]
    assert mean(spreads) < (max(LENGTHS) - min(LENGTHS)) / 4


@pytest.mark.parametrize("batch_size", [2, 8])
def test_long_rows_do_not_come_before_short_ones(batch_size):
    """Over several seeds, the first and the second half of the first 64 rows are equally long on average."""
    drift = []
    for seed in range(40):
        order = [LENGTHS[place] for place in ShuffledBatches(LENGTHS, batch_size, seed)][:64]
        drift.append(mean(order[:32]) - mean(order[32:]))
    assert abs(mean(drift)) < 8, "sorted ones would differ by a half of all lengths"


def test_every_epoch_has_other_batches_and_every_seed_its_own_order():
    order = ShuffledBatches(LENGTHS, 8, 0)
    first, second = list(order), list(order)
    batches = [{frozenset(epoch[start : start + 8]) for start in range(0, 280, 8)} for epoch in (first, second)]
    assert len(batches[0] & batches[1]) < 5
    assert first == list(ShuffledBatches(LENGTHS, 8, 0)) != list(ShuffledBatches(LENGTHS, 8, 1))
