"""What a person should know of a run's data, in sentences: kept with the run, shown by every client.

Knows what was done to the rows; changes nothing.
"""

from tuning.data.cleaning import Cleaned, empty_notes
from tuning.data.enough import SMALL_TEST, enough_sentence
from tuning.data.findings import count_of
from tuning.data.planning import Division, Draft
from tuning.data.rows import input_key
from tuning.data.splitting import labels_unseen
from tuning.data.step_names import step_name
from tuning.data.steps import EFFECTS, FEW_ROWS, State, reachable
from tuning.data.wording import listed, quoted
from tuning.spec import CleaningStep, RunSpec, Task

__all__ = ["notes_on"]


def notes_on(found: Draft, cleaned: Cleaned, division: Division, spec: RunSpec) -> list[str]:
    """Sentences on reading, cleaning, content and splits, in that order."""
    return [
        *found.source.table.notes,
        *(found.source.test.notes if found.source.test is not None else ()),
        *empty_notes(found.rows, found.missing()),
        *(report.note for report in cleaned.reports if report.note is not None),
        *_content_notes(division.state),
        *_split_notes(found, division, spec),
    ]


def _content_notes(state: State) -> list[str]:
    notes = []
    rows = state.rows
    torn = {input_key(rows.inputs[p]) for p in EFFECTS[CleaningStep.DROP_CONFLICTS](state).found}
    if torn:
        what = "1 input appears" if len(torn) == 1 else f"{len(torn):,} inputs appear"
        most = f"{reachable(state):.1%} of all rows is the most that can be right"
        notes.append(f"{what} with different targets: {most}.")
    if state.task is Task.CLASSIFY:
        notes += _label_notes(state)
    return notes


def _label_notes(state: State) -> list[str]:
    notes = []
    rare, alike = state.rare_labels, state.alike_labels
    if rare:
        what = count_of(rare, "label", "has|have")
        notes.append(f"{what} fewer than {FEW_ROWS} rows, too few to learn from: {listed(map(quoted, rare))}.")
    if alike:
        notes.append(
            f"Labels that differ only in case or white space count as different: {listed(map(quoted, alike))}."
        )
    return notes


def _split_notes(found: Draft, division: Division, spec: RunSpec) -> list[str]:
    parts, count = division.parts, len(division.parts.test)
    notes = []
    if found.source.test is None and found.reading.split is not None:
        notes.append(f"Column {quoted(found.reading.split)} says which rows are for training, dev and test.")
    if count < SMALL_TEST:
        notes.append(enough_sentence(count))
    if spec.test_rows is not None and count != spec.test_rows:
        why = "there are no more" if division.state.rows.own_test else "rows that belong together are not cut"
        notes.append(f"{count_of(count, 'test row')} instead of {spec.test_rows:,}: {why}.")
    unseen = labels_unseen(division.state.rows, parts) if division.labels else []
    if unseen:
        notes.append(f"No training row has {listed(map(quoted, unseen))}, which the test split asks for.")
    if division.leaked:
        notes.append(_leak_note(division, spec))
    return notes


def _leak_note(division: Division, spec: RunSpec) -> str:
    plan = spec.cleaning_plan()
    step = CleaningStep.DROP_LEAKED if division.state.rows.own_test else CleaningStep.KEEP_TOGETHER
    reason = "their text is a template that most rows share" if plan.has(step) else f"step '{step_name(step)}' is off"
    rows = division.state.rows
    return (
        f"{len(division.leaked):,} of {len(division.parts.test):,} test rows have nearly the input of a training row, "
        f"because {reason}, so scores on them say little about new rows ({listed(map(rows.name, division.leaked))})."
    )
