from dataclasses import replace

import pytest

from tests.unit.scoring.builders import answers
from tuning.data.examples import Example
from tuning.scoring.evidence import Contest, Evidence
from tuning.scoring.ladder import build_ladder, ranked
from tuning.scoring.record import Rung, ScoringVariant
from tuning.spec import Task

TARGETS = ["spam", "ham"] * 30
TRAIN = [Example(row=100 + row, input=f"mail {target}", target=target) for row, target in enumerate(TARGETS)]


def contest(task: Task = Task.CLASSIFY, primary: str = "accuracy") -> Contest:
    base, tuned = answers(["ham"] * 60, TARGETS), answers([*TARGETS[:50], *["?"] * 10], TARGETS)
    return Contest(base, tuned, task, primary, ("ham", "spam", "other") if task is Task.CLASSIFY else ())


def rung(rungs: list[Rung], name: str) -> Rung:
    (found,) = [each for each in rungs if each.name == name]
    return found


def test_two_bare_lists_have_the_rungs_that_need_nothing():
    ladder = build_ladder(contest(), Evidence())
    assert [(each.name, each.status) for each in ladder.rungs] == [
        ("chance", "run"),
        ("majority", "not_run"),
        ("tfidf", "not_run"),
        ("base", "run"),
        ("base_few_shot", "not_run"),
        ("tuned", "run"),
    ]
    assert all(each.note and each.value is None for each in ladder.rungs if each.status == "not_run")
    base, tuned = rung(ladder.rungs, "base"), rung(ladder.rungs, "tuned")
    assert (base.value, tuned.value, base.rows) == (0.5, 50 / 60, 60)
    assert base.low is not None
    assert base.high is not None
    assert base.low < 0.5 < base.high
    assert ladder.headline is not None
    assert (ladder.headline.rung, ladder.headline.metric.base) == ("base", 0.5)


def test_chance_is_the_expected_score_of_guessing():
    assert rung(build_ladder(contest(), Evidence()).rungs, "chance").value == 1 / 3
    # 30 rows a class, each label for a third of the rows: 10 hits of 20 answers and 30 targets.
    guess = rung(build_ladder(contest(primary="macro_f1"), Evidence()).rungs, "chance")
    assert guess.value == pytest.approx(2 * 10 / (20 + 30))


def test_generation_starts_from_copying():
    ladder = build_ladder(contest(Task.GENERATE, "chrf"), Evidence(train=TRAIN))
    names = [each.name for each in ladder.rungs]
    assert names == ["copy_input", "nearest_neighbour", "base", "base_few_shot", "tuned"]
    assert rung(ladder.rungs, "nearest_neighbour").note == "learned from 60 training rows"


def test_tuned_is_held_against_the_strongest_rung_even_if_that_is_better():
    few_shot = answers([*TARGETS[:58], "?", "?"], TARGETS)
    ladder = build_ladder(contest(), Evidence(train=TRAIN, few_shot=list(reversed(few_shot))))
    assert ladder.headline is not None
    assert ladder.headline.rung == "base_few_shot"
    assert ladder.headline.metric.delta == pytest.approx(-8 / 60)
    assert [answer.output for answer in ladder.strongest] == [answer.output for answer in few_shot]
    assert rung(ladder.rungs, "majority").note == "'ham', the commonest of 60 training rows"


def test_of_equal_rungs_the_base_is_named():
    ladder = build_ladder(contest(), Evidence(few_shot=answers(["ham"] * 60, TARGETS)))
    assert ladder.headline is not None
    assert ladder.headline.rung == "base"


def test_what_does_exactly_as_well_as_the_strongest_is_named_beside_it():
    """A base that answers by the commonest label: that is simpler, and no worse; nor is counting words, here."""
    ladder = build_ladder(contest(), Evidence(train=TRAIN, few_shot=contest().base))
    assert ladder.headline is not None
    assert (ladder.headline.rung, ladder.headline.equals) == ("base", ["majority", "tfidf"])
    copied = replace(contest(Task.GENERATE, "exact_match"), base=answers(["?"] * 60, TARGETS))
    nothing = build_ladder(copied, Evidence())
    assert nothing.headline is not None
    assert nothing.headline.equals == [], "nothing right is no merit"


def test_what_was_not_answered_is_not_run_and_says_why():
    part = build_ladder(contest(), Evidence(few_shot=answers(TARGETS[:40], TARGETS[:40])))
    assert rung(part.rungs, "base_few_shot").note == "only 40 of 60 rows were answered"
    refused = build_ladder(contest(), Evidence(no_few_shot="no room for examples in 64 tokens"))
    assert rung(refused.rungs, "base_few_shot").note == "no room for examples in 64 tokens"


def test_training_rows_of_one_class_teach_tfidf_nothing():
    one = [row for row in TRAIN if row.target == "ham"]
    found = rung(build_ladder(contest(), Evidence(train=one)).rungs, "tfidf")
    assert (found.status, found.note) == ("not_run", "needs training rows of at least two classes")


def test_the_reading_that_suits_the_base_best_is_a_rung_of_its_own():
    variants = [
        ScoringVariant(name="raw", dev_accuracy=0.3),
        ScoringVariant(name="length_normalised", dev_accuracy=0.4, chosen=True),
    ]
    better = contest()
    plain = build_ladder(better, Evidence(variants=variants)).rungs
    assert "base_best" not in {rung.name for rung in plain}
    read = build_ladder(better, Evidence(variants=variants, best_reading=better.tuned)).rungs
    best = rung(read, "base_best")
    assert best.value == rung(read, "tuned").value
    assert best.note == "labels scored length-normalised, its best on dev"
    assert rung(read, "base").note == "no examples in its prompt"


def test_the_best_stands_first_and_what_was_not_run_last():
    rungs = [
        Rung(name="chance", status="run", value=0.2),
        Rung(name="base_few_shot", status="not_run", note="no time"),
        Rung(name="base", status="run", value=0.1),
        Rung(name="tuned", status="run", value=0.2),
        Rung(name="tfidf", status="run", value=0.7),
    ]
    assert [rung.name for rung in ranked(rungs)] == ["tfidf", "chance", "tuned", "base", "base_few_shot"]
