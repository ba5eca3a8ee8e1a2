"""What must hold for every split, whatever the rows."""

from collections import Counter

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tuning.data.cleaning import together
from tuning.data.examples import Example, Splits
from tuning.data.rows import Part, Rows, input_key
from tuning.data.splitting import SplitWish, labels_unseen, largest_remainder, split_rows
from tuning.data.steps import State
from tuning.errors import ColumnError, SettingError
from tuning.spec import CleaningPlan, CleaningStep, PlanStep, Task

UNCLEANED = CleaningPlan(steps=(PlanStep(step=CleaningStep.DROP_EMPTY, on=True),))


def examples(count: int, *, labels: int = 3, groups: int | None = None) -> list[Example]:
    return [
        Example(
            row=i + 1, input=f"text {i}", target=f"l{i % labels}", group=None if groups is None else f"g{i % groups}"
        )
        for i in range(count)
    ]


def rows_of(data: list[Example], parts: list[Part] | None = None) -> Rows:
    return Rows(
        [e.row for e in data],
        [e.input for e in data],
        [e.target for e in data],
        [e.group or "" for e in data],
        parts or [""] * len(data),
    )


def split_examples(
    data: list[Example], *, task: Task, seed: int, test_rows: int | None = None, parts: list[Part] | None = None
) -> Splits:
    """Rows that read the same or share a group stay together."""
    found = rows_of(data, parts)
    split = split_rows(found, together(State(found, task), UNCLEANED), SplitWish(task, seed, test_rows))
    return Splits(
        train=[data[p] for p in split.train], dev=[data[p] for p in split.dev], test=[data[p] for p in split.test]
    )


def unseen(splits: Splits) -> set[str]:
    return {e.target for e in splits.test} - {e.target for e in splits.train}


def sizes(splits: Splits) -> tuple[int, int, int]:
    return len(splits.train), len(splits.dev), len(splits.test)


def rows(part: list[Example]) -> list[int]:
    return [example.row for example in part]


@pytest.mark.parametrize("task", list(Task))
@pytest.mark.parametrize(
    ("count", "wanted"),
    [(20, (12, 2, 6)), (40, (25, 5, 10)), (100, (70, 10, 20)), (1000, (700, 100, 200)), (5000, (4700, 100, 200))],
)
def test_sizes_without_a_wish(task, count, wanted):
    assert sizes(split_examples(examples(count), task=task, seed=0)) == wanted


def test_test_rows_set_the_size():
    assert sizes(split_examples(examples(100), task=Task.GENERATE, seed=0, test_rows=33)) == (57, 10, 33)


def test_too_many_test_rows_are_refused():
    with pytest.raises(SettingError) as caught:
        split_examples(examples(100), task=Task.GENERATE, seed=0, test_rows=81)
    assert str(caught.value) == (
        "81 test rows and 10 dev rows of 100 usable rows leave fewer than 10 to train on; "
        "set fewer test rows or add data"
    )


def test_labels_stand_in_every_split_in_proportion():
    data = [e.model_copy(update={"target": "rare" if i % 10 == 0 else "common"}) for i, e in enumerate(examples(500))]
    splits = split_examples(data, task=Task.CLASSIFY, seed=3)
    assert Counter(e.target for e in splits.test) == {"rare": 10, "common": 90}
    assert Counter(e.target for e in splits.dev) == {"rare": 5, "common": 45}


def test_the_only_row_of_a_label_is_for_training():
    data = [e.model_copy(update={"target": f"once {e.row}"}) if e.row <= 30 else e for e in examples(100)]
    for seed in range(5):
        splits = split_examples(data, task=Task.CLASSIFY, seed=seed)
        assert not any(e.target.startswith("once") for e in [*splits.dev, *splits.test])
        assert not unseen(splits)


def test_another_seed_is_another_split_and_the_same_seed_the_same_on_every_machine():
    first, again, other = (split_examples(examples(60), task=Task.CLASSIFY, seed=seed) for seed in (0, 0, 1))
    assert first == again
    assert rows(first.test) != rows(other.test)
    assert rows(first.test) == [6, 8, 13, 29, 30, 34, 37, 43, 45, 48, 56, 59]


def test_groups_too_large_to_fit_are_moved_whole():
    splits = split_examples(examples(300, groups=3), task=Task.GENERATE, seed=0)
    assert sizes(splits) == (100, 100, 100)


def test_large_groups_do_not_swallow_the_test_split():
    data = [e.model_copy(update={"group": "big" if e.row <= 150 else str(e.row)}) for e in examples(300)]
    splits = split_examples(data, task=Task.GENERATE, seed=0)
    assert sizes(splits) == (210, 30, 60)
    assert {"big"} & {e.group for e in splits.train}


@pytest.mark.parametrize("groups", [1, 2])
def test_too_few_groups_are_refused(groups):
    with pytest.raises(ColumnError) as caught:
        split_examples(examples(60, groups=groups), task=Task.GENERATE, seed=0)
    assert str(caught.value) == (
        f"too many rows share an input or a group: the {groups} sets that must not be cut are too few or too large "
        "for train, dev and test; group by a finer column or add other rows"
    )


def test_labels_that_groups_take_out_of_training_are_named():
    data = [e.model_copy(update={"target": e.group}) for e in examples(90, groups=3)]
    found = rows_of(data)
    split = split_rows(found, together(State(found, Task.CLASSIFY), UNCLEANED), SplitWish(Task.CLASSIFY, 0))
    assert labels_unseen(found, split) == [found.targets[split.test[0]]]


def test_inputs_that_read_the_same():
    assert input_key("  Straße\n  9 ") == input_key("STRASSE 9")
    assert input_key("a b") != input_key("ab")


def test_largest_remainder():
    assert largest_remainder({"a": 50, "b": 30, "c": 20}, 10) == {"a": 5, "b": 3, "c": 2}
    assert largest_remainder({"b": 1, "a": 1, "c": 1}, 2) == {"a": 1, "b": 1, "c": 0}
    assert largest_remainder({"a": 2, "b": 1}, 99) == {"a": 2, "b": 1}


@st.composite
def messy_examples(draw: st.DrawFn) -> list[Example]:
    """Rows that repeat inputs, in another case at times, and share groups."""
    count = draw(st.integers(20, 120))
    inputs = draw(st.integers(1, 2 * count))
    groups = draw(st.none() | st.integers(3, count))
    labels = draw(st.integers(1, 8))
    number = st.integers(0, 10_000)
    return [
        Example(
            row=row,
            input=draw(st.sampled_from(["text {}", " TEXT  {} "])).format(draw(number) % inputs),
            target=f"l{draw(number) % labels}",
            group=None if groups is None or draw(number) % 4 == 0 else f"g{draw(number) % groups}",
        )
        for row in range(1, count + 1)
    ]


@settings(max_examples=60, deadline=None)
@given(data=messy_examples(), task=st.sampled_from(list(Task)), seed=st.integers(0, 2**31 - 1))
def test_nothing_that_belongs_together_is_cut(data, task, seed):
    try:
        splits = split_examples(data, task=task, seed=seed)
    except ColumnError:
        assume(False)
    parts = [splits.train, splits.dev, splits.test]
    assert sorted(rows([*splits.train, *splits.dev, *splits.test])) == rows(data)
    assert all(rows(part) == sorted(rows(part)) for part in parts)
    assert len(splits.train) >= 10
    assert splits.dev
    assert splits.test
    for kind in (lambda e: input_key(e.input), lambda e: e.group):
        seen = [{kind(e) for e in part} - {None} for part in parts]
        assert not seen[0] & seen[1]
        assert not seen[0] & seen[2]
        assert not seen[1] & seen[2]
    assert split_examples(data, task=task, seed=seed) == splits


@settings(max_examples=40, deadline=None)
@given(
    count=st.integers(40, 300),
    labels=st.integers(1, 6),
    test_rows=st.integers(5, 20),
    task=st.sampled_from(list(Task)),
    seed=st.integers(0, 999),
)
def test_sizes_are_exact_where_nothing_hinders(count, labels, test_rows, task, seed):
    splits = split_examples(examples(count, labels=labels), task=task, seed=seed, test_rows=test_rows)
    assert len(splits.test) == test_rows
    assert not unseen(splits)


def test_a_wish_for_test_rows_is_met_though_labels_are_rare():
    data = [e.model_copy(update={"target": f"l{e.row % 21}", "group": f"g{e.row // 2}"}) for e in examples(24)]
    splits = split_examples(data, task=Task.CLASSIFY, seed=0, test_rows=6)
    assert len(splits.test) == 6
    assert len(splits.train) >= 10


def test_a_wish_that_groups_do_not_allow_is_met_as_nearly_as_can_be():
    splits = split_examples(examples(60, groups=15), task=Task.GENERATE, seed=0, test_rows=11)
    assert len(splits.test) == 12


def with_own_test(dev: int = 0) -> list[Part]:
    parts: list[Part] = ["test" if n % 4 == 0 else "train" for n in range(100)]
    return ["dev" if part == "train" and n < dev else part for n, part in enumerate(parts)]


def test_the_users_own_test_rows_stay_the_test():
    splits = split_examples(examples(100), task=Task.CLASSIFY, seed=0, parts=with_own_test())
    assert rows(splits.test) == list(range(1, 101, 4))
    assert len(splits.dev) == 8
    assert sizes(splits) == (67, 8, 25)


def test_the_users_own_dev_rows_stay_dev():
    splits = split_examples(examples(100), task=Task.CLASSIFY, seed=0, parts=with_own_test(dev=12))
    assert rows(splits.dev) == [n for n in range(1, 13) if n % 4 != 1]
    assert sizes(splits) == (66, 9, 25)


def test_fewer_test_rows_than_the_users_own_are_drawn_from_them():
    splits = split_examples(examples(100), task=Task.CLASSIFY, seed=0, parts=with_own_test(), test_rows=9)
    assert len(splits.test) == 9
    assert set(rows(splits.test)) <= set(range(1, 101, 4))
    assert len(splits.train) + len(splits.dev) == 75


def test_own_splits_without_enough_to_train_on_are_refused():
    parts: list[Part] = ["test" if n < 91 else "train" for n in range(100)]
    with pytest.raises(SettingError) as caught:
        split_examples(examples(100), task=Task.GENERATE, seed=0, parts=parts)
    assert str(caught.value) == (
        "9 rows are left to train on beside the test and dev rows of your own; at least 10 are needed, add some"
    )
