"""Shared-prefix attention against dense attention over the same tokens with an explicit mask."""

from types import SimpleNamespace

import pytest
import torch
from torch.nn.functional import scaled_dot_product_attention
from transformers import AttentionInterface, AttentionMaskInterface

from tuning.engine.attention import ATTENTION, KeptPrefix, Layout, register

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


def layout(prefix: int, rows: int, width: int, **others: KeptPrefix) -> Layout:
    return Layout(prefix, rows, width, torch.ones(1, width, width, dtype=torch.bool).tril(), **others)


def dense_mask(prefix: int, rows: int, width: int) -> torch.Tensor:
    own = torch.block_diag(torch.ones(prefix, prefix).tril(), *[torch.ones(width, width).tril()] * rows)
    own[prefix:, :prefix] = 1
    return own.bool()


@pytest.mark.parametrize(("prefix", "rows", "width"), [(5, 3, 4), (0, 2, 3), (3, 1, 1), (4, 0, 0)])
def test_rows_see_the_prefix_and_themselves(attend, prefix, rows, width):
    query, key, value = states(prefix + rows * width)
    out, weights = attend(LAYER, query, key, value, None, scaling=0.3, layout=layout(prefix, rows, width))
    mask = dense_mask(prefix, rows, width)
    expected = scaled_dot_product_attention(query, key, value, attn_mask=mask, scale=0.3, enable_gqa=True)
    torch.testing.assert_close(out, expected.transpose(1, 2))
    assert weights is None


def test_a_kept_prefix_serves_as_one_in_the_sequence(attend):
    query, key, value = states(5 + 2 * 3)
    keep = KeptPrefix((0,) * 5)
    whole, _ = attend(LAYER, query, key, value, None, layout=layout(5, 2, 3, keep=keep))
    rows = [part[:, :, 5:] for part in (query, key, value)]
    later, _ = attend(LAYER, *rows, None, layout=layout(0, 2, 3, kept=keep))
    torch.testing.assert_close(later, whole[:, 5:])


@pytest.mark.parametrize("extra", ["sliding_window", "softcap", "s_aux", "position_bias"])
def test_what_it_does_not_compute_is_refused(attend, extra):
    with pytest.raises(ValueError, match=extra):
        attend(LAYER, *states(6), None, layout=layout(0, 2, 3), **{extra: 4})


@pytest.mark.parametrize(
    "case",
    [
        {"layout": None},
        {"layout": layout(0, 2, 3), "dropout": 0.1},
        {"layout": layout(0, 2, 3), "attention_mask": torch.ones(6, 6, dtype=torch.bool)},
    ],
    ids=["no layout", "dropout", "mask"],
)
def test_it_needs_a_layout_and_neither_mask_nor_dropout(attend, case):
    with pytest.raises(ValueError, match="needs a layout"):
        attend(LAYER, *states(6), **{"attention_mask": None, **case})


def test_the_model_builds_no_mask_for_it():
    register()
    assert AttentionMaskInterface()[ATTENTION](batch_size=1, q_length=3) is None
