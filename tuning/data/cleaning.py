"""Rows and a cleaning plan → clean rows, and of every step what it did. Knows no file and no columns."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from pydantic import BaseModel, ConfigDict

from tuning.data.components import Components, Positions
from tuning.data.findings import count_of, row_numbers
from tuning.data.rows import Rows
from tuning.data.steps import EFFECTS, FEW_ROWS, Effect, State
from tuning.data.wording import listed, quoted
from tuning.spec import CleaningPlan, CleaningStep, Task

__all__ = ["Cleaned", "StepExample", "StepReport", "clean", "together"]

_EXAMPLES, _CHARACTERS = 3, 160

_TITLES: Mapping[CleaningStep, str] = MappingProxyType(
    {
        CleaningStep.FIX_ENCODING: "repair text that was decoded with the wrong encoding",
        CleaningStep.REDACT: "put placeholders for e-mail addresses, phone and card numbers, IBANs and keys",
        CleaningStep.DROP_EMPTY: "leave out rows without an input or a target",
        CleaningStep.MERGE_LABELS: "give labels that differ only in case or white space one spelling",
        CleaningStep.DROP_DUPLICATES: "leave out rows that repeat an input with its target",
        CleaningStep.DROP_LEAKED: "leave out training rows whose input is that of a test row, or nearly",
        CleaningStep.DROP_NEAR_DUPLICATES: "leave out rows whose input is nearly that of another with the same target",
        CleaningStep.DROP_CONFLICTS: "leave out rows whose input stands elsewhere with another target",
        CleaningStep.DROP_RARE_LABELS: f"leave out rows of labels with fewer than {FEW_ROWS} rows",
        CleaningStep.KEEP_TOGETHER: "keep rows with nearly the same input in one split",
    }
)
_REASONS: Mapping[CleaningStep, str] = MappingProxyType(
    {
        CleaningStep.FIX_ENCODING: "repaired: their text was decoded with the wrong encoding",
        CleaningStep.REDACT: "redacted: placeholders stand for personal data and keys",
        CleaningStep.MERGE_LABELS: "given the usual spelling of its label",
        CleaningStep.DROP_DUPLICATES: "left out because they repeat the input and target of another",
        CleaningStep.DROP_LEAKED: "left out of training because their input is that of a test row, or nearly",
        CleaningStep.DROP_NEAR_DUPLICATES: (
            "left out because their input is nearly that of another with the same target"
        ),
        CleaningStep.DROP_CONFLICTS: "left out because their input stands elsewhere with another target",
        CleaningStep.DROP_RARE_LABELS: f"left out because their label has fewer than {FEW_ROWS} rows",
    }
)


class StepExample(BaseModel):
    """One row that a step drops (`after` is None) or changes."""

    model_config = ConfigDict(frozen=True)

    row: int
    name: str = ""
    """The row's number as a person is told it: with its file, where there are two; empty in runs made before it was."""
    before: str
    after: str | None = None


class StepReport(BaseModel):
    """A step of the plan with what it does to these rows; of a step that is off, what it would do."""

    model_config = ConfigDict(frozen=True)

    step: CleaningStep
    on: bool
    title: str
    rows_before: int
    rows_after: int
    changed: int = 0
    """Rows whose text is another afterwards."""
    rows: list[int] = []
    """Numbers of the first rows it drops or changes."""
    examples: list[StepExample] = []
    note: str | None = None
    """What was done, in one sentence; None if nothing was."""


@dataclass(frozen=True)
class Cleaned:
    """Rows after the plan, with what is known of them."""

    state: State
    reports: list[StepReport]


def clean(
    rows: Rows,
    plan: CleaningPlan,
    task: Task,
    on_step: Callable[[CleaningStep, State, Effect], None] | None = None,
) -> Cleaned:
    """Do the steps that are on. `on_step` hears of each in turn; with it, those that are off are tried too."""
    state = State(rows, task)
    reports = []
    for step in CleaningStep:
        on = plan.has(step)
        if not on and on_step is None:
            continue
        effect = EFFECTS[step](state)
        if on_step is not None:
            on_step(step, state, effect)
        reports.append(_report(step, state, effect, on=on))
        state = state.after(effect) if on else state
    return Cleaned(state, reports)


def together(state: State, plan: CleaningPlan) -> Positions:
    """For each row the number of the unit that no split may cut: rows that read the same, groups, near duplicates."""
    clusters = state.clusters.enforced if plan.has(CleaningStep.KEEP_TOGETHER) else state.clusters.same
    components = Components(len(state.rows))
    first: dict[int | str, int] = {}
    for position, (cluster, group) in enumerate(zip(clusters.tolist(), state.rows.groups, strict=True)):
        components.join(first.setdefault(cluster, position), position)
        if group:
            components.join(first.setdefault(group, position), position)
    return components.roots()


def empty_notes(rows: Rows, names: Mapping[str, str]) -> list[str]:
    """Which rows lack an input or a target; `names` says what is empty there, by "input" and "target"."""
    missing: dict[str, list[int]] = {"input": [], "target": []}
    for position, (text, target) in enumerate(zip(rows.inputs, rows.targets, strict=True)):
        if not text.strip():
            missing["input"].append(position)
        elif not target.strip():
            missing["target"].append(position)
    return [
        f"{count_of(positions)} left out because {names[part]} there: {_which(rows, positions)}."
        for part, positions in missing.items()
        if positions
    ]


def _report(step: CleaningStep, state: State, effect: Effect, *, on: bool) -> StepReport:
    rows = state.rows
    positions = list(effect.changed) or effect.dropped
    examples = []
    for position in positions[:_EXAMPLES]:
        before = _text(rows.inputs[position], rows.targets[position])
        after = _text(*effect.changed[position]) if effect.changed else None
        examples.append(StepExample(row=rows.numbers[position], name=rows.name(position), before=before, after=after))
    return StepReport(
        step=step,
        on=on,
        title=_TITLES[step],
        rows_before=len(rows),
        rows_after=len(rows) - len(effect.dropped),
        changed=len(effect.changed),
        rows=row_numbers(rows, positions),
        examples=examples,
        note=_note(step, rows, positions) if on and positions else None,
    )


def _note(step: CleaningStep, rows: Rows, positions: Sequence[int]) -> str | None:
    reason = _REASONS.get(step)
    if reason is None:
        return None
    return f"{count_of(positions)} {reason}: {_which(rows, positions)}."


def _which(rows: Rows, positions: Sequence[int]) -> str:
    return f"{'row' if len(positions) == 1 else 'rows'} {listed([rows.name(p) for p in positions])}"


def _text(text: str, target: str) -> str:
    return f"{quoted(text.strip(), _CHARACTERS)} → {quoted(target, _CHARACTERS // 2)}"
