"""What is wrong with clean rows and with the columns beside them: balance, give-aways, copies, ids, families.

What the cleaning plan can mend is found by its steps; this is the rest. Knows rows and profiles, no model but by the
counts of tokens it is given.
"""

import random
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from tuning.data.encodings import survey_languages
from tuning.data.findings import Finding, count_of, located
from tuning.data.likeness import ALIKE, likeness
from tuning.data.planning import Division, Draft
from tuning.data.profile import ColumnProfile
from tuning.data.rows import Rows
from tuning.data.splitting import labels_unseen
from tuning.data.steps import State
from tuning.data.wording import listed, quoted
from tuning.spec import Task

__all__ = ["audit_columns", "audit_division", "audit_rows"]

_LOPSIDED = 0.8  # Share of the largest label.
_GIVES_AWAY = 0.98  # Share of rows whose target follows from a column.
_OTHER_LANGUAGE = 0.05  # Share of surveyed rows.
_SURVEYED_AT_LEAST = 20
_COPIED = 0.2  # Share of rows whose target is their input.
_MOST_KNOWN, _MOST_HELD = 10_000, 1_000  # Training rows, and the test rows held against them.
_NAMED_APART = 0.3  # How much oftener an input names its own label than another row's.


def audit_rows(state: State) -> Iterator[Finding]:
    """Findings about inputs and targets."""
    if state.task is Task.CLASSIFY and state.labels:
        yield from _imbalance(state)
        yield from _number_labels(state)
        yield from _named_labels(state)
    if state.task is Task.GENERATE:
        yield from _copies(state.rows)
    yield from _languages(state.rows)


def audit_columns(found: Draft) -> Iterator[Finding]:
    """Findings about columns, whether they are read or not."""
    for profile in found.profiles.values():
        if profile.filled == 0:
            yield _column("empty column", profile, "is empty", "It is not used.", "Leave it out, or fill it.")
        elif profile.distinct == 1 and profile.name not in found.reading.used:
            text = f"holds the same value in every row, {quoted(profile.values[0], 40)}"
            yield _column("constant column", profile, text, "Nothing can be learned from it.", "It is not used.")
        elif profile.id_like and profile.name not in found.reading.used:
            text = "holds a different number or code in nearly every row"
            yield _column("id column", profile, text, "As an input it would teach rows by heart.", "It is not used.")
    if found.shape.task is Task.CLASSIFY:
        yield from _giveaways(found)


def audit_division(division: Division) -> Iterator[Finding]:
    """Findings about the splits."""
    unseen = labels_unseen(division.state.rows, division.parts) if division.labels else []
    if unseen:
        yield Finding(
            kind="labels without training rows",
            severity="warning",
            count=len(unseen),
            title=f"No training row has {listed(map(quoted, unseen))}, which the test split asks for.",
            effect="These test rows can hardly be answered rightly.",
            remedy="Add rows of these labels, or group by a finer column.",
        )
    yield from _families(division)


def _imbalance(state: State) -> Iterator[Finding]:
    (label, count), *_ = state.labels.most_common(1)
    share = count / len(state.rows)
    if share >= _LOPSIDED and len(state.labels) > 1:
        yield Finding(
            kind="imbalance",
            severity="warning",
            count=count,
            title=f"{share:.0%} of the rows have the label {quoted(label)}.",
            effect=f"Always answering {quoted(label)} is right as often, so accuracy alone says little.",
            remedy="Look at macro F1 beside accuracy, or add rows of the other labels.",
        )


def _number_labels(state: State) -> Iterator[Finding]:
    if all(label.replace(".", "", 1).lstrip("+-").isdecimal() for label in state.labels):
        yield Finding(
            kind="number labels",
            severity="info",
            count=len(state.labels),
            title=f"The labels are numbers: {listed(map(quoted, sorted(state.labels)))}.",
            effect="A number says nothing to the base model, so it starts from guessing.",
            remedy="Write what each number means instead, or say it in the instruction.",
        )


def _named_labels(state: State) -> Iterator[Finding]:
    """Inputs that name their own label, far oftener than that of another row."""
    rows = state.rows
    named = [p for p in range(len(rows)) if _names(rows.inputs[p], rows.targets[p])]
    if 2 * len(named) < len(rows):
        return
    drawn = random.Random(0).choices(rows.targets, k=len(rows))
    by_chance = sum(map(_names, rows.inputs, drawn))
    if len(named) - by_chance >= _NAMED_APART * len(rows):
        finding = Finding(
            kind="target in input",
            severity="serious",
            count=len(named),
            title=f"{count_of(named, verb='names|name')} its label in the input.",
            effect="The answer can be copied from the question, so a high score says little about other rows.",
            remedy="Take the label out of the input, or choose another input column.",
        )
        yield located(finding, rows, named)


def _names(text: str, label: str) -> bool:
    return len(label) > 2 and label.casefold() in text.casefold()


def _copies(rows: Rows) -> Iterator[Finding]:
    """Rows whose target is their input, white space around them aside."""
    copies = [p for p in range(len(rows)) if rows.inputs[p].strip() == rows.targets[p].strip()]
    if copies and len(copies) >= _COPIED * len(rows):
        finding = Finding(
            kind="target is input",
            severity="info",
            count=len(copies),
            title=f"{len(copies):,} of {len(rows):,} rows have their input as the target.",
            effect="Copying the input is right there, so a model that changes nothing scores well.",
            remedy="Watch the rows where there is something to change.",
        )
        yield located(finding, rows, copies)


def _families(division: Division) -> Iterator[Finding]:
    """Test rows that share most of their words with a training row, too far apart for a near repeat."""
    rows, parts = division.state.rows, division.parts
    held = parts.test[:: len(parts.test) // _MOST_HELD + 1]
    known = parts.train[:: len(parts.train) // _MOST_KNOWN + 1]
    shares = likeness((rows.inputs[p] for p in held), [rows.inputs[p] for p in known])
    like = [place for place, share in zip(held, shares, strict=True) if share >= ALIKE]
    if 2 * len(like) > len(held):
        looked = "" if len(held) == len(parts.test) else " looked at"
        finding = Finding(
            kind="families",
            severity="info",
            count=len(like),
            title=f"{len(like):,} of {len(held):,} test rows{looked} have half their words or more in common with a "
            "training row.",
            effect="Rows of one family on both sides of the split make the score too good for rows unlike any of them.",
            remedy="Keep families together by a group column, if there is one, or trust what the comparison says of "
            "rows unlike any it learned from.",
        )
        yield located(finding, rows, like)


def _languages(rows: Rows) -> Iterator[Finding]:
    survey = survey_languages(rows.inputs)
    if survey.surveyed < _SURVEYED_AT_LEAST:
        return
    (main, _), *others = survey.counts.most_common()
    minor = [(language, count) for language, count in others if count >= 0.02 * survey.surveyed]
    share = sum(count for _, count in minor) / survey.surveyed
    if share >= _OTHER_LANGUAGE:
        positions = [p for language, _ in minor for p in survey.positions[language]]
        names = ", ".join(f"{language} {count / survey.surveyed:.0%}" for language, count in minor[:5])
        finding = Finding(
            kind="mixed languages",
            severity="info",
            count=len(positions),
            title=f"Of {survey.surveyed:,} inputs looked at, most are in '{main}', others seem to be: {names}.",
            effect="A small model knows some languages far better than others; one score covers them all.",
            remedy="Leave as it is if new rows will be as mixed; else tune on one language.",
        )
        yield located(finding, rows, positions)


def _giveaways(found: Draft) -> Iterator[Finding]:
    """Columns from which the target follows, though they are not the target."""
    targets = found.rows.targets[: len(found.source.table)]
    common = Counter(targets).most_common(1)[0][1] / max(len(targets), 1)
    for name, profile in found.profiles.items():
        if name in found.reading.used or profile.distinct < 2 or 4 * profile.distinct > profile.filled * len(targets):
            continue
        share = _explained(found.source.table.column(name), targets)
        if share >= _GIVES_AWAY and common < _GIVES_AWAY:
            text = f"gives the target away: who knows its value knows the target, in {share:.0%} of the rows"
            effect = "As an input it would make the task trivial, and new rows may lack it."
            yield _column("column gives target away", profile, text, effect, "It is not read, and should stay so.")


def _explained(cells: Sequence[str], targets: Sequence[str]) -> float:
    """Share of rows whose target is the one that most rows with that cell have."""
    targets_of: dict[str, Counter[str]] = {}
    for cell, target in zip(cells, targets, strict=True):
        targets_of.setdefault(cell.strip(), Counter())[target] += 1
    return sum(max(counts.values()) for counts in targets_of.values()) / max(len(targets), 1)


def _column(kind: str, profile: ColumnProfile, what: str, effect: str, remedy: str) -> Finding:
    content: Mapping[str, object] = {
        "kind": kind,
        "severity": "info",
        "count": 1,
        "title": f"Column {quoted(profile.name)} {what}.",
        "effect": effect,
        "remedy": remedy,
        "examples": profile.values,
    }
    return Finding.model_validate(content)
