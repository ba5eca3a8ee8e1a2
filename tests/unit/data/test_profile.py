"""What cells look like: labels, text, ids, nothing."""

import pytest

from tuning.data.profile import MAX_LABELS, profile_cells

WORDS = [f"some words in a row, number {n}" for n in range(400)]


@pytest.mark.parametrize(
    ("cells", "looks"),
    [
        (["a", "b"] * 5, {"label_like", "text_like"}),
        (["1", "2"] * 5, {"label_like"}),
        (WORDS, {"text_like"}),
        ([str(n) for n in range(40)], {"id_like"}),
        ([f"https://example.org/{n}" for n in range(40)], {"id_like"}),
        (["2024-01-02", "2024-01-03", "2024-01-04"], {"id_like"}),
        (["x" * 101, "y" * 101] * 5, {"text_like"}),
        (WORDS[: MAX_LABELS + 1] * 2, {"text_like"}),
        (["the same"] * 9, set()),
        ([" ", ""], set()),
    ],
)
def test_kinds(cells, looks):
    found = profile_cells("x", cells)
    assert {name for name in ("label_like", "text_like", "id_like") if getattr(found, name)} == looks


@pytest.mark.parametrize(
    ("cells", "objects"),
    [(['{"a": 1}', ' {"b": []}'], True), (['{"a": 1}', "[1]"], False), (["{a}", "{b}"], False), (["", " "], False)],
)
def test_json_objects_are_seen_wherever_they_come_from(cells, objects):
    assert profile_cells("x", cells).objects is objects


def test_counts():
    found = profile_cells("x", [" ab ", "ab", "", "cdef", "ghijkl"])
    assert (found.filled, found.distinct, found.mean_length, found.longest) == (0.8, 3, 3.5, 6)
    assert found.values == ["ab", "cdef", "ghijkl"]


def test_labels_are_counted_as_cleaning_spells_them():
    assert profile_cells("x", ["yes", "Yes ", "YES", "not  now", "Not now"]).labels == 2
    assert profile_cells("x", [str(number) for number in range(MAX_LABELS + 1)]).labels == 0


def test_lists_are_no_ids():
    found = profile_cells("x", [f"[{n}]" for n in range(40)], structured=True)
    assert (found.structured, found.id_like, found.text_like) == (True, False, True)
