"""Attention as plain products in bfloat16, against the same in double precision."""

from collections.abc import Callable

import pytest
import torch
from torch.nn.functional import scaled_dot_product_attention

from tuning.engine import products
from tuning.engine.products import attend

SIZE = 16


def states(rows: int, heads: int, tokens: int, seed: int) -> torch.Tensor:
    drawn = torch.randn(rows, heads, tokens, SIZE, generator=torch.Generator().manual_seed(seed))
    return drawn.to(torch.bfloat16)


def error(found: torch.Tensor, right: torch.Tensor) -> float:
    return float((found.double() - right).detach().norm() / right.detach().norm())


@pytest.fixture
def no_kernel(monkeypatch) -> None:
    """torch's own attention is not to be asked."""

    def refuse(*_args: object, **_kwargs: object) -> None:
        raise AssertionError("torch's kernel was asked")

    monkeypatch.setattr(products, "scaled_dot_product_attention", refuse)


@pytest.mark.parametrize("kv_heads", [6, 2, 1])
@pytest.mark.parametrize("masked", [False, True], ids=["causal", "by row"])
@pytest.mark.parametrize("kept", [0, 10**6], ids=["computed again", "kept"])
@pytest.mark.usefixtures("no_kernel")
def test_values_and_gradients_are_right_to_rounding(monkeypatch, kv_heads, masked, kept):
    monkeypatch.setattr(products, "_KEPT", kept)
    rows, tokens, seen = 3, 9, 14 if masked else 9
    query, key, value = inputs = (
        states(rows, 6, tokens, 0).requires_grad_(),
        states(rows, kv_heads, seen, 1).requires_grad_(),
        states(rows, kv_heads, seen, 2).requires_grad_(),
    )
    mask = torch.rand(rows, 1, tokens, seen, generator=torch.Generator().manual_seed(3)) > 0.4
    mask[..., 0] = True
    given = mask if masked else None
    out = attend(query, key, value, given, 0.2)
    q, k, v = doubles = [part.detach().double().requires_grad_() for part in inputs]
    right = scaled_dot_product_attention(q, k, v, given, is_causal=not masked, scale=0.2, enable_gqa=True)
    by_out = states(rows, 6, tokens, 7)
    found = torch.autograd.grad(out, inputs, by_out)
    expected = torch.autograd.grad(right, doubles, by_out.double())
    assert out.dtype == torch.bfloat16
    assert error(out, right) < 0.01
    assert max(error(ours, theirs) for ours, theirs in zip(found, expected, strict=True)) < 0.01


@pytest.mark.usefixtures("no_kernel")
def test_keys_that_have_much_in_common_round_no_worse():
    common = 60 * torch.randn(SIZE, generator=torch.Generator().manual_seed(9))
    query, value = states(2, 4, 9, 0), states(2, 2, 9, 2)
    key = states(2, 2, 9, 1) + common.to(torch.bfloat16)
    right = scaled_dot_product_attention(
        query.double(), key.double(), value.double(), is_causal=True, scale=0.2, enable_gqa=True
    )
    assert error(attend(query, key, value, None, 0.2), right) < 0.01


@pytest.fixture
def asked(monkeypatch) -> list[tuple[int, ...]]:
    """The shapes of the queries that torch's own attention got."""
    shapes: list[tuple[int, ...]] = []
    own: Callable[..., torch.Tensor] = scaled_dot_product_attention

    def note(query: torch.Tensor, *args: object, **kwargs: object) -> torch.Tensor:
        shapes.append(tuple(query.shape))
        return own(query, *args, **kwargs)

    monkeypatch.setattr(products, "scaled_dot_product_attention", note)
    return shapes


def test_very_many_scores_are_left_to_torch(asked, monkeypatch):
    one = states(2, 2, 4, 1)
    attend(one, one, one, None, 0.2)
    monkeypatch.setattr(products, "_SCORES", 2 * 2 * 4 * 4 - 1)
    attend(one, one, one, None, 0.2)
    assert asked == [(2, 2, 4, SIZE)]


def test_what_needs_no_gradients_is_left_to_torch(asked):
    one = states(2, 2, 4, 1)
    with torch.no_grad():
        attend(one, one, one, None, 0.2)
    assert asked == [(2, 2, 4, SIZE)]


def test_full_precision_is_left_to_torch(asked):
    one = states(2, 2, 4, 1).float()
    attend(one, one, one, None, 0.2)
    assert asked == [(2, 2, 4, SIZE)]
