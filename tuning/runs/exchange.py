"""What the server and the answering process say to each other: one prompt for both models, and how far they are.

Knows bounds and shapes; knows no process, no model and no page.
"""

from collections.abc import Mapping
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from tuning.engine.sampling import GREEDY, Sampling
from tuning.errors import InputError, SettingError

__all__ = ["LONGEST_PROMPT", "MOST_NEW_TOKENS", "Reply", "Request", "Side", "read_request"]

LONGEST_PROMPT = 20_000
"""Characters."""
MOST_NEW_TOKENS = 1024


class Request(BaseModel):
    """One prompt for both models of a run."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    run: Path
    """The run's folder."""
    prompt: str = Field(min_length=1, max_length=LONGEST_PROMPT)
    sampling: Sampling = GREEDY
    max_new_tokens: int | None = Field(None, ge=1, le=MOST_NEW_TOKENS)
    """Most tokens of an answer; None: as many as the run allowed the answers to its test rows."""


class Side(BaseModel):
    """How far one model is with its answer."""

    model_config = ConfigDict(frozen=True)

    text: str = ""
    tokens: int = 0
    first_s: float | None = None
    """Seconds of this model's own computing until its first token, or until it had read the labels."""
    seconds: float = 0.0
    """Seconds of this model's own computing, in which the other one waited."""
    over: bool = False
    hit_limit: bool = False
    """Whether the answer was cut off at the most tokens allowed."""
    probabilities: dict[str, float] | None = None
    """Of every label; None for generated text."""

    @property
    def tokens_per_s(self) -> float | None:
        """Of the tokens after the first, which also had the prompt to read; None while there are none."""
        if self.first_s is None or self.tokens < 2 or self.seconds <= self.first_s:
            return None
        return (self.tokens - 1) / (self.seconds - self.first_s)


class Reply(BaseModel):
    """How far both models are."""

    model_config = ConfigDict(frozen=True)

    base: Side = Side()
    tuned: Side = Side()
    prompt_cut: bool = False
    """Whether the prompt was too long for the model and lost its end."""
    problem: str = ""
    """Why there is no answer, as a line for the user; empty when there is one."""

    @property
    def over(self) -> bool:
        """Whether nothing more will come."""
        return bool(self.problem) or (self.base.over and self.tuned.over)


def read_request(run: Path, prompt: str, settings: Mapping[str, object]) -> Request:
    """Check what somebody typed: `settings` are those of `Sampling` and `max_new_tokens`, None where not given.

    Raises `InputError` for the prompt and `SettingError` for a setting, naming it, the rule and the value.
    """
    if not prompt.strip():
        raise InputError("The prompt is empty: write what both models should answer.")
    if len(prompt) > LONGEST_PROMPT:
        raise InputError(
            f"The prompt has {len(prompt):,} characters; at most {LONGEST_PROMPT:,} are taken: shorten it."
        )
    given = {name: value for name, value in settings.items() if value not in (None, "")}
    longest = given.pop("max_new_tokens", None)
    try:
        sampling = Sampling.model_validate(given)
        return Request.model_validate({"run": run, "prompt": prompt, "sampling": sampling, "max_new_tokens": longest})
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        name, rule = str(first["loc"][0])[:80], first["msg"].removeprefix("Input ")
        raise SettingError(f"setting '{name}' {rule}, but is {str(first['input'])[:80]!r}") from error
