"""Everything there is to know of a file before anything is trained: shape, findings, plan, splits, preview.

`inspect` never refuses a table that could be read: what stands in the way of a run is said in `problem`. Both clients
show its answer.
"""

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from tuning.data.auditing import audit_columns, audit_division, audit_rows
from tuning.data.cleaning import Cleaned, StepReport, clean
from tuning.data.enough import enough_sentence, smallest_visible_gap
from tuning.data.findings import Finding
from tuning.data.lengths import Lengths, ModelView, PreviewRow, long_rows, measure, preview
from tuning.data.planning import Division, Draft, Source, divide, draft
from tuning.data.preparing import check_size, read_source
from tuning.data.profile import ColumnProfile, profile_columns
from tuning.data.shapes import Shape, other_shapes
from tuning.data.step_findings import finding_of
from tuning.data.steps import Effect, State
from tuning.data.table import Table
from tuning.errors import InputError
from tuning.spec import CleaningPlan, CleaningStep, RunSpec, Task

__all__ = ["FileFacts", "Inspection", "LabelCount", "PlanReport", "SplitSizes", "inspect", "inspect_tables"]

_SEVERITIES = ("serious", "warning", "info")
_LABELS = 20


class FileFacts(BaseModel):
    """What was detected while reading a file."""

    model_config = ConfigDict(frozen=True)

    name: str
    format: str
    encoding: str
    delimiter: str | None
    rows: int
    columns: int
    notes: list[str]


class LabelCount(BaseModel):
    """How many clean rows have a label."""

    model_config = ConfigDict(frozen=True)

    label: str
    rows: int


class PlanReport(BaseModel):
    """The cleaning plan with what each step does here; as a `CleaningPlan` it is read again."""

    model_config = ConfigDict(frozen=True)

    steps: list[StepReport]


class SplitSizes(BaseModel):
    """Rows of each split."""

    model_config = ConfigDict(frozen=True)

    train: int
    dev: int
    test: int


class Inspection(BaseModel):
    """What a file is, what is wrong with it, and what a run would make of it."""

    model_config = ConfigDict(frozen=True)

    file: FileFacts
    test_file: FileFacts | None = None
    columns: list[ColumnProfile]
    shape: Shape | None = None
    """None if nothing that can be learned was recognised; `problem` says why."""
    other_shapes: list[Shape] = []
    findings: list[Finding] = []
    """The most serious first."""
    plan: PlanReport | None = None
    labels: list[LabelCount] = []
    """The commonest ones, of classification."""
    label_count: int = 0
    splits: SplitSizes | None = None
    split_column: str | None = None
    """The column that says which split a row is in."""
    smallest_visible_gap: float | None = None
    """Of the test split, from 0 to 1."""
    enough: str | None = None
    """The same in plain words."""
    lengths: Lengths | None = None
    preview: list[PreviewRow] = []
    problem: str | None = None
    """What keeps a run from being made of this file with these settings; None if nothing does."""
    spec: RunSpec
    """The settings with what was found filled in."""


@dataclass
class _Findings:
    """Collects what the steps find."""

    plan: CleaningPlan
    found: list[Finding] = field(default_factory=list)

    def on_step(self, step: CleaningStep, state: State, effect: Effect) -> None:
        finding = finding_of(step, state, effect, self.plan)
        if finding is not None:
            self.found.append(finding)


def inspect(
    path: Path, spec: RunSpec, *, name: str | None = None, test: Path | None = None, model: ModelView | None = None
) -> Inspection:
    """Look at a file, and at a second one that is to be the test split. Raises `FileError` if one cannot be read."""
    return inspect_tables(read_source(path, name=name, test=test), spec, model)


def inspect_tables(source: Source, spec: RunSpec, model: ModelView | None = None) -> Inspection:
    """Look at tables. Never raises for what is in them: `problem` says what is in the way."""
    profiles = profile_columns(source.table)
    facts = Inspection(
        file=_facts(source.table),
        test_file=None if source.test is None else _facts(source.test),
        columns=list(profiles.values()),
        spec=spec,
    )
    try:
        check_size(source.table)
        found = draft(source, spec, profiles)
    except InputError as error:
        return facts.model_copy(update={"problem": str(error)})
    findings = _Findings(spec.cleaning_plan())
    cleaned = clean(found.rows, spec.cleaning_plan(), found.shape.task, findings.on_step)
    findings.found += [*audit_columns(found), *audit_rows(cleaned.state)]
    facts = facts.model_copy(update=_of_rows(found, cleaned, spec))
    try:
        division = divide(found, cleaned, spec)
    except InputError as error:
        return facts.model_copy(update={"problem": str(error), "findings": _sorted(findings.found)})
    findings.found += audit_division(division)
    facts = facts.model_copy(update=_of_division(division))
    try:
        seen = _as_seen(division, model, findings)
    except InputError as error:  # The model cannot take these settings: an instruction too long for it, say.
        seen = {"problem": str(error), "preview": preview(division, None)}
    return facts.model_copy(update=seen | {"findings": _sorted(findings.found)})


def _facts(table: Table) -> FileFacts:
    return FileFacts(
        name=table.name,
        format=table.format,
        encoding=table.encoding,
        delimiter=table.delimiter,
        rows=len(table),
        columns=len(table.columns),
        notes=list(table.notes),
    )


def _of_rows(found: Draft, cleaned: Cleaned, spec: RunSpec) -> dict[str, object]:
    shape, state = found.shape, cleaned.state
    labels = state.labels if shape.task is Task.CLASSIFY else Counter[str]()
    filled = {"task": shape.task, "input": shape.input, "target": shape.target, "template": shape.template}
    return {
        "shape": shape,
        "split_column": found.reading.split if found.source.test is None else None,
        "other_shapes": other_shapes(found.source.table, found.profiles, shape),
        "plan": PlanReport(steps=cleaned.reports),
        "labels": [LabelCount(label=label, rows=count) for label, count in labels.most_common(_LABELS)],
        "label_count": len(labels),
        "spec": spec.model_copy(update=filled | {"plan": spec.cleaning_plan()}),
    }


def _of_division(division: Division) -> dict[str, object]:
    parts = division.parts
    return {
        "splits": SplitSizes(train=len(parts.train), dev=len(parts.dev), test=len(parts.test)),
        "smallest_visible_gap": smallest_visible_gap(len(parts.test)),
        "enough": enough_sentence(len(parts.test)),
    }


def _as_seen(division: Division, model: ModelView | None, findings: _Findings) -> dict[str, object]:
    """Lengths and preview; what would be cut is added to the findings."""
    if model is None:
        return {"preview": preview(division, None)}
    long = long_rows(division, model)
    findings.found += [] if long is None else [long]
    return {"lengths": measure(division, model), "preview": preview(division, model)}


def _sorted(findings: list[Finding]) -> list[Finding]:
    return sorted(findings, key=lambda finding: _SEVERITIES.index(finding.severity))
