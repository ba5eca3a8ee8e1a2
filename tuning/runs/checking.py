"""Evidence about the models of a run: is base base, is tuned tuned, is the saved adapter the one that answered.

Answers rows again and measures; what it means is for the receipt to say. Knows nothing of run folders.
"""

from collections.abc import Sequence

from tuning.data.examples import Example
from tuning.engine.forward import CausalModel, OnRows
from tuning.engine.verification import logits_difference, stock_difference
from tuning.models.adapter import adapter_off
from tuning.prediction import Prediction
from tuning.runs.responding import Responder
from tuning.scoring import receipt
from tuning.scoring.record import Check

__all__ = ["CHECKED_ROWS", "check_in_place", "check_reloaded"]

CHECKED_ROWS = 16
"""Test rows, the first ones, that are answered again by the checks; they are always batched among themselves."""
_STOCK_BOUND = {"float32": 1e-3, "bfloat16": 5e-2}
"""Nats a token: rounding alone stays well under it."""


def check_in_place(
    model: CausalModel, responder: Responder, head: Sequence[Example], base: Sequence[Prediction], on_rows: OnRows
) -> list[Check]:
    """Checks on the model that was trained; `head` are the checked rows, `base` the answers before training."""
    with adapter_off(model):
        off = responder.predict(model, head, on_rows)
    rows = [responder.row_tokens(example) for example in head]
    changed = logits_difference(model, [row.prompt for row in rows], lambda: adapter_off(model))
    on_rows(0)
    bound = _STOCK_BOUND[str(model.dtype).removeprefix("torch.")]
    return [
        receipt.same_predictions("adapter off gives the base answers", base, off),
        receipt.logits_changed(changed),
        receipt.stock_attention(stock_difference(model, rows, responder.batching), bound),
    ]


def check_reloaded(
    model: CausalModel, responder: Responder, head: Sequence[Example], tuned: Sequence[Prediction], on_rows: OnRows
) -> Check:
    """The saved adapter, which `model` carries on a fresh base, gives the tuned answers again."""
    again = responder.predict(model, head, on_rows)
    return receipt.same_predictions("saved adapter gives the tuned answers", tuned, again)
