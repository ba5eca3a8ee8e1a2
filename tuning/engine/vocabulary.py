"""The vocabulary projection and its cross-entropy, in pieces: all logits of a batch never exist at once.

Knows the decoder's last states and the output projection; knows nothing of rows, attention or adapters.
"""

from typing import Any

import torch
from torch.autograd.function import once_differentiable
from torch.nn.functional import linear

__all__ = ["log_probabilities", "piecewise_nll"]

_PIECE = 8 * 2**20
"""Logits of one piece: 32 MB in fp32, enough rows for a matrix product at full speed."""


def piecewise_nll(states: torch.Tensor, tokens: torch.Tensor, head: torch.nn.Linear) -> torch.Tensor:
    """Negative log-likelihood of `tokens` (n,) after `states` (n, hidden), in nats, fp32; differentiable by `states`.

    `head` is taken as frozen: it gets no gradient.
    """
    return _PiecewiseNll.apply(states, tokens, head.weight.detach(), head.bias)


def log_probabilities(states: torch.Tensor, tokens: torch.Tensor, head: torch.nn.Linear) -> torch.Tensor:
    """Log-probability of each of `tokens` (m,) after each of `states` (n, hidden): (n, m), in nats, fp32."""
    pieces = (linear(piece, head.weight, head.bias).float() for piece in states.split(_piece(head.weight)))
    return torch.cat([logits[:, tokens] - logits.logsumexp(-1, keepdim=True) for logits in pieces])


def _piece(weight: torch.Tensor) -> int:
    """States of one piece."""
    return max(_PIECE // len(weight), 1)


class _PiecewiseNll(torch.autograd.Function):
    """Takes the gradient by the states on the way forward, while a piece's probabilities are at hand: neither kept nor
    computed twice. All pieces use the same memory, as fresh memory costs as much as a pass over it.
    """

    @staticmethod
    def forward(
        ctx: Any, states: torch.Tensor, tokens: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor | None
    ) -> torch.Tensor:
        size = min(_piece(weight), len(states))
        room = states.new_empty(size, len(weight))
        exact = room if room.dtype == torch.float32 else torch.empty_like(room, dtype=torch.float32)
        nlls, gradients = [], []
        for piece, wanted in zip(states.split(size), tokens.split(size), strict=True):
            logits, log_p, at = room[: len(piece)], exact[: len(piece)], wanted.unsqueeze(1)
            if bias is None:
                torch.mm(piece, weight.t(), out=logits)
            else:
                torch.addmm(bias, piece, weight.t(), out=logits)
            if exact is not room:
                log_p.copy_(logits)
            torch.log_softmax(log_p, -1, out=log_p)
            nlls.append(-log_p.gather(1, at).squeeze(1))
            if ctx.needs_input_grad[0]:
                by_logits = log_p.exp_().scatter_add_(1, at, log_p.new_full(at.shape, -1.0))
                gradients.append((by_logits if exact is room else logits.copy_(by_logits)) @ weight)
        if gradients:
            ctx.save_for_backward(torch.cat(gradients))
        return torch.cat(nlls)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, by_nlls: torch.Tensor) -> tuple[torch.Tensor, None, None, None]:
        (gradients,) = ctx.saved_tensors
        return gradients * by_nlls.unsqueeze(1).to(gradients.dtype), None, None, None
