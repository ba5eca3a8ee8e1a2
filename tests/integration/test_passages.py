"""A general text's likelihoods on a tiny model, held against one passage at a time by transformers' own attention."""

import pytest
import torch
from torch.nn.functional import cross_entropy

from tuning.engine.passages import token_nlls
from tuning.models.loading import choose_machine, load_model


def test_every_token_but_the_first_has_the_likelihood_that_stock_attention_gives(tiny_model):
    model = load_model(tiny_model, choose_machine("cpu", "float32")).model
    generator = torch.Generator().manual_seed(3)
    passages = [torch.randint(3, 256, (size,), generator=generator).tolist() for size in (40, 2, 300, 17, 300)]
    told: list[int] = []
    found = token_nlls(model, passages, told.append)
    assert [len(nats) for nats in found] == [39, 1, 299, 16, 299]
    assert set(told) == {0}
    with torch.inference_mode():
        for ids, nats in zip(passages, found, strict=True):
            logits = model(input_ids=torch.tensor([ids])).logits[0, :-1]
            stock = cross_entropy(logits, torch.tensor(ids[1:]), reduction="none")
            assert nats == pytest.approx(stock.tolist(), rel=1e-4)
