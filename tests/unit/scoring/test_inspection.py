from dataclasses import replace

from tests.unit.scoring.builders import answers
from tuning.data.examples import Example
from tuning.scoring.evidence import AnswerPair, Contest, Evidence, Setup
from tuning.scoring.inspection import Tremor, inspect, measure_noise
from tuning.scoring.record import Check, Noise
from tuning.spec import Task

TARGETS = ["yes", "no"] * 10
NOTHING_MOVED = Tremor(None, 0.0)


def contest(outputs: list[str], task: Task = Task.CLASSIFY, targets: list[str] = TARGETS) -> Contest:
    base, tuned = answers(outputs, targets), answers(targets, targets)
    return Contest(base, tuned, task, "accuracy", ("no", "yes") if task is Task.CLASSIFY else ())


def named(checks: list[Check]) -> list[str]:
    return [check.check for check in checks]


def test_of_two_bare_lists_only_the_answers_are_checked():
    checks = inspect(contest(["yes"] * 20), Evidence(), frozenset(), NOTHING_MOVED)
    assert named(checks) == ["same rows", "tuned answers differ from base", "answers can be read"]


def test_what_a_run_knows_is_checked_in_a_fixed_order():
    setup = Setup("abc", "greedy", "float32")
    evidence = Evidence(
        train=[Example(row=99, input="input 1", target="yes")],
        base_setup=setup,
        tuned_setup=setup,
        looks=2,
        untrained_head=False,
        checks=[Check(check="adapter changes logits", status="pass", detail="by up to 3")],
    )
    checks = inspect(contest(["yes"] * 20), evidence, frozenset({1}), Tremor(Noise(rows=5, changed=0, delta=0.0), 0.5))
    assert named(checks) == [
        "same rows",
        "same prompts",
        "same decoding and precision",
        "base is a trained model",
        "adapter changes logits",
        "tuned answers differ from base",
        "test rows unseen in training",
        "answers can be read",
        "base agrees with itself",
        "test split seldom looked at",
    ]
    assert [check.check for check in checks if check.status != "pass"] == ["test rows unseen in training"]


def unread(contest: Contest, free_text: AnswerPair | None = None) -> str:
    checks = inspect(contest, Evidence(free_text=free_text), frozenset(), NOTHING_MOVED)
    return next(check.detail for check in checks if check.check == "answers can be read")


def test_an_answer_that_names_no_label_is_not_understood():
    outputs = ["It is yes.", "yes or no", "", *["no"] * 17]
    assert unread(contest(outputs)) == "no label is named: base 2 of 20"
    written = AnswerPair(answers(["?"] * 20, TARGETS), answers(["", *TARGETS[1:]], TARGETS))
    assert unread(contest(outputs), written) == "no label is named: base 20 of 20, tuned 1 of 20"


def test_generated_text_is_understood_unless_it_is_empty_or_should_be_json():
    assert unread(contest(["", "  ", *["words"] * 18], Task.GENERATE)) == "empty: base 2 of 20"
    fields = ['{"a": 1}'] * 20
    assert unread(contest(["a: 1", *fields[1:]], Task.GENERATE, fields)) == "not JSON: base 1 of 20"


def test_noise_is_what_changes_on_the_rows_answered_again():
    asked = contest(TARGETS)
    again = [row.model_copy(update={"output": "no"}) for row in asked.base[:4]]
    assert measure_noise(asked, again) == Noise(rows=4, changed=2, delta=-0.5)
    assert measure_noise(asked, asked.base) == Noise(rows=20, changed=0, delta=0.0)


def test_of_labels_that_were_scored_and_not_written_nothing_is_to_be_read():
    asked = contest(TARGETS)
    scored = [row.model_copy(update={"probabilities": {"yes": 0.5, "no": 0.5}}) for row in asked.base]
    checks = inspect(replace(asked, base=scored), Evidence(), frozenset(), NOTHING_MOVED)
    assert "answers can be read" not in named(checks)
