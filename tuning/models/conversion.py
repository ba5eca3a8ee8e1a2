"""A GGUF file → a complete transformers folder, because dequantizing costs seconds at every load.

Knows transformers; knows nothing of catalogs or caches.

The 4-bit weights are dequantized in float32 and kept in bfloat16: that halves disk and load time, and the rounding
(2^-9 of a weight) is far below the error that four bits have already made. Base and tuned both start from it.
"""

import contextlib
import io
import logging
from pathlib import Path

__all__ = ["RECIPE", "convert_gguf"]

_log = logging.getLogger(__name__)

RECIPE = 1
"""Number of the recipe below; a folder converted by another one is converted anew."""


def convert_gguf(source: Path, target: Path) -> None:
    """Write weights (safetensors, bfloat16), config and tokenizer of the GGUF file `source` into the folder `target`.

    Takes about a minute on two cores for 135 M parameters, and 1.5 GB of memory.
    """
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    chatter = io.StringIO()  # progress bars, one of which no setting turns off
    with contextlib.redirect_stderr(chatter):
        folder = str(source.parent)
        loaded = AutoModelForCausalLM.from_pretrained(folder, gguf_file=source.name, dtype=torch.float32)
        config = loaded.config
        # A model that thinks it is quantized refuses to be saved, so the same class is built from a clean config.
        del config.quantization_config
        clean = type(loaded)(config)
        clean.load_state_dict(loaded.state_dict())
        del loaded
        clean.tie_weights()
        clean.to(torch.bfloat16).save_pretrained(target)
        AutoTokenizer.from_pretrained(folder, gguf_file=source.name).save_pretrained(target)
    _log.debug("conversion said: %s", chatter.getvalue())
