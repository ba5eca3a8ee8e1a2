"""Adapted layers with fewer passes over memory: LoRA is added in place, a gated perceptron keeps less for its way back.

PEFT's own LoRA writes each module's output three times, which on a CPU costs more than its products. Same results to
rounding. Knows PEFT's modules and transformers' perceptrons; knows nothing of rows, losses or what is trained.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import torch
from peft.tuners.lora import Linear as LoraLinear
from torch.autograd.function import once_differentiable
from torch.nn.functional import linear, silu
from transformers.activations import SiLUActivation
from transformers.models.llama.modeling_llama import LlamaMLP
from transformers.models.mistral.modeling_mistral import MistralMLP
from transformers.models.qwen2.modeling_qwen2 import Qwen2MLP
from transformers.models.qwen3.modeling_qwen3 import Qwen3MLP

__all__ = ["fused"]

_GATED = (LlamaMLP, MistralMLP, Qwen2MLP, Qwen3MLP)


@contextmanager
def fused(model: torch.nn.Module) -> Iterator[None]:
    """Let adapted projections and gated perceptrons compute so for as long as the block lasts."""
    ways: dict[type, Callable[..., torch.Tensor]] = {LoraLinear: _adapted, **dict.fromkeys(_GATED, _gated)}
    changed = [module for module in model.modules() if type(module) in ways and "forward" not in vars(module)]
    for module in changed:
        module.forward = partial(ways[type(module)], module)
    try:
        yield
    finally:
        for module in changed:
            del module.forward


def _adapted(module: Any, states: torch.Tensor, *args: Any, **kwargs: Any) -> torch.Tensor:
    """A projection with its adapter; anything but plain LoRA alone goes PEFT's way."""
    names = module.active_adapters
    name = names[0] if len(names) == 1 else ""
    plain = name in module.lora_A and name not in module.lora_variant and not (args or kwargs)
    dropping = plain and module.training and isinstance(module.lora_dropout[name], torch.nn.Dropout)
    base = module.base_layer
    if not plain or dropping or module.disable_adapters or module.merged or base.weight.requires_grad:
        return type(module).forward(module, states, *args, **kwargs)
    down, up = module.lora_A[name].weight, module.lora_B[name].weight
    return _Adapted.apply(states, base.weight, base.bias, down, up, module.scaling[name])


def _gated(module: Any, states: torch.Tensor) -> torch.Tensor:
    """A perceptron whose hidden units are gated; those with another activation go their own way."""
    if not isinstance(module.act_fn, SiLUActivation):
        return type(module).forward(module, states)
    return module.down_proj(_Gated.apply(module.gate_proj(states), module.up_proj(states)))


class _Adapted(torch.autograd.Function):
    """x W + scaling (x A) B, where W is frozen. Hu et al. 2021, arXiv 2106.09685."""

    @staticmethod
    def forward(  # noqa: PLR0913, PLR0917 - what is differentiated has to be an argument of its own
        ctx: Any,
        states: torch.Tensor,  # (..., in)
        weight: torch.Tensor,  # (out, in)
        bias: torch.Tensor | None,
        down: torch.Tensor,  # (rank, in)
        up: torch.Tensor,  # (out, rank)
        scaling: float,
    ) -> torch.Tensor:
        flat = states.reshape(-1, states.shape[-1])
        down, up = down.to(flat.dtype), up.to(flat.dtype)
        low = flat @ down.t()
        out = linear(flat, weight, bias).addmm_(low, up.t(), alpha=scaling)
        ctx.save_for_backward(flat, low, weight, down, up)
        ctx.scaling = scaling
        return out.view(*states.shape[:-1], -1)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, by_out: torch.Tensor) -> tuple[torch.Tensor | None, ...]:
        flat, low, weight, down, up = ctx.saved_tensors
        given = by_out.reshape(-1, by_out.shape[-1])
        by_low = (given @ up).mul_(ctx.scaling)
        by_states = None
        if ctx.needs_input_grad[0]:
            by_states = (given @ weight).addmm_(by_low, down).view(*by_out.shape[:-1], -1)
        # A product whose few rows come first is twice as fast as one whose few columns come last.
        by_up = (low.t() @ given).mul_(ctx.scaling).t()
        return by_states, None, None, by_low.t() @ flat, by_up, None


class _Gated(torch.autograd.Function):
    """silu(gate) * value, with nothing kept but the two. Shazeer 2020, arXiv 2002.05202."""

    @staticmethod
    def forward(ctx: Any, gate: torch.Tensor, value: torch.Tensor) -> torch.Tensor:
        ctx.save_for_backward(gate, value)
        return silu(gate).mul_(value)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, by_out: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        gate, value = ctx.saved_tensors
        by_gate = torch.ops.aten.silu_backward(by_out * value, gate)
        return by_gate, silu(gate).mul_(by_out)
