"""Tiny random encoders and encoder-decoders, built on the spot: one of every type that is allowed."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

__all__ = ["ENCODERS", "build_tiny_encoder", "build_tiny_t5", "sentence_tokenizer", "text_tokenizer"]

_WIDTH = {
    "hidden_size": 32,
    "intermediate_size": 64,
    "num_hidden_layers": 3,
    "num_attention_heads": 4,
    "max_position_embeddings": 130,
    # Larger than usual: random features should differ visibly from text to text.
    "initializer_range": 0.2,
}
ENCODERS: dict[str, dict[str, Any]] = {
    "bert": _WIDTH,
    "distilbert": {"dim": 32, "hidden_dim": 64, "n_layers": 3, "n_heads": 4, "max_position_embeddings": 130},
    "roberta": _WIDTH,
    "deberta-v2": _WIDTH | {"relative_attention": True, "pos_att_type": ["p2c", "c2p"], "position_buckets": 8},
    "modernbert": _WIDTH | {"cls_token_id": 0, "sep_token_id": 2, "bos_token_id": 0, "eos_token_id": 2},
}
"""Settings by `model_type`."""
_TEXTS = [
    "the service was quick and the people were friendly",
    "it broke after two days and nobody answered my letters",
    "Что это за товар? 这个产品怎么样？ Où est la gare ? ماذا",
]


def build_tiny_encoder(folder: Path, kind: str = "bert", *, modules: Sequence[str] = (), seed: int = 0) -> Path:
    """Write a complete transformers folder; `modules` are those of sentence-transformers after the encoder itself."""
    import torch
    from transformers import AutoConfig, AutoModel

    tokenizer = sentence_tokenizer()
    config = AutoConfig.for_model(kind, vocab_size=len(tokenizer), pad_token_id=1, **ENCODERS[kind])
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = AutoModel.from_config(config)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    if modules:
        _write_modules(folder, modules)
    return folder


def build_tiny_t5(folder: Path, *, seed: int = 0) -> Path:
    """Write a complete transformers folder of a T5 with two layers in each stack."""
    import torch
    from transformers import T5Config, T5ForConditionalGeneration

    tokenizer = text_tokenizer()
    config = T5Config(
        vocab_size=len(tokenizer),
        d_model=32,
        d_kv=8,
        d_ff=64,
        num_layers=2,
        num_heads=4,
        pad_token_id=0,
        eos_token_id=1,
        decoder_start_token_id=0,
        initializer_factor=2.0,
    )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = T5ForConditionalGeneration(config)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def sentence_tokenizer() -> Any:
    """What reads `[CLS] text [SEP]`."""
    special = {"cls_token": "[CLS]", "pad_token": "[PAD]", "sep_token": "[SEP]", "unk_token": "[UNK]"}
    return _tokenizer("[CLS] $A [SEP]", special)


def text_tokenizer() -> Any:
    """What reads `text </s>`."""
    return _tokenizer("$A </s>", {"pad_token": "<pad>", "eos_token": "</s>", "unk_token": "<unk>"})


def _tokenizer(template: str, special: dict[str, str]) -> Any:
    """Byte-level BPE, so that any text in any script can be read, with the tokens of `template` around every text."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers
    from transformers import PreTrainedTokenizerFast

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=400,
        special_tokens=list(special.values()),
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        show_progress=False,
    )
    tokenizer.train_from_iterator(_TEXTS, trainer)
    used = [(token, tokenizer.token_to_id(token)) for token in special.values() if token in template]
    tokenizer.post_processor = processors.TemplateProcessing(single=template, special_tokens=used)
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, model_max_length=128, **special)


def _write_modules(folder: Path, modules: Sequence[str]) -> None:
    import json

    steps = [{"type": "sentence_transformers.models.Transformer", "path": ""}]
    steps += [{"type": f"sentence_transformers.models.{name}", "path": f"1_{name}"} for name in modules]
    (folder / "modules.json").write_text(json.dumps(steps))
    (folder / "1_Pooling").mkdir()
    flags = {"pooling_mode_cls_token": False, "pooling_mode_mean_tokens": True, "word_embedding_dimension": 32}
    (folder / "1_Pooling" / "config.json").write_text(json.dumps(flags))
