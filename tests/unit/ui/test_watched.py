"""The watched rows as a table: what is said, what is read out, and texts that stay texts."""

from tests.unit.ui.builders import HOSTILE
from tuning.events import Sampled, SampledAnswer
from tuning.ui.watched import watched_rows


def look(step: int, *scores: float, metric: str = "accuracy", output: str = "good") -> Sampled:
    answers = [
        SampledAnswer(row=row, input=f"input {row}", target=f"target {row}", output=f"{output} {step}", score=score)
        for row, score in enumerate(scores, 1)
    ]
    return Sampled(at=1.0, step=step, metric=metric, answers=answers)


def test_nothing_is_shown_before_the_rows_were_asked():
    assert watched_rows([]) == ""


def test_the_first_look_is_compared_with_none():
    shown = watched_rows([look(0, 0, 1)])
    assert "At the start: 1 of 2 watched rows right." in shown
    assert "After step" not in shown
    assert "Answer at the start" in shown


def test_every_row_shows_its_last_answer_and_how_it_became_right():
    shown = watched_rows([look(0, 0, 0), look(40, 0, 0), look(80, 1, 0)])
    assert "At the start: 0 of 2 watched rows right. After step 80: 1 of 2 watched rows right." in shown
    assert "good 80" in shown
    assert "good 40" not in shown
    assert 'aria-label="at the start wrong; after step 40 wrong; after step 80 right"' in shown
    assert '<i class="to-wrong">✗</i><i class="to-wrong">✗</i><i class="to-right">✓</i>' in shown


def test_answers_of_an_adapter_that_is_not_kept_are_told_from_those_of_the_one_that_is():
    looks = [look(0, 0), look(40, 1), look(80, 0)]
    shown = watched_rows(looks, 50)
    assert "After step 40: 1 of 1 watched rows right. The adapter of step 50 is kept" in shown
    assert "good 80" not in shown
    assert "is kept" not in watched_rows(looks, 80)
    assert "is kept" not in watched_rows(looks)


def test_what_is_partly_right_is_a_number_that_is_explained():
    shown = watched_rows([look(0, 0.666, 0.999, 0.001, metric="field_exactness")])
    assert all(f"<i>{percent}</i>" in shown for percent in (67, 99, 1))
    assert "at the start 67 %" in shown
    assert "percent of its fields are right" in shown
    assert "like its target" in watched_rows([look(0, 0.5, metric="chrf")])


def test_of_many_looks_the_first_and_the_last_are_marked():
    shown = watched_rows([look(step, 0) for step in range(0, 300, 10)])
    assert shown.count('class="to-wrong"') == 8
    assert "at the start wrong; after step 230 wrong" in shown


def test_an_empty_answer_is_said_to_be_one():
    empty = look(0, 0).model_copy(
        update={"answers": [SampledAnswer(row=1, input="a", target="b", output=" ", score=0)]}
    )
    assert "<em>nothing</em>" in watched_rows([empty])


def test_texts_stay_texts():
    answer = SampledAnswer(row=1, input=HOSTILE, target=HOSTILE, output=HOSTILE, score=0.5)
    shown = watched_rows([Sampled(at=1, step=0, metric=HOSTILE, answers=[answer])])
    assert "<script" not in shown
    assert "<img" not in shown
    assert shown.count("&lt;script&gt;") == 3
