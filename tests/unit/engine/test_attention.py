"""Shared-prefix attention against dense attention over the same tokens with an explicit mask."""

from collections.abc import Sequence
from dataclasses import replace
from types import SimpleNamespace

import pytest
import torch
from torch.nn.functional import scaled_dot_product_attention
from transformers import AttentionInterface, AttentionMaskInterface

from tuning.engine.attention import ATTENTION, Block, KeptPrefix, Layout, register

HEADS, KV_HEADS, SIZE = 4, 2, 8
LAYER = SimpleNamespace(layer_idx=0)


@pytest.fixture
def attend():
    register()
    return AttentionInterface()[ATTENTION]


def states(tokens: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(tokens)
    query = torch.randn(1, HEADS, tokens, SIZE, generator=generator)
    key, value = torch.randn(2, 1, KV_HEADS, tokens, SIZE, generator=generator)
    return query, key, value


def layout(prefix: int, *blocks: Sequence[int], kept: int = 0, keep: KeptPrefix | None = None) -> Layout:
    """Rows of these lengths in these blocks, after `prefix` tokens in the sequence or `kept` ones that are not."""

    def block(lengths: Sequence[int]) -> Block:
        width = max(lengths)
        places = [row * width + place for row, length in enumerate(lengths) for place in range(length)]
        mask = torch.ones(width, prefix + kept + width, dtype=torch.bool).tril(prefix + kept)
        return Block(torch.tensor(places), mask[None, None], len(lengths))

    return Layout(prefix, tuple(map(block, blocks)), keep=keep)


def dense_mask(prefix: int, lengths: Sequence[int]) -> torch.Tensor:
    own = torch.block_diag(torch.ones(prefix, prefix).tril(), *[torch.ones(n, n).tril() for n in lengths])
    own[prefix:, :prefix] = 1
    return own.bool()


CASES = [
    pytest.param(5, [[4, 4, 4]], id="rows of one length"),
    pytest.param(5, [[4, 1, 3], [2, 2]], id="ragged blocks"),
    pytest.param(0, [[3, 2]], id="no prefix"),
    pytest.param(3, [[1]], id="one token"),
    pytest.param(4, [], id="no rows"),
]


@pytest.mark.parametrize(("prefix", "blocks"), CASES)
def test_rows_see_the_prefix_and_themselves(attend, prefix, blocks):
    lengths = [length for block in blocks for length in block]
    query, key, value = states(prefix + sum(lengths))
    out, weights = attend(LAYER, query, key, value, None, scaling=0.3, layout=layout(prefix, *blocks))
    mask = dense_mask(prefix, lengths)
    expected = scaled_dot_product_attention(query, key, value, attn_mask=mask, scale=0.3, enable_gqa=True)
    torch.testing.assert_close(out, expected.transpose(1, 2))
    assert weights is None


@pytest.mark.parametrize(("prefix", "blocks"), CASES)
def test_gradients_go_the_same_way_back(attend, prefix, blocks):
    lengths = [length for block in blocks for length in block]
    query, key, value = inputs = [part.requires_grad_() for part in states(prefix + sum(lengths))]
    out, _ = attend(LAYER, query, key, value, None, layout=layout(prefix, *blocks))
    mask = dense_mask(prefix, lengths)
    dense = scaled_dot_product_attention(query, key, value, attn_mask=mask, enable_gqa=True)
    by_out = torch.randn(out.shape, generator=torch.Generator().manual_seed(1))
    found = torch.autograd.grad(out, inputs, by_out)
    for ours, expected in zip(found, torch.autograd.grad(dense, inputs, by_out.transpose(1, 2)), strict=True):
        torch.testing.assert_close(ours, expected)


def test_a_kept_prefix_serves_as_one_in_the_sequence(attend):
    query, key, value = states(5 + 3 + 2)
    keep = KeptPrefix((0,) * 5)
    whole, _ = attend(LAYER, query, key, value, None, layout=layout(5, [3, 2], keep=keep))
    rows = [part[:, :, 5:] for part in (query, key, value)]
    later, _ = attend(LAYER, *rows, None, layout=replace(layout(0, [3, 2], kept=5), kept=keep))
    torch.testing.assert_close(later, whole[:, 5:])


@pytest.mark.parametrize("extra", ["sliding_window", "softcap", "s_aux", "position_bias"])
def test_what_it_does_not_compute_is_refused(attend, extra):
    with pytest.raises(ValueError, match=extra):
        attend(LAYER, *states(6), None, layout=layout(0, [3, 3]), **{extra: 4})


@pytest.mark.parametrize(
    "case",
    [
        {"layout": None},
        {"layout": layout(0, [3, 3]), "dropout": 0.1},
        {"layout": layout(0, [3, 3]), "attention_mask": torch.ones(6, 6, dtype=torch.bool)},
    ],
    ids=["no layout", "dropout", "mask"],
)
def test_it_needs_a_layout_and_neither_mask_nor_dropout(attend, case):
    with pytest.raises(ValueError, match="needs a layout"):
        attend(LAYER, *states(6), **{"attention_mask": None, **case})


def test_the_model_builds_no_mask_for_it():
    register()
    assert AttentionMaskInterface()[ATTENTION](batch_size=1, q_length=3) is None
