"""How long a run will take and what a time buys, by what earlier runs measured; nothing is loaded or measured for it.

Says what is sure by a good margin apart from what is only likely. Knows paces and settings; nothing of screens.
"""

import math
from dataclasses import dataclass

from tuning.data.examples import Prepared
from tuning.durations import duration_words, epochs_words
from tuning.errors import SettingError
from tuning.events import Planned
from tuning.runs.budget import (
    SLACK,
    BudgetPlan,
    Pace,
    Work,
    least_seconds,
    plan_budget,
    plan_without_budget,
    whole_seconds,
)
from tuning.runs.paces import MeasuredPace, RowLengths, earlier_paces, read_pace
from tuning.runs.reference_paces import ReferencePaces
from tuning.runs.run import Run
from tuning.runs.store import RunStore

__all__ = ["Bought", "Forecast", "UsualRun", "check_time", "forecast", "minutes_needed"]

_SURE = 2.0
"""A time is refused only if the least takes so many times as long: the machine may have been busy when it measured."""
_ROOM = 1.25
"""What is advised is the least with so much room."""


@dataclass(frozen=True)
class Bought:
    """What a time is expected to buy."""

    plan: BudgetPlan
    work: Work

    @property
    def trained(self) -> str:
        """Rows, and how often each is seen."""
        return epochs_words(self.plan.epochs, self.work.train)

    @property
    def given_up(self) -> list[str]:
        """What there is no time for, in words."""
        return self.plan.given_up(self.work)


@dataclass(frozen=True)
class UsualRun:
    """A run in the middle of those looked at."""

    ready_s: float
    pace: Pace
    work: Work

    @property
    def whole_s(self) -> float:
        """What everything takes without a budget."""
        return self.ready_s + whole_seconds(self.pace, self.work)

    def buys(self, seconds: float) -> BudgetPlan | None:
        """The plan for so much time; None where it is too short."""
        try:
            return plan_budget(seconds - self.ready_s, self.pace, self.work, SLACK * seconds)
        except SettingError:
            return None


@dataclass(frozen=True)
class Forecast:
    """Of one run; seconds from start to verdict."""

    budget: float | None
    least: float | None = None
    """What the least takes that can be judged, as fast as this machine was at its best; None if it never measured."""
    whole: float | None = None
    """What everything takes without a budget, as a run in the middle of those looked at."""
    runs: int = 0
    """Earlier runs that this is taken from."""
    usual: UsualRun | None = None
    """None where nothing is known of such a run."""
    elsewhere: str = ""
    """The machine that `usual` was measured on, where it is not this one."""

    def buys(self, seconds: float | None) -> Bought | None:
        """What so much time (None: no limit) is expected to buy; None where that is nothing, or unknown."""
        if self.usual is None or (seconds is not None and self.cannot(seconds)):
            return None
        plan = plan_without_budget(self.usual.work) if seconds is None else self.usual.buys(seconds)
        return None if plan is None else Bought(plan, self.usual.work)

    def cannot(self, seconds: float) -> bool:
        """Whether so much time is surely too short."""
        return self.least is not None and self.least > _SURE * seconds

    def may_not(self, seconds: float) -> bool:
        """Whether so much time is probably too short."""
        return self.least is not None and self.least > seconds

    @property
    def problem(self) -> str:
        """Why it cannot be started, and what would do; empty if nothing is in the way."""
        if self.budget is None or not self.cannot(self.budget):
            return ""
        return f"{duration_words(self.budget)} is too short: {self._needs}; choose {self._advised} or more"

    @property
    def doubt(self) -> str:
        """Why it may be too short, where that is likely and not sure; else empty."""
        if self.budget is None or not self.may_not(self.budget) or self.cannot(self.budget):
            return ""
        return f"{duration_words(self.budget)} may be too short: {self._needs}; {self._advised} would do"

    @property
    def sentence(self) -> str:
        """For a person who is about to start it."""
        if self.budget is None:
            return self._unlimited()
        said = f"About {duration_words(self.budget)} from start to verdict."
        if self.doubt:
            return f"{said} But {self.doubt}."
        if self.least is None:
            unmeasured = "Nothing was measured yet of this model at such a task on this machine"
            return f"{said} {unmeasured}: if that is too short, the run says so and ends."
        return said

    @property
    def _needs(self) -> str:
        assert self.least is not None
        return f"this machine needs about {duration_words(_rounded(self.least))} for these rows, by {self.source}"

    @property
    def source(self) -> str:
        """What this is taken from."""
        if self.elsewhere:
            return f"what was measured on another machine ({self.elsewhere})"
        return "what an earlier run measured" if self.runs == 1 else f"what {self.runs} earlier runs measured"

    @property
    def _advised(self) -> str:
        assert self.least is not None
        return duration_words(60 * _whole_minutes(self.least))

    @property
    def whole_words(self) -> str:
        """What everything takes without a budget; empty if that is not known."""
        return "" if self.whole is None else duration_words(_rounded(self.whole))

    def _unlimited(self) -> str:
        if self.whole is None:
            return "No time limit: mostly some minutes to an hour; nothing was measured yet of it here."
        whole = f"about {self.whole_words} from start to verdict, by {self.source}"
        return f"No time limit: {whole}; less if it stops improving."


def forecast(prepared: Prepared, store: RunStore, reference: ReferencePaces | None = None) -> Forecast:
    """How long a run of `prepared` will take, as far as earlier runs on this machine tell, else those elsewhere."""
    spec, paces = prepared.spec, earlier_paces(store, prepared.spec)
    if not paces:
        return _elsewhere(prepared, reference)
    lengths = RowLengths.of(prepared)
    least = min(_least(one, lengths, prepared) for one in paces)
    runs = sorted((_usual(one, lengths, prepared) for one in paces), key=lambda usual: usual.whole_s)
    usual = runs[len(runs) // 2]
    return Forecast(spec.budget, least, usual.whole_s, len(paces), usual)


def _elsewhere(prepared: Prepared, reference: ReferencePaces | None) -> Forecast:
    """What can be told where nothing was measured here."""
    budget, there = prepared.spec.budget, reference.of(prepared.spec) if reference is not None else None
    if reference is None or there is None:
        return Forecast(budget)
    usual = _usual(there, RowLengths.of(prepared), prepared)
    return Forecast(budget, whole=usual.whole_s, usual=usual, elsewhere=reference.machine)


def check_time(prepared: Prepared, store: RunStore) -> None:
    """Raise `SettingError` for a time budget that surely does not suffice on this machine."""
    problem = forecast(prepared, store).problem if prepared.spec.budget is not None else ""
    if problem:
        raise SettingError(f"setting 'budget': {problem}")


def minutes_needed(run: Run) -> int | None:
    """Of a run that ended because its budget was too short, how many minutes would do; None of any other."""
    ending, budget, measured = run.ending(), run.spec().budget, read_pace(run)
    if ending is None or ending.state != "failed" or budget is None or measured is None:
        return None
    if any(isinstance(event, Planned) for event in run.events()):
        return None
    prepared = Prepared(spec=run.spec(), dataset=run.dataset(), splits=run.splits())
    least = _least(measured, measured.lengths, prepared)
    return max(_whole_minutes(least), math.floor(budget / 60) + 1)


def _least(measured: MeasuredPace, lengths: RowLengths, prepared: Prepared) -> float:
    return measured.ready_s + least_seconds(measured.on(lengths, prepared), measured.work(prepared))


def _usual(measured: MeasuredPace, lengths: RowLengths, prepared: Prepared) -> UsualRun:
    return UsualRun(measured.ready_s, measured.on(lengths, prepared), measured.work(prepared))


def _whole_minutes(seconds: float) -> int:
    return math.ceil(_ROOM * seconds / 60)


def _rounded(seconds: float) -> float:
    """As an estimate is told: in full tens of seconds, from two minutes on in full minutes, rather more than less."""
    unit = 10 if seconds < 120 else 60
    return unit * math.ceil(seconds / unit)
