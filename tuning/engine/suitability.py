"""Whether a model may be computed our way: tried at load on two ragged rows, against an ordinary padded batch.

What does not give the same likelihoods and gradients is not used, and the user is told. Knows models and batches;
knows no model's name.
"""

from collections.abc import Sequence

import torch

from tuning.engine.batching import RowTokens
from tuning.engine.forward import SHARED, Batching, CausalModel, rows_nll, shared_prefix
from tuning.engine.lower_layers import LowerLayers

__all__ = ["choose_batching"]

_PREFIX = 6
_BOUNDS = {torch.float32: 1e-3, torch.bfloat16: 0.1, torch.float16: 0.1}
"""Largest difference of likelihoods, relative to their norm: rounding alone is a hundred times smaller in fp32."""
_OF_GRADIENTS = 3
"""Those of the lowest layer may differ by so many times as much, each relative to its norm. In bf16 those of the
embedded model differ by up to 0.1 between two right ways, and by 0.4 from those in fp32.
"""


def choose_batching(model: CausalModel, lower: LowerLayers | None = None) -> Batching:
    """The fastest batching that is right for this model: shared prefix and kept lower layers, or less of it.

    Gradients are those of the lowest trained layer, of its adapter where there is one.
    """
    was_training = model.training
    model.eval()
    try:
        return _choose(model, lower)
    finally:
        model.train(was_training)


def _choose(model: CausalModel, lower: LowerLayers | None) -> Batching:
    lowest = lower.count if lower is not None else 0
    expected = _likelihoods_and_gradients(model, Batching(shared_prefix=False), lowest)
    fault = _fault(model, SHARED, expected, lowest)
    if fault:
        return Batching(
            shared_prefix=False, reason=f"Rows are padded rather than sharing their prefix, which is slower: {fault}."
        )
    if lower is None:
        return SHARED
    fault = _fault(model, Batching(lower=lower), expected, lowest)
    if fault:
        return Batching(reason=f"Lower layers are computed anew every epoch, which is slower: {fault}.")
    return Batching(lower=lower)


def _fault(model: CausalModel, batching: Batching, expected: Sequence[torch.Tensor], lowest: int) -> str:
    """What is wrong with a batching, empty if nothing is."""
    try:
        found = _likelihoods_and_gradients(model, batching, lowest)
    except (ValueError, TypeError, RuntimeError, AttributeError) as error:  # however a model refuses what it cannot do
        return f"this model does not take it ({str(error).splitlines()[0] if str(error) else type(error).__name__})"
    bound = _BOUNDS[model.dtype]
    likelihoods, *gradients = (
        float((ours - right).norm() / right.norm().clamp(min=1e-12))
        for ours, right in zip(found, expected, strict=True)
    )
    worst = max(likelihoods, *(gradient / _OF_GRADIENTS for gradient in gradients))
    return "" if worst <= bound else f"this model's results would differ by {worst:.2g} of their size"


def _likelihoods_and_gradients(model: CausalModel, batching: Batching, lowest: int) -> list[torch.Tensor]:
    """Of two rows' completion tokens: their NLLs, and the gradients of what is trained in the lowest such layer."""
    words = model.config.get_text_config().vocab_size
    ids = [(7919 * place + 11) % words for place in range(24)]
    head = tuple(ids[:_PREFIX])
    rows = [
        RowTokens((*head, *ids[6:8]), tuple(ids[8:10])),
        RowTokens((*head, *ids[10:17]), tuple(ids[17:20])),
    ]
    trained = _trained(model, lowest)
    with torch.enable_grad(), shared_prefix(model, batching):
        nll = rows_nll(model, rows, batching, _PREFIX)
        return [nll.detach(), *torch.autograd.grad(nll.sum(), trained)]


def _trained(model: CausalModel, lowest: int) -> list[torch.nn.Parameter]:
    """The parameters to be trained in the first layer, from `lowest` up, that has any."""
    for layer in model.get_decoder().layers[lowest:]:
        found = [parameter for parameter in layer.parameters() if parameter.requires_grad]
        if found:
            return found
    return []
