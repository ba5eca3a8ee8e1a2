"""Kept lower layers on a tiny random Llama: the same numbers as without, computed once a row."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import torch

from tests.integration.test_engine import LABELS, SHARED, gradients, ids, ragged
from tuning.engine.batching import RowTokens, row_batch
from tuning.engine.forward import Batching, batch_nll, shared_prefix
from tuning.engine.lower_layers import LowerLayers, lower_layers
from tuning.engine.prediction import completion_nlls, label_scores
from tuning.engine.state_store import StateStore
from tuning.models.adapter import AdapterSettings, adapter_off, attach_adapter
from tuning.models.loading import choose_machine, load_model

LAYERS = 3


@pytest.fixture(params=[1, 2], ids=["1 on top", "2 on top"])
def adapted(request, tiny_model):
    """The tiny model with random adapters on its top layers."""
    model = load_model(tiny_model, choose_machine("cpu", "float32")).model
    model = attach_adapter(model, AdapterSettings(rank=4, alpha=8, dropout=0.0, layers=request.param, seed=1))
    generator = torch.Generator().manual_seed(2)
    for parameter in model.parameters():
        if parameter.requires_grad:
            parameter.data = 0.1 * torch.randn(parameter.shape, generator=generator)
    model.count = LAYERS - request.param
    return model


@pytest.fixture
def lower(adapted, tmp_path) -> LowerLayers:
    return LowerLayers(adapted.count, StateStore(tmp_path, 10_000, 2**20))


@contextmanager
def counted(model) -> Iterator[list[int]]:
    """How many tokens each call of the lowest layer computes."""
    calls: list[int] = []
    hook = model.get_decoder().layers[0].register_forward_pre_hook(lambda _, inputs: calls.append(inputs[0].shape[1]))
    yield calls
    hook.remove()


@pytest.mark.parametrize("prefix", [SHARED, 0])
def test_loss_and_gradients_are_the_same_whether_rows_are_new_or_known(adapted, lower, prefix):
    rows = ragged(prefix)
    with shared_prefix(adapted):
        plain = batch_nll(adapted, row_batch(rows, prefix))
        plain.mean().backward()
        expected = gradients(adapted)
        for epoch in (rows, list(reversed(rows)), [rows[3], rows[0]], rows):
            found = batch_nll(adapted, row_batch(epoch, prefix), lower)
        found.mean().backward()
    torch.testing.assert_close(found, plain, rtol=1e-5, atol=1e-6)
    for name, gradient in gradients(adapted).items():
        assert (gradient - expected[name]).norm() < 1e-5 * expected[name].norm(), name


def test_every_row_and_prefix_goes_through_the_lower_layers_once(adapted, lower):
    rows = ragged(SHARED)
    with counted(adapted) as calls, shared_prefix(adapted):
        for batch in (rows[:3], rows[3:], [rows[4], rows[0], rows[2]], rows, rows[:1]):
            batch_nll(adapted, row_batch(batch, SHARED), lower)
    own = [sum(len(row.prompt) - SHARED + len(row.completion) - 1 for row in some) for some in (rows[:3], rows[3:])]
    assert calls == [SHARED, *own]


def test_one_new_row_sends_its_batch_through_again(adapted, lower):
    rows = ragged(SHARED, rows=4)
    with shared_prefix(adapted):
        batch_nll(adapted, row_batch(rows[:3], SHARED), lower)
        found = batch_nll(adapted, row_batch(rows, SHARED), lower)
        torch.testing.assert_close(found, batch_nll(adapted, row_batch(rows, SHARED)), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("room", [0, 2**20])
def test_predictions_are_the_same_with_the_adapter_on_and_off(adapted, tmp_path, room):
    keeping = Batching(lower=LowerLayers(adapted.count, StateStore(tmp_path, room, room)))
    rows, prompts = ragged(SHARED, rows=40), [row.prompt for row in ragged(SHARED, rows=9)]

    def answers(batching: Batching) -> list[float]:
        nlls = completion_nlls(adapted, rows, lambda _: None, batching)
        by_row = label_scores(adapted, prompts, LABELS, lambda _: None, batching)
        return nlls + [score for scores in by_row for score in scores]

    on = answers(Batching())
    with adapter_off(adapted):
        off = answers(Batching())
        assert answers(keeping) == pytest.approx(off, rel=1e-5)
    assert on != pytest.approx(off, rel=1e-3)
    with counted(adapted) as calls:
        assert answers(keeping) == pytest.approx(on, rel=1e-5)
    assert (calls == []) == bool(room)


def test_what_was_kept_while_predicting_can_be_trained_on(adapted, lower):
    rows = ragged(SHARED)
    completion_nlls(adapted, rows, lambda _: None, Batching(lower=lower))
    with counted(adapted) as calls, shared_prefix(adapted):
        batch_nll(adapted, row_batch(rows, SHARED), lower).mean().backward()
    assert calls == []
    assert all(gradient.norm() > 0 for gradient in gradients(adapted).values())


def test_the_layers_are_all_back_in_place_also_after_an_error(adapted, lower):
    layers = list(adapted.get_decoder().layers)
    too_long = RowTokens(ids(4, 1), (100_000, 100_000))
    with shared_prefix(adapted), pytest.raises(IndexError):
        batch_nll(adapted, row_batch([too_long], 0), lower)
    assert list(adapted.get_decoder().layers) == layers
    assert [layer.self_attn.layer_idx for layer in layers] == list(range(LAYERS))


def test_only_what_is_frozen_is_kept(adapted, tmp_path):
    assert lower_layers(adapted, "all", tmp_path) is None
    assert lower_layers(adapted, LAYERS, tmp_path) is None
    top = lower_layers(adapted, 1, tmp_path)
    assert top is not None
    assert top.count == LAYERS - 1
