"""What each step of a cleaning plan does to rows. Knows positions, not which steps are on or how it is told."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType

import numpy as np

from tuning.data.components import Positions, repeats
from tuning.data.encodings import is_garbled, repaired
from tuning.data.near import near_duplicates
from tuning.data.personal import has_secrets, redact
from tuning.data.rows import Rows, input_key
from tuning.spec import CleaningStep, Task

__all__ = ["EFFECTS", "FEW_ROWS", "Clusters", "Effect", "State", "reachable"]

FEW_ROWS = 5
"""A label with fewer rows than this cannot be learned from."""

_TOO_LARGE = 0.2
"""A cluster that holds more than this share of all rows is a template: its rows are not kept from each other."""


@dataclass(frozen=True)
class Clusters:
    """For each row the name of its cluster, in three degrees."""

    same: Positions
    """Inputs that read the same."""
    near: Positions
    """Inputs that are nearly the same."""
    enforced: Positions
    """Those that are kept together: the near ones, but of a cluster that is too large only the same ones."""

    @property
    def too_large(self) -> list[int]:
        """Positions of rows in clusters that are too large to be kept together."""
        found: list[int] = np.flatnonzero(self.near != self.enforced).tolist()
        return found

    def at(self, positions: Sequence[int]) -> "Clusters":
        """The clusters of the rows at these positions."""
        return Clusters(self.same[positions], self.near[positions], self.enforced[positions])

    @classmethod
    def of(cls, inputs: Sequence[str]) -> "Clusters":
        """Of all inputs."""
        same = repeats(map(input_key, inputs), len(inputs))
        near = near_duplicates(inputs)
        sizes = np.bincount(near, minlength=len(near)) if len(near) else near
        return cls(same, near, np.where(sizes[near] > _TOO_LARGE * len(near), same, near))


@dataclass(frozen=True)
class State:
    """Rows on their way through the plan."""

    rows: Rows
    task: Task
    known: Clusters | None = None

    @cached_property
    def clusters(self) -> Clusters:
        """Rows that read the same or nearly so."""
        return self.known or Clusters.of(self.rows.inputs)

    @cached_property
    def labels(self) -> Counter[str]:
        """How many rows every target has."""
        return Counter(self.rows.targets)

    @cached_property
    def rare_labels(self) -> list[str]:
        """Labels with too few rows to be learned, in order."""
        return sorted(label for label, count in self.labels.items() if count < FEW_ROWS)

    @cached_property
    def alike_labels(self) -> list[str]:
        """Labels that differ from another only in case or white space, in order."""
        folded = Counter(input_key(label) for label in self.labels)
        return sorted(label for label in self.labels if folded[input_key(label)] > 1)

    def after(self, effect: "Effect") -> "State":
        """The rows with that effect."""
        if effect.changed:
            inputs, targets = list(self.rows.inputs), list(self.rows.targets)
            for position, (text, target) in effect.changed.items():
                inputs[position], targets[position] = text, target
            return State(self.rows.with_texts(inputs, targets), self.task)
        if not effect.dropped:
            return self
        left_out = set(effect.dropped)
        return self.only([position for position in range(len(self.rows)) if position not in left_out])

    def only(self, positions: Sequence[int]) -> "State":
        """The rows at these positions."""
        known = self.__dict__.get("clusters")  # Only if they were needed so far.
        return State(self.rows.at(positions), self.task, known.at(positions) if known is not None else None)


@dataclass(frozen=True)
class Effect:
    """What a step does, by position, and which rows it is about."""

    dropped: Sequence[int] = ()
    changed: Mapping[int, tuple[str, str]] = field(default_factory=dict)
    """New input and target."""
    found: Sequence[int] = ()
    """Rows with what the step deals with, dropped or not."""


def _fix_encoding(state: State) -> Effect:
    rows = state.rows
    garbled = [p for p in range(len(rows)) if is_garbled(rows.inputs[p]) or is_garbled(rows.targets[p])]
    return Effect(changed=_changes(rows, garbled, repaired), found=garbled)


def _redact(state: State) -> Effect:
    rows = state.rows
    found = sorted({*has_secrets(rows.inputs), *has_secrets(rows.targets)})
    return Effect(changed=_changes(rows, found, redact), found=found)


def _changes(rows: Rows, positions: Sequence[int], edit: Callable[[str], str]) -> dict[int, tuple[str, str]]:
    edited = {p: (edit(rows.inputs[p]), edit(rows.targets[p])) for p in positions}
    return {p: texts for p, texts in edited.items() if texts != (rows.inputs[p], rows.targets[p])}


def _drop_empty(state: State) -> Effect:
    pairs = zip(state.rows.inputs, state.rows.targets, strict=True)
    empty = [p for p, (text, target) in enumerate(pairs) if not text.strip() or not target.strip()]
    return Effect(dropped=empty, found=empty)


def _merge_labels(state: State) -> Effect:
    """Spellings that differ only in case and white space become the one that most rows have."""
    if state.task is not Task.CLASSIFY:
        return Effect()
    spellings: dict[str, str] = {}
    for label, _ in sorted(state.labels.items(), key=lambda one: (-one[1], one[0])):
        spellings.setdefault(input_key(label), label)
    rows = state.rows
    chosen = {label: spellings[input_key(label)] for label in state.labels}
    changed = {p: (rows.inputs[p], chosen[t]) for p, t in enumerate(rows.targets) if chosen[t] != t}
    return Effect(changed=changed, found=list(changed))


def _drop_duplicates(state: State) -> Effect:
    rows = state.rows
    keys = zip(map(input_key, rows.inputs), rows.targets, rows.parts, strict=True)
    repeated = _later(repeats(keys, len(rows)))
    return Effect(dropped=repeated, found=repeated)


def _drop_leaked(state: State) -> Effect:
    """Of rows to learn from, those whose input is that of a test row, or nearly."""
    tested = np.array([part == "test" for part in state.rows.parts], bool)
    clusters = state.clusters.enforced
    leaked: list[int] = np.flatnonzero(~tested & np.isin(clusters, clusters[tested])).tolist()
    return Effect(dropped=leaked, found=leaked)


def _drop_near_duplicates(state: State) -> Effect:
    rows, clusters = state.rows, state.clusters
    sizes = np.bincount(clusters.near, minlength=len(rows))
    crowded = np.flatnonzero(sizes[clusters.near] > 1)
    several = _of_several(clusters, crowded)
    found = [int(p) for p in crowded if int(clusters.near[p]) in several]
    enforced = clusters.enforced.tolist()
    first = repeats(((enforced[p], rows.targets[p], rows.parts[p]) for p in found), len(found))
    return Effect(dropped=[found[place] for place in _later(first)], found=found)


def _of_several(clusters: Clusters, positions: Positions) -> set[int]:
    """The near clusters among these rows whose inputs do not all read the same."""
    kinds = np.unique(np.stack([clusters.near[positions], clusters.same[positions]]), axis=1)[0]
    names, counts = np.unique(kinds, return_counts=True)
    return set(names[counts > 1].tolist())


def _drop_conflicts(state: State) -> Effect:
    """Rows whose input stands elsewhere with another target."""
    rows = state.rows
    first = repeats(map(input_key, rows.inputs), len(rows))
    shared = np.flatnonzero(np.bincount(first, minlength=len(rows))[first] > 1).tolist()
    targets: dict[int, set[str]] = {}
    for p in shared:
        targets.setdefault(int(first[p]), set()).add(rows.targets[p])
    torn = [p for p in shared if len(targets[int(first[p])]) > 1]
    return Effect(dropped=torn, found=torn)


def reachable(state: State) -> float:
    """Share of rows that a model can get right at most, as it answers the same to the same input."""
    rows, targets = state.rows, dict[str, Counter[str]]()
    torn = _drop_conflicts(state).found
    for p in torn:
        targets.setdefault(input_key(rows.inputs[p]), Counter())[rows.targets[p]] += 1
    lost = len(torn) - sum(max(counts.values()) for counts in targets.values())
    return 1 - lost / max(len(rows), 1)


def _drop_rare_labels(state: State) -> Effect:
    if state.task is not Task.CLASSIFY:
        return Effect()
    labels = set(state.rare_labels)
    rare = [p for p, target in enumerate(state.rows.targets) if target in labels]
    return Effect(dropped=rare, found=rare)


def _keep_together(state: State) -> Effect:
    near = state.clusters.near
    return Effect(found=np.flatnonzero(np.bincount(near)[near] > 1).tolist() if len(near) else [])


def _later(first: Positions) -> list[int]:
    later: list[int] = np.flatnonzero(first != np.arange(len(first))).tolist()
    return later


EFFECTS: Mapping[CleaningStep, Callable[[State], Effect]] = MappingProxyType(
    {
        CleaningStep.FIX_ENCODING: _fix_encoding,
        CleaningStep.REDACT: _redact,
        CleaningStep.DROP_EMPTY: _drop_empty,
        CleaningStep.MERGE_LABELS: _merge_labels,
        CleaningStep.DROP_DUPLICATES: _drop_duplicates,
        CleaningStep.DROP_LEAKED: _drop_leaked,
        CleaningStep.DROP_NEAR_DUPLICATES: _drop_near_duplicates,
        CleaningStep.DROP_CONFLICTS: _drop_conflicts,
        CleaningStep.DROP_RARE_LABELS: _drop_rare_labels,
        CleaningStep.KEEP_TOGETHER: _keep_together,
    }
)
"""What each step would do to rows in that state."""
