"""How the next token is chosen, as bounded settings: the most likely one, or one drawn by its probability.

Knows numbers only; loads no torch, so that a form may be a view of it.
"""

from pydantic import BaseModel, ConfigDict, Field

__all__ = ["GREEDY", "Sampling"]


class Sampling(BaseModel):
    """Temperature, nucleus and seed of one answer."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    temperature: float = Field(0.0, ge=0, le=2, description="0 takes the most likely token, more draws more freely")
    top_p: float = Field(
        1.0, ge=0.05, le=1, description="draws from the likeliest tokens that make up this share together"
    )
    seed: int = Field(0, ge=0, le=2**31 - 1, description="decides what is drawn; both models get the same one")


GREEDY = Sampling()
"""Always the most likely token."""
