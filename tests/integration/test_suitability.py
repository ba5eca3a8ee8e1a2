"""What is tried at load: models that allow a shared prefix, and models that compute otherwise and must not get one."""

import pytest
import torch
from transformers import (
    Gemma2Config,
    Gemma2ForCausalLM,
    GraniteConfig,
    GraniteForCausalLM,
    MistralConfig,
    MistralForCausalLM,
    Qwen3Config,
    Qwen3ForCausalLM,
)

from tests.integration.test_engine import LABELS, SHARED, ragged, stock_greedy, stock_nll
from tuning.engine.forward import Batching
from tuning.engine.lower_layers import LowerLayers
from tuning.engine.prediction import Stops, completion_nlls, generate, label_scores
from tuning.engine.state_store import StateStore
from tuning.engine.suitability import choose_batching
from tuning.models.adapter import AdapterSettings, attach_adapter
from tuning.models.loading import choose_machine, load_model

SIZES = {
    "vocab_size": 300,
    "hidden_size": 32,
    "intermediate_size": 64,
    "num_hidden_layers": 3,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "head_dim": 8,
    "initializer_range": 0.2,
    "pad_token_id": 0,
}


def built(config_class, model_class, **settings):
    torch.manual_seed(0)
    return model_class(config_class(**SIZES, **settings)).eval()


@pytest.fixture
def lower(tmp_path) -> LowerLayers:
    return LowerLayers(2, StateStore(tmp_path, 2**20, 0))


@pytest.mark.parametrize("adapter", [False, True], ids=["base", "adapter"])
def test_a_llama_gets_everything(tiny_model, lower, adapter):
    model = load_model(tiny_model, choose_machine("cpu", "float32")).model
    if adapter:
        model = attach_adapter(model, AdapterSettings(rank=4, alpha=8, dropout=0.5, layers=1, seed=1))
        model.train()
    assert choose_batching(model, lower) == Batching(lower=lower)
    assert choose_batching(model) == Batching()
    assert model.training == adapter
    assert all(parameter.grad is None for parameter in model.parameters())


def test_a_qwen_gets_everything(lower):
    assert choose_batching(built(Qwen3Config, Qwen3ForCausalLM), lower) == Batching(lower=lower)


def test_in_half_precision_rounding_is_no_fault(tiny_model, lower):
    model = load_model(tiny_model, choose_machine("cpu", "bfloat16")).model
    assert choose_batching(model, lower) == Batching(lower=lower)


def test_a_sliding_window_is_refused_in_words(lower):
    found = choose_batching(built(MistralConfig, MistralForCausalLM, sliding_window=16), lower)
    assert (found.shared_prefix, found.lower) == (False, None)
    assert "sliding_window" in found.reason
    assert found.reason.startswith("Rows are padded rather than sharing their prefix")


@pytest.mark.parametrize(
    "model",
    [
        lambda: built(Gemma2Config, Gemma2ForCausalLM),
        lambda: built(GraniteConfig, GraniteForCausalLM, logits_scaling=8.0),
    ],
    ids=["soft-capped", "scaled logits"],
)
def test_models_that_do_more_than_ours_are_padded_and_right(model, lower):
    model = model()
    batching = choose_batching(model, lower)
    assert not batching.shared_prefix
    assert batching.reason.endswith(".")

    rows = ragged(SHARED, rows=5)
    expected = [stock_nll(model, row.prompt, row.completion) for row in rows]
    assert completion_nlls(model, rows, lambda _: None, batching) == pytest.approx(expected, rel=1e-4)
    done: list[int] = []
    scores = label_scores(model, [rows[0].prompt, rows[1].prompt], LABELS, done.append, batching)
    assert scores[1] == pytest.approx([-stock_nll(model, rows[1].prompt, label) for label in LABELS], abs=1e-4)
    assert sum(done) == 2
    answers = generate(model, [row.prompt for row in rows], Stops((2,), 4), lambda _: None, batching)
    assert [list(answer.ids) for answer in answers] == [stock_greedy(model, row.prompt, (2,), 4) for row in rows]


def test_scaled_embeddings_share_a_prefix_but_keep_no_lower_layers(lower):
    found = choose_batching(built(GraniteConfig, GraniteForCausalLM, embedding_multiplier=3.0), lower)
    assert (found.shared_prefix, found.lower) == (True, None)
    assert found.reason.startswith("Lower layers are computed anew every epoch")
