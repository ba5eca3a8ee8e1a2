"""What happens during a run, as typed records in order. Knows neither who writes nor who reads them.

Every client (terminal, app, a test) learns the progress of a run from these and from nothing else.
"""

from types import MappingProxyType
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from tuning.durations import duration_words, epochs_words

__all__ = [
    "DevScored",
    "Event",
    "Finished",
    "Note",
    "Phase",
    "PhaseName",
    "Planned",
    "Sampled",
    "SampledAnswer",
    "Started",
    "Step",
    "Stopped",
    "event_adapter",
]

PhaseName = Literal["prepare", "base", "train", "tuned", "check", "compare"]


class _Event(BaseModel):
    # A loss that is no number is written as what it is: as null it would be no event.
    model_config = ConfigDict(frozen=True, extra="ignore", ser_json_inf_nan="constants")

    at: float
    """Seconds since the epoch, by the writer's clock."""


class Started(_Event):
    """The run has the machine to itself and begins."""

    kind: Literal["started"] = "started"
    device: str
    precision: str
    threads: int
    processor: str = ""
    """What computes, as its maker calls it; empty where nobody says."""
    before_s: float = 0.0
    """Since it was asked for, without its wait for its turn: what starting a process takes."""


class Planned(_Event):
    """What the time budget has time for on this machine, decided before anything is asked or trained."""

    kind: Literal["planned"] = "planned"
    budget_s: float
    train_s: float
    """What is expected to be left for training, its dev scores included."""
    epochs: float
    """How often training is expected to see its rows."""
    train_rows: int | None = None
    """Rows that there are to train on."""
    layers: int
    test_rows: int
    batch_size: int | None = None
    """Training rows a step."""
    given_up: list[str]
    """What there is no time for, in words."""

    @property
    def sentence(self) -> str:
        """The plan for a person."""
        time = f"about {duration_words(self.train_s)} of {duration_words(self.budget_s)} are for training"
        given_up = f"; given up: {', '.join(self.given_up)}" if self.given_up else ""
        seen = f"{self.epochs:.2g} epochs" if self.train_rows is None else epochs_words(self.epochs, self.train_rows)
        step = "" if self.batch_size is None else f", {self.batch_size} a step"
        return f"{time}: about {seen}{step}, in the top {self.layers} layers{given_up}"


class Phase(_Event):
    """A part of the run begins (`done` 0) or moves on; `total` is in units of that part (rows, steps, checks)."""

    kind: Literal["phase"] = "phase"
    name: PhaseName
    done: int
    total: int
    seconds_left: float | None = None
    """Until the end of this part."""


class Step(_Event):
    """One optimizer step; `loss` is the mean NLL per completion token of that batch, in nats."""

    kind: Literal["step"] = "step"
    step: int
    total_steps: int
    epoch: float
    loss: float
    learning_rate: float
    seconds_left: float | None = None
    """Until training ends, if it is not stopped early."""


class DevScored(_Event):
    """Dev loss after `step` steps: summed NLL over summed completion tokens, in nats per token."""

    kind: Literal["dev_scored"] = "dev_scored"
    step: int
    loss: float


class SampledAnswer(BaseModel):
    """What the model being trained answers to one dev row; texts are cut to what a screen has room for."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    row: int
    """Number of the row in the user's file."""
    input: str
    target: str
    output: str
    score: float
    """Of this row by the metric of the event, from 0 to 1."""

    @property
    def right(self) -> bool:
        """Whether nothing is missing."""
        return self.score >= 1


class Sampled(_Event):
    """The same few dev rows answered after `step` steps, so that the model is seen to learn."""

    kind: Literal["sampled"] = "sampled"
    step: int
    metric: str
    """What scores an answer: `accuracy`, `exact_match`, `field_exactness` or `chrf`."""
    answers: list[SampledAnswer]

    @property
    def sentence(self) -> str:
        """How many are right; where answers are only more or less like their targets, how much they are."""
        if self.metric == "chrf":
            alike = sum(answer.score for answer in self.answers) / max(len(self.answers), 1)
            return f"the watched rows are {100 * alike:.0f} % like their targets"
        return f"{sum(answer.right for answer in self.answers)} of {len(self.answers)} watched rows right"


_ENDS = MappingProxyType(
    {
        "finished": "all passes were done",
        "dev stopped improving": "dev loss had stopped improving",
        "cancelled": "it was cancelled",
        "time limit": "it had taken the longest that this machine allows a run",
        "budget": "its share of the time was up",
    }
)


class Stopped(_Event):
    """Training ended; the adapter of `best_step` is kept, None when no dev score chose one."""

    kind: Literal["stopped"] = "stopped"
    reason: Literal["finished", "dev stopped improving", "cancelled", "time limit", "budget"]
    step: int
    best_step: int | None

    @property
    def sentence(self) -> str:
        """When and why it ended, and which adapter is kept, as a part of a sentence."""
        ended = f"ended after step {self.step:,}: {_ENDS[self.reason]}"
        if self.best_step is None:
            return ended
        if self.best_step == self.step:
            return f"{ended}; the adapter of that step is kept"
        return f"{ended}; the adapter of step {self.best_step:,} is kept, the best on dev rows since training began"


class Note(_Event):
    """Something the user should know."""

    kind: Literal["note"] = "note"
    level: Literal["info", "warning"]
    message: str


class Finished(_Event):
    """The run's last event. `message` is the verdict, or what went wrong, in one sentence."""

    kind: Literal["finished"] = "finished"
    state: Literal["done", "failed", "cancelled"]
    message: str


Event = Annotated[
    Started | Planned | Phase | Step | DevScored | Sampled | Stopped | Note | Finished, Field(discriminator="kind")
]

event_adapter: TypeAdapter[Event] = TypeAdapter(Event)
