"""What the cleaning plan's steps found, told as findings. Knows what each step looks for, not whether it is on."""

from collections import Counter
from collections.abc import Callable, Mapping
from types import MappingProxyType

from tuning.data.findings import Finding, count_of, row_numbers, shown, some
from tuning.data.personal import find_secrets
from tuning.data.rows import Rows, input_key
from tuning.data.steps import FEW_ROWS, Effect, State
from tuning.data.wording import listed, quoted
from tuning.spec import CleaningPlan, CleaningStep

__all__ = ["finding_of"]


_ONCE_ON: Mapping[CleaningStep, str] = MappingProxyType(
    {
        CleaningStep.REDACT: "Step 'redact' puts placeholders in their place.",
        CleaningStep.DROP_CONFLICTS: "Step 'drop-conflicts' leaves these rows out.",
        CleaningStep.DROP_RARE_LABELS: "Step 'drop-rare-labels' leaves their rows out.",
    }
)
"""Remedies of steps that are usually off, where they are on."""
_KEPT = "Step 'keep-together' keeps those that stay in one split with their like."
_APART = "Step 'keep-together' is off: those that stay may stand in training and test."


def finding_of(step: CleaningStep, state: State, effect: Effect, plan: CleaningPlan) -> Finding | None:
    """What a step found among rows in that state; None if nothing. What the plan has on decides what is left to do."""
    tell = _TELLERS.get(step)
    finding = tell(state, effect) if tell and effect.found else None
    if finding is None:
        return None
    about = finding.rows or row_numbers(state.rows, effect.found)
    examples = finding.examples or some(shown(state.rows, p) for p in effect.found)
    on = plan.has(step)
    remedy = _ONCE_ON.get(step, finding.remedy) if on else finding.remedy
    if not on and remedy.startswith("Step "):
        remedy = f"{remedy} It is off: switch it on."
    if step is CleaningStep.DROP_NEAR_DUPLICATES and (not on or _differing(state, effect)):
        remedy = f"{remedy} {_KEPT if plan.has(CleaningStep.KEEP_TOGETHER) else _APART}"
    return finding.model_copy(update={"rows": about, "examples": examples, "step": step, "remedy": remedy})


def _garbled(_: State, effect: Effect) -> Finding:
    lost = len(effect.found) - len(effect.changed)
    more = f"; {count_of(lost)} cannot be repaired, save the file as UTF-8 from its source" if lost else ""
    return Finding(
        kind="garbled text",
        severity="warning",
        count=len(effect.found),
        title=f"{count_of(effect.found, verb='holds|hold')} text decoded with the wrong encoding.",
        effect="The model would learn broken words, and be asked with them.",
        remedy=f"Step 'fix-encoding' repairs {count_of(len(effect.changed))}{more}.",
    )


def _personal(state: State, effect: Effect) -> Finding:
    rows = state.rows
    kinds = Counter(
        one.kind for p in effect.found for text in (rows.inputs[p], rows.targets[p]) for one in find_secrets(text)
    )
    names = {"e-mail": "e-mail address", "phone": "phone number", "card": "card number", "iban": "IBAN", "key": "key"}
    what = [
        f"{count:,} {names[kind]}{'' if count == 1 else 'es' if kind == 'e-mail' else 's'}"
        for kind, count in kinds.most_common()
    ]
    return Finding(
        kind="personal data",
        severity="warning",
        count=len(effect.found),
        title=f"{count_of(effect.found, verb='holds|hold')} personal data or keys: {', '.join(what)}.",
        effect="A tuned model can repeat them to whoever asks, and the run keeps its rows on disk.",
        remedy="Switch step 'redact' on (--redact) to put placeholders in their place.",
        examples=some(f"row {rows.name(p)}" for p in effect.found),
    )


def _empty(_: State, effect: Effect) -> Finding:
    return Finding(
        kind="empty rows",
        severity="info",
        count=len(effect.found),
        title=f"{count_of(effect.found, verb='lacks|lack')} an input or a target.",
        effect="Nothing can be learned from them or judged by them.",
        remedy="Step 'drop-empty' leaves them out; fill them in if they should count.",
    )


def _spellings(state: State, effect: Effect) -> Finding:
    folded = Counter(input_key(label) for label in state.labels)
    alike = sorted(label for label in state.labels if folded[input_key(label)] > 1)
    return Finding(
        kind="label spellings",
        severity="warning",
        count=len(effect.found),
        title=f"Labels differ only in case or white space: {listed(map(quoted, alike))}.",
        effect="A right answer in the other spelling would count as wrong.",
        remedy="Step 'merge-labels' gives them the spelling that most rows have.",
    )


def _duplicates(_: State, effect: Effect) -> Finding:
    return Finding(
        kind="duplicates",
        severity="serious",
        count=len(effect.found),
        title=f"{count_of(effect.found, verb='repeats|repeat')} the input and target of an earlier one.",
        effect="Repeated rows count more than others, and one that stands in training and test is answered by heart.",
        remedy="Step 'drop-duplicates' keeps the first of each.",
    )


def _leaked(state: State, effect: Effect) -> Finding:
    clusters, parts = state.clusters.enforced, state.rows.parts
    known = {int(clusters[p]) for p in effect.found}
    tested = [p for p in range(len(parts)) if parts[p] == "test" and int(clusters[p]) in known]
    whole = sum(part == "test" for part in parts)
    return Finding(
        kind="leaked test rows",
        severity="serious",
        count=len(effect.found),
        title=(
            f"{len(tested):,} of {whole:,} test rows {'has' if len(tested) == 1 else 'have'} the input of a training "
            f"row, or nearly; "
            f"{count_of(effect.found, 'training row', 'is|are')} concerned."
        ),
        effect="The model is asked what it was shown, so its score is too good.",
        remedy="Step 'drop-leaked' leaves these rows out of training.",
    )


def _near(state: State, effect: Effect) -> Finding:
    clusters = state.clusters.near
    first = {int(clusters[p]): p for p in reversed(effect.found)}
    pairs = ((first[int(clusters[p])], p) for p in effect.found if first[int(clusters[p])] != p)
    rows = state.rows
    return Finding(
        kind="near duplicates",
        severity="warning",
        count=len(effect.found),
        title=f"{count_of(effect.found)} in {count_of(len(first), 'set')} of nearly the same inputs.",
        effect="Split between training and test they make the score too good.",
        remedy=_near_remedy(len(effect.dropped), _differing(state, effect)),
        examples=some(f"row {rows.name(b)} is nearly row {rows.name(a)}: {_short(rows, b)}" for a, b in pairs),
    )


def _near_remedy(dropped: int, differing: int) -> str:
    if not dropped:
        return "Step 'drop-near-duplicates' leaves none of them out, as their targets differ."
    rest = f"; {differing:,} with another target {'stays' if differing == 1 else 'stay'}" if differing else ""
    return f"Step 'drop-near-duplicates' leaves out {count_of(dropped)} whose target agrees{rest}."


def _differing(state: State, effect: Effect) -> int:
    """Near duplicates that stay beside the first of their set, because their target is another."""
    sets = {int(state.clusters.near[p]) for p in effect.found}
    return len(effect.found) - len(effect.dropped) - len(sets)


def _conflicts(state: State, effect: Effect) -> Finding:
    rows = state.rows
    most: dict[str, Counter[str]] = {}
    for p in effect.found:
        most.setdefault(input_key(rows.inputs[p]), Counter())[rows.targets[p]] += 1
    lost = len(effect.found) - sum(max(counts.values()) for counts in most.values())
    reach = 1 - lost / len(rows)
    return Finding(
        kind="conflicting targets",
        severity="warning",
        count=len(effect.found),
        title=f"{count_of(len(most), 'input', 'stands|stand')} with different targets, in {count_of(effect.found)}.",
        effect=f"No model can get all of these right: {reach:.1%} of all rows is the most that can be reached.",
        remedy="Correct the targets, or switch step 'drop-conflicts' on to leave these rows out.",
        examples=some(f"{quoted(key, 100)} → {listed(map(quoted, sorted(counts)), 4)}" for key, counts in most.items()),
    )


def _rare(state: State, effect: Effect) -> Finding:
    rare = sorted(label for label, count in state.labels.items() if count < FEW_ROWS)
    return Finding(
        kind="rare labels",
        severity="warning",
        count=len(rare),
        title=f"{count_of(rare, 'label', 'has|have')} fewer than {FEW_ROWS} rows: {listed(map(quoted, rare))}.",
        effect="They can hardly be learned, and the test split may hold none of them.",
        remedy="Add rows of them, or switch step 'drop-rare-labels' on.",
        rows=row_numbers(state.rows, effect.found),
    )


def _templated(state: State, _: Effect) -> Finding | None:
    too_large = state.clusters.too_large
    if not too_large:
        return None
    return Finding(
        kind="templated text",
        severity="warning",
        count=len(too_large),
        title=f"{count_of(too_large, verb='follows|follow')} one template, over a fifth of all rows.",
        effect="Training and test share the template, so the score says how well it is filled in, not more.",
        remedy="They are not kept in one split; group by a column that tells them apart, if there is one.",
        rows=row_numbers(state.rows, too_large),
        examples=some(shown(state.rows, p) for p in too_large),
    )


def _short(rows: Rows, position: int) -> str:
    return quoted(rows.inputs[position].strip(), 120)


_TELLERS: Mapping[CleaningStep, Callable[[State, Effect], Finding | None]] = MappingProxyType(
    {
        CleaningStep.FIX_ENCODING: _garbled,
        CleaningStep.REDACT: _personal,
        CleaningStep.DROP_EMPTY: _empty,
        CleaningStep.MERGE_LABELS: _spellings,
        CleaningStep.DROP_DUPLICATES: _duplicates,
        CleaningStep.DROP_LEAKED: _leaked,
        CleaningStep.DROP_NEAR_DUPLICATES: _near,
        CleaningStep.DROP_CONFLICTS: _conflicts,
        CleaningStep.DROP_RARE_LABELS: _rare,
        CleaningStep.KEEP_TOGETHER: _templated,
    }
)
