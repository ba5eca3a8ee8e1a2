"""A sentence encoder with its head: every allowed type, frozen layers computed once, heads that go with the adapter."""

import numpy as np
import pytest
import torch
from peft import PeftModel
from safetensors.torch import load_file, save_file
from transformers import AutoModel

from tests.integration.test_pipeline import prepared
from tests.tiny_encoders import ENCODERS, build_tiny_encoder
from tuning.engine.batching import RowTokens
from tuning.engine.prediction import completion_nlls, label_scores
from tuning.errors import ModelError
from tuning.models.adapter import AdapterSettings, adapter_off
from tuning.models.classifier import HEAD_FILE
from tuning.models.loading import choose_machine
from tuning.models.prompts import PLAIN
from tuning.runs.families.encoder import Encoder
from tuning.runs.families.family import Rows, Way
from tuning.spec import Task

FAMILY = Encoder()
LABELS = ["bad", "good"]


def nothing(_: int) -> None:
    pass


class Trained:
    """An encoder of two labels whose adapter and head are not what they began as."""

    def __init__(self, folder) -> None:
        self.folder = folder
        data = prepared(Task.CLASSIFY, str(folder))
        self.rows = Rows(data.dataset, data.splits, 64)
        self.loaded = FAMILY.load(folder, choose_machine("cpu", "float32"))
        self.base = FAMILY.make_base(self.loaded, self.rows, nothing)
        prompts = FAMILY.row_format(self.loaded.tokenizer, data.dataset, 64, Way(PLAIN))
        texts = [(row.input * (1 + number % 3), row.target) for number, row in enumerate(data.splits.train)]
        self.encoded = [prompts.encode(text, target) for text, target in texts]
        self.tokens = [RowTokens(row.prompt, row.completion) for row in self.encoded]
        self.untuned = self.scores(self.base.model)
        self.model = FAMILY.attach(self.base.model, AdapterSettings(4, 8, 0.0, 2, 0))
        self.at_first = self.scores(self.model)
        generator = torch.Generator().manual_seed(5)
        for parameter in self.model.parameters():
            if parameter.requires_grad:
                parameter.data += 0.2 * torch.randn(parameter.shape, generator=generator)

    def scores(self, model) -> list[list[float]]:
        prompts = [row.prompt for row in self.tokens]
        return label_scores(model, prompts, [(0,), (1,)], nothing, FAMILY.batching(model))

    def again(self, folder):
        """The saved adapter, on an encoder read anew."""
        loaded = FAMILY.load(self.folder, choose_machine("cpu", "float32"))
        return FAMILY.restore(FAMILY.restore_base(loaded, folder, LABELS), folder, LABELS)


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    place = tmp_path_factory.mktemp("sentences") / "bert"
    return Trained(build_tiny_encoder(place, modules=["Pooling", "Normalize"]))


@pytest.fixture
def saved(trained, tmp_path):
    FAMILY.save(trained.model, tmp_path, trained.rows)
    return tmp_path


def test_the_head_begins_as_the_probe_and_no_head_is_random(trained):
    assert trained.at_first == trained.untuned
    accuracy = np.mean(
        [np.argmax(row) == t.completion[0] for row, t in zip(trained.untuned, trained.tokens, strict=True)]
    )
    assert accuracy > 0.8, "the probe has learned its rows"


def test_off_is_the_probe_on_the_frozen_encoder_whatever_the_head_became(trained):
    assert trained.scores(trained.model) != trained.untuned
    with adapter_off(trained.model):
        assert trained.scores(trained.model) == trained.untuned
    assert trained.scores(trained.model) != trained.untuned


def test_adapter_and_head_are_trained_together_and_nothing_else(trained):
    names = {name for name, parameter in trained.model.named_parameters() if parameter.requires_grad}
    heads = {name for name in names if "lora_" not in name}
    assert {name.rpartition(".")[2] for name in heads} == {"weight", "bias"}
    assert all("modules_to_save" in name for name in heads)
    assert names - heads


def test_saved_and_loaded_it_gives_the_same_probabilities_on_both_sides(trained, saved):
    again = trained.again(saved)
    assert trained.scores(again) == trained.scores(trained.model)
    with adapter_off(again):
        assert trained.scores(again) == trained.untuned


def test_the_adapter_is_one_for_plain_peft_on_the_plain_encoder(trained, saved):
    plain = PeftModel.from_pretrained(AutoModel.from_pretrained(trained.folder), saved).eval()
    assert plain.active_peft_config.task_type == "FEATURE_EXTRACTION"
    ids = torch.tensor([trained.tokens[0].prompt])
    with torch.inference_mode():
        theirs = plain(input_ids=ids, attention_mask=torch.ones_like(ids)).last_hidden_state
        ours = trained.model.encoder.model(input_ids=ids, attention_mask=torch.ones_like(ids)).last_hidden_state
    assert torch.equal(theirs, ours)


def test_without_its_head_an_adapter_is_refused(trained, saved):
    (saved / HEAD_FILE).unlink()
    with pytest.raises(ModelError, match=HEAD_FILE) as caught:
        trained.again(saved)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("kept", ["probe.", ""], ids=["no trained head", "no probe"])
def test_half_a_pair_of_heads_is_refused(trained, saved, kept):
    heads = load_file(saved / HEAD_FILE)
    half = {name: tensor for name, tensor in heads.items() if name.startswith("probe.") == bool(kept)}
    save_file(half, saved / HEAD_FILE, metadata={"labels": '["bad", "good"]'})
    with pytest.raises(ModelError, match=HEAD_FILE):
        trained.again(saved)


def test_a_head_of_other_labels_or_without_numbers_is_refused(trained, saved):
    loaded = FAMILY.load(trained.folder, choose_machine("cpu", "float32"))
    with pytest.raises(ModelError, match="other labels"):
        FAMILY.restore_base(loaded, saved, ["good", "bad"])
    heads = load_file(saved / HEAD_FILE)
    heads["weight"][0, 0] = float("nan")
    save_file(heads, saved / HEAD_FILE, metadata={"labels": '["bad", "good"]'})
    with pytest.raises(ModelError, match="head is damaged"):
        trained.again(saved)


def test_an_adapter_that_lost_weights_is_refused(trained, saved):
    weights = load_file(saved / "adapter_model.safetensors")
    weights.pop(min(weights))
    save_file(weights, saved / "adapter_model.safetensors", metadata={"format": "pt"})
    with pytest.raises(ModelError, match="not whole"):
        trained.again(saved)


@pytest.mark.parametrize("kind", ENCODERS)
def test_frozen_layers_are_computed_once_and_change_nothing(tmp_path, kind):
    one = Trained(build_tiny_encoder(tmp_path / kind, kind))
    asked, taught = FAMILY.batching(one.model), FAMILY.training_batching(one.model, 2, tmp_path / "states")
    plain = completion_nlls(one.model, one.tokens, nothing, asked)
    first = completion_nlls(one.model, one.tokens, nothing, taught)
    with torch.no_grad():  # what is known is not computed again
        for parameter in one.model.encoder.layers[0].parameters():
            parameter.zero_()
    second = completion_nlls(one.model, one.tokens, nothing, taught)
    assert first == pytest.approx(plain, abs=1e-5)
    assert second == pytest.approx(plain, abs=1e-5)
    assert completion_nlls(one.model, one.tokens, nothing, asked) != pytest.approx(plain, abs=1e-3), (
        "and otherwise it is"
    )


def test_gradients_through_known_layers_are_those_of_the_whole(trained, tmp_path):
    flows = FAMILY.batching(trained.model).flow, FAMILY.training_batching(trained.model, 2, tmp_path).flow
    parameters = [parameter for parameter in trained.model.parameters() if parameter.requires_grad]
    completion_nlls(trained.model, trained.tokens, nothing, FAMILY.training_batching(trained.model, 2, tmp_path))
    whole, known = (
        torch.autograd.grad(flow.nll(trained.model, trained.tokens[:5]).sum(), parameters) for flow in flows if flow
    )
    for one, other in zip(whole, known, strict=True):
        torch.testing.assert_close(one, other, atol=1e-5, rtol=1e-4)
