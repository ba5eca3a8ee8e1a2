"""Evidence that the adapter is on when it should be and that our attention computes what the library's own does.

Measures; the receipt judges. Knows token ids and logits; knows nothing of runs.
"""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager

import torch

from tuning.engine.batching import RowTokens
from tuning.engine.forward import SHARED, Batching, CausalModel
from tuning.engine.prediction import completion_nlls

__all__ = ["logits_difference", "stock_difference"]


@torch.inference_mode()
def logits_difference(
    model: CausalModel, prompts: Sequence[tuple[int, ...]], adapter_off: Callable[[], AbstractContextManager[None]]
) -> float:
    """The largest absolute difference that switching the adapter off makes to the logits after the prompts."""
    largest = 0.0
    device = next(model.parameters()).device
    for prompt in prompts:
        ids = torch.tensor([prompt], device=device)
        on = model(input_ids=ids, logits_to_keep=1).logits
        with adapter_off():
            off = model(input_ids=ids, logits_to_keep=1).logits
        largest = max(largest, float((on.float() - off.float()).abs().max()))
    return largest


@torch.inference_mode()
def stock_difference(model: CausalModel, rows: Sequence[RowTokens], batching: Batching = SHARED) -> float:
    """Mean absolute difference in log-probability a completion token, in nats, from transformers' stock attention.

    The stock side computes one row at a time, without padding, prefix or layout.
    """
    device = next(model.parameters()).device
    total = 0.0
    for row, ours in zip(rows, completion_nlls(model, rows, lambda _: None, batching), strict=True):
        ids = torch.tensor([row.prompt + row.completion], device=device)
        count = len(row.completion)
        logits = model(input_ids=ids, logits_to_keep=count + 1).logits[0, :-1].float()
        stock = torch.nn.functional.cross_entropy(logits, ids[0, -count:], reduction="sum")
        total += abs(float(stock) - ours)
    return total / sum(len(row.completion) for row in rows)
