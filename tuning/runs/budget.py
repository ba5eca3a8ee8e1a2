"""Given so many seconds and the pace of this machine: how deep to train, how long, and what is asked of how many rows.

First what tells where a gain comes from is left out, then few-shot answers, then the search for the base's best
wording. Test rows go last, as a verdict lives on them, but training always keeps its share. Knows seconds and counts;
knows no models, rows or clocks.
"""

import math
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, replace
from types import MappingProxyType

from tuning.durations import duration_words
from tuning.errors import SettingError
from tuning.runs.asking import AGAIN_ROWS, WORDING_ROWS
from tuning.spec import DEFAULT_EPOCHS, MOST_EPOCHS, Depth, Task, layers_of

__all__ = [
    "SLACK",
    "SOME_ROWS",
    "BudgetPlan",
    "Pace",
    "Work",
    "dev_rows_in",
    "least_seconds",
    "plan_budget",
    "plan_without_budget",
    "training_seconds",
    "whole_seconds",
]

SLACK = 0.1
"""Of a budget: so much longer than told a run may be expected to take, rather than that it is refused."""
SOME_ROWS = "some of the training rows"
"""What is given up where not every row is seen."""
_ASKED_AT_ONCE = 32
"""Rows of a batch that is answered."""
_TRAIN_SHARE = 0.45
"""Of what is left after fixed costs: for this, everything else is given up, test rows last. What learned nothing is not
better known for being judged by more of them. With the fewest rows that there may be, training takes what is left.
"""
_LEAST_TEST_ROWS = 5
"""As the setting has it; so few decide nothing, but show what was learned."""
_DEV_SHARE = 0.15
"""Of training's time, for the dev rows."""
_DEV_SCORES = 7
"""At most; those between the first and the last take no more than a seventh of the time."""
_LEAST_DEV_ROWS = 8
_CHECKED_ROWS = 16
"""Rows that the checks ask again, with the adapter off and once more after the reload."""
_MEASURED_ROWS = {Task.CLASSIFY: 32, Task.GENERATE: 16}
"""Rows that the checks pass forward beside: a few of them, in several ways."""
_AGAIN_COST = 2.0
"""A row that is asked again a few at a time, by one in a large batch."""
_FULL_DEPTH_EPOCHS = 3.0
"""All layers are trained if so many passes over the rows are possible."""
_FASTER = 2.0
"""Else the top third, where it sees so many times the rows in the same time: of a row all layers learn that much more.
What the layers below computed of a row, and of what all rows begin with, is not computed again.
"""
_STEP_PASSES = 2.4
"""A training step takes about so many times what a pass forward takes."""
_HEAD_PASSES = 0.2
"""What a step costs beside its layers: embeddings, vocabulary, optimizer."""
_LOWER_PASSES = 0.5
"""What frozen layers cost once a row, by a pass: they are computed many rows at a time, without a vocabulary."""
_BULK = 0.75
"""A row among many of its length, by one of a training batch."""
_SHOTS_COST = 1.6
"""A row with examples in its prompt, by a row without."""
_WRITING_COST = 0.8
"""A row of a classification that the model writes freely, by one whose labels are scored."""
_SMALLEST_BATCH = 2
_ENOUGH_STEPS = 40
"""With fewer of them, smaller batches learn more in the same time."""
_GENERAL_PASSES = 4.0
"""The general text, in passes over a batch."""
_KEPT_SHARE = 0.8
"""Of scoring a row's labels, all but the vocabulary: what frozen layers did of it for the base serves the tuned too."""
_SHORTER = 0.4
"""Of writing a row's text: what has seen the rows ends where targets end, the base often writes on to the limit; the
first rows teach most of that.
"""
_LEAST_TRAIN_S = 5.0
"""Training is never shorter, though what came before it took longer than it should."""
_COMPARE_S, _COMPARE_ROW_S = 2.5, 0.03
"""Scores, intervals, baselines and saving, and reading the file before the run was asked for; and of every test row."""


_FURTHER = MappingProxyType(
    {
        Task.CLASSIFY: "answers in free text and the look at forgetting",
        Task.GENERATE: "the look at forgetting",
    }
)
"""What is asked beside the test rows, where there is time."""


@dataclass(frozen=True)
class Pace:
    """How fast this machine is, in seconds."""

    row_s: float
    """One row asked of the base, in a batch of others."""
    pass_s: float
    """One training batch forward through all layers."""
    load_s: float
    """Loading the model, which the last check does again."""
    batch_s: float = 0.0
    """A batch of rows that are asked, beside what its rows take: every token is a step, of however many rows."""
    prefix_s: float = 0.0
    """Of `pass_s`, what it takes however few its rows are."""

    def asking_s(self, rows: int) -> float:
        """Seconds in which so many rows are asked once."""
        return math.ceil(rows / _ASKED_AT_ONCE) * self.batch_s + rows * self.row_s


@dataclass(frozen=True)
class Work:
    """What there is to do: rows of the splits, and what was set by hand (None: open)."""

    task: Task
    train: int
    dev: int
    test: int
    batch_size: int
    depth: int
    """Layers of the model."""
    layers: Depth | None
    epochs: int | None
    prompted: bool = True
    """Whether the model reads a prompt: then other wordings, examples and free text are asked for."""


@dataclass(frozen=True)
class BudgetPlan:
    """What a budget has time for."""

    layers: int
    dev_rows: int
    test_rows: int
    wording: bool
    """Whether the base's best wording is looked for."""
    few_shot: bool
    further: bool
    """Whether it is asked where a gain comes from, and what was forgotten."""
    train_s: float
    """What is expected to be left for training, its dev scores included."""
    epochs: float
    """How often training is expected to see its rows."""
    batch_size: int
    """Training rows a step."""

    def given_up(self, work: Work) -> list[str]:
        """What there is no time for, in words."""
        said = [
            (_FURTHER[work.task], work.prompted and not self.further),
            ("few-shot answers", work.prompted and not self.few_shot),
            ("the search for the base's best wording", work.prompted and not self.wording),
            (f"{work.test - self.test_rows:,} of {work.test:,} test rows", self.test_rows < work.test),
            (f"{work.dev - self.dev_rows:,} of {work.dev:,} dev rows", self.dev_rows < work.dev),
            (
                f"training in the lower {work.depth - self.layers} of {work.depth} layers",
                self.layers < work.depth and work.layers is None,
            ),
            (SOME_ROWS, self.epochs < 1),
        ]
        return [words for words, gone in said if gone]


def plan_without_budget(work: Work) -> BudgetPlan:
    """Everything, however long it takes."""
    plan = replace(_barest(work), wording=True, few_shot=True, further=True)
    return replace(plan, train_s=math.inf, epochs=work.epochs or DEFAULT_EPOCHS)


def training_seconds(left_s: float, plan: BudgetPlan, pace: Pace, work: Work, slack_s: float = 0.0) -> float:
    """How long training may take, dev scores included, so that tuned answers, checks and comparison fit after it.

    Where what came before took longer than planned, so that training would get less than it was to have, it takes up
    to `slack_s` of that back: half a training is worth less than some seconds.
    """
    kept, shorter = _KEPT_SHARE * (1 - plan.layers / work.depth), _SHORTER * math.sqrt(min(plan.epochs, 1.0))
    spared_s = (kept if work.task is Task.CLASSIFY else shorter) * pace.asking_s(plan.test_rows)
    fitting_s = left_s - _fixed_s(plan, pace, work) - _side_s(plan, pace, work) + spared_s
    return max(fitting_s, min(fitting_s + slack_s, plan.train_s), _LEAST_TRAIN_S)


def dev_rows_in(seconds: float | None, plan: BudgetPlan) -> int:
    """Of the plan's dev rows, as many as suit a training of so many seconds, where that is less than was planned."""
    if seconds is None or not plan.train_s or seconds >= plan.train_s:
        return plan.dev_rows
    return min(plan.dev_rows, max(_LEAST_DEV_ROWS, int(plan.dev_rows * seconds / plan.train_s)))


def plan_budget(left_s: float, pace: Pace, work: Work, slack_s: float = 0.0) -> BudgetPlan:
    """The plan for what is left of a budget; the least that there is may take `slack_s` more.

    Raises `SettingError` when not even that fits.
    """
    for plan in _attempts(work):
        if _fits(plan, left_s, pace, work):
            return _with_training(plan, left_s - _asking_s(plan, pace, work), pace, work)
    least, needed = _least(work), least_seconds(pace, work)
    fewer = range(least.test_rows, work.test)
    fitting = bisect_left(fewer, x=True, key=lambda rows: not _fits(replace(least, test_rows=rows), left_s, pace, work))
    if fitting:
        plan = replace(least, test_rows=fewer[fitting - 1])
        return _with_training(plan, left_s - _asking_s(plan, pace, work), pace, work)
    if needed <= left_s + slack_s:
        return _with_training(least, max(left_s - needed, 0) + _LEAST_TRAIN_S, pace, work)
    raise SettingError(
        f"the budget is too short for this machine: {duration_words(max(left_s, 0))} of it are left, but answering "
        f"{_least(work).test_rows} test rows twice, the checks and the shortest training take about "
        f"{duration_words(needed)}; give the run more time"
    )


def least_seconds(pace: Pace, work: Work) -> float:
    """How much of a budget has to be left, once the pace is known, for the least that `plan_budget` takes."""
    return _asking_s(_least(work), pace, work) + _LEAST_TRAIN_S


def whole_seconds(pace: Pace, work: Work) -> float:
    """How long a run without a budget takes once its model is there, if training goes through all its epochs."""
    plan = plan_without_budget(work)
    first_s, again_s = _epoch_seconds(plan.layers, plan.batch_size, pace, work)
    dev_s = _DEV_SCORES * work.dev * _passed_row_s(pace, work)
    return _asking_s(plan, pace, work) + first_s + (plan.epochs - 1) * again_s + dev_s


def _attempts(work: Work) -> Iterator[BudgetPlan]:
    """Plans with all test rows, from the most to the least."""
    barest = _barest(work)
    yield replace(barest, wording=True, few_shot=True, further=True)
    yield replace(barest, wording=True, few_shot=True)
    yield replace(barest, wording=True)
    yield barest


def _fits(plan: BudgetPlan, left_s: float, pace: Pace, work: Work) -> bool:
    """Whether enough is left to train."""
    enough = max(_TRAIN_SHARE * (left_s - _fixed_s(plan, pace, work)), _LEAST_TRAIN_S)
    return left_s - _asking_s(plan, pace, work) >= enough


def _barest(work: Work) -> BudgetPlan:
    layers = layers_of(work.layers or "all", work.depth)
    return BudgetPlan(
        layers=layers,
        dev_rows=work.dev,
        test_rows=work.test,
        wording=False,
        few_shot=False,
        further=False,
        train_s=0,
        epochs=0,
        batch_size=work.batch_size,
    )


def _least(work: Work) -> BudgetPlan:
    return replace(_barest(work), test_rows=min(work.test, _LEAST_TEST_ROWS))


def _fixed_s(plan: BudgetPlan, pace: Pace, work: Work) -> float:
    """The checks, and what they and the comparison need beside."""
    checked = 2 * min(plan.test_rows, _CHECKED_ROWS)
    pass_row_s = _passed_row_s(pace, work)
    checked_s = checked * (pace.row_s if work.task is Task.CLASSIFY else pass_row_s)
    measured_s = _MEASURED_ROWS[work.task] * pass_row_s
    return pace.load_s + checked_s + measured_s + _COMPARE_S + _COMPARE_ROW_S * plan.test_rows


def _asking_s(plan: BudgetPlan, pace: Pace, work: Work) -> float:
    """Everything but training."""
    return _fixed_s(plan, pace, work) + 2 * _side_s(plan, pace, work) + _base_alone_s(plan, pace, work)


def _side_s(plan: BudgetPlan, pace: Pace, work: Work) -> float:
    """What base and tuned are both asked, once."""
    rows_s = pace.asking_s(plan.test_rows)
    written_s = _WRITING_COST * rows_s if work.task is Task.CLASSIFY else 0.0
    return rows_s + (_GENERAL_PASSES * pace.pass_s + written_s if plan.further and work.prompted else 0.0)


def _base_alone_s(plan: BudgetPlan, pace: Pace, work: Work) -> float:
    """What the base alone is asked before training."""
    dev_row_s = pace.row_s if work.task is Task.CLASSIFY else _passed_row_s(pace, work)
    again_s = _AGAIN_COST * pace.asking_s(min(plan.test_rows, AGAIN_ROWS[work.task]))
    wording_s = 2 * min(work.dev, WORDING_ROWS) * dev_row_s
    few_shot_s = _SHOTS_COST * pace.asking_s(plan.test_rows)
    prompts_s = wording_s * plan.wording + few_shot_s * plan.few_shot if work.prompted else 0.0
    return prompts_s + again_s * plan.further


def _passed_row_s(pace: Pace, work: Work) -> float:
    """A row passed forward among many."""
    return _BULK * (pace.pass_s - pace.prefix_s) / work.batch_size


def _with_training(plan: BudgetPlan, train_s: float, pace: Pace, work: Work) -> BudgetPlan:
    """The plan with dev rows, depth and batches that suit the time to train, a step at least."""
    row_s = _passed_row_s(pace, work)
    dev_rows = min(work.dev, max(_LEAST_DEV_ROWS, int(_DEV_SHARE * train_s / (_DEV_SCORES * row_s))))
    dev_s = 2 * dev_rows * row_s + min((_DEV_SCORES - 2) * dev_rows * row_s, train_s / _DEV_SCORES)
    steps_s = max(train_s - dev_s, 0.0)
    layers = plan.layers if work.layers is not None else layers_of(_depth(steps_s, pace, work), work.depth)
    batch_size = _batch_size(layers, steps_s, pace, work)
    epochs = max(_epochs(layers, batch_size, steps_s, pace, work), batch_size / work.train)
    return replace(plan, layers=layers, dev_rows=dev_rows, train_s=train_s, epochs=epochs, batch_size=batch_size)


def _depth(seconds: float, pace: Pace, work: Work) -> Depth:
    """Which of the two learns more in the time, by `benchmarks/results/depth.md`."""

    def epochs(layers: int) -> float:
        return _epochs(layers, _batch_size(layers, seconds, pace, work), seconds, pace, work)

    deep, shallow = epochs(work.depth), epochs(layers_of("third", work.depth))
    wanted = min(_FULL_DEPTH_EPOCHS, work.epochs or MOST_EPOCHS)
    return "third" if deep < wanted and shallow >= _FASTER * deep else "all"


def _batch_size(layers: int, seconds: float, pace: Pace, work: Work) -> int:
    """As many rows a step as were set, halved as long as there would be too few steps."""
    size = work.batch_size
    while size >= 2 * _SMALLEST_BATCH:
        if _epochs(layers, size, seconds, pace, work) * work.train / size >= _ENOUGH_STEPS:
            break
        size //= 2
    return size


def _epochs(layers: int, batch_size: int, seconds: float, pace: Pace, work: Work) -> float:
    """How often the training rows are seen."""
    first_s, again_s = _epoch_seconds(layers, batch_size, pace, work)
    epochs = seconds / first_s if seconds < first_s else 1 + (seconds - first_s) / again_s
    return min(epochs, work.epochs or MOST_EPOCHS)


def _epoch_seconds(layers: int, batch_size: int, pace: Pace, work: Work) -> tuple[float, float]:
    """Of the first pass over the training rows, in which the lower layers compute every row once, and of any other."""
    steps, share = -(-work.train // batch_size), layers / work.depth
    rows_s = (pace.pass_s - pace.prefix_s) * batch_size / work.batch_size
    again_s = steps * (pace.prefix_s + rows_s) * (_STEP_PASSES * share + _HEAD_PASSES)
    return again_s + steps * rows_s * _LOWER_PASSES * (1 - share), again_s
