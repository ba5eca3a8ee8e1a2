"""Keys and values with room to grow: the same as transformers' own, however rows and tokens come and go."""

import pytest
import torch
from transformers import DynamicCache, LlamaConfig, MistralConfig
from transformers.cache_utils import DynamicLayer, DynamicSlidingWindowLayer

from tuning.engine.growing_cache import growing_cache

CONFIG = LlamaConfig(num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2, hidden_size=32)


def states(rows: int, tokens: int, seed: int) -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(seed)
    keys, values = torch.randn(2, rows, 2, tokens, 8, generator=generator)
    return keys, values


def both() -> tuple[DynamicCache, DynamicCache]:
    return growing_cache(CONFIG), DynamicCache(config=CONFIG)


@pytest.mark.parametrize("layer", [0, 1])
def test_new_tokens_join_the_earlier_ones(layer):
    growing, plain = both()
    for number, tokens in enumerate((5, 1, 1, 90, 1, 200, 1)):
        new = states(3, tokens, number)
        for one, other in zip(growing.update(*new, layer), plain.update(*new, layer), strict=True):
            assert torch.equal(one, other)
    assert growing.get_seq_length(layer) == plain.get_seq_length(layer) == 299


def test_rows_are_repeated_and_leave_as_ever():
    growing, plain = both()
    for cache in (growing, plain):
        cache.update(*states(1, 4, 0), 0)
        cache.batch_repeat_interleave(5)
        cache.update(*states(5, 2, 1), 0)
        cache.batch_select_indices(torch.tensor([4, 0, 3]))
        cache.update(*states(3, 1, 2), 0)
        cache.batch_select_indices(torch.tensor([1]))
    one, other = (cache.update(*states(1, 1, 3), 0) for cache in (growing, plain))
    assert torch.equal(one[0], other[0])
    assert torch.equal(one[1], other[1])


def test_a_token_that_has_room_moves_nothing():
    growing = growing_cache(CONFIG)
    first, _ = growing.update(*states(2, 3, 0), 0)
    second, _ = growing.update(*states(2, 1, 1), 0)
    assert first.data_ptr() == second.data_ptr()


def test_a_layer_that_forgets_stays_as_it_is():
    config = MistralConfig(num_hidden_layers=2, sliding_window=16)
    kinds = {type(layer) for layer in growing_cache(config).layers}
    assert kinds == {DynamicSlidingWindowLayer}
    assert DynamicLayer not in {type(layer) for layer in growing_cache(CONFIG).layers}
