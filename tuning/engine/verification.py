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
    model: CausalModel,
    rows: Sequence[RowTokens],
    adapter_off: Callable[[], AbstractContextManager[None]],
    batching: Batching = SHARED,
) -> float:
    """The largest absolute difference that switching the adapter off makes to the logits after the prompts.

    Of a model that is no decoder: to the completions' log-likelihoods.
    """

    def measured(row: RowTokens) -> torch.Tensor:
        if batching.flow is not None:
            return batching.flow.nll(model, [row])
        ids = torch.tensor([row.prompt], device=next(model.parameters()).device)
        logits: torch.Tensor = model(input_ids=ids, logits_to_keep=1).logits
        return logits.float()

    largest = 0.0
    for row in rows:
        on = measured(row)
        with adapter_off():
            off = measured(row)
        largest = max(largest, float((on - off).abs().max()))
    return largest


@torch.inference_mode()
def stock_difference(model: CausalModel, rows: Sequence[RowTokens], batching: Batching = SHARED) -> float:
    """Mean absolute difference in log-probability a completion token, in nats, from transformers' stock attention.

    The stock side computes one row at a time, without padding, prefix or layout.
    """
    total = 0.0
    for row, ours in zip(rows, completion_nlls(model, rows, lambda _: None, batching), strict=True):
        stock = batching.flow.nll(model, [row]).sum() if batching.flow is not None else _stock_nll(model, row)
        total += abs(float(stock) - ours)
    return total / sum(len(row.completion) for row in rows)


def _stock_nll(model: CausalModel, row: RowTokens) -> torch.Tensor:
    ids = torch.tensor([row.prompt + row.completion], device=next(model.parameters()).device)
    count = len(row.completion)
    logits = model(input_ids=ids, logits_to_keep=count + 1).logits[0, :-1].float()
    return torch.nn.functional.cross_entropy(logits, ids[0, -count:], reduction="sum")
