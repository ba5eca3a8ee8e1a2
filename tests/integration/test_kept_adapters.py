"""Adapters side by side on one base: each as if it were alone, the base untouched, the oldest let go."""

import pytest
import torch

from tuning.models.adapter import AdapterSettings, adapter_off, attach_adapter, load_adapter
from tuning.models.kept_adapters import KeptAdapters
from tuning.models.loading import choose_machine, load_model

NAMES = ("one", "two", "three")


def fresh(tiny_model):
    return load_model(tiny_model, choose_machine("cpu", "float32")).model


def logits(model) -> torch.Tensor:
    with torch.inference_mode():
        found: torch.Tensor = model(input_ids=torch.tensor([[5, 6, 7, 8]])).logits
    return found


@pytest.fixture(scope="module")
def saved(tiny_model, tmp_path_factory):
    """Adapters of different layers and ranks, every weight random."""
    folder = tmp_path_factory.mktemp("adapters")
    for seed, name in enumerate(NAMES, 1):
        settings = AdapterSettings(rank=2 * seed, alpha=8, dropout=0.0, layers=seed, seed=seed)
        model = attach_adapter(fresh(tiny_model), settings)
        generator = torch.Generator().manual_seed(seed)
        for parameter in model.parameters():
            if parameter.requires_grad:
                parameter.data = 0.1 * torch.randn(parameter.shape, generator=generator)
        model.save_pretrained(folder / name)
    return folder


def test_each_answers_as_if_it_were_alone_and_the_base_stays_the_base(tiny_model, saved):
    base = logits(fresh(tiny_model))
    kept = KeptAdapters(fresh(tiny_model))
    for name in (*NAMES, *NAMES):
        model = kept.use(name, saved / name)
        assert torch.equal(logits(model), logits(load_adapter(fresh(tiny_model), saved / name)))
        with adapter_off(model):
            assert torch.equal(logits(model), base)
        assert not torch.equal(logits(model), base), "on again"
    assert kept.names == list(NAMES)


def test_the_one_used_longest_ago_is_let_go(tiny_model, saved):
    kept = KeptAdapters(fresh(tiny_model), most=2)
    for name in ("one", "two", "one", "three"):
        model = kept.use(name, saved / name)
    assert kept.names == ["one", "three"]
    assert not [key for key, _ in model.named_parameters() if ".two." in key]


def test_too_many_bytes_leave_the_one_in_use(tiny_model, saved):
    kept = KeptAdapters(fresh(tiny_model), most_bytes=1)
    kept.use("one", saved / "one")
    model = kept.use("two", saved / "two")
    assert kept.names == ["two"]
    assert torch.equal(logits(model), logits(load_adapter(fresh(tiny_model), saved / "two")))
