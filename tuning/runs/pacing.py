"""How fast this machine asks and learns, measured on a few rows of the run itself, and what that leaves time for.

Knows models and clocks; how a budget is divided is for `tuning.runs.budget` to say.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from random import Random

from tuning.data.examples import Example, Splits
from tuning.engine.forward import CausalModel, OnRows
from tuning.engine.generation import Stops, generate
from tuning.events import Planned
from tuning.runs.asking import Asking
from tuning.runs.budget import BudgetPlan, Pace, Work, plan_budget, training_seconds
from tuning.runs.responding import Responder, Responders
from tuning.spec import Task

__all__ = ["Timetable", "describe_plan", "describe_work", "measure_pace", "plan_time", "with_test_rows"]

_FEW, _MORE = 2, 8
"""Rows of which labels are scored, tokens that are written."""
_AT_ONCE = 32
"""Rows that are asked together."""


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
        pace = self.pace if base_s is None else replace(self.pace, row_s=base_s / self.plan.test_rows)
        return training_seconds(self.budget_s - self.elapsed(), self.plan, pace, self.work)


def describe_work(model: CausalModel, responders: Responders) -> Work:
    """What there is to do in a run."""
    spec, splits = responders.spec, responders.splits
    return Work(
        task=responders.dataset.task,
        train=len(splits.train),
        dev=len(splits.dev),
        test=len(splits.test),
        batch_size=spec.batch_size,
        depth=int(model.config.num_hidden_layers),
        layers=spec.layers,
        epochs=spec.epochs,
        prompted=responders.family.prompted,
    )


def plan_time(budget_s: float, pace: Pace, work: Work, elapsed: Callable[[], float]) -> Timetable:
    """The timetable of a run with a time budget. Raises `SettingError` if that is too short."""
    return Timetable(plan_budget(budget_s - elapsed(), pace, work), work, pace, budget_s, elapsed)


def describe_plan(plan: BudgetPlan, work: Work, budget_s: float) -> Planned:
    """What there is time for, as it is told now."""
    return Planned(
        at=time.time(),
        budget_s=budget_s,
        train_s=plan.train_s,
        epochs=plan.epochs,
        layers=plan.layers,
        test_rows=plan.test_rows,
        given_up=plan.given_up(work),
    )


def with_test_rows(splits: Splits, count: int, seed: int) -> Splits:
    """The splits with so many of their test rows, drawn with the seed, in the order they had."""
    if count >= len(splits.test):
        return splits
    drawn = sorted(Random(seed).sample(range(len(splits.test)), count))
    return splits.model_copy(update={"test": [splits.test[place] for place in drawn]})


def measure_pace(model: CausalModel, responders: Responders, load_s: float, heed: OnRows) -> Pace:
    """Pass one training batch forward, and answer some dev rows; the model took `load_s` to load."""
    responder = responders.make(Asking())
    batch = responders.splits.train[: responders.spec.batch_size]
    responder.target_nlls(model, batch[:1], heed)  # the first one allocates
    pass_s = _seconds(lambda: responder.target_nlls(model, batch, heed))
    if responder.task is Task.CLASSIFY:
        row_s = _scoring_seconds(model, responder, responders.splits.dev, heed)
    else:
        reading_s = 2 * pass_s / len(batch)  # once to answer it, once for the likelihood of its target
        row_s = reading_s + _writing_seconds(model, responder, responders.splits, heed)
    return Pace(row_s=row_s, pass_s=pass_s, load_s=load_s)


def _scoring_seconds(model: CausalModel, responder: Responder, dev: Sequence[Example], heed: OnRows) -> float:
    """One row's labels: what some rows more take, and a row's part of what asking takes beside the rows."""
    few, more = dev[:_FEW], dev[:_MORE]
    few_s = _seconds(lambda: responder.predict(model, few, heed))
    more_s = _seconds(lambda: responder.predict(model, more, heed))
    each_s = max(more_s - few_s, 0) / (len(more) - len(few)) if len(more) > len(few) else few_s / len(few)
    return each_s + max(few_s - len(few) * each_s, 0) / _AT_ONCE


def _writing_seconds(model: CausalModel, responder: Responder, splits: Splits, heed: OnRows) -> float:
    """One row's longest answer without its prompt, in a batch as large as those of the test rows."""
    rows = min(len(splits.test), _AT_ONCE)
    prompt = responder.row_tokens(splits.dev[0]).prompt[:_FEW]

    def write(tokens: int) -> float:
        return _seconds(lambda: generate(model, [prompt] * rows, Stops((), tokens), heed, responder.batching))

    write(_FEW)  # the first one allocates
    few_s, more_s = write(_FEW), write(_MORE)
    return responder.stops.max_new_tokens * max(more_s - few_s, 0) / (_MORE - _FEW) / rows


def _seconds(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun
