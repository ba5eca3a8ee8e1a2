"""What the cleaning plan's steps found, told as findings. Knows what each step looks for, not whether it is on."""

from collections import Counter
from collections.abc import Callable, Mapping
from types import MappingProxyType

from tuning.data.findings import Finding, count_of, located, some
from tuning.data.personal import find_secrets
from tuning.data.rows import Rows, input_key
from tuning.data.step_names import step_name
from tuning.data.steps import FEW_ROWS, Effect, State, reachable
from tuning.data.wording import listed, quoted
from tuning.spec import CleaningPlan, CleaningStep

__all__ = ["finding_of"]


def _called(step: CleaningStep) -> str:
    return quoted(step_name(step))


_ONCE_ON: Mapping[CleaningStep, str] = MappingProxyType(
    {
        CleaningStep.REDACT: f"Step {_called(CleaningStep.REDACT)} puts placeholders in their place.",
        CleaningStep.DROP_CONFLICTS: f"Step {_called(CleaningStep.DROP_CONFLICTS)} leaves these rows out.",
        CleaningStep.DROP_RARE_LABELS: f"Step {_called(CleaningStep.DROP_RARE_LABELS)} leaves their rows out.",
    }
)
"""Remedies of steps that are usually off, where they are on."""
_HARDLY_LESS = 0.99
"""Share of the rows that a model could get right, from which on the rest weakens nothing."""
_KEPT = f"Step {_called(CleaningStep.KEEP_TOGETHER)} keeps those that stay in one split with their like."
_APART = f"Step {_called(CleaningStep.KEEP_TOGETHER)} is off: those that stay may stand in training and test."


def finding_of(step: CleaningStep, state: State, effect: Effect, plan: CleaningPlan) -> Finding | None:
    """What a step found among rows in that state; None if nothing. What the plan has on decides what is left to do."""
    tell = _TELLERS.get(step)
    finding = tell(state, effect) if tell and effect.found else None
    if finding is None:
        return None
    on = plan.has(step)
    remedy = _ONCE_ON.get(step, finding.remedy) if on else finding.remedy
    if not on and remedy.startswith("Step "):
        remedy = f"{remedy} It is off: switch it on."
    if step is CleaningStep.DROP_NEAR_DUPLICATES and (not on or _differing(state, effect)):
        remedy = f"{remedy} {_KEPT if plan.has(CleaningStep.KEEP_TOGETHER) else _APART}"
    return located(finding, state.rows, effect.found).model_copy(update={"step": step, "remedy": remedy})


def _garbled(_: State, effect: Effect) -> Finding:
    lost = len(effect.found) - len(effect.changed)
    more = f"; {count_of(lost)} cannot be repaired, save the file as UTF-8 from its source" if lost else ""
    return Finding(
        kind="garbled text",
        severity="warning",
        count=len(effect.found),
        title=f"{count_of(effect.found, verb='holds|hold')} text decoded with the wrong encoding.",
        effect="The model would learn broken words, and be asked with them.",
        remedy=f"Step {_called(CleaningStep.FIX_ENCODING)} repairs {count_of(len(effect.changed))}{more}.",
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
        remedy=f"Switch step {_called(CleaningStep.REDACT)} on to put placeholders in their place.",
        examples=some(f"row {rows.name(p)}" for p in effect.found),
    )


def _empty(_: State, effect: Effect) -> Finding:
    return Finding(
        kind="empty rows",
        severity="info",
        count=len(effect.found),
        title=f"{count_of(effect.found, verb='lacks|lack')} an input or a target.",
        effect="Nothing can be learned from them or judged by them.",
        remedy=f"Step {_called(CleaningStep.DROP_EMPTY)} leaves them out; fill them in if they should count.",
    )


def _spellings(state: State, effect: Effect) -> Finding:
    return Finding(
        kind="label spellings",
        severity="warning",
        count=len(effect.found),
        title=f"Labels differ only in case or white space: {listed(map(quoted, state.alike_labels))}.",
        effect="A right answer in the other spelling would count as wrong.",
        remedy=f"Step {_called(CleaningStep.MERGE_LABELS)} gives them the spelling that most rows have.",
    )


def _duplicates(_: State, effect: Effect) -> Finding:
    return Finding(
        kind="duplicates",
        severity="serious",
        count=len(effect.found),
        title=f"{count_of(effect.found, verb='repeats|repeat')} the input and target of an earlier one.",
        effect="Repeated rows count more than others, and one that stands in training and test is answered by heart.",
        remedy=f"Step {_called(CleaningStep.DROP_DUPLICATES)} keeps the first of each.",
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
        remedy=f"Step {_called(CleaningStep.DROP_LEAKED)} leaves these rows out of training.",
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
    step = f"Step {_called(CleaningStep.DROP_NEAR_DUPLICATES)}"
    if not dropped:
        return f"{step} leaves none of them out, as their targets differ."
    rest = f"; {differing:,} with another target {'stays' if differing == 1 else 'stay'}" if differing else ""
    return f"{step} leaves out {count_of(dropped)} whose target agrees{rest}."


def _differing(state: State, effect: Effect) -> int:
    """Near duplicates that stay beside the first of their set, because their target is another."""
    sets = {int(state.clusters.near[p]) for p in effect.found}
    return len(effect.found) - len(effect.dropped) - len(sets)


def _conflicts(state: State, effect: Effect) -> Finding:
    rows = state.rows
    most: dict[str, Counter[str]] = {}
    for p in effect.found:
        most.setdefault(input_key(rows.inputs[p]), Counter())[rows.targets[p]] += 1
    most_right = f"{reachable(state):.1%} of all rows is the most that can be reached"
    return Finding(
        kind="conflicting targets",
        severity="warning" if reachable(state) < _HARDLY_LESS else "info",
        count=len(effect.found),
        title=f"{count_of(len(most), 'input', 'stands|stand')} with different targets, in {count_of(effect.found)}.",
        effect=f"No model can get all of these right: {most_right}.",
        remedy=f"Correct the targets, or switch step {_called(CleaningStep.DROP_CONFLICTS)} on.",
        examples=some(f"{quoted(key, 100)} → {listed(map(quoted, sorted(counts)), 4)}" for key, counts in most.items()),
    )


def _rare(state: State, _: Effect) -> Finding:
    rare = state.rare_labels
    return Finding(
        kind="rare labels",
        severity="warning",
        count=len(rare),
        title=f"{count_of(rare, 'label', 'has|have')} fewer than {FEW_ROWS} rows: {listed(map(quoted, rare))}.",
        effect="They can hardly be learned, and the test split may hold none of them.",
        remedy=f"Add rows of them, or switch step {_called(CleaningStep.DROP_RARE_LABELS)} on.",
    )


def _templated(state: State, _: Effect) -> Finding | None:
    too_large = state.clusters.too_large
    if not too_large:
        return None
    finding = Finding(
        kind="templated text",
        severity="warning",
        count=len(too_large),
        title=f"{count_of(too_large, verb='follows|follow')} one template, over a fifth of all rows.",
        effect="Training and test share the template, so the score says how well it is filled in, not more.",
        remedy="They are not kept in one split; group by a column that tells them apart, if there is one.",
    )
    return located(finding, state.rows, too_large)


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
