"""Fused layers on a tiny random Llama: PEFT's and transformers' numbers, and their way wherever ours is not meant."""

from contextlib import nullcontext

import pytest
import torch

from tests.integration.test_engine import SHARED, gradients, ragged
from tuning.engine.attention import ATTENTION, register
from tuning.engine.batching import row_batch
from tuning.engine.forward import attention, batch_nll
from tuning.engine.fused import fused
from tuning.models.adapter import AdapterSettings, adapter_off, attach_adapter
from tuning.models.loading import choose_machine, load_model


def adapted(tiny_model, dropout=0.0, precision="float32"):
    """The tiny model with random adapters on all layers."""
    model = load_model(tiny_model, choose_machine("cpu", precision)).model
    model = attach_adapter(model, AdapterSettings(rank=4, alpha=8, dropout=dropout, layers="all", seed=1))
    generator = torch.Generator().manual_seed(2)
    for parameter in model.parameters():
        if parameter.requires_grad:
            parameter.data = 0.1 * torch.randn(parameter.shape, generator=generator)
    return model


def by_layout(model):
    """Attention over a shared prefix alone: `shared_prefix` fuses layers, too."""
    register()
    return attention(model, ATTENTION)


def kept_bytes(model, way) -> int:
    """What one batch keeps for its way back, beside the weights."""
    weights = {parameter.untyped_storage().data_ptr() for parameter in model.parameters()}
    sizes = {}
    with (
        way,
        torch.autograd.graph.saved_tensors_hooks(
            lambda t: (sizes.update({t.untyped_storage().data_ptr(): t.untyped_storage().nbytes()}), t)[1], lambda t: t
        ),
    ):
        batch_nll(model, row_batch(ragged(SHARED), SHARED)).mean().backward()
    return sum(size for place, size in sizes.items() if place not in weights)


@pytest.mark.parametrize(("precision", "bound"), [("float32", 1e-5), ("bfloat16", 0.1)])
def test_loss_and_gradients_are_those_of_peft_and_transformers(tiny_model, precision, bound):
    model = adapted(tiny_model, precision=precision)
    found = {}
    for name, way in (("stock", nullcontext()), ("fused", fused(model))):
        with way, by_layout(model):
            model.zero_grad()
            loss = batch_nll(model, row_batch(ragged(SHARED), SHARED)).mean()
            loss.backward()
        found[name] = {"loss": loss.detach(), **gradients(model)}
    for name, expected in found["stock"].items():
        assert (found["fused"][name] - expected).norm() < bound * expected.norm(), name


def test_less_is_kept_for_the_way_back(tiny_model):
    model = adapted(tiny_model)
    with by_layout(model):
        assert kept_bytes(model, fused(model)) < 0.95 * kept_bytes(model, nullcontext())


def test_an_adapter_that_is_off_is_off(tiny_model):
    model = adapted(tiny_model)
    batch = row_batch(ragged(SHARED), SHARED)
    with torch.no_grad(), by_layout(model):
        on = batch_nll(model, batch)
        with adapter_off(model):
            expected = batch_nll(model, batch)
            with fused(model):
                off = batch_nll(model, batch)
    torch.testing.assert_close(off, expected)
    assert (off - on).norm() > 0.01 * on.norm()


def test_dropout_is_left_to_peft(tiny_model):
    model = adapted(tiny_model, dropout=0.5).train()
    batch = row_batch(ragged(SHARED), SHARED)
    with torch.no_grad(), by_layout(model):
        torch.manual_seed(3)
        expected = batch_nll(model, batch)
        torch.manual_seed(3)
        with fused(model):
            torch.testing.assert_close(batch_nll(model, batch), expected)


def test_the_model_is_as_it_was_afterwards(tiny_model):
    model = adapted(tiny_model)
    with fused(model):
        with fused(model):
            pass
        changed = [module for module in model.modules() if "forward" in vars(module)]
        assert changed
    assert not [module for module in changed if "forward" in vars(module)]
