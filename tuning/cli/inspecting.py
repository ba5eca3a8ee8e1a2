"""`inspect`: what is in a file, what is wrong with it, what a run would make of it. Knows how to show, not find."""

import argparse

from tuning.cli.examples import read_examples
from tuning.cli.parser import spec_from
from tuning.cli.session import Session
from tuning.cli.terminal import Listing, Screen, print_json, print_listing, visible
from tuning.data.enough import FEWEST_ROWS
from tuning.data.findings import Finding, count_of
from tuning.data.inspecting import FileFacts, Inspection, inspect_tables
from tuning.data.profile import ColumnProfile
from tuning.data.step_names import step_name
from tuning.errors import ModelError
from tuning.models.viewing import Tokenizers
from tuning.runs.recommending import Job, recommend
from tuning.spec import Task

__all__ = ["inspect_file", "render_inspection"]

_STYLES = {"serious": "bold red", "warning": "yellow", "info": ""}
_EXAMPLES, _LABELS = 2, 8
_PREVIEW_CHARACTERS = 400


def inspect_file(args: argparse.Namespace, session: Session) -> int:
    """Print everything that is known of a file; 0 whenever it could be read, whatever is in it."""
    spec = spec_from(args)
    source = read_examples(args, session)
    try:
        model, unseen = Tokenizers(session.env).view(spec.model, spec.max_length), None
    except ModelError as error:
        model, unseen = None, f"not as the model sees it, lengths unknown: {error}"
    found = inspect_tables(source, spec, model)
    job = Job.of(found)
    advice = recommend(job) if job is not None else None
    if args.json:
        told = None if advice is None else {"model": advice.model, "reason": advice.reason}
        print_json(session.out, {**found.model_dump(mode="json"), "recommendation": told})
    else:
        render_inspection(session.out, found, unseen)
        if advice is not None:
            _heading(session.out, "Model")
            session.out.line(visible(f"{advice.model} is recommended. {advice.reason}"))
    return 0


def render_inspection(screen: Screen, found: Inspection, unseen: str | None = None) -> None:
    """The profile, the audit, the plan, the splits and a preview, 80 columns wide; `unseen` says what it lacks."""
    for facts in (found.file, found.test_file):
        if facts is not None:
            _render_file(screen, facts)
    _render_shape(screen, found)
    _heading(screen, "Columns")
    listing = Listing(
        ("column", "filled", "different", "longest", "looks like", "first"),
        [_column_row(column) for column in found.columns],
        flexible=("column", "first"),
    )
    print_listing(screen, listing, empty="")
    _heading(screen, "Findings")
    for finding in found.findings:
        _render_finding(screen, finding)
    if not found.findings and found.shape is not None:
        screen.line("nothing")
    _render_plan(screen, found)
    _render_splits(screen, found)
    _render_preview(screen, found, unseen)
    if found.problem is not None:
        _heading(screen, "In the way of a run")
        screen.line(visible(found.problem), "bold red")


def _heading(screen: Screen, text: str) -> None:
    screen.line("")
    screen.line(text, "bold")


def _render_file(screen: Screen, facts: FileFacts) -> None:
    delimiter = {",": ", comma", ";": ", semicolon", "\t": ", tab", "|": ", |"}.get(facts.delimiter or "", "")
    size = f"{count_of(facts.rows)}, {count_of(facts.columns, 'column')}"
    screen.line(visible(f"{facts.name}: {facts.format}{delimiter}, {facts.encoding}; {size}"))
    for note in facts.notes:
        screen.line(visible(note))


def _render_shape(screen: Screen, found: Inspection) -> None:
    if found.shape is None:
        return
    shape = found.shape
    screen.line(visible(f"Read as {shape.kind} ({shape.confidence}), task {shape.task}: {shape.reason}"))
    if shape.template is not None:
        screen.line(visible(f"Template: {shape.template}"))
    for other in found.other_shapes:
        template = "" if other.template is None else f" with template {other.template}"
        screen.line(visible(f"Or: {other.task}, input '{other.input}', target '{other.target}'{template}"))
    if found.labels:
        shown = ", ".join(f"{one.label} {one.rows:,}" for one in found.labels[:_LABELS])
        more = f" and {found.label_count - _LABELS:,} more" if found.label_count > _LABELS else ""
        screen.line(visible(f"{found.label_count:,} labels: {shown}{more}"))


def _column_row(column: ColumnProfile) -> list[str]:
    kinds = {
        "JSON objects": column.objects,
        "structured": column.structured,
        "labels": column.label_like,
        "ids": column.id_like,
    }
    kind = next((name for name, so in kinds.items() if so), "text" if column.text_like else "numbers")
    return [
        column.name,
        f"{column.filled:.0%}",
        f"{column.distinct:,}",
        f"{column.longest:,}",
        kind if column.distinct > 1 else ("nothing", "one value")[column.distinct],
        column.values[0] if column.values else "",
    ]


def _render_finding(screen: Screen, finding: Finding) -> None:
    screen.line(visible(f"{finding.severity}: {finding.title}"), _STYLES[finding.severity])
    screen.line(visible(f"  {finding.effect} {finding.remedy}"))
    for example in finding.examples[:_EXAMPLES]:
        screen.line(visible(f"  {example}"))


def _render_plan(screen: Screen, found: Inspection) -> None:
    if found.plan is None:
        return
    _heading(screen, "Plan")
    rows = []
    for step in found.plan.steps:
        dropped = step.rows_before - step.rows_after
        does = f"drops {dropped:,}" if dropped else f"changes {step.changed:,}" if step.changed else "-"
        rows.append(["on" if step.on else "off", step_name(step.step), does, step.title])
    print_listing(screen, Listing(("", "step", "rows", "what it does"), rows, flexible=("what it does",)), empty="")


def _render_splits(screen: Screen, found: Inspection) -> None:
    if found.splits is None:
        return
    _heading(screen, "Splits")
    sizes = found.splits
    if found.split_column is not None:
        screen.line(visible(f"Column '{found.split_column}' says which split a row is in; --split - ignores it."))
    texts = found.shape is not None and found.shape.task is Task.GENERATE and sizes.test >= FEWEST_ROWS
    of_what = " (Of answers that are right to the letter; how texts vary shows later.)" if texts else ""
    screen.line(f"{sizes.train:,} rows to train, {sizes.dev:,} dev, {sizes.test:,} test. {found.enough or ''}{of_what}")
    if found.lengths is not None:
        known = found.lengths
        screen.line(f"A row has {known.mean:.0f} tokens on average, {known.longest:,} at most; {known.window:,} fit.")


def _render_preview(screen: Screen, found: Inspection, unseen: str | None) -> None:
    if not found.preview:
        return
    _heading(screen, "The first rows as the model sees them")
    if unseen is not None:
        screen.line(visible(unseen))
    for row in found.preview:
        whole = row.text if row.tokens is not None else f"{row.text} → {row.target}"
        text = whole if len(whole) <= _PREVIEW_CHARACTERS else f"{whole[: _PREVIEW_CHARACTERS - 1]}…"
        screen.line(visible(f"row {row.row}: {text}"))
