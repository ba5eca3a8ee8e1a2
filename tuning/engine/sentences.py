"""Rows through a sentence classifier: features, label likelihoods, and the loss; frozen layers are computed once a row.

A row's completion is the number of its label, so that everything that works on completions works here. Knows models
with `encoder`, `layers` and a head; knows nothing of text, probes or runs.
"""

import shutil
from array import array
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from tuning.engine.batching import RowTokens, batches_by_length
from tuning.engine.flow import Flow, Tokens, padded
from tuning.engine.forward import OnRows
from tuning.engine.state_store import StateStore

__all__ = ["FrozenLayers", "SentenceFlow", "features", "frozen_layers"]

_ROWS = 64
_TOKENS = 8192
"""Bounds of one pass without gradients."""
_MEMORY_BYTES = 256 * 2**20
_FILE_SHARE = 0.25
"""Of the disk's free bytes, so that a run fills no disk."""


@torch.inference_mode()
def features(encoder: Any, prompts: Sequence[Tokens], on_rows: OnRows) -> NDArray[np.float32]:
    """What the encoder makes of each prompt: (prompts, features)."""
    found: dict[int, NDArray[np.float32]] = {}
    for rows in batches_by_length([len(prompt) for prompt in prompts], _ROWS, _TOKENS):
        pooled = encoder(*padded([prompts[i] for i in rows], encoder)).cpu().numpy()
        found.update(zip(rows, pooled, strict=True))
        on_rows(len(rows))
    return np.stack([found[i] for i in range(len(prompts))])


class FrozenLayers:
    """The lowest `count` layers of an encoder, at least one, whose weights do not change while this is used.

    Rows that do not fit `store` any more are computed anew every time.
    """

    def __init__(self, count: int, store: StateStore) -> None:
        self._count, self._store = count, store
        self._paired = False
        """Whether a layer gives states and attention weights (DeBERTa), not states alone."""

    @contextmanager
    def known(self, encoder: Any, prompts: Sequence[Tokens]) -> Iterator[None]:
        """Let the layers give what they once gave for these prompts, for as long as the block lasts."""
        states = self._states(encoder, prompts)
        lower = list(encoder.layers[: self._count])
        for layer in lower:  # still in its place, as an encoder may ask its layers for more than their states
            layer.forward = lambda *_args, **_kwargs: (states, None) if self._paired else states
        try:
            yield
        finally:
            for layer in lower:
                del layer.forward

    @torch.no_grad()
    def _states(self, encoder: Any, prompts: Sequence[Tokens]) -> torch.Tensor:
        """States above these layers, padded: (prompts, width, hidden)."""
        keys = [blake2b(array("q", prompt).tobytes(), digest_size=16).digest() for prompt in prompts]
        rows = [self._store.get(key) for key in keys]
        if any(row is None for row in rows):
            computed = self._compute(encoder, prompts)
            rows = [states[: len(prompt)] for states, prompt in zip(computed, prompts, strict=True)]
            for key, row in zip(keys, rows, strict=True):
                self._store.add(key, row)
        # Made outside of inference mode, though a dev pass may have stored what is in it.
        return torch.nn.utils.rnn.pad_sequence([row for row in rows if row is not None], batch_first=True).to(
            encoder.device
        )

    def _compute(self, encoder: Any, prompts: Sequence[Tokens]) -> torch.Tensor:
        """Through these layers alone, without dropout."""
        hook = encoder.layers[self._count - 1].register_forward_hook(_stop)
        was_training = encoder.training
        encoder.eval()
        try:
            encoder(*padded(prompts, encoder))
        except _EnoughError as enough:
            self._paired = isinstance(enough.states, tuple)
            states: torch.Tensor = enough.states[0] if self._paired else enough.states
            return states.cpu()
        finally:
            hook.remove()
            encoder.train(was_training)
        raise AssertionError("the encoder has not called its layers")


class SentenceFlow(Flow):
    """Through a classifier; `frozen` keeps what the layers under its adapter compute."""

    def __init__(self, frozen: FrozenLayers | None = None) -> None:
        self._frozen = frozen

    def nll(self, model: Any, rows: Sequence[RowTokens]) -> torch.Tensor:
        """Negative log-likelihood of every row's label."""
        labels = torch.tensor([row.completion[0] for row in rows], device=model.device)
        logits = self._logits(model, [row.prompt for row in rows])
        return torch.nn.functional.cross_entropy(logits, labels, reduction="none")

    def label_scores(
        self, model: Any, prompts: Sequence[Tokens], labels: Sequence[Tokens], on_rows: OnRows
    ) -> list[list[float]]:
        """Log-probability of each label, one pass for all of them."""
        wanted = [number for (number,) in labels]
        scores: list[list[float]] = [[] for _ in prompts]
        for rows in batches_by_length([len(prompt) for prompt in prompts], _ROWS, _TOKENS):
            logs = self._logits(model, [prompts[i] for i in rows]).log_softmax(-1)
            for i, row in zip(rows, logs[:, wanted].tolist(), strict=True):
                scores[i] = row
            on_rows(len(rows))
        return scores

    def _logits(self, model: Any, prompts: Sequence[Tokens]) -> torch.Tensor:
        """Of all labels, (prompts, labels)."""
        known = self._frozen.known(model.encoder, prompts) if self._frozen is not None else nullcontext()
        with known:
            logits: torch.Tensor = model(*padded(prompts, model))
        return logits


def frozen_layers(model: Any, layers: int, folder: Path) -> FrozenLayers | None:
    """What is frozen when only the top `layers` are trained, None if nothing is; beyond memory, kept in `folder`."""
    count = len(model.encoder.layers) - layers
    if count < 1:
        return None
    folder.mkdir(parents=True, exist_ok=True)
    return FrozenLayers(count, StateStore(folder, _MEMORY_BYTES, int(_FILE_SHARE * shutil.disk_usage(folder).free)))


class _EnoughError(Exception):
    """The layer that was waited for has given these states."""

    def __init__(self, states: Any) -> None:
        super().__init__()
        self.states = states


def _stop(_module: Any, _inputs: Any, states: Any) -> None:
    raise _EnoughError(states)
