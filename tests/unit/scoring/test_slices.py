import random

from tests.unit.scoring.builders import answers
from tuning.prediction import Prediction
from tuning.scoring.copying import AS_IS, BY_TARGET, OTHERWISE
from tuning.scoring.evidence import Contest
from tuning.scoring.likeness import BY_LIKENESS, LIKE, UNLIKE
from tuning.scoring.record import Slice
from tuning.scoring.slices import MOST_VALUES, find_slices
from tuning.spec import Task


def row(number: int, text: str = "x", target: str = "a", output: str = "a", **columns: str) -> Prediction:
    return Prediction(row=number, input=text, target=target, output=output, columns=columns or None)


def slices_of(base: list[Prediction], tuned: list[Prediction], task: Task = Task.CLASSIFY) -> list[Slice]:
    primary = "accuracy" if task is Task.CLASSIFY else "chrf"
    return find_slices(Contest(base, tuned, task, primary, ("a", "b") if task is Task.CLASSIFY else ()))


def test_classes_lengths_and_columns_of_few_values_are_looked_at():
    base = [
        row(n, "x" * (1 + n % 3), "ab"[n % 2], "a", city=["Rome", "Oslo"][n % 2], id=str(n), same="s")
        for n in range(60)
    ]
    found = slices_of(base, base)
    assert [(part.by, part.value, part.rows) for part in found] == [
        ("class", "a", 30),
        ("class", "b", 30),
        ("input length", "1 character", 20),
        ("input length", "2 characters", 20),
        ("input length", "3 characters", 20),
        ("column city", "Oslo", 30),
        ("column city", "Rome", 30),
    ]


def test_rows_like_a_training_row_are_a_part_where_there_are_others():
    base = [row(n).model_copy(update={"likeness": n / 10}) for n in range(10)]
    found = [(part.value, part.rows) for part in slices_of(base, base) if part.by == BY_LIKENESS]
    assert found == [(LIKE, 5), (UNLIKE, 5)]
    assert not [part for part in slices_of(base[5:], base[5:]) if part.by == BY_LIKENESS]
    unknown = [*base, row(11)]
    assert not [part for part in slices_of(unknown, unknown) if part.by == BY_LIKENESS]


def test_rows_that_want_their_input_as_it_is_are_a_part_of_generation():
    rows = [row(n, "Bonn", "Bonn" if n < 6 else "Genua", "Genua") for n in range(10)]
    found = {
        part.value: (part.rows, part.metric.tuned) for part in find_slices(generated(rows)) if part.by == BY_TARGET
    }
    assert found == {AS_IS: (6, 0.0), OTHERWISE: (4, 1.0)}
    assert not [part for part in find_slices(generated(rows[:6])) if part.by == BY_TARGET]
    assert not [part for part in slices_of(rows, rows) if part.by == BY_TARGET]


def test_what_the_best_without_tuning_reaches_stands_beside_each_part():
    rows = [row(n, "Bonn", "Bonn" if n < 6 else "Genua", "Genua") for n in range(10)]
    copied = [one.model_copy(update={"output": one.input, "correct": one.input == one.target}) for one in rows]
    found = {part.value: part.strongest for part in find_slices(generated(rows), copied)}
    assert (found[AS_IS], found[OTHERWISE]) == (1.0, 0.0)


def generated(rows: list[Prediction]) -> Contest:
    return Contest(rows, rows, Task.GENERATE, "exact_match")


def lengths_of(base: list[Prediction]) -> list[tuple[str, int]]:
    return [(part.value, part.rows) for part in slices_of(base, base) if part.by == "input length"]


def test_inputs_of_equal_length_are_not_torn_apart():
    assert lengths_of([row(n, "x" * (5 if n < 50 else 9)) for n in range(60)]) == [
        ("5 characters", 50),
        ("9 characters", 10),
    ]
    assert lengths_of([row(n, "x" * (5 if n < 10 else 9)) for n in range(60)]) == []
    assert lengths_of([row(n, "x" * (n + 1)) for n in range(4)]) == [
        ("1 character", 1),
        ("2 characters", 1),
        ("3 to 4 characters", 2),
    ]


def test_every_row_is_in_one_part_of_each_kind():
    generator = random.Random(0)
    base = [row(n, "x" * generator.randint(1, 200), city=generator.choice("abc")) for n in range(101)]
    found = slices_of(base, base)
    for by in ("class", "input length", "column city"):
        assert sum(part.rows for part in found if part.by == by) == 101


def test_a_column_that_only_some_rows_have_counts_as_empty_elsewhere():
    base = [row(n, note="late") if n < 10 else row(n) for n in range(30)]
    assert [(part.value, part.rows) for part in slices_of(base, base) if part.by == "column note"] == [
        ("", 20),
        ("late", 10),
    ]


def test_columns_of_many_values_are_left_out():
    base = [row(n, few=str(n % MOST_VALUES), many=str(n % (MOST_VALUES + 1))) for n in range(60)]
    assert {part.by for part in slices_of(base, base)} == {"class", "column few"}


def test_claims_need_twenty_rows_and_an_interval_off_zero():
    base = [row(n, output="b", part="big" if n < 20 else "small") for n in range(39)]
    tuned = [row(n, part="big" if n < 20 else "small") for n in range(39)]
    by_value = {part.value: part for part in slices_of(base, tuned) if part.by == "column part"}
    assert (by_value["big"].rows, by_value["big"].claim) == (20, "better")
    assert (by_value["small"].rows, by_value["small"].claim, by_value["small"].metric.delta) == (19, None, 1.0)
    assert [part.claim for part in slices_of(tuned, base) if part.value == "big"] == ["worse"]
    assert [part.claim for part in slices_of(base, base) if part.claim] == []


def test_generated_text_is_scored_by_the_primary_metric():
    targets = [f"a longer answer number {n}" for n in range(40)]
    base, tuned = (
        [answer.model_copy(update={"input": "x" * answer.row}) for answer in answers(outputs, targets)]
        for outputs in ([""] * 40, targets)
    )
    found = slices_of(base, tuned, Task.GENERATE)
    assert {(part.by, part.metric.name) for part in found} == {("input length", "chrf")}
