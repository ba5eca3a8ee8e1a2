"""What each step does to rows, where an example is clearer than a planted table: the odd cases of every step."""

from typing import Any

import pytest

from tuning.data.rows import Part, Rows
from tuning.data.steps import EFFECTS, State, reachable
from tuning.spec import CleaningStep, Task

FJORD, TYPO = "amber birch beside the fjord path", "ambre birch beside the fjord path"
OTHER = "nothing of the kind was ever written"


def state(pairs: list[tuple[str, str]], parts: list[Part] | None = None, task: Task = Task.CLASSIFY) -> State:
    inputs, targets = [text for text, _ in pairs], [target for _, target in pairs]
    count = len(pairs)
    return State(Rows(list(range(1, count + 1)), inputs, targets, [""] * count, parts or [""] * count), task)


def dropped(step: CleaningStep, *given: Any) -> list[int]:
    return list(EFFECTS[step](state(*given)).dropped)


def test_duplicates_agree_in_input_target_and_split():
    pairs = [("A  b", "x"), ("a B", "x"), ("a b", "y"), ("a b", "x")]
    assert dropped(CleaningStep.DROP_DUPLICATES, pairs) == [1, 3]
    assert dropped(CleaningStep.DROP_DUPLICATES, pairs, ["train", "train", "train", "test"]) == [1]


def test_training_rows_leak_not_test_rows():
    pairs = [
        (FJORD, "x"),
        (OTHER, "x"),
        (TYPO, "y"),
        *[(f"{n} other things {n * 7} altogether", "x") for n in range(9)],
    ]
    parts: list[Part] = ["train" if n else "test" for n in range(12)]
    assert dropped(CleaningStep.DROP_LEAKED, pairs, parts) == [2]
    assert dropped(CleaningStep.DROP_LEAKED, pairs) == []


def test_near_duplicates_go_only_where_their_targets_agree():
    others = [(f"{n} other things {n * 7} altogether", "x") for n in range(12)]
    effect = EFFECTS[CleaningStep.DROP_NEAR_DUPLICATES](state([(FJORD, "x"), (TYPO, "x"), (FJORD + "s", "y"), *others]))
    assert (list(effect.dropped), list(effect.found)) == ([1], [0, 1, 2])


def test_a_template_is_no_set_of_near_duplicates_to_drop():
    pairs = [(f"{FJORD} on the way to house {n}", "x") for n in range(8)]
    assert dropped(CleaningStep.DROP_NEAR_DUPLICATES, pairs) == []


def test_labels_get_the_spelling_of_most_rows():
    effect = EFFECTS[CleaningStep.MERGE_LABELS](state([("a", "Yes"), ("b", "yes"), ("c", "yes"), ("d", "no")]))
    assert effect.changed == {0: ("a", "yes")}


def test_conflicts_are_rows_of_one_input_with_several_targets():
    pairs = [("a", "x"), ("A ", "y"), ("b", "x"), ("b", "x")]
    assert dropped(CleaningStep.DROP_CONFLICTS, pairs) == [0, 1]


def test_what_can_be_right_at_most_is_the_commonest_target_of_each_input():
    assert reachable(state([("a", "1"), ("b", "2")])) == 1
    assert reachable(state([("a", "1"), ("A ", "1"), ("a", "2"), ("b", "1")])) == 0.75
    assert reachable(state([])) == 1


@pytest.mark.parametrize("step", [CleaningStep.MERGE_LABELS, CleaningStep.DROP_RARE_LABELS])
def test_free_text_has_no_labels(step):
    effect = EFFECTS[step](state([("a", "Yes"), ("b", "yes")], None, Task.GENERATE))
    assert (list(effect.dropped), dict(effect.changed), list(effect.found)) == ([], {}, [])


@pytest.mark.parametrize("step", CleaningStep)
def test_no_rows(step):
    effect = EFFECTS[step](state([]))
    assert (list(effect.dropped), dict(effect.changed), list(effect.found)) == ([], {}, [])
