"""The gradients of one optimizer step within bounded memory: a batch in as many passes as that takes.

A step's gradients do not depend on how it is divided. When memory runs out all the same, the step begins again with
passes of half as many rows. Knows rows and models; knows nothing of optimizers, epochs or runs.
"""

import gc
from collections.abc import Callable, Sequence

import torch

from tuning.engine.batching import RowTokens, batches_by_length
from tuning.engine.forward import Batching, CausalModel, rows_nll

__all__ = ["GradientPasses", "activation_bytes"]

_ACTIVATION_BYTES = 384 * 2**20
"""Bound of what one pass keeps for its way back, as `activation_bytes` estimates it: a run then fits 2 GB."""
_GPU_SHARE = 0.25
"""The same bound on a GPU, whose memory nobody else needs meanwhile: this share of what is free."""


def activation_bytes(model: CausalModel) -> int:
    """About what is kept of one token for the way back, in bytes: what every adapted layer reads and gives.

    Dropout keeps a noisy copy of what is read, and the noise. The factors are measured on fused Llama layers.
    """
    trained = [parameter for parameter in model.parameters() if parameter.requires_grad]
    numbers = sum(max(parameter.shape) for parameter in trained)  # (rank, in) and (out, rank)
    noisy = any(isinstance(module, torch.nn.Dropout) and module.p for module in model.modules())
    return numbers * model.dtype.itemsize * (13 if noisy else 8) // 8


class GradientPasses:
    """Divides batches whose rows begin with the same `prefix` tokens; `on_note` is told when memory ran out."""

    def __init__(self, model: CausalModel, prefix: int, batching: Batching, on_note: Callable[[str], None]) -> None:
        self._model, self._batching, self._on_note = model, batching, on_note
        self._prefix = prefix if batching.shared_prefix else 0
        self._tokens = max(_activation_bound(model.device) // activation_bytes(model) - self._prefix, 1)
        self._most_rows: int | None = None
        self.tokens = 0
        """Tokens computed until now, padding not counted."""

    def accumulate(self, rows: Sequence[RowTokens], backward: Callable[[torch.Tensor], None]) -> torch.Tensor:
        """The mean NLL of the rows' completion tokens, in nats; its gradients are added up by `backward`.

        Raises what torch raises when not even one row fits.
        """
        while True:
            passes = self._divide(rows)
            try:
                return self._pass_by_pass(rows, passes, backward)
            except (RuntimeError, MemoryError) as error:
                most = max(map(len, passes))
                if not _out_of_memory(error) or most == 1:
                    raise
            self._begin_again(most // 2)

    def _divide(self, rows: Sequence[RowTokens]) -> list[list[int]]:
        lengths = [len(row.prompt) - self._prefix + len(row.completion) for row in rows]
        return batches_by_length(lengths, self._most_rows or len(rows), self._tokens)

    def _pass_by_pass(
        self, rows: Sequence[RowTokens], passes: Sequence[Sequence[int]], backward: Callable[[torch.Tensor], None]
    ) -> torch.Tensor:
        completion_tokens = sum(len(row.completion) for row in rows)
        losses = []
        for numbers in passes:
            some = [rows[i] for i in numbers]
            loss = rows_nll(self._model, some, self._batching, self._prefix).sum() / completion_tokens
            backward(loss)
            losses.append(loss.detach())
        self.tokens += len(passes) * self._prefix
        self.tokens += sum(len(row.prompt) - self._prefix + len(row.completion) - 1 for row in rows)
        return torch.stack(losses).sum()

    def _begin_again(self, most_rows: int) -> None:
        self._on_note(f"Memory ran out, so a step's rows go through the model {most_rows} at a time; this is slower.")
        self._most_rows = most_rows
        self._model.zero_grad()
        gc.collect()
        if torch.cuda.is_available():
            torch.cuda.empty_cache()


def _activation_bound(device: torch.device) -> int:
    if device.type != "cuda":
        return _ACTIVATION_BYTES
    free, _ = torch.cuda.mem_get_info(device)
    return int(_GPU_SHARE * free)


def _out_of_memory(error: Exception) -> bool:
    """Whether that is what went wrong: on the CPU torch says so in words alone."""
    return isinstance(error, torch.OutOfMemoryError | MemoryError) or "can't allocate memory" in str(error)
