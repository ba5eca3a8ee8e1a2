"""The same few dev rows, answered again and again by the model being trained, so that it is seen to learn.

Takes little of a run's time and changes nothing that is learned: no random number is drawn, and a look that would take
too long is not taken. Knows how rows are asked and what a right answer is; knows nothing of training or screens.
"""

import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from random import Random

from tuning.data.examples import Example, Splits
from tuning.engine.forward import CausalModel
from tuning.errors import IntegrityError
from tuning.events import Note, Sampled, SampledAnswer
from tuning.prediction import Prediction
from tuning.runs.control import Control
from tuning.runs.responding import Responder
from tuning.runs.run import Run
from tuning.scoring.comparison import declare_primary
from tuning.scoring.row_scores import row_scores
from tuning.spec import Task

__all__ = ["Watching", "watched_rows"]

_ROWS = 5
_SHARE = 0.05
"""Of a run's time, for all looks but the first together, and of a time budget for any one of them."""
_WHY_NOT = "While it learns no dev rows are answered to watch: that would take too much of the time."
_LETTERS = 160
"""Of a text; five rows then fit well into what is read of a log to see where a run stands."""
_MORE_TOKENS = 8
"""A generated answer that goes on so far beyond the longest target is wrong however it ends."""


RowSeconds = Callable[[int], float]
"""Rows → seconds."""


def _unknown(_: int) -> float:
    return 0.0


class _Enough(Exception):  # noqa: N818 - it is no error
    """The look takes too long, or the run is to stop."""


class Watching:
    """Asks the watched rows of one run, whose `responder` asks as the test rows are asked."""

    def __init__(
        self, run: Run, control: Control, responder: Responder, splits: Splits, row_seconds: RowSeconds = _unknown
    ) -> None:
        """`row_seconds` says what asking so many rows should take: a look too long for a budget is not begun."""
        self._run, self._control, self._task = run, control, responder.task
        spec = run.spec()
        self._rows = watched_rows(splits.dev, spec.seed)
        self._responder = _briefly(responder, self._rows)
        primary = declare_primary(self._task, [example.target for example in splits.train])
        self._metric = "accuracy" if self._task is Task.CLASSIFY else primary
        self._limit_s = None if spec.budget is None else _SHARE * spec.budget
        briefer = self._responder.stops.max_new_tokens / max(responder.stops.max_new_tokens, 1)
        share = briefer if self._task is Task.GENERATE else 1.0
        self._last_s, self._spent_s = share * row_seconds(len(self._rows)), 0.0
        self._looked = self._told = False

    def look(self, model: CausalModel, step: int) -> None:
        """Ask after so many steps, unless that has taken its share of the time already or the run is to stop."""
        if self._limit_s is not None and self._last_s > self._limit_s:
            self._tell_why_not()
            return
        begun = self._control.elapsed()
        if self._spent_s + self._last_s > _SHARE * begun and self._looked:
            return
        if self._control.stop_requested() is not None:
            return
        answers = self._ask(model, begun)
        self._last_s = self._control.elapsed() - begun
        self._spent_s += self._last_s if self._looked else 0.0
        self._looked = True
        if answers:
            self._run.append(self._event(step, answers))

    def _tell_why_not(self) -> None:
        if not self._told:
            self._told = True
            self._run.append(Note(at=time.time(), level="info", message=_WHY_NOT))

    def _ask(self, model: CausalModel, begun: float) -> list[Prediction]:
        """The answers; none when it took too long."""
        ask = self._responder.predict if self._task is Task.CLASSIFY else self._responder.write
        try:
            return ask(model, self._rows, lambda _: self._heed(begun))
        except (_Enough, IntegrityError):  # a model that has diverged meanwhile is for its dev loss to judge
            return []

    def _heed(self, begun: float) -> None:
        if self._control.stop_requested() is not None:
            self._control.acknowledge()
            raise _Enough
        if self._limit_s is not None and self._control.elapsed() - begun > self._limit_s:
            raise _Enough

    def _event(self, step: int, answers: Sequence[Prediction]) -> Sampled:
        scores = row_scores(self._metric, answers)
        return Sampled(
            at=time.time(),
            step=step,
            metric=self._metric,
            answers=[
                SampledAnswer(
                    row=answer.row,
                    input=_cut(answer.input),
                    target=_cut(answer.target),
                    output=_cut(f"{answer.output} …" if answer.hit_limit else answer.output),
                    score=score,
                )
                for answer, score in zip(answers, scores, strict=True)
            ],
        )


def watched_rows(dev: Sequence[Example], seed: int) -> list[Example]:
    """A few dev rows, drawn with the seed: of different targets as far as there are some."""
    met: Counter[str] = Counter()

    def turn(example: Example) -> int:
        met[example.target] += 1
        return met[example.target]

    return sorted(Random(seed).sample(dev, len(dev)), key=turn)[:_ROWS]


def _briefly(responder: Responder, rows: Sequence[Example]) -> Responder:
    """One that stops writing when an answer cannot become right any more."""
    longest = max(len(responder.prompts.completion(example.target)) for example in rows)
    tokens = min(responder.stops.max_new_tokens, longest + _MORE_TOKENS)
    return replace(responder, stops=replace(responder.stops, max_new_tokens=tokens))


def _cut(text: str) -> str:
    return text if len(text) <= _LETTERS else f"{text[: _LETTERS - 1]}…"
