"""Two answers as HTML: what is said of each, what a blind mode hides, and that texts stay texts."""

import pytest

from tests.unit.ui.builders import HOSTILE
from tests.unit.ui.fragments import Names, text_of
from tuning.runs.exchange import Reply, Side
from tuning.ui.blind import Order
from tuning.ui.replies import Shown, draw_replies

WRITTEN = Reply(
    base=Side(text="from the base", tokens=1, first_s=0.5, seconds=0.5, over=True),
    tuned=Side(text="good", tokens=11, first_s=0.5, seconds=1.5, over=True, hit_limit=True),
)
LABELLED = Reply(
    base=Side(
        text="bad", first_s=0.2, seconds=0.2, over=True, probabilities={"bad": 0.7, "good": 0.2999, "odd": 0.0001}
    ),
    tuned=Side(text="good", first_s=0.3, seconds=0.3, over=True, probabilities={"bad": 0.1, "good": 0.9, "odd": 0.0}),
)


def test_both_stand_side_by_side_with_their_speed():
    said = text_of(draw_replies(Shown("run", WRITTEN)))
    assert said.index("from the base") < said.index("good")
    assert "1 token · first after 0.50 s" in said
    assert "11 tokens · first after 0.50 s · then 10.0 tokens/s" in said
    assert said.count("cut off") == 1
    assert "target" not in said
    assert "too long" not in said
    cut = WRITTEN.model_copy(update={"prompt_cut": True})
    assert "asked without its end" in text_of(draw_replies(Shown("run", cut)))


def test_an_answer_is_held_against_its_target_when_it_is_whole():
    drawn = draw_replies(Shown("run", WRITTEN, "good"))
    assert text_of(drawn).count("✓ as the target") == 1
    assert text_of(drawn).count("% like the target") == 1
    assert "Underlined" not in text_of(drawn), "nothing is marked where little is shared"
    near = Reply(base=Side(text="a good text", over=True), tuned=Side(text="a bad text", over=True))
    assert "Underlined: in the target" in text_of(draw_replies(Shown("run", near, "a good text")))
    going = WRITTEN.model_copy(update={"base": Side(text="from"), "tuned": Side(text="go")})
    assert "the target" not in text_of(draw_replies(Shown("run", going, "good")))


def test_an_answer_is_scored_as_the_run_was():
    target = '{"way": "north", "far": "yes"}'
    half = Reply(base=Side(text="north", over=True), tuned=Side(text='{"way": "north", "far": "no"}', over=True))
    said = text_of(draw_replies(Shown("run", half, target, primary="field_exactness")))
    assert "0 % of its fields right" in said
    assert "50 % of its fields right" in said
    assert "rounded otherwise than among many" in said
    assert "% like the target" in text_of(draw_replies(Shown("run", half, target, primary="exact_match")))
    assert "rounded" not in text_of(draw_replies(Shown("run", LABELLED, "good")))


def test_answers_that_are_the_same_are_said_to_be_so():
    same = WRITTEN.model_copy(update={"base": WRITTEN.tuned})
    assert "Both answers are the same." in text_of(draw_replies(Shown("run", same)))
    surer = LABELLED.tuned.model_copy(update={"probabilities": {"bad": 0.4, "good": 0.6, "odd": 0.0}})
    labels = LABELLED.model_copy(update={"base": surer})
    assert "Both answers are the same, though not equally sure." in text_of(draw_replies(Shown("run", labels)))
    assert "the same" not in text_of(draw_replies(Shown("run", WRITTEN)))
    assert not Shown("run", same, order=Order(True)).sealed, "there is nothing to choose between"


def test_answers_say_what_they_answer():
    said = text_of(draw_replies(Shown("run", WRITTEN, prompt="what\nwas asked " * 20)))
    assert said.startswith("Answers to: what was asked what")
    assert "…" in said.partition("Base")[0]


@pytest.mark.parametrize("tuned_first", [True, False])
@pytest.mark.parametrize("reply", [WRITTEN, LABELLED], ids=["written", "labelled"])
def test_until_the_vote_nothing_tells_which_is_whose(reply, tuned_first):
    hidden = draw_replies(Shown("run", reply, "good", Order(tuned_first)))
    plain = hidden.replace("from the base", "")
    assert not any(
        word in plain for word in ("Base", "base", "tuned", "Tuned", " s ·", "tokens/s", "the target", "weighed")
    )
    mirrored = Reply(base=reply.tuned, tuned=reply.base)
    assert hidden == draw_replies(Shown("run", mirrored, "good", Order(not tuned_first)))


@pytest.mark.parametrize(("tuned_first", "first"), [(True, "tuned"), (False, "base")])
def test_after_the_vote_everything_is_told(tuned_first, first):
    said = text_of(draw_replies(Shown("run", WRITTEN, "good", Order(tuned_first), voted=True)))
    assert f"A was the {first} model" in said
    assert "tokens/s" in said


def test_labels_stand_in_the_same_order_on_both_sides():
    said = text_of(draw_replies(Shown("run", LABELLED, "good")))
    assert said.count("good") == 2
    first, second = said.split("Tuned", 1)
    for side in (first, second):
        assert side.index("good") < side.index("bad") < side.index("odd")
    assert "< 0.1 %" in first
    assert "0.0 %" in second
    assert "3 labels scored in 0.20 s" in first


def test_many_labels_are_cut_to_those_that_either_holds_for_likely():
    shares = {f"label {n}": 0.1 for n in range(10)}
    side = Side(text="label 0", over=True, probabilities=shares)
    said = text_of(draw_replies(Shown("run", Reply(base=side, tuned=side))))
    assert said.count("and 4 more labels") == 2
    assert "label 9" not in said
    said = text_of(draw_replies(Shown("run", Reply(base=side, tuned=side), "label 9")))
    assert said.count("label 9 target") == 2, "the target is there in any case"
    assert said.count("and 4 more labels") == 2


def test_a_single_label_more_is_shown():
    side = Side(text="label 0", over=True, probabilities={f"label {n}": 1 / 7 for n in range(7)})
    said = text_of(draw_replies(Shown("run", Reply(base=side, tuned=side))))
    assert "label 6" in said
    assert "more label" not in said


def test_what_is_not_there_yet_is_no_empty_answer():
    said = text_of(draw_replies(Shown("run", Reply(tuned=Side(over=True)))))
    assert said.count("…") == 1
    assert said.count("it ended at once") == 1


@pytest.mark.parametrize("voted", [True, False])
def test_texts_stay_texts(voted):
    side = Side(text=HOSTILE, over=True)
    likely = Side(text=HOSTILE, over=True, probabilities={HOSTILE: 1.0})
    for one in (side, likely):
        drawn = draw_replies(Shown("run", Reply(base=one, tuned=one), HOSTILE, Order(True), voted))
        assert not {"script", "img"} & Names(drawn).tags
        assert "onerror" not in Names(drawn).attributes
