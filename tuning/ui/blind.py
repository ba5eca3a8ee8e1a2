"""Blind mode: which answer is whose is drawn for every prompt, kept on the server until there is a vote, then counted.

Knows votes and numbers; no layout and no model. The tally is kept by the browser, for it is the visitor's own.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from tuning.scoring.statistics import wilson

__all__ = ["CHOICES", "FEWEST_VOTES", "Choice", "Order", "Outcome", "Tally", "draw_order", "keep_tally", "read_tallies"]

Choice = Literal["a", "b", "tie", "both_bad"]
Outcome = Literal["base", "tuned", "tie", "both_bad"]
CHOICES: dict[Choice, str] = {"a": "A is better", "b": "B is better", "tie": "Equally good", "both_bad": "Both are bad"}
FEWEST_VOTES = 10
"""Votes for one of the two, below which nothing is said about who is better."""
_MOST_RUNS = 50


@dataclass(frozen=True)
class Order:
    """Whether A is the tuned model."""

    tuned_first: bool

    def outcome(self, choice: Choice) -> Outcome:
        """Whom a vote is for."""
        if choice == "a":
            return "tuned" if self.tuned_first else "base"
        if choice == "b":
            return "base" if self.tuned_first else "tuned"
        return choice


def draw_order() -> Order:
    """Either order as likely as the other; nobody can tell it beforehand."""
    return Order(bool(secrets.randbits(1)))


class Tally(BaseModel):
    """The votes of one visitor on one run."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    tuned: int = Field(0, ge=0, le=1_000_000)
    base: int = Field(0, ge=0, le=1_000_000)
    tie: int = Field(0, ge=0, le=1_000_000)
    both_bad: int = Field(0, ge=0, le=1_000_000)

    def with_vote(self, outcome: Outcome) -> "Tally":
        """One vote more."""
        return self.model_copy(update={outcome: getattr(self, outcome) + 1})

    @property
    def decided(self) -> int:
        """Votes for either of the two, ties left out."""
        return self.tuned + self.base

    def words(self) -> str:
        """What the votes say, with the 95 % interval of the share that is for tuned; empty without votes."""
        total = self.decided + self.tie + self.both_bad
        if not total:
            return ""
        others = f"{_count(self.tie, 'tie')}, {self.both_bad} both bad"
        if not self.decided:
            return f"{_count(total, 'vote')}, none that chose one ({others})."
        counted = f"Tuned was better in {self.tuned} of {_count(self.decided, 'vote')} that chose one ({others})."
        if self.decided < FEWEST_VOTES:
            return f"{counted} Too few votes to tell: that takes {FEWEST_VOTES} that choose one."
        interval = wilson(self.tuned, self.decided)
        share = f"{100 * self.tuned / self.decided:.0f} %"
        bounds = f"95 % interval {100 * interval.low:.0f} to {100 * interval.high:.0f} %"
        if interval.low > 0.5:
            return f"{counted} That is {share} ({bounds}): you prefer tuned."
        if interval.high < 0.5:
            return f"{counted} That is {share} ({bounds}): you prefer the base."
        return f"{counted} That is {share} ({bounds}): no clear preference."


def _count(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


_TALLIES = TypeAdapter(dict[str, Tally])


def read_tallies(stored: object) -> dict[str, Tally]:
    """A browser's tallies by run; whatever is not of our making counts nothing."""
    try:
        return _TALLIES.validate_python(stored)
    except ValidationError:
        return {}


def keep_tally(tallies: Mapping[str, Tally], run_id: str, tally: Tally) -> dict[str, dict[str, int]]:
    """What the browser is to keep: the tallies of the runs voted on last."""
    latest = {name: one for name, one in tallies.items() if name != run_id} | {run_id: tally}
    return {name: latest[name].model_dump() for name in list(latest)[-_MOST_RUNS:]}
