"""Finished runs against each other: scores on the same test rows, the settings that differ, and what came of them.

Knows run folders and scoring; no layout. Runs are compared row by row, on the rows that all of them were judged by.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from tuning.data.enough import FEWEST_ROWS
from tuning.data.step_names import step_name
from tuning.durations import duration_words, seen_words
from tuning.errors import InputError
from tuning.events import Started, Step, Stopped
from tuning.prediction import Prediction
from tuning.runs.store import Run
from tuning.scoring.catalog import find_metric
from tuning.scoring.comparison import MetricRow, RungName
from tuning.scoring.metric_table import Score, paired_metric, score_interval, score_of
from tuning.spec import RunSpec

__all__ = [
    "MOST_RUNS",
    "Contender",
    "Difference",
    "OverBase",
    "OverSimpler",
    "SideBySide",
    "compare_runs",
    "settings_of_run",
]

MOST_RUNS = 6
_LETTERS = "ABCDEF"
_UNSET = "not set"
_Key: TypeAlias = tuple[int, str, str]
"""Of a test row: its number, input and target."""


@dataclass(frozen=True)
class _Sides:
    """What both models of a run answered."""

    base: Sequence[Prediction]
    tuned: Sequence[Prediction]


@dataclass(frozen=True)
class Contender:
    """One of the runs."""

    letter: str
    run: Run
    name: str
    """Of its file."""
    created: float
    sides: _Sides
    base: Score
    tuned: Score
    against_first: MetricRow | None = None
    """Its tuned model less that of the first run, row by row; None for the first, and where rows differ."""

    @property
    def rows(self) -> int:
        """Test rows that its scores are of."""
        return len(self.sides.tuned)


@dataclass(frozen=True)
class OverBase:
    """The best tuned model of all runs against the best that any of them had before tuning."""

    tuned: str
    """The letter of its run."""
    base: str
    metric: MetricRow


@dataclass(frozen=True)
class OverSimpler:
    """The best tuned model of all runs against the best answers without tuning that any of them kept."""

    tuned: str
    """The letter of its run."""
    kept_by: str
    """The letter of the run that those answers are from."""
    rung: RungName
    metric: MetricRow


@dataclass(frozen=True)
class Difference:
    """A setting that is not the same in all runs, or what came of it, with its value in each."""

    name: str
    values: Sequence[str]


@dataclass(frozen=True)
class SideBySide:
    """Two or more runs, the oldest first."""

    metric: str
    """What they are scored by: the metric that the first run declared."""
    contenders: Sequence[Contender]
    unfair: str
    """Why their scores cannot be held against each other; empty if they can."""
    differences: Sequence[Difference]
    """Of what was set."""
    outcomes: Sequence[Difference] = ()
    """Of what time, data and machine made of it."""
    narrowed: str = ""
    """Of which rows the scores are, where a run was judged by others too."""
    over_base: OverBase | None = None
    """The best tuned model less the best base, row by row; None where rows differ."""
    over_simpler: OverSimpler | None = None
    """The best tuned model less the best without tuning, row by row; None where no such answers are kept."""
    easier: str = ""
    """Why scores are better than they would be on new rows; empty if that is not known of any."""


def compare_runs(runs: Sequence[Run]) -> SideBySide:
    """Hold runs against the oldest of them. Raises `InputError` for too few, too many, or runs without a comparison."""
    if not 2 <= len(runs) <= MOST_RUNS:
        raise InputError(f"{len(runs)} runs are chosen: choose 2 to {MOST_RUNS} to compare them")
    ordered = sorted(runs, key=lambda run: run.record().created)
    metrics = [_declared(run) for run in ordered]
    if len({run.dataset().task for run in ordered}) > 1:
        raise InputError(
            "one run learned labels and another learned texts, and no score measures both: choose runs of one kind"
        )
    tests = [_test_rows(run) for run in ordered]
    shared = set.intersection(*tests)
    others = [letter for letter, rows in zip(_LETTERS, tests, strict=False) if rows != tests[0]]
    unfair = _why_unfair(others, len(shared)) if others and len(shared) < FEWEST_ROWS else ""
    contenders: list[Contender] = []
    for letter, run, rows in zip(_LETTERS, ordered, tests, strict=False):
        sides = _answers(run, rows if unfair else shared)
        first = contenders[0].sides.tuned if contenders and not unfair else None
        contenders.append(_contend(letter, run, sides, metrics[0], first))
    narrowed = "" if unfair or not others else _of_which_rows(tests, len(shared))
    over_base = None if unfair else _over_base(contenders, metrics[0])
    return SideBySide(
        metric=metrics[0],
        contenders=contenders,
        unfair=unfair,
        differences=_differences([settings_of_run(run) for run in ordered]),
        outcomes=_differences([_outcome_of(run) for run in ordered]),
        narrowed=narrowed,
        over_base=over_base,
        over_simpler=None if unfair else _over_simpler(contenders, metrics[0]),
        easier=_why_easier(ordered),
    )


def _test_rows(run: Run) -> set[_Key]:
    """The rows a run was judged by."""
    return {_key(row) for row in run.predictions("tuned")}


def _key(row: Prediction) -> _Key:
    return row.row, row.input, row.target


def _answers(run: Run, keys: set[_Key]) -> _Sides:
    """Both models' answers to these rows, in the order of their numbers."""
    base, tuned = (
        sorted((row for row in run.predictions(side) if _key(row) in keys), key=_key) for side in ("base", "tuned")
    )
    return _Sides(base, tuned)


def settings_of_run(run: Run) -> dict[str, str]:
    """Its settings and its data in words, by name."""
    spec, dataset = run.spec(), run.dataset()
    values = {name: _word(getattr(spec, name)) for name in RunSpec.model_fields if name != "plan"}
    values["budget"] = "no limit" if spec.budget is None else duration_words(spec.budget)
    plan = ", ".join(step_name(one.step) for one in spec.cleaning_plan().steps if one.on)
    data = {"data": dataset.name, "data fingerprint": dataset.sha256[:12], "instruction": dataset.instruction}
    return {**data, "cleaning": plan, **{name: value for name, value in values.items() if name not in data}}


def _declared(run: Run) -> str:
    comparison = run.comparison()
    if comparison is None:
        raise InputError(f"run {run.id[:8]} of {run.record().name} has no comparison: choose runs that have one")
    if comparison.verdict is None:
        raise InputError(
            f"run {run.id[:8]} of {run.record().name} failed a check, so that its scores are not to be trusted: choose "
            "others"
        )
    return comparison.primary


def _why_unfair(others: Sequence[str], shared: int) -> str:
    which = f"Run {others[0]} was" if len(others) == 1 else f"Runs {' and '.join(others)} were"
    return (
        f"{which} judged by other test rows than run A, so that a higher score may only mean easier rows: "
        f"{shared or 'none'} of them are common to all, and to compare on those takes {FEWEST_ROWS}. Start a run again "
        "with one thing changed, and it is judged by the same rows, as far as its time goes."
    )


def _of_which_rows(tests: Sequence[set[_Key]], shared: int) -> str:
    own = ", ".join(f"{letter} {len(rows):,}" for letter, rows in zip(_LETTERS, tests, strict=False))
    return (
        f"These scores are of the {shared:,} test rows that all of the runs answered (by itself each answered: {own})."
    )


def _why_easier(runs: Sequence[Run]) -> str:
    """That rows count here which a verdict leaves out."""
    found = zip(_LETTERS, (run.comparison() for run in runs), strict=False)
    leaky = [letter for letter, comparison in found if comparison is not None and comparison.clean is not None]
    if not leaky:
        return ""
    which = f"Of run {leaky[0]}" if len(leaky) == 1 else f"Of runs {' and '.join(leaky)}"
    return (
        f"{which} some test inputs also stand in the training rows, and count in these scores: that makes them better "
        "than they would be on new rows."
    )


def _contend(letter: str, run: Run, sides: _Sides, metric: str, first: Sequence[Prediction] | None) -> Contender:
    record, labels = run.record(), run.dataset().labels or None
    gain = paired_metric(first, sides.tuned, metric, labels) if first else None
    return Contender(
        letter=letter,
        run=run,
        name=record.name,
        created=record.created,
        sides=sides,
        base=score_interval(sides.base, metric, labels),
        tuned=score_interval(sides.tuned, metric, labels),
        against_first=gain,
    )


def _best_tuned(contenders: Sequence[Contender], metric: str) -> Contender:
    return max(contenders, key=lambda one: _sign(metric) * (one.tuned.value or 0.0))


def _sign(metric: str) -> float:
    return -1.0 if find_metric(metric).better == "lower" else 1.0


def _over_simpler(contenders: Sequence[Contender], metric: str) -> OverSimpler | None:
    kept = [(one, rung, answers) for one in contenders for rung, answers in _simpler(one)]
    if not kept:
        return None
    tuned, labels = _best_tuned(contenders, metric), contenders[0].run.dataset().labels or None
    one, rung, answers = max(kept, key=lambda each: _sign(metric) * (score_of(each[2], metric, labels) or 0.0))
    return OverSimpler(tuned.letter, one.letter, rung, paired_metric(answers, tuned.sides.tuned, metric, labels))


def _simpler(one: Contender) -> Iterator[tuple[RungName, Sequence[Prediction]]]:
    """The best without tuning that the run kept answers of, if they are to all of the rows and not the base's own."""
    comparison = one.run.comparison()
    headline = comparison.headline if comparison is not None else None
    known = {_key(row): row for row in one.run.predictions("strongest")}
    wanted = [_key(row) for row in one.sides.tuned]
    if headline is not None and headline.rung != "base" and all(key in known for key in wanted):
        yield headline.rung, [known[key] for key in wanted]


def _over_base(contenders: Sequence[Contender], metric: str) -> OverBase:
    sign, tuned = _sign(metric), _best_tuned(contenders, metric)
    base = max(contenders, key=lambda one: sign * (one.base.value or 0.0))
    labels = tuned.run.dataset().labels or None
    return OverBase(tuned.letter, base.letter, paired_metric(base.sides.base, tuned.sides.tuned, metric, labels))


def _outcome_of(run: Run) -> dict[str, str]:
    """How much was really trained, on what, by name; the same names for every run."""
    comparison, events = run.comparison(), run.events()
    assert comparison is not None
    rows, layers = comparison.rows, comparison.adapter.layers
    last = next((event for event in reversed(events) if isinstance(event, Step)), None)
    stopped = next((event for event in reversed(events) if isinstance(event, Stopped)), None)
    started = next((event for event in events if isinstance(event, Started)), None)
    seconds = comparison.timing.train_s
    return {
        "trained on": seen_words(last.epoch, rows.train or 0, rows.unseen) if last is not None else _UNSET,
        "layers trained": str(len(layers)) if layers is not None else _UNSET,
        "training": stopped.sentence if stopped is not None else _UNSET,
        "seconds in training": f"{seconds:.0f}" if seconds is not None else _UNSET,
        "computed on": f"{started.device}, {started.precision}" if started is not None else _UNSET,
    }


def _differences(of_runs: Sequence[Mapping[str, str]]) -> list[Difference]:
    return [
        Difference(name, [each[name] for each in of_runs])
        for name in of_runs[0]
        if len({each[name] for each in of_runs}) > 1
    ]


def _word(value: object) -> str:
    return _UNSET if value is None else str(value)
