"""Evidence about the models of a run: is base base, is tuned tuned, is the saved adapter the one that answered.

Asks rows again and measures; what it means is for the receipt to say. Knows nothing of run folders.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from tuning.data.examples import Example
from tuning.engine.forward import CausalModel, OnRows
from tuning.engine.verification import logits_difference, stock_difference
from tuning.models.adapter import adapter_off
from tuning.prediction import Prediction
from tuning.runs.responding import Responder
from tuning.scoring import receipt
from tuning.scoring.record import Check
from tuning.spec import Task

__all__ = ["CHECKED_ROWS", "check_in_place", "check_reloaded"]

CHECKED_ROWS = 16
"""Test rows, the first ones, that are asked again by the checks; labels of these are always scored by themselves."""
_MEASURED_ROWS = 4
"""Of those, the rows that pass through the model one by one."""
_BOUND = {"float32": 1e-3, "bfloat16": 5e-2}
"""Nats a token: rounding alone stays well under it."""


@dataclass(frozen=True)
class _Claim:
    """That a model gives the answers it gave `before` to the rows `head`."""

    name: str
    head: Sequence[Example]
    before: Sequence[Prediction]


def check_in_place(
    model: CausalModel, responder: Responder, head: Sequence[Example], base: Sequence[Prediction], on_rows: OnRows
) -> list[Check]:
    """Checks on the model that was trained; `head` are the checked rows, `base` the answers before training."""
    with adapter_off(model):
        off = _check(_Claim("adapter off gives the base answers", head, base), model, responder, on_rows)
    rows = [responder.row_tokens(example) for example in head[:_MEASURED_ROWS]]
    changed = logits_difference(model, rows, lambda: adapter_off(model), responder.batching)
    on_rows(0)
    stock = stock_difference(model, rows, responder.batching)
    return [off, receipt.logits_changed(changed), receipt.stock_attention(stock, _bound(model))]


def check_reloaded(
    model: CausalModel, responder: Responder, head: Sequence[Example], tuned: Sequence[Prediction], on_rows: OnRows
) -> Check:
    """The saved adapter, which `model` carries on a fresh base, gives the tuned answers again."""
    return _check(_Claim("saved adapter gives the tuned answers", head, tuned), model, responder, on_rows)


def _check(claim: _Claim, model: CausalModel, responder: Responder, on_rows: OnRows) -> Check:
    """Labels are scored again. Of texts the likelihood of the target is measured again, which says more than equal
    texts do, and takes a pass for all tokens at once.
    """
    if responder.task is Task.CLASSIFY:
        return receipt.same_predictions(claim.name, claim.before, responder.predict(model, claim.head, on_rows))
    nlls = responder.target_nlls(model, claim.head, on_rows)
    by_row = {example.row: nll for example, nll in zip(claim.head, nlls, strict=True)}
    return receipt.same_likelihoods(claim.name, claim.before, by_row, _bound(model))


def _bound(model: CausalModel) -> float:
    return _BOUND[str(model.dtype).removeprefix("torch.")]
