import pytest

from tests.unit.scoring.builders import answers, pair_with
from tuning.prediction import Prediction
from tuning.scoring.caveats import find_caveats
from tuning.scoring.comparison import compare
from tuning.scoring.evidence import NO_TIME
from tuning.scoring.likeness import BY_LIKENESS, LIKE, UNLIKE
from tuning.scoring.record import (
    CleanScore,
    Comparison,
    Confusion,
    Forgetting,
    Gain,
    MetricRow,
    RowCounts,
    Rung,
    Slice,
    Verdict,
)
from tuning.scoring.wording import metric_name
from tuning.spec import Task

ROW = MetricRow(name="accuracy", base=0.5, tuned=0.4, delta=-0.1, low=-0.2, high=-0.05, better="higher")


def plain(**parts: object) -> Comparison:
    made = compare(*pair_with(fixed=30, broken=5, right=10, wrong=10), Task.CLASSIFY)
    return made.model_copy(update={"slices": [], "gain": None, **parts})


def part(value: str, delta: float, claim: str | None = "worse") -> Slice:
    metric = ROW.model_copy(update={"delta": delta})
    return Slice.model_validate({"by": "class", "value": value, "rows": 30, "metric": metric, "claim": claim})


def test_nothing_to_say_is_nothing_said():
    assert find_caveats(plain(slices=[part("a", -0.5, None), part("b", 0.5, "better")])) == []


@pytest.mark.parametrize(
    ("needed", "rows", "said"),
    [
        (
            1200,
            {"train": 280, "test": 80},
            ["about 1,200 test rows, if the difference stays: that is more than this file has rows"],
        ),
        (200, {"train": 280, "test": 80}, ["put that many aside (setting Test rows)"]),
        (300, {"train": 280, "dev": 40, "test": 80}, ["few rows of this file would be left to learn from"]),
        (200, {"train": None, "test": 80}, ["about 200 test rows, if the difference stays."]),
        (200, {"train": 180, "unseen": 100, "test": 80}, []),
        (150, {"train": 280, "test": 20, "unanswered": 180}, ["200 are put aside, and a longer run answers more"]),
        (None, {"train": 280, "test": 80}, []),
    ],
)
def test_what_would_decide_is_said_with_how_to_come_by_it(needed, rows, said):
    verdict = Verdict(kind="undecided", sentence="S.", rows_needed=needed, unfinished="unseen" in rows)
    made = plain(verdict=verdict, rows=RowCounts.model_validate(rows))
    found = [text for text in find_caveats(made) if text.startswith("To decide")]
    assert len(found) == len(said)
    assert all(part in text for part, text in zip(said, found, strict=True))
    useless = made.model_copy(update={"verdict": verdict.model_copy(update={"worth_it": False})})
    assert not [text for text in find_caveats(useless) if text.startswith("To decide")]


def test_rows_that_there_was_no_time_for_come_before_everything():
    made = plain(slices=[part("a", -0.5)], verdict=Verdict(kind="better", sentence="S.", unfinished=True))
    said = find_caveats(made.model_copy(update={"rows": made.rows.model_copy(update={"train": 8, "unseen": 104})}))
    assert said[0] == "Training saw 8 of 112 training rows: what tuning does with all of them takes more time to know."
    assert len(said) == 2


@pytest.mark.parametrize(("kind", "note", "said"), [("better", NO_TIME, True), ("better", "cancelled", False),
                                                    ("undecided", NO_TIME, False)])  # fmt: skip
def test_that_the_base_was_shown_nothing_is_said_where_it_looks_bad_beside_tuned(kind, note, said):
    verdict = Verdict.model_validate({"kind": kind, "sentence": "S."})
    ladder = [Rung(name="base_few_shot", status="not_run", note=note)]
    cut = ROW.model_copy(update={"name": "hit_limit_rate", "base": 0.63})
    made = plain(verdict=verdict, ladder=ladder, metrics=[ROW, cut])
    found = [text for text in find_caveats(made) if "shown" in text]
    assert bool(found) == said
    if said:
        assert "no examples of what is wanted; 63.0 % of its answers were cut off:" in found[0]


@pytest.mark.parametrize(
    ("answered", "wanted", "said"), [(85, 26, True), (85, 80, False), (59, 26, False), (100, 26, False)]
)
def test_that_tuned_hardly_tells_labels_apart_is_said(answered, wanted, said):
    targets = ["a"] * wanted + ["b"] * (100 - wanted)
    tuned = answers(["a"] * answered + ["b"] * (100 - answered), targets)
    made = compare(answers(["?"] * 100, targets), tuned, Task.CLASSIFY)
    found = [text for text in find_caveats(made) if text.startswith("Tuned answers 'a'")]
    assert found == (["Tuned answers 'a' to 85 of 100 test rows, of 26 of which it is the target."] if said else [])


@pytest.mark.parametrize(
    ("easy", "hard", "rows", "said"),
    [(0.98, 0.69, 56, True), (0.98, 0.69, 19, False), (0.75, 0.69, 56, False), (0.69, 0.98, 56, False)],
)
def test_that_rows_like_those_of_training_are_easier_is_said_where_it_is_sure(easy, hard, rows, said):
    slices = [
        Slice(by=BY_LIKENESS, value=value, rows=count, metric=ROW.model_copy(update={"tuned": tuned}))
        for value, tuned, count in ((LIKE, easy, rows), (UNLIKE, hard, 144))
    ]
    found = [text for text in find_caveats(plain(slices=slices)) if text.startswith("Rows like those")]
    assert bool(found) == said
    if said:
        assert "accuracy of tuned is 98.0 % on the 56 that share half their words or more with a training" in found[0]
        assert "69.0 % on the 144 others" in found[0]


def test_rows_that_were_easier_for_the_base_too_say_so_and_what_does_best_without_tuning_stands_beside():
    slices = [
        Slice(by=BY_LIKENESS, value=value, rows=60, metric=ROW.model_copy(update=scores), strongest=0.531)
        for value, scores in ((LIKE, {"base": 0.74, "tuned": 0.74}), (UNLIKE, {"base": 0.2, "tuned": 0.2}))
    ]
    (said,) = [text for text in find_caveats(plain(slices=slices)) if text.startswith("Rows like those")]
    assert said.startswith("Rows like those it learned from are easier for it, and were for the base: ")
    assert said.endswith("never seen (the best without tuning there: 53.1 %).")


@pytest.mark.parametrize(("copies", "said"), [(109, True), (12, False), (0, False)])
def test_what_copying_the_input_gets_right_is_told_apart(copies, said):
    wanted = ["London"] * copies + ["Genua"] * (160 - copies)
    base, tuned = answers(["?"] * 160, wanted), answers(["London"] * 160, wanted)
    before, after = ([row.model_copy(update={"input": "London"}) for row in side] for side in (base, tuned))
    found = [text for text in find_caveats(compare(before, after, Task.GENERATE)) if "copying" in text]
    expected = (
        "109 test rows want the input as it is, which copying gets right. On the 51 that want something else "
        "exact match went from 0.0 % to 0.0 %."
    )
    assert found == ([expected] if said else [])


@pytest.mark.parametrize(
    ("rung", "value", "said"), [("base_few_shot", 0.65, True), ("base_best", 0.55, False), ("tfidf", 0.65, False)]
)
def test_that_the_base_does_better_when_asked_otherwise_is_said(rung, value, said):
    ladder = [Rung(name=name, status="run", value=at) for name, at in (("base", 0.5), (rung, value))]
    better = Verdict(kind="better", sentence="Accuracy went up.")
    found = [text for text in find_caveats(plain(ladder=ladder, verdict=better)) if "is asked" in text]
    assert len(found) == said
    if said:
        assert (
            "the base model shown examples reaches 65.0 % without tuning, against 50.0 % as it is asked here."
            in found[0]
        )


def test_a_label_that_is_never_answered_any_more_is_named():
    before, after = [[6, 4, 0], [0, 10, 0], [0, 0, 9]], [[0, 9, 1], [0, 9, 1], [0, 0, 9]]
    lost = Confusion(labels=["play", "food", "flag"], base=before, tuned=after)
    assert "Tuned never answers 'play' (6 of 10 right before)." in find_caveats(plain(confusion=lost))
    kept = lost.model_copy(update={"tuned": before})
    assert not [text for text in find_caveats(plain(confusion=kept)) if "never" in text]


def test_the_worst_slices_come_first_and_the_rest_is_counted():
    said = find_caveats(plain(slices=[part(str(number), -number / 10) for number in range(1, 6)]))
    assert said[0] == (
        "Worse where class is '5' (may be luck: many parts were looked at): −50.0 points (95 % interval −20.0 to −5.0) "
        "on 30 test rows."
    )
    assert [text[22:23] for text in said[:3]] == ["5", "4", "3"]
    assert said[3:] == ["2 more parts are worse."]


def test_what_the_base_answers_to_almost_every_row_is_no_skill_to_lose():
    made = plain(slices=[part("a", -0.5), part("b", -0.4)])
    rows = made.rows.test
    habit = Confusion(labels=["a", "b"], base=[[10, 0], [rows - 15, 5]], tuned=[[2, 8], [0, rows - 10]])
    first, second = find_caveats(made.model_copy(update={"confusion": habit}))
    assert first.startswith(
        f"Worse where class is 'a' (the base gives that answer to {rows - 5} test rows, right or not)"
    )
    assert "may be luck" in second


def test_leaks_format_and_forgetting_are_told():
    flips = plain().flips
    clean = CleanScore(rows=50, leaked=5, metric=ROW, flips=flips)
    gain = Gain(kind="format", strict=ROW, lenient=ROW, note="Most of it is format.")
    worse = ROW.model_copy(update={"delta": 3.0, "low": 1.0, "high": 5.0, "better": "lower"})
    forgetting = Forgetting(metric=worse, passages=9, tokens=99, forgot=True, note="Forgetting: much.")
    assert find_caveats(plain(clean=clean, gain=gain, forgetting=forgetting)) == [
        "5 test rows also stood in the training rows; the verdict is about the 50 others.",
        "Most of it is format.",
        "Forgetting: much.",
    ]


def test_a_model_that_always_answers_alike_or_no_better_than_chance_is_named():
    targets = ["a", "b", "c"] * 20
    one = compare(answers(["?"] * 60, targets), answers(["a"] * 60, targets), Task.CLASSIFY)
    assert find_caveats(one)[:2] == [
        "Tuned gives one answer to every row: 'a'.",
        "Tuned is no better than chance: 33.3 % against 33.3 %.",
    ]
    good = compare(answers(["?"] * 60, targets), answers(targets, targets), Task.CLASSIFY)
    assert [text for text in find_caveats(good) if text.startswith("Tuned")] == []


def test_knowledge_and_no_forgetting_are_no_caveats():
    gain = Gain(kind="knowledge", strict=ROW, lenient=ROW, note="Knowledge.")
    forgetting = Forgetting(metric=ROW, passages=9, tokens=99, note="None seen.")
    assert find_caveats(plain(gain=gain, forgetting=forgetting)) == []


def test_to_one_input_no_model_gives_two_answers():
    targets = {"a": ["x", "x", "y"], "b": ["x"], "A": ["z"]}
    rows = [
        Prediction(row=number, input=text, target=target, output="x")
        for number, (text, target) in enumerate((text, target) for text, all_ in targets.items() for target in all_)
    ]
    (said,) = find_caveats(plain(), rows)
    assert said.startswith("4 of these 5 test rows at most can be answered as their target says: some inputs come with")
    assert find_caveats(plain(), rows[1:]) == [said.replace("4 of these 5", "3 of these 4")]
    assert find_caveats(plain(), [rows[0], rows[1], rows[3], rows[4]]) == []


def test_what_is_sure_beside_an_open_verdict_is_said():
    """Log loss may have got surely better where accuracy has not; a p that is not adjusted says nothing."""
    log_loss = MetricRow(
        name="log_loss", base=1.0, tuned=0.5, delta=-0.5, low=-0.7, high=-0.3, p=0.001, p_adjusted=0.002, better="lower"
    )
    mcc = ROW.model_copy(update={"name": "mcc", "p": 0.04, "p_adjusted": 0.2})
    worse = ROW.model_copy(update={"name": "macro_f1", "p": 0.001, "p_adjusted": 0.003})
    made = plain(metrics=[ROW, log_loss, mcc, worse], verdict=Verdict(kind="undecided", sentence="S."))
    said = [text for text in find_caveats(made) if text.startswith("Surely")]
    assert said == ["Surely better all the same: log loss.", f"Surely worse all the same: {metric_name('macro_f1')}."]
    decided = made.model_copy(update={"verdict": Verdict(kind="better", sentence="S.")})
    assert not [text for text in find_caveats(decided) if text.startswith("Surely")]
