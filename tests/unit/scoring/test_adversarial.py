"""Comparisons made to mislead: each must end in the verdict that an honest reader would give."""

import random
from collections.abc import Sequence

import pytest

from tests.unit.scoring.builders import answers, metric, pair_with
from tuning.data.examples import Example
from tuning.scoring.comparison import Comparison, Verdict, compare
from tuning.scoring.evidence import AnswerPair, Evidence
from tuning.spec import Task


def verdict_of(comparison: Comparison) -> Verdict:
    assert comparison.verdict is not None
    return comparison.verdict


def check_of(comparison: Comparison, name: str) -> str:
    (found,) = [check.status for check in comparison.receipt if check.check == name]
    return found


def right_with(share: float, targets: Sequence[str], seed: int, wrong: str | None = None) -> list[str]:
    """Outputs that are right in about that share of the rows, else `wrong` or another row's target."""
    generator = random.Random(seed)
    others = sorted(set(targets))
    return [
        target
        if generator.random() < share
        else wrong or generator.choice([other for other in others if other != target])
        for target in targets
    ]


def two_classes(rows: int) -> list[str]:
    return ["refund" if row % 2 else "order" for row in range(rows)]


@pytest.mark.parametrize("task", list(Task))
def test_identical_models_and_an_adapter_that_was_never_applied(task):
    targets = two_classes(100)
    base = answers(right_with(0.6, targets, 1), targets)
    comparison = compare(base, base, task)
    verdict = verdict_of(comparison)
    assert (verdict.kind, verdict.worth_it, verdict.rows_needed) == ("undecided", None, None)
    assert check_of(comparison, "tuned answers differ from base") == "warn"
    assert (
        "Every score is the same before and after tuning; the checks say whether the adapter was applied."
        in verdict.caveats
    )
    assert [part for part in comparison.slices if part.claim] == []


def test_leaked_test_rows_decide_nothing():
    targets = two_classes(160)
    base = answers(right_with(0.5, targets, 1), targets)
    learned = [
        target if row < 100 else output
        for row, (target, output) in enumerate(zip(targets, (p.output for p in base), strict=True))
    ]
    tuned = answers(learned, targets)
    train = [Example(row=row.row, input=f"  {row.input.upper()} ", target=row.target) for row in base[:100]]
    bare, told = (
        compare(base, tuned, Task.CLASSIFY),
        compare(base, tuned, Task.CLASSIFY, evidence=Evidence(train=train)),
    )
    assert verdict_of(bare).kind == "better"
    assert told.clean is not None
    assert (told.clean.leaked, told.clean.rows, told.clean.metric.delta) == (100, 60, 0.0)
    assert verdict_of(told).kind == "undecided"
    assert "100 test rows that also stand in the training rows left out" in verdict_of(told).details
    assert (
        "100 test rows also stood in the training rows; the verdict is about the 60 others." in verdict_of(told).caveats
    )
    assert check_of(told, "test rows unseen in training") == "warn"
    assert {rung.rows for rung in told.ladder if rung.status == "run"} == {60}
    assert metric(told, "accuracy").delta == metric(bare, "accuracy").delta


def test_when_every_test_row_has_leaked_nothing_is_claimed():
    targets = two_classes(40)
    base, tuned = answers(["order"] * 40, targets), answers(targets, targets)
    comparison = compare(base, tuned, Task.CLASSIFY, evidence=Evidence(leaked=frozenset(range(1, 41))))
    assert verdict_of(comparison).kind == "undecided"
    assert (comparison.ladder, comparison.headline, comparison.slices) == ([], None, [])


CAPITALS = ["Paris", "Rome", "Lima", "Oslo", "Bern"] * 16


def test_a_model_that_only_learned_the_format_is_found_out():
    base = answers([f"The capital you ask for is {target}." for target in CAPITALS], CAPITALS)
    tuned = answers(right_with(0.95, CAPITALS, 2), CAPITALS)
    comparison = compare(base, tuned, Task.GENERATE)
    assert comparison.gain is not None
    assert comparison.gain.kind == "format"
    assert comparison.gain.strict.delta == pytest.approx(metric(comparison, "exact_match").delta)
    assert comparison.gain.lenient.base == 1.0
    assert comparison.gain.lenient.delta is not None
    assert comparison.gain.lenient.delta <= 0
    assert comparison.gain.note in verdict_of(comparison).caveats
    assert "Most of the gain is format" in comparison.gain.note


def test_a_model_that_learned_the_answers_is_not_taken_for_one_of_format():
    base = answers([f"I would say {answer}." for answer in right_with(0.2, CAPITALS, 3)], CAPITALS)
    comparison = compare(base, answers(right_with(0.95, CAPITALS, 2), CAPITALS), Task.GENERATE)
    assert comparison.gain is not None
    assert comparison.gain.kind == "knowledge"
    assert comparison.gain.note not in verdict_of(comparison).caveats


def test_format_is_told_from_knowledge_by_the_likelihood_of_labels():
    targets = two_classes(100)
    known = answers(right_with(0.8, targets, 4), targets, probabilities={"order": 0.5, "refund": 0.5})
    written = AnswerPair(answers(["Well, hard to say!"] * 100, targets), answers(right_with(0.8, targets, 5), targets))
    comparison = compare(known, known, Task.CLASSIFY, evidence=Evidence(free_text=written))
    assert comparison.gain is not None
    assert comparison.gain.likelihood is not None
    assert (comparison.gain.kind, comparison.gain.likelihood.delta) == ("format", 0.0)
    assert check_of(comparison, "answers can be read") == "warn"


def test_a_class_that_got_worse_is_said_beside_an_overall_gain():
    targets = ["order"] * 80 + ["refund"] * 80 + ["other"] * 80
    base = right_with(0.4, targets[:160], 6) + right_with(0.9, targets[160:], 7, wrong="order")
    tuned = right_with(0.95, targets[:160], 8) + right_with(0.3, targets[160:], 9, wrong="order")
    comparison = compare(answers(base, targets), answers(tuned, targets), Task.CLASSIFY)
    assert verdict_of(comparison).kind == "better"
    claims = {part.value: part.claim for part in comparison.slices if part.by == "class"}
    assert claims == {"order": "better", "refund": "better", "other": "worse"}
    (caveat,) = [
        text
        for text in verdict_of(comparison).caveats
        if text.startswith("Worse where class is 'other' (may be luck: many parts were looked at): −")
    ]
    assert "on 80 test rows." in caveat


def test_fifteen_rows_are_too_few_however_clear_they_look():
    comparison = compare(*pair_with(fixed=15, broken=0, right=0, wrong=0), Task.CLASSIFY)
    assert verdict_of(comparison).kind == "undecided"
    assert verdict_of(comparison).worth_it is None
    assert "too few rows" in verdict_of(comparison).details
    assert [part for part in comparison.slices if part.claim] == []


def test_always_naming_the_common_class_is_no_gain():
    """99:1. Accuracy rises from 60 to 99 %, yet the tuned model does what a constant does."""
    targets = (["ham"] * 99 + ["spam"]) * 4
    base, tuned = answers(right_with(0.6, targets, 10), targets), answers(["ham"] * 400, targets)
    train = [Example(row=1000 + row, input=f"train {row}", target=target) for row, target in enumerate(targets)]
    comparison = compare(base, tuned, Task.CLASSIFY, evidence=Evidence(train=train))
    assert comparison.primary == "macro_f1"
    assert metric(comparison, "accuracy").tuned == 0.99
    assert comparison.headline is not None
    assert comparison.headline.rung == "majority"
    assert verdict_of(comparison).worth_it is False
    assert "always giving the commonest label reaches" in verdict_of(comparison).sentence
    bare = verdict_of(compare(base, tuned, Task.CLASSIFY))
    assert bare.worth_it is None
    assert "Tuned gives one answer to every row: 'ham'." in bare.caveats


@pytest.mark.parametrize(("rare", "kind"), [(1, "undecided"), (3, "undecided"), (16, "better")])
def test_a_rare_class_that_was_learned_counts_once_it_has_rows(rare, kind):
    """Tuned is right on every row of it, base on none; of one to three rows that may be luck."""
    targets = ["ham"] * 300 + ["spam"] * rare
    comparison = compare(answers(["ham"] * len(targets), targets), answers(targets, targets), Task.CLASSIFY)
    assert comparison.primary == "macro_f1"
    assert metric(comparison, "macro_f1").tuned == 1.0
    assert verdict_of(comparison).kind == kind


def test_a_class_that_only_the_answers_know_leaves_macro_f1_undecided():
    targets = ["ham"] * 90 + ["spam"] * 30
    pair = answers(["ham"] * 120, targets), answers([*targets[:-1], "fraud"], targets)
    assert verdict_of(compare(*pair, Task.CLASSIFY, labels=["ham", "spam"])).kind == "better"
    told = verdict_of(compare(*pair, Task.CLASSIFY, labels=["ham", "spam", "fraud"]))
    assert told.kind == "undecided"
    assert "those of some class" in told.details


@pytest.mark.parametrize("task", list(Task))
def test_empty_answers_are_undecided_and_counted(task):
    targets = two_classes(60)
    empty = answers([""] * 60, targets)
    comparison = compare(empty, empty, task)
    assert verdict_of(comparison).kind == "undecided"
    assert check_of(comparison, "answers can be read") == "warn"
    became_empty = compare(answers(targets, targets), empty, task)
    assert verdict_of(became_empty).kind == "worse"


@pytest.mark.parametrize(
    "labels",
    [
        ["жалоба", "благодарность", "вопрос"],
        ["投诉", "感谢", "问题"],
        ["A", "A 1", "A 10"],
        ["not very good", "very good", "good"],
        ["1", "10", "100"],
        ["👍", "👍🏽", "👎"],
        ["C", "C++", "C#"],
    ],
)
@pytest.mark.parametrize("task", list(Task))
def test_labels_of_any_kind_are_told_apart(labels, task):
    targets = labels * 30
    base = [labels[0]] * len(targets)
    comparison = compare(answers(base, targets), answers(targets, targets), task, labels=labels)
    assert comparison.flips.model_dump() == {"fixed": 60, "broken": 0, "both_right": 30, "both_wrong": 0}
    assert verdict_of(comparison).kind == "better"
    if task is Task.CLASSIFY:
        assert comparison.gain is not None
        assert comparison.gain.kind == "knowledge"
        assert check_of(comparison, "answers can be read") == "pass"


@pytest.mark.parametrize(
    "filler", ["съешь ещё этих мягких булок", "敏捷的棕色狐狸跳过懒狗", "the quick brown fox jumps over"]
)
def test_longer_texts_of_any_script(filler):
    targets = [f"{filler} {row} {filler}" for row in range(40)]
    base = answers([filler] * 40, targets)
    comparison = compare(base, answers(targets, targets), Task.GENERATE)
    assert (comparison.primary, verdict_of(comparison).kind) == ("chrf", "better")


def test_a_failed_check_leaves_no_verdict():
    targets = two_classes(60)
    base, tuned = answers(["order"] * 60, targets), answers(targets, targets)
    comparison = compare(base, tuned, Task.CLASSIFY, evidence=Evidence(untrained_head=True))
    assert comparison.verdict is None
    (rung,) = [rung for rung in comparison.ladder if rung.name == "base"]
    assert (rung.status, rung.note) == ("not_run", "it would answer through a head that nobody trained")
    assert comparison.headline is None
