"""A tiny random Llama with a chat tokenizer, built on the spot: for tests that need a model but not a good one."""

import json
from pathlib import Path

__all__ = ["CHAT_TEMPLATE", "build_tiny_model", "write_snapshot"]

CHAT_TEMPLATE = (
    "{% for message in messages %}"
    "{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>' + '\\n' }}"
    "{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}"
)
"""ChatML, as the embedded model has it, but without a system message of its own."""

_SENTENCES = [
    "Classify the text. Answer with one of the labels: positive, negative, neutral.",
    "The service was quick and the people were friendly.",
    "It broke after two days and nobody answered my letters.",
    'Turn the address into JSON: {"street": "High Street", "number": "12", "city": "Leeds"}',
    "The quick brown fox jumps over the lazy dog 0123456789 times.",
    "Что это за товар? 这个产品怎么样？ Où est la gare ?",
]


def build_tiny_model(folder: Path, *, layers: int = 3, hidden: int = 64, seed: int = 0) -> Path:
    """Write a complete transformers folder (a few hundred kB, float32, 4 query and 2 key/value heads) and return it."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    tokenizer = _tokenizer()
    config = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=hidden,
        intermediate_size=2 * hidden,
        num_hidden_layers=layers,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=1024,
        tie_word_embeddings=True,
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
        # Larger than usual: random logits should differ visibly from token to token.
        initializer_range=0.2,
    )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = LlamaForCausalLM(config)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def _tokenizer():
    """Byte-level BPE, so that any text in any script can be written; 400 tokens."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=400,
        special_tokens=["<|endoftext|>", "<|im_start|>", "<|im_end|>"],
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        show_progress=False,
    )
    tokenizer.train_from_iterator(_SENTENCES, trainer)
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        bos_token="<|im_start|>",
        eos_token="<|im_end|>",
        pad_token="<|im_end|>",
        unk_token="<|endoftext|>",
        model_max_length=1024,
        chat_template=CHAT_TEMPLATE,
        clean_up_tokenization_spaces=False,
    )


def write_snapshot(hub_cache: Path, model_id: str, commit: str, **config: object) -> Path:
    """Lay out empty files of a model as the Hub cache would after a download of `main`; return the snapshot."""
    repository = hub_cache / f"models--{model_id.replace('/', '--')}"
    snapshot = repository / "snapshots" / commit
    snapshot.mkdir(parents=True, exist_ok=True)
    (repository / "refs").mkdir(exist_ok=True)
    (repository / "refs" / "main").write_text(commit)
    (snapshot / "config.json").write_text(json.dumps({"model_type": "llama", **config}))
    (snapshot / "tokenizer.json").write_text("{}")
    (snapshot / "model.safetensors").touch()
    return snapshot
