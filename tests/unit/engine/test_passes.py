"""What one token's activations are thought to take."""

import torch

from tuning.engine.passes import activation_bytes


class Adapted(torch.nn.Module):
    """One frozen layer of 30 to 50 with an adapter of rank 4."""

    def __init__(self, dropout: float, dtype: torch.dtype = torch.float32) -> None:
        super().__init__()
        self.dtype = dtype
        self.frozen = torch.nn.Linear(30, 50).requires_grad_(requires_grad=False)
        self.down, self.up = torch.nn.Linear(30, 4, bias=False), torch.nn.Linear(4, 50, bias=False)
        self.dropout = torch.nn.Dropout(dropout)


def test_they_grow_with_what_adapted_layers_read_and_give():
    assert activation_bytes(Adapted(0.0)) == (30 + 50) * 4


def test_dropout_adds_its_noise_and_half_precision_halves():
    assert activation_bytes(Adapted(0.1)) > 1.5 * activation_bytes(Adapted(0.0))
    assert activation_bytes(Adapted(0.0, torch.bfloat16)) == activation_bytes(Adapted(0.0)) // 2
