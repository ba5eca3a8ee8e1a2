"""The vocabulary projection and its cross-entropy, in pieces: all logits of a batch never exist at once.

Knows the decoder's last states and the output projection; knows nothing of rows, attention or adapters.
"""

from math import ceil
from typing import Any

import torch
from torch.autograd.function import once_differentiable
from torch.nn.functional import linear

__all__ = ["log_probabilities", "piecewise_nll"]

_PIECE = 31 * 2**20
"""Bytes of one piece's logits: enough rows for a matrix product at full speed, and less than the 32 MB from which on
memory goes back to the system at once: new memory costs more than a pass over it.
"""
_AT_ONCE = 2**20
"""Probabilities made of logits at once: few enough to stay near the cores from one pass over them to the next."""


def piecewise_nll(states: torch.Tensor, tokens: torch.Tensor, head: torch.nn.Linear) -> torch.Tensor:
    """Negative log-likelihood of `tokens` (n,) after `states` (n, hidden), in nats, fp32; differentiable by `states`.

    `head` is taken as frozen: it gets no gradient.
    """
    return _PiecewiseNll.apply(states, tokens, head.weight.detach(), head.bias)


def log_probabilities(states: torch.Tensor, tokens: torch.Tensor, head: torch.nn.Linear) -> torch.Tensor:
    """Log-probability of each of `tokens` (m,) after each of `states` (n, hidden): (n, m), in nats, fp32."""
    pieces = (linear(piece, head.weight, head.bias) for piece in states.split(_piece(states, head.weight)))
    exact = (some.float() for logits in pieces for some in logits.split(_few(logits)))
    return torch.cat([logits[:, tokens] - logits.logsumexp(-1, keepdim=True) for logits in exact])


def _piece(states: torch.Tensor, weight: torch.Tensor) -> int:
    """States of one piece; all pieces are about as long."""
    most = max(_PIECE // (len(weight) * weight.itemsize), 1)
    pieces = max(ceil(len(states) / most), 1)
    return max(ceil(len(states) / pieces), 1)


class _PiecewiseNll(torch.autograd.Function):
    """Takes the gradient by the states on the way forward, while a piece's probabilities are at hand: neither kept nor
    computed twice. All pieces use the same memory, as fresh memory costs as much as a pass over it.
    """

    @staticmethod
    def forward(
        ctx: Any, states: torch.Tensor, tokens: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor | None
    ) -> torch.Tensor:
        size = _piece(states, weight)
        room = states.new_empty(min(size, len(states)), len(weight))
        nlls, gradients = [], []
        for piece, wanted in zip(states.split(size), tokens.split(size), strict=True):
            logits = room[: len(piece)]
            if bias is None:
                torch.mm(piece, weight.t(), out=logits)
            else:
                torch.addmm(bias, piece, weight.t(), out=logits)
            nlls.append(_nll_and_gradient(logits, wanted))
            if ctx.needs_input_grad[0]:
                gradients.append(logits @ weight)
        if gradients:
            ctx.save_for_backward(torch.cat(gradients))
        return torch.cat(nlls)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, by_nlls: torch.Tensor) -> tuple[torch.Tensor, None, None, None]:
        (gradients,) = ctx.saved_tensors
        return gradients * by_nlls.unsqueeze(1).to(gradients.dtype), None, None, None


def _nll_and_gradient(logits: torch.Tensor, tokens: torch.Tensor) -> torch.Tensor:
    """Negative log-likelihoods of `tokens` (n,), in fp32; in place of the logits (n, vocabulary) their gradient."""
    nlls = []
    few = _few(logits)
    room = torch.empty_like(logits[:few], dtype=torch.float32)
    for some, wanted in zip(logits.split(few), tokens.unsqueeze(1).split(few), strict=True):
        exact = some if some.dtype == room.dtype else room[: len(some)].copy_(some)
        under_highest = exact.amax(-1, keepdim=True) - exact.gather(1, wanted)
        torch.softmax(exact, -1, out=exact)
        # The highest probability is never too small for a logarithm, the wanted one may be.
        nlls.append((under_highest - exact.amax(-1, keepdim=True).log()).squeeze(1))
        some.copy_(exact.scatter_add_(1, wanted, exact.new_full(wanted.shape, -1.0)))
    return torch.cat(nlls)


def _few(logits: torch.Tensor) -> int:
    """Rows of logits that are made probabilities at once."""
    return max(_AT_ONCE // logits.shape[1], 1)
