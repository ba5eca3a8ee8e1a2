"""Cross-entropy in pieces against torch's own over all logits at once."""

import pytest
import torch
from torch.nn.functional import cross_entropy

from tuning.engine import vocabulary
from tuning.engine.vocabulary import log_probabilities, piecewise_nll

STATES, HIDDEN, VOCABULARY = 40, 16, 300_000  # so many words that a piece holds fewer than all states


@pytest.fixture(params=[False, True], ids=["no bias", "bias"])
def head(request) -> torch.nn.Linear:
    torch.manual_seed(0)
    return torch.nn.Linear(HIDDEN, VOCABULARY, bias=request.param).requires_grad_(requires_grad=False)


def states_and_tokens() -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(1)
    states = torch.randn(STATES, HIDDEN, generator=generator, requires_grad=True)
    return states, torch.randint(0, VOCABULARY, (STATES,), generator=generator)


def test_values_and_gradients_are_those_of_one_piece(head):
    assert vocabulary._PIECE // (4 * VOCABULARY) < STATES, "one piece would hold everything"
    states, tokens = states_and_tokens()
    weights = torch.linspace(-1, 2, STATES)
    expected = cross_entropy(head(states), tokens, reduction="none")
    (expected @ weights).backward()
    expected_gradient, states.grad = states.grad, None

    found = piecewise_nll(states, tokens, head)
    (found @ weights).backward()
    torch.testing.assert_close(found, expected, rtol=1e-5, atol=1e-5)
    assert (states.grad - expected_gradient).norm() / expected_gradient.norm() < 1e-5


def test_without_gradients_the_values_are_the_same(head):
    states, tokens = states_and_tokens()
    with torch.inference_mode():
        found = piecewise_nll(states, tokens, head)
    torch.testing.assert_close(found, piecewise_nll(states, tokens, head).detach())


def test_what_has_almost_no_probability_has_a_likelihood_still(head):
    states, tokens = states_and_tokens()
    confident = torch.nn.Linear(HIDDEN, VOCABULARY, bias=False).requires_grad_(requires_grad=False)
    confident.weight.copy_(head.weight * 1000)
    expected = cross_entropy(confident(states), tokens, reduction="none")
    assert expected.max() > 110, "no probability is too small for fp32"
    torch.testing.assert_close(piecewise_nll(states, tokens, confident), expected)


def test_log_probabilities_of_a_few_tokens(head):
    states, _ = states_and_tokens()
    tokens = torch.tensor([5, 299_999, 5, 0])
    with torch.inference_mode():
        found = log_probabilities(states, tokens, head)
        torch.testing.assert_close(found, head(states).log_softmax(-1)[:, tokens], rtol=1e-5, atol=1e-5)


def test_half_precision_sums_in_single(head):
    states, tokens = states_and_tokens()
    head = head.to(torch.bfloat16)
    found = piecewise_nll(states.to(torch.bfloat16), tokens, head)
    assert found.dtype is torch.float32
    torch.testing.assert_close(found, cross_entropy(head(states.bfloat16()).float(), tokens, reduction="none"))
