"""States by key: in memory, then in a file, then not at all."""

import pytest
import torch

from tuning.engine.state_store import StateStore

ROW = 4 * 8 * 4  # bytes of 4 tokens of 8 numbers in fp32


def rows(count: int, dtype: torch.dtype = torch.float32) -> dict[bytes, torch.Tensor]:
    generator = torch.Generator().manual_seed(0)
    return {bytes([n]): torch.randn(3 + n % 3, 8, generator=generator).to(dtype) for n in range(count)}


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
@pytest.mark.parametrize("memory", [0, 3 * ROW, 100 * ROW], ids=["file", "both", "memory"])
def test_what_is_kept_comes_back_as_it_was(tmp_path, dtype, memory):
    store, kept = StateStore(tmp_path, memory, 100 * ROW), rows(9, dtype)
    for key, states in kept.items():
        store.add(key, states)
    for key, states in reversed(kept.items()):
        found = store.get(key)
        assert found is not None
        assert torch.equal(found, states)
    assert store.get(b"unknown") is None


def test_later_changes_of_what_was_given_do_not_reach_it(tmp_path):
    store, states = StateStore(tmp_path, 2 * ROW, 0), torch.zeros(2, 8)
    store.add(b"a", states)
    states += 1
    assert torch.equal(store.get(b"a"), torch.zeros(2, 8))


def test_beyond_both_bounds_nothing_is_kept(tmp_path):
    store, kept = StateStore(tmp_path, 2 * ROW, 2 * ROW), rows(20)
    for key, states in kept.items():
        store.add(key, states)
    found = [key for key in kept if store.get(key) is not None]
    assert sum(kept[key].nbytes for key in found) <= 4 * ROW
    assert 3 <= len(found) < 20
    assert found[:3] == list(kept)[:3]


def test_a_key_takes_room_once(tmp_path):
    store = StateStore(tmp_path, 2 * ROW, 0)
    for _ in range(5):
        store.add(b"a", torch.ones(4, 8))
    store.add(b"b", torch.ones(4, 8))
    assert store.get(b"b") is not None


def test_nothing_is_left_in_the_folder(tmp_path):
    store = StateStore(tmp_path, 0, 10 * ROW)
    store.add(b"a", torch.ones(4, 8))
    assert list(tmp_path.iterdir()) == []
