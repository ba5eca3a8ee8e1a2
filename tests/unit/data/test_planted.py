"""Planted defects are found, and sound rows are left alone: recall and precision of every kind."""

import pytest

from tests.unit.data.planted import Planted, plant
from tuning.data.steps import EFFECTS, State
from tuning.spec import CleaningStep, Task

COUNT = 3_000
EXACT, NEAR = 0.95, 0.9


@pytest.fixture(scope="module", params=[0, 1])
def planted(request: pytest.FixtureRequest) -> Planted:
    return plant(COUNT, seed=request.param)


def agree(found: set[int], wanted: set[int], bound: float) -> None:
    """Recall and precision are at least `bound`."""
    assert wanted
    right = len(found & wanted)
    assert right / len(wanted) >= bound
    assert right / max(len(found), 1) >= bound


def test_duplicates(planted: Planted):
    found = EFFECTS[CleaningStep.DROP_DUPLICATES](State(planted.rows, Task.CLASSIFY))
    agree(set(found.dropped), planted.duplicates, EXACT)


def test_near_duplicates(planted: Planted):
    state = State(planted.rows, Task.CLASSIFY)
    clusters = state.clusters
    found = {p for p in EFFECTS[CleaningStep.DROP_NEAR_DUPLICATES](state).dropped if clusters.same[p] == p}
    agree(found, planted.near, NEAR)


def test_leaked_test_rows(planted: Planted):
    found = EFFECTS[CleaningStep.DROP_LEAKED](State(planted.rows, Task.CLASSIFY))
    agree(set(found.dropped), planted.leaked, EXACT)


def test_conflicting_labels(planted: Planted):
    found = EFFECTS[CleaningStep.DROP_CONFLICTS](State(planted.rows, Task.CLASSIFY))
    agree(set(found.found), planted.conflicts, EXACT)


def test_card_numbers(planted: Planted):
    found = EFFECTS[CleaningStep.REDACT](State(planted.rows, Task.CLASSIFY))
    agree(set(found.found), planted.cards, EXACT)
    assert all("[card]" in found.changed[p][0] for p in planted.cards & found.changed.keys())
