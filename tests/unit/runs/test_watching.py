"""Which rows are watched, when they are looked at, and what is told of their answers; the model is a stand-in."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.runs_support import prepared
from tuning.data.examples import Example, Splits
from tuning.engine.generation import Stops
from tuning.events import Note, Sampled
from tuning.prediction import Prediction
from tuning.runs.control import Control
from tuning.runs.run import Run
from tuning.runs.store import RunStore
from tuning.runs.watching import Watching, watched_rows
from tuning.spec import Task

LONG = "long " * 100
STOPS = Stops((2,), 500)


@dataclass
class Machine:
    """A clock that every look moves on, and a wish to stop."""

    now: float = 0.0
    stop: bool = False
    heard: int = 0

    def control(self) -> Control:
        def hear() -> None:
            self.heard += 1

        return Control(lambda: "cancelled" if self.stop else None, hear, lambda: self.now)


class Prompts:
    """A token a letter."""

    @staticmethod
    def completion(text: str) -> list[int]:
        return [ord(letter) for letter in text]


@dataclass(frozen=True)
class Canned:
    """Answers every row alike, after `work`, which may move the clock or wish to stop."""

    task: Task
    work: Callable[[], None]
    output: str
    prompts: Prompts = field(default_factory=Prompts)
    stops: Stops = STOPS

    def predict(self, _model: Any, rows: Sequence[Example], on_rows: Callable[[int], None]) -> list[Prediction]:
        self.work()
        on_rows(len(rows))
        return [Prediction(row=row.row, input=row.input, target=row.target, output=self.output) for row in rows]

    def write(self, model: Any, rows: Sequence[Example], on_rows: Callable[[int], None]) -> list[Prediction]:
        cut = {"hit_limit": True}
        return [answer.model_copy(update=cut) for answer in self.predict(model, rows, on_rows)]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return RunStore(tmp_path).create(prepared(20, budget="100s"), "local")


def watching(run: Run, machine: Machine, seconds: float, work: Callable[[], None] = lambda: None) -> Watching:
    """One whose looks take so many seconds."""

    def answer() -> None:
        work()
        machine.now += seconds

    return Watching(run, machine.control(), Canned(Task.CLASSIFY, answer, "good"), run.splits())  # type: ignore[arg-type]


def steps(run: Run) -> list[int]:
    return [event.step for event in run.events() if isinstance(event, Sampled)]


def test_the_rows_are_a_few_of_different_targets_drawn_with_the_seed():
    rows = [Example(row=n, input=f"text {n}", target="rare" if n == 7 else "usual") for n in range(1, 41)]
    drawn = watched_rows(rows, 3)
    assert len({row.row for row in drawn}) == 5
    assert "rare" in {row.target for row in drawn}
    assert watched_rows(rows, 3) == drawn != watched_rows(rows, 4)
    assert len(watched_rows(rows[:2], 3)) == 2


def test_a_look_tells_every_watched_row(run):
    watching(run, Machine(), 1.0).look(None, 0)
    (event,) = run.events()
    assert isinstance(event, Sampled)
    assert [answer.row for answer in event.answers] == [row.row for row in watched_rows(run.splits().dev, 0)]
    assert {(answer.output, answer.score) for answer in event.answers} == {("good", 1.0)}
    assert event.sentence == "5 of 5 watched rows right"


def test_all_looks_but_the_first_take_a_twentieth_of_the_time(run):
    machine = Machine()
    watch = watching(run, machine, 2.0)
    for now in range(0, 201, 10):
        machine.now = max(machine.now, now)
        watch.look(None, now)
    assert steps(run) == [0, 40, 80, 120, 160, 200]


def test_a_look_that_takes_too_much_of_a_budget_is_given_up(run):
    machine = Machine()
    watch = watching(run, machine, 5.5)
    watch.look(None, 0)
    machine.now = 90
    watch.look(None, 9)
    assert steps(run) == []


def test_a_look_that_would_take_too_much_of_a_budget_is_not_begun(run):
    begun: list[int] = []
    canned = Canned(Task.CLASSIFY, lambda: begun.append(1), "good")
    control, splits = Machine().control(), run.splits()
    Watching(run, control, canned, splits, lambda rows: rows * 1.1).look(None, 0)  # type: ignore[arg-type]
    assert (begun, steps(run)) == ([], [])
    (told,) = run.events()
    assert isinstance(told, Note)
    assert told.message.startswith("While it learns no dev rows are answered")
    Watching(run, control, canned, splits, lambda rows: rows * 0.9).look(None, 0)  # type: ignore[arg-type]
    assert (begun, steps(run)) == ([1], [0])


def test_a_wish_to_stop_ends_a_look_and_begins_none(run):
    machine = Machine()

    def wish() -> None:
        machine.stop = True

    watch = watching(run, machine, 0.1, wish)
    watch.look(None, 0)
    assert (steps(run), machine.heard) == ([], 1)
    watch.look(None, 1)
    assert machine.heard == 1, "it was not even begun"


def test_texts_are_cut_and_what_was_not_written_to_its_end_shows_it(run):
    examples = [Example(row=n, input=LONG, target="short answer") for n in range(1, 4)]
    splits = Splits(train=examples, dev=examples, test=examples)
    canned = Canned(Task.GENERATE, lambda: None, "short")
    watch = Watching(run, Machine().control(), canned, splits)  # type: ignore[arg-type]
    watch.look(None, 0)
    (event,) = run.events()
    assert isinstance(event, Sampled)
    answer = event.answers[0]
    assert (answer.output, answer.score, event.metric) == ("short …", 0.0, "exact_match")
    assert len(answer.input) == 160
    assert answer.input.endswith("…")


def test_an_answer_is_written_little_further_than_the_longest_target(run):
    seen: list[Stops] = []

    @dataclass(frozen=True)
    class Noting(Canned):
        def write(self, model: Any, rows: Sequence[Example], on_rows: Callable[[int], None]) -> list[Prediction]:
            seen.append(self.stops)
            return super().write(model, rows, on_rows)

    noting = Noting(Task.GENERATE, lambda: None, "good")
    Watching(run, Machine().control(), noting, run.splits()).look(None, 0)  # type: ignore[arg-type]
    assert seen == [Stops((2,), len("good") + 8)]
