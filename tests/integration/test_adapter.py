"""LoRA adapters on a tiny random Llama in float32: where they sit, that they switch off, that plain PEFT reads them."""

import pytest
import torch
from peft import PeftModel
from peft.tuners.lora import Linear
from transformers import AutoModelForCausalLM

from tuning.errors import IntegrityError, SettingError
from tuning.models.adapter import AdapterSettings, adapter_off, attach_adapter, load_adapter, summarize_adapter
from tuning.models.loading import choose_machine, load_model

IDS = torch.tensor([[5, 9, 17, 40, 41, 42]])
LINEAR = ["down_proj", "gate_proj", "k_proj", "o_proj", "q_proj", "up_proj", "v_proj"]


class StubbornLinear(Linear):
    """A LoRA layer that does not heed being switched off."""

    def enable_adapters(self, enabled: bool) -> None:
        pass


def settings(**changed) -> AdapterSettings:
    return AdapterSettings(**{"rank": 4, "alpha": 8, "dropout": 0.0, "layers": "all", "seed": 0, **changed})


@pytest.fixture
def base(tiny_model):
    return load_model(tiny_model, choose_machine("cpu", "float32")).model


def trainable(model) -> dict[str, torch.Tensor]:
    return {name: p for name, p in model.named_parameters() if p.requires_grad}


def randomize(model) -> None:
    """Let the adapter do something: a fresh one multiplies by zero."""
    generator = torch.Generator().manual_seed(3)
    for parameter in trainable(model).values():
        parameter.data = 0.2 * torch.randn(parameter.shape, generator=generator)


@torch.inference_mode()
def logits(model) -> torch.Tensor:
    return model(input_ids=IDS).logits


@pytest.mark.parametrize(("layers", "carry"), [(1, [2]), (2, [1, 2]), (3, [0, 1, 2]), ("all", [0, 1, 2])])
def test_only_the_top_layers_carry_it_on_every_linear_module(base, layers, carry):
    model = attach_adapter(base, settings(layers=layers))
    carrying = {name for name, module in model.named_modules() if isinstance(module, Linear)}
    assert {(int(name.split("layers.")[1].split(".")[0]), name.rpartition(".")[2]) for name in carrying} == {
        (layer, module) for layer in carry for module in LINEAR
    }
    assert all("lora_" in name for name in trainable(model))
    summary = summarize_adapter(model)
    assert summary.layers == carry
    assert summary.target_modules == LINEAR
    # hidden 64, half as much for keys and values, twice as much inside the MLP; rank 4 times (in + out)
    per_layer = 4 * (2 * (64 + 64) + 2 * (64 + 32) + 3 * (64 + 128))
    assert summary.trainable_parameters == per_layer * len(carry)


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_its_weights_are_float32_whatever_the_base_is(tiny_model, precision):
    model = attach_adapter(load_model(tiny_model, choose_machine("cpu", precision)).model, settings())
    assert {p.dtype for p in trainable(model).values()} == {torch.float32}


def test_the_seed_decides_its_first_weights(tiny_model):
    machine = choose_machine("cpu", "float32")
    first, again, other = (
        trainable(attach_adapter(load_model(tiny_model, machine).model, settings(seed=seed))) for seed in (1, 1, 2)
    )
    assert all(torch.equal(first[name], again[name]) for name in first)
    assert any(not torch.equal(first[name], other[name]) for name in first)


def test_more_layers_than_there_are_is_refused(base):
    with pytest.raises(SettingError, match="'layers' should be at most 3, the model's layers, but is '4'"):
        attach_adapter(base, settings(layers=4))


def test_fresh_it_changes_nothing_and_off_the_base_is_exactly_back(base):
    before = logits(base)
    model = attach_adapter(base, settings())
    assert torch.equal(logits(model), before)
    randomize(model)
    on = logits(model)
    assert not torch.allclose(on, before)
    with adapter_off(model):
        assert torch.equal(logits(model), before)
    assert torch.equal(logits(model), on)


def test_it_comes_back_on_after_an_error(base):
    model = attach_adapter(base, settings())
    randomize(model)
    on = logits(model)
    with pytest.raises(RuntimeError, match="stop"), adapter_off(model):
        raise RuntimeError("stop")
    assert torch.equal(logits(model), on)


def test_an_adapter_that_stays_on_is_an_integrity_error_naming_the_place(base):
    model = attach_adapter(base, settings())
    model.get_submodule("base_model.model.model.layers.1.self_attn.v_proj").__class__ = StubbornLinear
    with pytest.raises(IntegrityError, match=r"cannot be switched off in '.*layers\.1\.self_attn\.v_proj'"):
        adapter_off(model).__enter__()


def test_saved_and_loaded_by_plain_peft_it_gives_identical_logits(base, tiny_model, tmp_path):
    model = attach_adapter(base, settings(layers=2))
    randomize(model)
    on = logits(model)
    model.save_pretrained(tmp_path / "adapter")
    plain = PeftModel.from_pretrained(
        AutoModelForCausalLM.from_pretrained(tiny_model, dtype=torch.float32), tmp_path / "adapter"
    )
    assert torch.equal(logits(plain), on)

    ours = load_adapter(load_model(tiny_model, choose_machine("cpu", "float32")).model, tmp_path / "adapter")
    assert torch.equal(logits(ours), on)
    assert not ours.training
