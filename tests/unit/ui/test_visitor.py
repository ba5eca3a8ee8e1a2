"""Who is looking, and what may be done with a run."""

import pytest

from tests.unit.ui.builders import ALICE, BOB, unfinished_run
from tuning.errors import RunNotFoundError
from tuning.runs.store import RunStore
from tuning.ui.visitor import NO_RUN, current_run, looking_at, own_run, owner_of, read_visitor

ID = "0123456789abcdef" * 2


@pytest.mark.parametrize(
    "stored",
    [
        None,
        "",
        7,
        [],
        {"id": "short"},
        {"id": ID.upper()},
        {"id": ID + "\n"},
        {"id": ID, "run": "../../etc"},
        {"id": None},
    ],
)
def test_what_is_not_of_our_making_is_a_new_visitor(stored):
    visitor = read_visitor(stored)
    assert visitor.id != ID
    assert visitor.run is None
    assert visitor.id != read_visitor(stored).id


def test_a_known_visitor_is_read_back():
    visitor = looking_at(read_visitor({"id": ID}), "f" * 32)
    assert read_visitor(visitor.model_dump()) == visitor


@pytest.mark.parametrize("run_id", ["../../etc/passwd", "", "f" * 31, "f" * 33, "F" * 32, "f" * 32 + "\n", "%2e%2e"])
def test_what_cannot_be_an_id_names_no_run(tmp_path, run_id):
    visitor = looking_at(ALICE, run_id)
    assert visitor.run == NO_RUN
    with pytest.raises(RunNotFoundError, match="No run with this id"):
        current_run(RunStore(tmp_path), visitor)


def test_the_owner_does_not_give_the_visitor_away():
    assert ALICE.id not in owner_of(ALICE)
    assert owner_of(ALICE) != owner_of(BOB)
    assert owner_of(ALICE) == owner_of(looking_at(ALICE, "f" * 32))


def test_a_link_shows_a_run_but_gives_no_right_to_change_it(tmp_path):
    store, run = RunStore(tmp_path), unfinished_run(tmp_path, ALICE)
    guest = looking_at(BOB, run.id)
    assert current_run(store, guest) == run
    with pytest.raises(RunNotFoundError, match="opened by its link"):
        own_run(store, guest)
    assert own_run(store, looking_at(ALICE, run.id)) == run
