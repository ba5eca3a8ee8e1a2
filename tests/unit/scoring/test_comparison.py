import json
import math
import random
import subprocess
import sys
from pathlib import Path

import pytest

from tests.unit.scoring.builders import answers, metric, pair_with
from tuning.data.examples import Example
from tuning.errors import InputError
from tuning.scoring import comparison as module
from tuning.scoring import record
from tuning.scoring.comparison import Comparison, Noise, ScoringVariant, compare, declare_primary
from tuning.scoring.evidence import Evidence, GeneralText, Setup
from tuning.scoring.statistics import mcnemar_midp, newcombe_paired
from tuning.spec import Task

ROOT = Path(__file__).resolve().parents[3]


def every_number(value: object) -> list[float]:
    if isinstance(value, dict):
        return [number for item in value.values() for number in every_number(item)]
    if isinstance(value, list):
        return [number for item in value for number in every_number(item)]
    return [value] if isinstance(value, int | float) else []


def test_tuning_that_helped_is_better():
    comparison = compare(*pair_with(fixed=120, broken=3, right=40, wrong=37), Task.CLASSIFY)
    accuracy = metric(comparison, "accuracy")
    interval = newcombe_paired(comparison.flips)
    assert comparison.primary == "accuracy"
    assert comparison.rows.test == 200
    assert comparison.rows.train is None
    assert comparison.flips.model_dump() == {"fixed": 120, "broken": 3, "both_right": 40, "both_wrong": 37}
    assert (accuracy.base, accuracy.tuned) == (43 / 200, 160 / 200)
    assert accuracy.delta == pytest.approx(117 / 200)
    assert (accuracy.low, accuracy.high, accuracy.p) == (interval.low, interval.high, mcnemar_midp(3, 120))
    assert comparison.verdict is not None
    assert comparison.verdict.kind == "better"


def test_tuning_that_hurt_is_worse():
    comparison = compare(*pair_with(fixed=3, broken=60, right=100, wrong=37), Task.CLASSIFY)
    assert comparison.verdict is not None
    assert comparison.verdict.kind == "worse"


@pytest.mark.parametrize("task", list(Task))
def test_identical_models_are_undecided(task):
    base, _ = pair_with(fixed=30, broken=0, right=30, wrong=20)
    comparison = compare(base, base, task)
    primary = metric(comparison, comparison.primary)
    assert primary.delta == 0
    assert primary.p == 1.0
    assert comparison.verdict is not None
    assert comparison.verdict.kind == "undecided"
    assert "stayed at" in comparison.verdict.sentence


@pytest.mark.parametrize("task", list(Task))
@pytest.mark.parametrize("rows", [1, 15])
def test_few_rows_are_undecided_whatever_they_say(task, rows):
    comparison = compare(*pair_with(fixed=rows, broken=0, right=0, wrong=0), task)
    assert comparison.verdict is not None
    assert comparison.verdict.kind == "undecided"
    assert comparison.rows.test == rows


def test_generation_has_its_metrics():
    words = [
        "the",
        "quick",
        "brown",
        "fox",
        "jumps",
        "over",
        "a",
        "lazy",
        "dog",
        "near",
        "some",
        "old",
        "river",
        "bank",
    ]
    generator = random.Random(0)
    targets = [" ".join(generator.choices(words, k=6)) for _ in range(60)]
    base = ["" if row % 2 else target[:9] for row, target in enumerate(targets)]
    tuned = [target if row % 3 else target[3:] for row, target in enumerate(targets)]
    comparison = compare(
        answers(base, targets, target_nll=12.0, target_tokens=6),
        answers(tuned, targets, target_nll=6.0, target_tokens=6),
        Task.GENERATE,
    )
    chrf, exact = metric(comparison, "chrf"), metric(comparison, "exact_match")
    perplexity, rouge = metric(comparison, "perplexity"), metric(comparison, "rouge_l")
    assert [row.name for row in comparison.metrics[:4]] == ["chrf", "exact_match", "rouge_l", "perplexity"]
    assert comparison.primary == "chrf"
    assert chrf.low is not None
    assert chrf.high is not None
    assert chrf.delta is not None
    assert 0 < chrf.low < chrf.delta < chrf.high
    assert chrf.p == pytest.approx(1 / 5001)
    assert (exact.base, exact.tuned, exact.p) == (0.0, 40 / 60, mcnemar_midp(0, 40))
    assert chrf.p_adjusted is None
    assert rouge.p is not None
    assert rouge.p_adjusted is not None
    assert rouge.p_adjusted > rouge.p
    assert perplexity.better == "lower"
    assert perplexity.base == pytest.approx(math.exp(2))
    assert perplexity.delta == pytest.approx(math.exp(1) - math.exp(2))
    assert comparison.verdict is not None
    assert comparison.verdict.kind == "better"
    assert (comparison.classes, comparison.confusion) == ([], None)


def test_perplexity_known_of_one_model_has_no_difference():
    targets = ["one two"] * 20
    known = answers(targets, targets, target_nll=1.0, target_tokens=2)
    perplexity = metric(compare(known, answers(targets, targets), Task.GENERATE), "perplexity")
    assert (perplexity.tuned, perplexity.delta) == (None, None)


@pytest.mark.parametrize("text", ["съешь ещё этих мягких булок", "敏捷的棕色狐狸跳过懒狗", "👍 🎉"])
def test_right_answers_in_any_script_score_one(text):
    targets = [f"{text} {row}" for row in range(30)]
    comparison = compare(answers([""] * 30, targets), answers(targets, targets), Task.GENERATE)
    for name in ("exact_match", "chrf", "rouge_l"):
        assert (metric(comparison, name).base, metric(comparison, name).tuned) == (0.0, 1.0)
    assert comparison.verdict is not None
    assert comparison.verdict.kind == "better"


@pytest.mark.parametrize("task", list(Task))
def test_empty_answers_everywhere_are_undecided_and_finite(task):
    targets = ["a", "b"] * 20
    empty = answers([""] * 40, targets)
    comparison = compare(empty, empty, task)
    assert comparison.verdict is not None
    assert comparison.verdict.kind == "undecided"
    assert metric(comparison, comparison.primary).tuned == 0.0


@pytest.mark.parametrize("task", list(Task))
def test_every_number_is_finite_python_and_written_and_read_again(task):
    comparison = compare(*pair_with(fixed=9, broken=4, right=10, wrong=7), task)
    numbers = every_number(comparison.model_dump())
    assert all(type(number) in {int, float, bool} and math.isfinite(number) for number in numbers)
    assert Comparison.model_validate_json(comparison.to_json()) == comparison
    assert json.loads(comparison.to_json())["schema"] == 2


def test_equal_input_gives_equal_text():
    pair = pair_with(fixed=9, broken=4, right=10, wrong=7)
    assert compare(*pair, Task.GENERATE).to_json() == compare(*pair, Task.GENERATE).to_json()


LABELS = ["A", "A 1", "A 10", "very good", "👍", "5", "中立"]


def test_awkward_labels_are_kept_apart():
    targets = LABELS * 6
    base = ["A"] * len(targets)
    comparison = compare(answers(base, targets), answers(targets, targets), Task.CLASSIFY, labels=LABELS)
    confusion = comparison.confusion
    assert confusion is not None
    assert confusion.labels == LABELS
    assert confusion.base == [[6, 0, 0, 0, 0, 0, 0]] * 7
    assert confusion.tuned == [[6 if row == column else 0 for column in range(7)] for row in range(7)]
    assert [score.label for score in comparison.classes] == sorted(LABELS)
    assert all(score.rows == 6 and score.tuned_f1 == 1.0 for score in comparison.classes)
    by_label = {score.label: score.base_f1 for score in comparison.classes}
    assert by_label["A"] == pytest.approx(2 * 6 / (42 + 6))
    assert by_label["A 1"] == 0.0
    assert metric(comparison, "macro_f1").tuned == 1.0


def test_confusion_keeps_labels_without_test_rows_and_puts_strange_answers_last():
    targets = ["yes", "no"] * 10
    base = ["I think yes"] * 20
    comparison = compare(
        answers(base, targets), answers(targets, targets), Task.CLASSIFY, labels=["yes", "no", "maybe"]
    )
    confusion = comparison.confusion
    assert confusion is not None
    assert confusion.labels == ["yes", "no", "maybe", "(other)"]
    assert confusion.base == [[0, 0, 0, 10], [0, 0, 0, 10], [0, 0, 0, 0], [0, 0, 0, 0]]
    assert sum(map(sum, confusion.tuned)) == 20
    # A class without test rows has no F1 and does not lower the mean.
    assert [score.label for score in comparison.classes] == ["no", "yes"]
    assert metric(comparison, "macro_f1").tuned == 1.0


def test_labels_are_found_where_none_are_given():
    targets = ["b", "a"] * 10
    base = answers(targets, targets, probabilities={"a": 0.4, "b": 0.4, "c": 0.2})
    confusion = compare(base, answers(["z"] * 20, targets), Task.CLASSIFY).confusion
    assert confusion is not None
    assert confusion.labels == ["a", "b", "c", "(other)"]


def test_a_label_called_other_is_not_taken_for_strange_answers():
    targets = ["(other)", "a"] * 10
    confusion = compare(answers(["?"] * 20, targets), answers(targets, targets), Task.CLASSIFY).confusion
    assert confusion is not None
    assert confusion.labels == ["(other)", "a", "((other))"]
    assert confusion.base == [[0, 0, 10], [0, 0, 10], [0, 0, 0]]


def test_a_target_outside_the_labels_given_is_a_label():
    targets = ["a", "b"] * 10
    confusion = compare(answers(targets, targets), answers(targets, targets), Task.CLASSIFY, labels=["a"]).confusion
    assert confusion is not None
    assert (confusion.labels, confusion.tuned) == (["a", "b"], [[10, 0], [0, 10]])


def test_a_rare_class_shows_in_macro_f1_where_accuracy_hides_it():
    targets = ["common"] * 99 + ["rare"]
    comparison = compare(answers(targets, targets), answers(["common"] * 100, targets), Task.CLASSIFY)
    assert metric(comparison, "accuracy").tuned == 0.99
    assert metric(comparison, "macro_f1").tuned == pytest.approx((2 * 99 / 199) / 2)
    assert comparison.verdict is not None
    assert comparison.verdict.kind == "undecided"


def test_white_space_at_the_ends_is_forgiven_everywhere():
    targets = ["a", "b"] * 10
    comparison = compare(answers([f" {t}\n" for t in targets], targets), answers(targets, targets), Task.CLASSIFY)
    assert (comparison.flips.both_right, metric(comparison, "macro_f1").base) == (20, 1.0)
    assert comparison.confusion is not None
    assert comparison.confusion.labels == ["a", "b"]


def test_rows_that_do_not_match_are_named():
    base = answers(["a", "b", "c"], ["a", "b", "c"])
    with pytest.raises(InputError, match=r"^row 2: its target is 'b' in base but 'x' in tuned; compare answers to"):
        compare(base, answers(["a", "b", "c"], ["a", "x", "c"]), Task.CLASSIFY)
    with pytest.raises(InputError, match="row 3 stands only in base"):
        compare(base, base[:2], Task.CLASSIFY)
    with pytest.raises(InputError, match="row 1 stands only in tuned"):
        compare([], base, Task.CLASSIFY)
    with pytest.raises(InputError, match="place 1: row 1 in base, row 2 in tuned"):
        compare(base, base[1:], Task.GENERATE)


def test_nothing_rows_without_target_and_rows_answered_twice_are_refused():
    with pytest.raises(InputError, match="nothing to compare"):
        compare([], [], Task.CLASSIFY)
    nameless = answers(["a", "b"], ["a", " "])
    with pytest.raises(InputError, match="row 2 has no target"):
        compare(nameless, nameless, Task.CLASSIFY)
    twice = [*answers(["a"], ["a"]), *answers(["a"], ["a"])]
    with pytest.raises(InputError, match="row 1 stands twice"):
        compare(twice, twice, Task.CLASSIFY)


def test_models_of_the_record_can_be_had_from_here():
    assert {name for name in record.__all__ if getattr(module, name) is not getattr(record, name)} == set()
    assert set(record.__all__) <= set(module.__all__)


COMPARE = """
import sys
from tuning.prediction import Prediction
from tuning.scoring.comparison import compare
from tuning.spec import Task
heavy = ("torch", "evaluate", "datasets", "transformers")
at_import = [name for name in (*heavy, "sklearn", "scipy") if name in sys.modules]
rows = [Prediction(row=row, input="i", target="ab" if row % 2 else "c", output="ab") for row in range(1, 31)]
for task in Task:
    compare(rows, rows, task)
print(at_import, [name for name in heavy if name in sys.modules])
"""


def test_comparing_loads_neither_torch_nor_evaluate_and_importing_is_light():
    done = subprocess.run([sys.executable, "-c", COMPARE], cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.stdout.strip() == "[] []", done.stderr


@pytest.mark.parametrize(
    ("task", "targets", "primary"),
    [
        (Task.CLASSIFY, ["a", "b"], "accuracy"),
        (Task.CLASSIFY, ["a"] * 6 + ["b"] * 4, "accuracy"),
        (Task.CLASSIFY, ["a"] * 7 + [" a", "b", "b"], "macro_f1"),
        (Task.CLASSIFY, ["a"] * 5, "accuracy"),
        (Task.GENERATE, ["Paris", "New York"], "exact_match"),
        (Task.GENERATE, ["a sentence of more than five words"] * 3, "chrf"),
        (Task.GENERATE, ['{"city": "Rome", "street": "Via Appia"}'] * 3, "field_exactness"),
        (Task.GENERATE, ['{"city": "Rome"}', *["a sentence of more than five words"] * 2], "chrf"),
    ],
)
def test_the_primary_metric_follows_from_the_targets(task, targets, primary):
    assert declare_primary(task, targets) == primary


def test_the_primary_metric_is_declared_by_the_training_rows_where_they_are_known():
    targets = ["a", "b"] * 30
    base, tuned = answers(["a"] * 60, targets), answers(targets, targets)
    lopsided = [Example(row=row, input=f"train {row}", target="a" if row < 190 else "b") for row in range(100, 200)]
    assert compare(base, tuned, Task.CLASSIFY).primary == "accuracy"
    assert compare(base, tuned, Task.CLASSIFY, evidence=Evidence(train=lopsided)).primary == "macro_f1"


def test_everything_a_run_hands_over_arrives():
    targets = ["a", "b"] * 30
    base, tuned = answers(["a"] * 60, targets), answers(targets, targets)
    setup = Setup("hash", "greedy", "float32")
    evidence = Evidence(
        train=[Example(row=row, input=f"train {row} {row % 2}", target="ab"[row % 2]) for row in range(100, 140)],
        few_shot=base,
        variants=[ScoringVariant(name="raw", dev_accuracy=0.5, chosen=True)],
        again=base[:20],
        general=GeneralText([[1.0, 2.0]] * 8, [[1.5, 2.0]] * 8),
        base_setup=setup,
        tuned_setup=setup,
        looks=1,
        margin=0.02,
    )
    made = compare(base, tuned, Task.CLASSIFY, labels=["a", "b"], evidence=evidence)
    assert {rung.status for rung in made.ladder} == {"run"}
    assert (made.rows.train, made.variants, made.noise) == (
        40,
        [evidence.variants[0]],
        Noise(rows=20, changed=0, delta=0),
    )
    assert made.forgetting is not None
    assert made.forgetting.passages == 8
    assert {check.status for check in made.receipt} == {"pass"}
    assert made.verdict is not None
    assert made.verdict.caveats == [made.forgetting.note]


def test_reliability_is_told_where_there_are_probabilities_and_rows_enough():
    targets = ["a", "b"] * 200
    known = answers(targets, targets, probabilities={"a": 0.6, "b": 0.4})
    made = compare(known, answers(targets, targets), Task.CLASSIFY)
    assert made.reliability.tuned is None
    assert made.reliability.base is not None
    assert sum(each.rows for each in made.reliability.base.bins) == 400


def test_the_margin_decides_about_not_worse():
    pair = pair_with(fixed=10, broken=10, right=500, wrong=480)
    kinds = [compare(*pair, Task.CLASSIFY, evidence=Evidence(margin=margin)).verdict for margin in (None, 0.05)]
    assert [verdict.kind if verdict else None for verdict in kinds] == ["undecided", "not_worse"]
