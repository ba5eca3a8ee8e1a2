"""Batching: what rows share, which rows go together, and where their completions are predicted."""

import torch
from hypothesis import given
from hypothesis import strategies as st

from tuning.engine.attention import KeptPrefix
from tuning.engine.batching import RowTokens, batches_by_length, common_prefix, prefix_batch, row_batch

token_lists = st.lists(st.integers(0, 2), min_size=1, max_size=6)


@given(head=st.lists(st.integers(0, 2), max_size=4), tails=st.lists(token_lists, min_size=1, max_size=5))
def test_common_prefix_is_common_and_leaves_every_prompt_a_token(head, tails):
    prompts = [(*head, *tail) for tail in tails]
    length = common_prefix(prompts)
    assert all(prompt[:length] == prompts[0][:length] for prompt in prompts)
    assert all(length < len(prompt) for prompt in prompts)
    longer = length + 1
    is_longest = any(len(p) <= longer for p in prompts) or any(p[:longer] != prompts[0][:longer] for p in prompts)
    assert is_longest, "a longer prefix would do"


def test_a_prompt_that_begins_another_keeps_its_last_token():
    assert common_prefix([(5, 6, 7), (5, 6, 7, 8)]) == 2
    assert common_prefix([(5, 6, 7)] * 3) == 2
    assert common_prefix([(5,), (6,)]) == 0


@given(lengths=st.lists(st.integers(0, 40), max_size=30), size=st.integers(1, 6), budget=st.integers(1, 100))
def test_batches_hold_every_row_once_within_size_and_budget(lengths, size, budget):
    batches = batches_by_length(lengths, size, budget)
    assert sorted(index for batch in batches for index in batch) == list(range(len(lengths)))
    for batch in batches:
        assert len(batch) <= size
        assert len(batch) == 1 or len(batch) * max(lengths[i] for i in batch) <= budget


def test_the_longest_rows_go_first_and_fill_batches():
    assert batches_by_length([1, 9, 5, 5], size=8, budget=20) == [[1, 2], [3, 0]]
    assert batches_by_length([50, 1], size=8, budget=20) == [[0], [1]]


def test_a_row_batch_lays_prefix_and_rows_flat():
    rows = [RowTokens((1, 2, 3), (7, 8)), RowTokens((1, 2, 4, 5), (9,))]
    batch = row_batch(rows, prefix=2)
    assert batch.input_ids.tolist() == [[1, 2, 3, 7, 4, 5]]
    assert batch.position_ids.tolist() == [[0, 1, 2, 3, 2, 3]]
    assert batch.predicted.tolist() == [7, 8, 9]
    assert batch.predicted_at.tolist() == [2, 3, 5]
    assert batch.lengths == (2, 2)
    assert batch.head == (1, 2)
    (block,) = batch.layout.blocks
    assert (batch.layout.prefix, block.rows, block.width) == (2, 2, 2)
    assert block.mask[0, 0].int().tolist() == [[1, 1, 1, 0], [1, 1, 1, 1]], "each sees the prefix, and no later token"


def test_padding_is_no_token_of_a_batch():
    batch = row_batch([RowTokens((1,), (2, 3, 4)), RowTokens((5,), (6,))], prefix=0)
    assert batch.input_ids.tolist() == [[1, 2, 3, 5]]
    assert batch.predicted_at.tolist() == [0, 1, 2, 3]
    assert batch.lengths == (3, 1)
    (block,) = batch.layout.blocks
    assert (block.rows, block.width, block.places.tolist()) == (2, 3, [0, 1, 2, 3])


@given(lengths=st.lists(st.integers(1, 500), min_size=1, max_size=20), prefix=st.integers(0, 300))
def test_blocks_hold_all_rows_in_turn_and_few_scores(lengths, prefix):
    rows = [RowTokens((*range(prefix), *[7] * length), (1,)) for length in lengths]
    blocks = row_batch(rows, prefix).layout.blocks
    sizes = [(len(block.places), block.rows) for block in blocks]
    left = iter(lengths)
    assert sizes == [(sum(next(left) for _ in range(block.rows)), block.rows) for block in blocks]
    assert next(left, None) is None
    assert all(b.rows == 1 or b.rows * b.width * (prefix + b.width) <= 2**17 for b in blocks)


def test_a_kept_prefix_is_not_laid_again_but_counted_in_positions():
    kept = KeptPrefix((1, 2))
    batch = row_batch([RowTokens((1, 2, 3), (4,))], prefix=2, kept=kept)
    assert batch.input_ids.tolist() == [[3]]
    assert batch.position_ids.tolist() == [[2]]
    assert batch.layout.prefix == 0
    assert batch.layout.kept is kept
    assert batch.head == (1, 2)


def test_a_prefix_batch_predicts_nothing_and_keeps():
    keep = KeptPrefix((4, 5, 6))
    batch = prefix_batch(keep)
    assert batch.input_ids.tolist() == [[4, 5, 6]]
    assert batch.layout.keep is keep
    assert (batch.layout.blocks, len(batch.predicted)) == ((), 0)


def test_a_row_has_the_same_key_in_every_batch_that_puts_it_after_the_same_prefix():
    one, other, longer = RowTokens((1, 2, 3), (4,)), RowTokens((1, 2, 5, 6), (7,)), RowTokens((1, 2, 3), (8, 9))
    key = row_batch([one], 2).keys[0]
    assert row_batch([other, one], 2).keys[1] == key
    assert row_batch([one], 2, KeptPrefix((1, 2))).keys == (key,)
    assert len({key, row_batch([one], 1).keys[0], *row_batch([other, longer], 2).keys}) == 4


def test_a_batch_moves_whole():
    batch = row_batch([RowTokens((1, 2), (3,))], prefix=1).to(torch.device("meta"))
    (block,) = batch.layout.blocks
    moved = (batch.input_ids, batch.position_ids, batch.predicted_at, batch.predicted, block.places, block.mask)
    assert {tensor.device.type for tensor in moved} == {"meta"}
