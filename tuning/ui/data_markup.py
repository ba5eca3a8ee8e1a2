"""The data step in HTML: what a file is, what was found in it, what cleaning does, how much is left to judge by.

Knows an inspection; no file, no run and no layout. Every text of the user's is escaped here.
"""

import math
from collections.abc import Mapping, Sequence

from tuning.data.cleaning import StepReport
from tuning.data.enough import FEWEST_ROWS, SMALL_TEST
from tuning.data.findings import Finding, count_of
from tuning.data.inspecting import FileFacts, Inspection
from tuning.data.profile import ColumnProfile
from tuning.data.step_names import step_name
from tuning.report.markup import Column, escape, fold, notice, table
from tuning.report.metric_words import metric_words
from tuning.scoring.comparison import LARGEST_CLASS
from tuning.scoring.row_scores import GRADED
from tuning.spec import CleaningPlan, CleaningStep, Task

__all__ = ["columns", "examples_of_steps", "facts", "findings", "judged_by", "labels", "shape", "splits", "step_label"]

_SEVERITIES = {
    "serious": ("worse", "!!", "makes the result untrue"),
    "warning": ("warn", "!", "weakens the result"),
    "info": ("even", "i", "good to know"),
}
_DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
_GRADED = "How small a difference the test rows can show is known once both models have answered them."
_FORMATS = {"xlsx": "Excel workbook", "parquet": "Parquet", "jsonl": "JSON Lines"}
_CONFIDENCE = {"set": "as set", "sure": "certain", "likely": "likely", "unsure": "a guess: please check"}
_KINDS = {
    "text-label": "Text and label",
    "prompt-completion": "Prompt and completion",
    "instruction-input-output": "Instruction, input, output (Alpaca)",
    "messages": "Chats (messages)",
    "conversations": "Chats (conversations, ShareGPT)",
    "question-answer": "Question on a text, and its answer",
    "several-inputs": "Several inputs",
}
_TASKS = {"classify": "a label", "generate": "a text"}
_OF_LABELS = frozenset({CleaningStep.MERGE_LABELS, CleaningStep.DROP_RARE_LABELS})
_LABELS = 12
_COLUMNS = 60


def facts(found: Inspection) -> str:
    """What the files are, as far as it was detected."""
    return "".join(_file(one) for one in (found.file, found.test_file) if one is not None)


def _file(file: FileFacts) -> str:
    separated = f", separated by {_DELIMITERS[file.delimiter]}" if file.delimiter in _DELIMITERS else ""
    encoding = "" if file.encoding == "binary" else f", {file.encoding}"
    kind = _FORMATS.get(file.format, file.format.upper())
    about = " ".join((f"{kind}{separated}{encoding}.", *file.notes))
    return notice("info", f"{file.name}: {count_of(file.rows)}, {count_of(file.columns, 'column')}", about)


def shape(found: Inspection) -> str:
    """How the rows are read, and why; what else they could be read as."""
    if found.shape is None:
        return ""
    seen = found.shape
    joined = f'<p class="to-note">Input: {_joined(seen.template, "")}</p>' if seen.template is not None else ""
    more = '<p class="to-note">It could also be read as:</p>' if found.other_shapes else ""
    return (
        f'<div class="to-card to-shape"><p><b>{_KINDS[seen.kind]}</b> '
        f'<i class="to-tag">{_CONFIDENCE[seen.confidence]}</i></p>'
        f'<p class="to-note">{escape(seen.reason)}</p>{joined}{more}</div>'
    )


def other_shapes(found: Inspection) -> list[str]:
    """What else the rows could be read as, each in words for a button, which shows text as it is."""
    return [
        f"{_TASKS[one.task]}: {one.input if one.template is None else ' '.join(one.template.split())} → {one.target}"
        for one in found.other_shapes
    ]


def _joined(template: str | None, column: str) -> str:
    return escape(column if template is None else " ".join(template.split()))


def columns(profiles: Sequence[ColumnProfile]) -> str:
    """Every column with what its cells look like, to be unfolded."""
    heads = (
        Column("column"),
        Column("filled", "to-figure"),
        Column("different", "to-figure"),
        Column("longest", "to-figure"),
        Column("looks like"),
        Column("first values", "to-evidence"),
    )
    rows = [
        (
            escape(one.name),
            f"{one.filled:.0%}",
            f"{one.distinct:,}",
            f"{one.longest:,}",
            _looks_like(one),
            " · ".join(map(escape, one.values)),
        )
        for one in profiles[:_COLUMNS]
    ]
    more = f'<p class="to-note">and {len(profiles) - _COLUMNS:,} more</p>' if len(profiles) > _COLUMNS else ""
    return fold(f"Columns ({len(profiles):,})", table("Columns of the file", heads, rows, "to-columns") + more)


def _looks_like(column: ColumnProfile) -> str:
    if column.distinct < 2:
        return ("nothing", "one value")[column.distinct]
    kinds = {
        "JSON objects": column.objects,
        "lists or objects": column.structured,
        "labels": column.label_like,
        "ids": column.id_like,
    }
    return next((name for name, so in kinds.items() if so), "text" if column.text_like else "numbers")


def findings(found: Inspection) -> str:
    """What was found, as short cards: first what is open, then what the plan deals with; the most serious first."""
    if not found.findings:
        clean = "No duplicates, conflicts, empty or give-away columns, personal data or broken text."
        return notice("better", "Nothing is wrong with the rows", clean)
    steps = {report.step: report for report in found.plan.steps if report.on} if found.plan else {}
    by = [(one, _dealing(one, steps)) for one in found.findings]
    still = "".join(_card(one, None) for one, step in by if step is None)
    dealt = "".join(_card(one, step) for one, step in by if step is not None)
    parts = (("For you to judge", still), ("Dealt with by the cleaning below", dealt))
    return "".join(f'<p class="to-sum">{name}</p><div class="to-found">{cards}</div>' for name, cards in parts if cards)


def _card(finding: Finding, dealt: StepReport | None) -> str:
    """One finding; `dealt` is the step that deals with it, if that is on."""
    kind, sign, words = _SEVERITIES[finding.severity]
    remedy = finding.remedy
    if dealt is not None:
        kind, sign, words = "better", "✓", f"step '{step_name(dealt.step)}' is on"
        # Of steps that are off as a rule, the finding says to switch them on.
        remedy = remedy if CleaningPlan.usual().has(dealt.step) else f"The step {_effect(dealt)}."
    items = "".join(f"<li>{escape(example)}</li>" for example in finding.examples)
    examples = fold("Examples", f'<ul class="to-examples">{items}</ul>') if items else ""
    return (
        f'<article class="to-card to-finding to-is-{kind}"><p class="to-severity to-{kind}">'
        f'<b aria-hidden="true">{sign}</b> {words}</p>'
        f"<h3>{escape(finding.title)}</h3><p>{escape(finding.effect)}</p>"
        f'<p class="to-note">{escape(remedy)}</p>{examples}</article>'
    )


def _dealing(finding: Finding, on: Mapping[CleaningStep, StepReport]) -> StepReport | None:
    """The step that deals with a finding, if it is on and does anything; look-alikes that stay are kept together."""
    report = on.get(finding.step) if finding.step is not None else None
    if report is not None and not report.changed and report.rows_after == report.rows_before:
        report = on.get(CleaningStep.KEEP_TOGETHER) if report.step is CleaningStep.DROP_NEAR_DUPLICATES else None
    return report


def step_label(report: StepReport, task: Task) -> str:
    """A step of the plan as the words beside its box: its name, what it does to these rows, what it is for."""
    idle = task is Task.GENERATE and report.step in _OF_LABELS
    does = "nothing to do: these targets are texts" if idle else _effect(report)
    return "\n".join((_begun(step_name(report.step)), does, _begun(report.title)))


def _begun(words: str) -> str:
    """As they begin a line."""
    return words[:1].upper() + words[1:]


def _effect(report: StepReport) -> str:
    dropped = report.rows_before - report.rows_after
    would = "" if report.on else "would "
    rows = f"{report.rows_before:,} → {report.rows_after:,} rows"
    if dropped:
        verb = "leaves" if report.on else "leave"
        return f"{would}{verb} out {dropped:,}: {rows}"
    if report.changed:
        verb = "changes" if report.on else "change"
        return f"{would}{verb} {report.changed:,} of {report.rows_before:,} rows"
    if report.step is CleaningStep.KEEP_TOGETHER:
        return "acts when the rows are split"
    where = "inputs and targets of " if report.step is CleaningStep.REDACT else ""
    return f"nothing to do in {where}{report.rows_before:,} rows"


def examples_of_steps(reports: Sequence[StepReport]) -> str:
    """Rows before and after each step that does something, to be unfolded."""
    parts = []
    for report in reports:
        items = "".join(
            f"<li>row {one.name}: {escape(one.before)} <b>→ {'left out' if one.after is None else escape(one.after)}"
            "</b></li>"
            for one in report.examples
        )
        if items:
            state = "on" if report.on else "off"
            name = _begun(step_name(report.step))
            parts.append(f'<h4>{name} ({state}): {_effect(report)}</h4><ul class="to-examples">{items}</ul>')
    return fold("What the steps do, row by row", "".join(parts)) if parts else ""


def labels(found: Inspection) -> str:
    """The commonest labels with their rows, which the file's own counts are not where cleaning did anything."""
    if not found.labels:
        return ""
    items = "".join(f"<li>{escape(one.label)} <b>{one.rows:,}</b></li>" for one in found.labels[:_LABELS])
    hidden = found.label_count - min(_LABELS, len(found.labels))
    more = f"<li>and {hidden:,} more</li>" if hidden > 0 else ""
    cleaned = found.plan is not None and any(
        one.on and (one.changed or one.rows_after < one.rows_before) for one in found.plan.steps
    )
    after = " after cleaning" if cleaned else ""
    return f'<p class="to-sum">{found.label_count:,} labels, by rows{after}</p><ul class="to-labels">{items}{more}</ul>'


def _gap(gap: float, test_rows: int) -> tuple[str, str, str]:
    """The smallest difference that so many rows can show, where they can show one."""
    if test_rows < FEWEST_ROWS:
        return "none", "visible gap", f"of fewer than {FEWEST_ROWS} test rows nothing is claimed"
    return f"{math.ceil(100 * gap)} points", "smallest visible gap", "between base and tuned"


def judged_by(primary: str) -> str:
    """What the verdict will be about: that follows from the training rows' targets."""
    words, share = metric_words(primary), f"{LARGEST_CLASS * 100:.0f} %"
    lopsided = f", because one label has more than {share} of the rows" if primary == "macro_f1" else ""
    more = f" {_GRADED}" if primary in GRADED else ""
    return f'<p class="to-note">The verdict will be about <b>{words.title}</b>{lopsided}: {words.meaning}.{more}</p>'


def splits(found: Inspection, split_column: str | None, primary: str | None = None) -> str:
    """How many rows each split has, and the smallest difference that the test rows can show by the metric `primary`."""
    if found.splits is None or found.smallest_visible_gap is None or found.enough is None:
        return ""
    sizes = found.splits
    cells: tuple[tuple[str, str, str], ...] = (
        (f"{sizes.train:,}", "train", "to learn from"),
        (f"{sizes.dev:,}", "dev", "to stop in time"),
        (f"{sizes.test:,}", "test", "to judge by"),
    )
    # How far texts vary in their likeness is not known before there are any.
    cells += () if primary in GRADED else (_gap(found.smallest_visible_gap, sizes.test),)
    counts = "".join(
        f'<div class="to-count"><b>{number}</b><span>{name}</span><small>{hint}</small></div>'
        for number, name, hint in cells
    )
    source = f"Column {escape(split_column)} says which row is in which split. " if split_column else ""
    if found.spec.rows is not None:
        most = f"Of all rows {found.spec.rows:,} at most are used, drawn at random"
        source += f"{most}: see Rows to use under Advanced settings."
    few = sizes.test < SMALL_TEST
    shown = "" if primary in GRADED and sizes.test >= FEWEST_ROWS else found.enough
    if sizes.test < FEWEST_ROWS <= sizes.train:
        shown += f" Or set Test rows to {FEWEST_ROWS} under Advanced settings, which leaves fewer to learn from."
    enough = notice("warning" if few else "info", "Few test rows" if few else "What the test rows can show", shown)
    enough = enough if shown else ""
    said = f'<p class="to-note">{source}</p>' if source else ""
    return f'<div class="to-counts to-rows{" to-three" if len(cells) == 3 else ""}">{counts}</div>{enough}{said}'
