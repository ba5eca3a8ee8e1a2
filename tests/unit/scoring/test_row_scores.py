"""Answers by themselves: like their targets, their right fields, nearer or further than others."""

import pytest

from tuning.prediction import Prediction
from tuning.scoring import measures
from tuning.scoring.comparison import compare
from tuning.scoring.row_scores import count_moved, row_scores, with_scores
from tuning.spec import Task


def answered(output: str, target: str, row: int = 1, **fields: object) -> Prediction:
    return Prediction.model_validate({"row": row, "input": "in", "target": target, "output": output, **fields})


@pytest.mark.parametrize(
    ("metric", "output", "target", "score"),
    [
        ("accuracy", "good", "good", 1.0),
        ("exact_match", " good ", "good", 1.0),
        ("exact_match", "good!", "good", 0.0),
        ("field_exactness", '{"a": 1, "b": 3}', '{"a": 1, "b": 2}', 0.5),
        ("field_exactness", '{"b":2,"a":1}', '{"a": 1, "b": 2}', 1.0),
        ("chrf", "a whole sentence", "a whole sentence", 1.0),
        ("chrf", "", "a whole sentence", 0.0),
    ],
)
def test_an_answer_is_scored_by_what_the_verdict_is_about(metric, output, target, score):
    assert row_scores(metric, [answered(output, target)]) == [pytest.approx(score)]


def test_many_rows_are_scored_as_one_is():
    texts = [(f"the quick fox {n % 7}", f"a quick dog {n % 5}") for n in range(1_203)]
    found = row_scores("chrf", [answered(*text, row=row) for row, text in enumerate(texts, 1)])
    assert len(found) == len(texts)
    for place in (0, 499, 500, 1_202):
        output, target = texts[place]
        assert found[place] == pytest.approx(measures.chrf([output], [target]), abs=1e-9)


@pytest.mark.parametrize(("primary", "score"), [("chrf", 0.0), ("field_exactness", 0.0), ("exact_match", 0.0)])
def test_generated_texts_get_a_score_that_stays(primary, score):
    rows = with_scores([answered("", "a target of words")], primary)
    assert rows[0].score == score
    kept = [rows[0].model_copy(update={"score": 0.5})]
    assert with_scores(kept, primary) == kept


def test_labels_get_none():
    assert with_scores([answered("a", "b")], "accuracy")[0].score is None
    assert count_moved([answered("a", "b")], [answered("b", "b")], "accuracy") is None


def test_whose_answer_is_nearer_is_counted():
    targets = ["one two three", "four five six", "seven eight nine", "ten eleven twelve"]
    base = [answered("#", target, row) for row, target in enumerate(targets, 1)]
    after = ["one two four", "%", targets[2], "!"]
    tuned = [answered(text, target, row) for row, (text, target) in enumerate(zip(after, targets, strict=True), 1)]
    moved = count_moved(base, tuned, "chrf")
    assert moved is not None
    assert moved.closer + moved.further + moved.level == 4
    assert (moved.closer, moved.further, moved.level) == (2, 0, 2)
    shown = zip(with_scores(base, "chrf"), with_scores(tuned, "chrf"), strict=True)
    assert moved.closer == sum((now.score or 0) > (then.score or 0) for then, now in shown), "what a click would show"


def test_a_copy_of_the_input_with_more_behind_it_does_not_beat_a_right_headline():
    rows, base, tuned = range(1, 41), [], []
    for row in rows:
        target = f"small tool number {row} for invoices"
        rambling = f"Tool {row} is a small program for invoices. It was written long ago and is kept up since, and it "
        base.append(answered(rambling + "can do many other things too, among them printing and sending.", target, row))
        tuned.append(answered(f"tool {row} for invoices", target, row))
    found = compare(base, tuned, Task.GENERATE)
    assert found.primary == "chrf"
    assert found.verdict is not None
    assert found.verdict.kind == "better"
    assert found.moved is not None
    assert found.moved.closer == 40
    assert "closer to the target on 40 rows, further from it on 0" in found.verdict.details
