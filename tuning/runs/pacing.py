"""How fast this machine asks and learns, measured on a few rows of the run itself, and what that leaves time for.

Knows models and clocks; how a budget is divided is for `tuning.runs.budget` to say.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from tuning.data.examples import Example, Splits, drawn
from tuning.engine.forward import CausalModel, OnRows
from tuning.engine.generation import Stops, generate
from tuning.events import Planned
from tuning.runs.asking import Asking
from tuning.runs.budget import SLACK, BudgetPlan, Pace, Work, least_seconds, plan_budget, training_seconds
from tuning.runs.responding import Responder, Responders
from tuning.spec import Task

__all__ = [
    "FEW",
    "Timetable",
    "describe_plan",
    "describe_work",
    "measure_pace",
    "plan_time",
    "prefix_seconds",
    "settled_pace",
    "with_test_rows",
]

FEW, _MORE = 2, 8
"""Rows that are passed forward, tokens that are written; rows that write them, or of which labels are scored."""
_ROWS_SHARE = 0.25
"""Of a token written by so many rows, what grows with them: of the embedded model on two cores 4 rows take about what
8 take, 16 rows 1.25 times that, and 32 rows 1.7 times.
"""
_MOST_PREFIX = 0.8
"""Of a pass: whatever was measured, rows take some of it."""


@dataclass(frozen=True)
class Timetable:
    """What is done in which time; without a budget, everything in whatever time it takes."""

    plan: BudgetPlan
    work: Work
    pace: Pace | None
    """None without a budget: then it was not measured."""
    budget_s: float | None
    elapsed: Callable[[], float]
    """Seconds since the run was asked for."""

    def training_seconds(self, base_s: float | None) -> float | None:
        """How long training may take if it begins now; `base_s` is what the base's answers took, if it was asked."""
        if self.budget_s is None or self.pace is None:
            return None
        pace = self.pace if base_s is None else replace(self.pace, row_s=base_s / self.plan.test_rows, batch_s=0.0)
        return training_seconds(self.budget_s - self.elapsed(), self.plan, pace, self.work, SLACK * self.budget_s)

    def asking_seconds(self, rows: int) -> float:
        """What asking so many rows is expected to take; 0 where no pace was measured."""
        return 0.0 if self.pace is None else self.pace.asking_s(rows)


def describe_work(model: CausalModel, responders: Responders) -> Work:
    """What there is to do in a run."""
    spec, splits = responders.spec, responders.splits
    return Work(
        task=responders.dataset.task,
        train=len(splits.train),
        dev=len(splits.dev),
        test=len(splits.test),
        batch_size=min(spec.batch_size, len(splits.train)),
        depth=int(model.config.num_hidden_layers),
        layers=spec.layers,
        epochs=spec.epochs,
        prompted=responders.family.prompted,
    )


def settled_pace(budget_s: float, measure: Callable[[], Pace], work: Work, elapsed: Callable[[], float]) -> Pace:
    """What `measure` says; where the budget would not do by that, it measures again, and the faster counts.

    Few tokens are timed, so that a second that something else took makes every token of every answer seem slow.
    """
    pace = measure()
    if least_seconds(pace, work) <= budget_s - elapsed() + SLACK * budget_s:
        return pace
    return min(pace, measure(), key=lambda one: least_seconds(one, work))


def plan_time(budget_s: float, pace: Pace, work: Work, elapsed: Callable[[], float]) -> Timetable:
    """The timetable of a run with a time budget. Raises `SettingError` if that is too short."""
    plan = plan_budget(budget_s - elapsed(), pace, work, SLACK * budget_s)
    return Timetable(plan, work, pace, budget_s, elapsed)


def describe_plan(plan: BudgetPlan, work: Work, budget_s: float) -> Planned:
    """What there is time for, as it is told now."""
    return Planned(
        at=time.time(),
        budget_s=budget_s,
        train_s=plan.train_s,
        epochs=plan.epochs,
        train_rows=work.train,
        layers=plan.layers,
        test_rows=plan.test_rows,
        batch_size=plan.batch_size,
        given_up=plan.given_up(work),
    )


def with_test_rows(splits: Splits, count: int, seed: int) -> Splits:
    """The splits with so many of their test rows, drawn with the seed, in the order they had."""
    return splits.model_copy(update={"test": drawn(splits.test, count, seed)})


def measure_pace(model: CausalModel, responders: Responders, load_s: float, heed: OnRows) -> Pace:
    """Pass one training batch forward, and answer some dev rows; the model took `load_s` to load."""
    responder = responders.make(Asking())
    spec, splits = responders.spec, responders.splits
    batch = drawn(splits.train, spec.batch_size, spec.seed)
    dev = drawn(splits.dev, _MORE, spec.seed)
    responder.target_nlls(model, batch[:1], heed)  # the first one allocates
    pass_s = _seconds(lambda: responder.target_nlls(model, batch, heed))
    few_s = _seconds(lambda: responder.target_nlls(model, batch[:FEW], heed))
    if responder.task is Task.CLASSIFY:
        batch_s, row_s = 0.0, _seconds(lambda: responder.predict(model, dev, heed)) / len(dev)
    else:
        batch_s, row_s = _writing_seconds(model, responder, dev, heed)
        row_s += pass_s / len(batch)  # for the likelihood of its target
    prefix_s = prefix_seconds(pass_s, len(batch), few_s)
    return Pace(row_s=row_s, pass_s=pass_s, load_s=load_s, batch_s=batch_s, prefix_s=prefix_s)


def prefix_seconds(pass_s: float, rows: int, few_s: float) -> float:
    """Of a pass of so many rows, what it takes however few they are; `few_s` is what `FEW` of them take."""
    if rows <= FEW:
        return 0.0
    each_s = max(pass_s - few_s, 0.0) / (rows - FEW)
    return min(max(few_s - FEW * each_s, 0.0), _MOST_PREFIX * pass_s)


def _writing_seconds(
    model: CausalModel, responder: Responder, dev: Sequence[Example], heed: OnRows
) -> tuple[float, float]:
    """What the longest answers take in a batch of any size, and what each row takes beside."""
    asked = [responder.row_tokens(row).prompt for row in dev]
    prompts = [asked[place % len(asked)] for place in range(_MORE)]

    def write(tokens: int) -> float:
        return _seconds(lambda: generate(model, prompts, Stops((), tokens), heed, responder.batching))

    write(FEW)  # the first one allocates
    few_s, more_s = write(FEW), write(_MORE)
    token_s = max(more_s - few_s, 0) / (_MORE - FEW)
    reading_s = max(few_s - FEW * token_s, 0)
    answers_s = responder.stops.max_new_tokens * token_s
    return (1 - _ROWS_SHARE) * answers_s, (reading_s + _ROWS_SHARE * answers_s) / _MORE


def _seconds(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun
