"""The recipe on a tiny Llama written as GGUF on the spot; the real file is converted in the integration tests."""

import json
from pathlib import Path

import gguf
import pytest
import torch
from safetensors.torch import load_file
from transformers import AutoModelForCausalLM, AutoTokenizer

from tests.tiny_model import CHAT_TEMPLATE
from tuning.models.cache import check_folder
from tuning.models.conversion import convert_gguf

HIDDEN, HEADS, KV_HEADS, LAYERS = 64, 4, 2, 2


def write_gguf(path: Path, tiny: Path) -> None:
    """The vocabulary of the tiny model with random weights, the query and key heads as GGUF orders them."""
    tokenizer = AutoTokenizer.from_pretrained(tiny)
    vocabulary = sorted(tokenizer.get_vocab().items(), key=lambda item: item[1])
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_block_count(LAYERS)
    writer.add_context_length(256)
    writer.add_embedding_length(HIDDEN)
    writer.add_feed_forward_length(2 * HIDDEN)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(KV_HEADS)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_freq_base(10_000.0)
    writer.add_vocab_size(len(vocabulary))
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("smollm")
    writer.add_token_list([token for token, _ in vocabulary])
    writer.add_token_types([3 if token in tokenizer.all_special_tokens else 1 for token, _ in vocabulary])
    merges = json.loads((tiny / "tokenizer.json").read_text())["model"]["merges"]
    writer.add_token_merges([" ".join(pair) for pair in merges])
    writer.add_bos_token_id(tokenizer.bos_token_id)
    writer.add_eos_token_id(tokenizer.eos_token_id)
    writer.add_chat_template(CHAT_TEMPLATE)
    _add_weights(writer, len(vocabulary))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def _add_weights(writer: gguf.GGUFWriter, tokens: int) -> None:
    """Random, seeded, float32."""
    random = torch.Generator().manual_seed(0)

    def tensor(name: str, *shape: int) -> None:
        writer.add_tensor(name, torch.randn(*shape, generator=random).mul(0.1).numpy())

    key_width = HIDDEN * KV_HEADS // HEADS
    tensor("token_embd.weight", tokens, HIDDEN)
    tensor("output_norm.weight", HIDDEN)
    for layer in range(LAYERS):
        tensor(f"blk.{layer}.attn_norm.weight", HIDDEN)
        tensor(f"blk.{layer}.ffn_norm.weight", HIDDEN)
        tensor(f"blk.{layer}.attn_q.weight", HIDDEN, HIDDEN)
        tensor(f"blk.{layer}.attn_k.weight", key_width, HIDDEN)
        tensor(f"blk.{layer}.attn_v.weight", key_width, HIDDEN)
        tensor(f"blk.{layer}.attn_output.weight", HIDDEN, HIDDEN)
        tensor(f"blk.{layer}.ffn_gate.weight", 2 * HIDDEN, HIDDEN)
        tensor(f"blk.{layer}.ffn_up.weight", 2 * HIDDEN, HIDDEN)
        tensor(f"blk.{layer}.ffn_down.weight", HIDDEN, 2 * HIDDEN)


@pytest.fixture(scope="module")
def converted(tmp_path_factory, tiny_model) -> tuple[Path, Path]:
    """The GGUF file and the folder made of it."""
    source = tmp_path_factory.mktemp("gguf") / "tiny.gguf"
    write_gguf(source, tiny_model)
    target = tmp_path_factory.mktemp("converted")
    convert_gguf(source, target)
    return source, target


def test_the_folder_is_complete_and_says_nothing_on_the_way(tmp_path, tiny_model, capfd):
    source = tmp_path / "tiny.gguf"
    write_gguf(source, tiny_model)
    capfd.readouterr()
    target = tmp_path / "made"
    convert_gguf(source, target)
    check_folder(target, "tiny")
    assert capfd.readouterr() == ("", "")


def test_weights_are_those_of_the_file_kept_in_bfloat16(converted):
    source, target = converted
    kept = load_file(target / "model.safetensors")
    assert {tensor.dtype for tensor in kept.values()} == {torch.bfloat16}
    loaded = AutoModelForCausalLM.from_pretrained(source.parent, gguf_file=source.name, dtype=torch.float32)
    original = loaded.state_dict()
    for name, tensor in kept.items():
        torch.testing.assert_close(tensor, original[name].to(torch.bfloat16), rtol=0, atol=0)


def test_the_folder_loads_as_an_ordinary_model_and_computes_the_same(converted):
    source, target = converted
    plain = AutoModelForCausalLM.from_pretrained(target, dtype=torch.float32, use_safetensors=True)
    loaded = AutoModelForCausalLM.from_pretrained(source.parent, gguf_file=source.name, dtype=torch.float32)
    assert type(plain) is type(loaded)
    assert "quantization_config" not in plain.config.to_dict()
    tokens = torch.arange(3, 19)[None]
    with torch.no_grad():
        # bfloat16 keeps 8 bits of a weight, so logits of size 1 agree to about a hundredth.
        torch.testing.assert_close(plain(tokens).logits, loaded(tokens).logits, rtol=0.02, atol=0.02)


def test_the_tokenizer_brings_its_chat_template(converted):
    tokenizer = AutoTokenizer.from_pretrained(converted[1])
    assert tokenizer.chat_template == CHAT_TEMPLATE
    assert tokenizer.eos_token == "<|im_end|>"
