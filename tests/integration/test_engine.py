"""The engine on a tiny random Llama in float32, held against transformers' stock attention, one row at a time."""

from collections.abc import Sequence
from contextlib import nullcontext

import pytest
import torch
from torch.nn.functional import cross_entropy
from transformers import GenerationConfig

from tuning.engine.attention import ATTENTION
from tuning.engine.batching import RowTokens, common_prefix, row_batch
from tuning.engine.prediction import Stops, batch_nll, completion_nlls, generate, label_scores, shared_prefix
from tuning.engine.verification import logits_difference, stock_difference
from tuning.errors import CancelledError
from tuning.models.adapter import AdapterSettings, adapter_off, attach_adapter
from tuning.models.loading import LoadedModel, choose_machine, load_model

SHARED, APART = 7, 0


@pytest.fixture
def loaded(tiny_model) -> LoadedModel:
    return load_model(tiny_model, choose_machine("cpu", "float32"))


@pytest.fixture
def adapted(loaded):
    """The tiny model with an adapter whose every weight is random, so that every gradient is too."""
    model = attach_adapter(loaded.model, AdapterSettings(rank=4, alpha=8, dropout=0.0, layers=2, seed=1))
    generator = torch.Generator().manual_seed(2)
    for parameter in model.parameters():
        if parameter.requires_grad:
            parameter.data = 0.1 * torch.randn(parameter.shape, generator=generator)
    return model


def ids(count: int, seed: int) -> tuple[int, ...]:
    """Random ordinary tokens."""
    return tuple(torch.randint(3, 256, (count,), generator=torch.Generator().manual_seed(seed)).tolist())


def ragged(prefix: int, rows: int = 5) -> list[RowTokens]:
    """Rows of many lengths that begin with the same `prefix` tokens."""
    head = ids(prefix, 99)
    return [RowTokens(head + ids(2 + 3 * i % 11, i), ids(1 + i % 4, 50 + i)) for i in range(rows)]


def stock_padded_loss(model, rows: Sequence[RowTokens]) -> torch.Tensor:
    """Mean NLL of completion tokens by a plain right-padded batch."""
    sequences = [row.prompt + row.completion for row in rows]
    width = max(map(len, sequences))
    tokens = torch.tensor([[*ids_, *[0] * (width - len(ids_))] for ids_ in sequences])
    mask = torch.tensor([[1] * len(ids_) + [0] * (width - len(ids_)) for ids_ in sequences])
    labels = tokens.masked_fill(mask == 0, -100)
    for number, row in enumerate(rows):
        labels[number, : len(row.prompt)] = -100
    logits = model(input_ids=tokens, attention_mask=mask, use_cache=False).logits
    return cross_entropy(logits[:, :-1].flatten(0, 1), labels[:, 1:].flatten())


@torch.inference_mode()
def stock_nll(model, prompt: tuple[int, ...], completion: tuple[int, ...]) -> float:
    """Summed NLL of one completion, computed alone."""
    logits = model(input_ids=torch.tensor([prompt + completion]), use_cache=False).logits[0, len(prompt) - 1 : -1]
    return float(cross_entropy(logits, torch.tensor(completion), reduction="sum"))


def gradients(model) -> dict[str, torch.Tensor]:
    found = {name: p.grad.clone() for name, p in model.named_parameters() if p.requires_grad}
    model.zero_grad()
    return found


@pytest.mark.parametrize("prefix", [SHARED, APART])
def test_loss_and_every_gradient_equal_those_of_a_plain_padded_batch(adapted, prefix):
    rows = ragged(prefix)
    assert adapted.config.num_key_value_heads < adapted.config.num_attention_heads
    assert adapted.config._attn_implementation == "sdpa"
    stock = stock_padded_loss(adapted, rows)
    stock.backward()
    expected = gradients(adapted)

    with shared_prefix(adapted):
        assert adapted.config._attn_implementation == ATTENTION
        ours = batch_nll(adapted, row_batch(rows, prefix)).mean()
    ours.backward()
    found = gradients(adapted)

    assert adapted.config._attn_implementation == "sdpa"
    torch.testing.assert_close(ours, stock, rtol=1e-5, atol=0)
    assert found.keys() == expected.keys()
    for name, gradient in expected.items():
        assert gradient.norm() > 0, name
        assert (found[name] - gradient).norm() / gradient.norm() < 1e-5, name


@pytest.mark.parametrize("prefix", [SHARED, APART])
def test_a_shorter_prefix_than_there_is_changes_nothing(adapted, prefix):
    rows = ragged(SHARED)
    with torch.inference_mode(), shared_prefix(adapted):
        some = batch_nll(adapted, row_batch(rows, prefix // 2))
        none = batch_nll(adapted, row_batch(rows, 0))
    torch.testing.assert_close(some, none, rtol=1e-5, atol=1e-5)


def test_stock_attention_comes_back_also_after_an_error(adapted):
    with pytest.raises(RuntimeError, match="stop"), shared_prefix(adapted):
        raise RuntimeError("stop")
    assert adapted.config._attn_implementation == "sdpa"


@pytest.mark.parametrize("prefix", [SHARED, APART])
def test_completion_nlls_are_those_of_each_row_alone(adapted, prefix):
    rows = ragged(prefix, rows=40)
    done: list[int] = []
    found = completion_nlls(adapted, rows, done.append)
    assert found == pytest.approx([stock_nll(adapted, row.prompt, row.completion) for row in rows], rel=1e-5)
    assert sum(done) == 40
    assert len(done) > 1


def test_rows_never_see_each_other(adapted):
    rows = ragged(SHARED)
    changed = [rows[0], RowTokens((*rows[1].prompt[:-1], 200), rows[1].completion), *rows[2:]]
    with torch.inference_mode(), shared_prefix(adapted):
        before, after = (batch_nll(adapted, row_batch(some, SHARED)) for some in (rows, changed))
    second = torch.tensor([number == 1 for number, row in enumerate(rows) for _ in row.completion])
    assert torch.equal(before[~second], after[~second])
    assert not torch.allclose(before[second], after[second])


LABELS = [(20, 2), (20, 21, 2), (20, 21, 22, 2), (30, 2), (31, 32, 2)]


@pytest.mark.parametrize("prefix", [SHARED, APART])
def test_label_scores_are_those_of_each_row_and_label_alone(adapted, prefix):
    prompts = [row.prompt for row in ragged(prefix, rows=9)]
    assert len({len(prompt) for prompt in prompts}) > 3
    done: list[int] = []
    found = label_scores(adapted, prompts, LABELS, done.append)
    for prompt, scores in zip(prompts, found, strict=True):
        assert scores == pytest.approx([-stock_nll(adapted, prompt, label) for label in LABELS], abs=1e-4)
    assert sum(done) == 9


def test_many_long_labels_are_scored_a_few_rows_at_a_time(adapted):
    prompts = [row.prompt for row in ragged(SHARED, rows=4)]
    labels = [(*ids(40, 300 + number), 2) for number in range(30)]  # 1200 tokens a row beside its prompt
    done: list[int] = []
    found = label_scores(adapted, prompts, labels, done.append)
    assert done == [1, 1, 1, 1]
    assert found[3] == pytest.approx([-stock_nll(adapted, prompts[3], label) for label in labels], rel=1e-5)


def test_one_prompt_and_one_label_are_enough(adapted):
    prompt = ids(4, 5)
    (scores,) = label_scores(adapted, [prompt], [(20, 2)], lambda _: None)
    assert scores == pytest.approx([-stock_nll(adapted, prompt, (20, 2))], abs=1e-4)


def stock_greedy(model, prompt: tuple[int, ...], ends: tuple[int, ...], limit: int) -> list[int]:
    """Greedy tokens by a forward pass over everything for every token."""
    sequence = list(prompt)
    with torch.inference_mode():
        while len(sequence) < len(prompt) + limit:
            best = int(model(input_ids=torch.tensor([sequence]), use_cache=False).logits[0, -1].argmax())
            if best in ends:
                break
            sequence.append(best)
    return sequence[len(prompt) :]


def test_generated_text_is_that_of_each_row_alone(adapted):
    prompts = [row.prompt for row in ragged(SHARED, rows=8)]
    limit = 12
    free = [stock_greedy(adapted, prompt, (), limit) for prompt in prompts]
    ends = (free[0][3], free[1][5])  # tokens that some answers come to, so that some end and some are cut
    done: list[int] = []
    found = generate(adapted, prompts, Stops(ends, limit), done.append)
    assert [list(answer.ids) for answer in found] == [stock_greedy(adapted, p, ends, limit) for p in prompts]
    assert [answer.hit_limit for answer in found] == [not set(ends) & set(tokens) for tokens in free]
    assert {answer.hit_limit for answer in found} == {True, False}
    assert all(len(answer.ids) == limit for answer in found if answer.hit_limit)
    assert sum(done) == 8


def test_generating_computes_the_prefix_once_and_no_row_that_has_ended(adapted):
    prompts = [row.prompt for row in ragged(SHARED, rows=6)]
    ends = tuple(stock_greedy(adapted, prompts[0], (), 6)[2:4])
    lengths = [len(stock_greedy(adapted, prompt, ends, 8)) for prompt in prompts]
    assert 0 < min(lengths) < max(lengths) == 8
    shapes: list[tuple[int, int]] = []
    hook = adapted.get_decoder().layers[0].register_forward_pre_hook(lambda _, x: shapes.append(tuple(x[0].shape[:2])))
    generate(adapted, prompts, Stops(ends, 8), lambda _: None)
    hook.remove()
    longest = max(map(len, prompts)) - SHARED
    going = [sum(length >= step for length in lengths) for step in range(1, 8)]
    assert shapes == [(1, SHARED), (6, longest), *[(rows, 1) for rows in going]]


def test_a_long_answer_can_be_given_up_in_its_middle(adapted):
    told: list[int] = []

    def give_up(done: int) -> None:
        told.append(done)
        if len(told) == 3:
            raise CancelledError("enough")

    with pytest.raises(CancelledError, match="enough"):
        generate(adapted, [ids(6, 1), ids(4, 2)], Stops((2,), 500), give_up)
    assert told == [0, 0, 0]


def test_logits_difference_sees_an_adapter_that_does_something(adapted):
    rows = ragged(SHARED)
    assert logits_difference(adapted, rows, lambda: adapter_off(adapted)) > 1e-3
    assert logits_difference(adapted, rows, nullcontext) == 0


def test_stock_difference_is_rounding_on_the_model_that_is_asked(adapted):
    assert stock_difference(adapted, ragged(SHARED)) < 1e-5


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_loading_gives_weights_as_asked_and_a_model_that_decodes_greedily(tiny_model, precision):
    loaded = load_model(tiny_model, choose_machine("cpu", precision))
    assert loaded.model.dtype is getattr(torch, precision)
    assert not loaded.model.training
    assert loaded.model.generation_config.to_diff_dict() == GenerationConfig(do_sample=False).to_diff_dict()
    assert loaded.window == 1024
    assert loaded.tokenizer.decode(loaded.tokenizer("It broke.")["input_ids"]) == "It broke."


def test_the_prefix_of_ragged_rows_is_found():
    assert common_prefix([row.prompt for row in ragged(SHARED)]) == SHARED
    assert common_prefix([row.prompt for row in ragged(APART)]) == 0
