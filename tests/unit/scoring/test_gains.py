import pytest

from tests.unit.scoring.builders import answers
from tuning.prediction import Prediction
from tuning.scoring.evidence import AnswerPair, Contest
from tuning.scoring.gains import explain_gain
from tuning.scoring.record import Gain
from tuning.spec import Task

TARGETS = ["north", "south"] * 50
LABELS = ("north", "south")


def put(right: int, wording: str = "{}") -> list[Prediction]:
    """The first `right` answers are right, the others name the other label; all put in those words."""
    other = {"north": "south", "south": "north"}
    said = [target if row < right else other[target] for row, target in enumerate(TARGETS)]
    return answers([wording.format(text) for text in said], TARGETS)


def gain_of(base: list[Prediction], tuned: list[Prediction], free_text: AnswerPair | None = None) -> Gain | None:
    return explain_gain(Contest(base, tuned, Task.CLASSIFY, "accuracy", LABELS), free_text)


@pytest.mark.parametrize(
    ("base", "tuned", "kind"),
    [
        (put(90, "Probably {}, I would say."), put(90), "format"),
        (put(40), put(90), "knowledge"),
        (put(60, "Go {}!"), put(95), "both"),
    ],
)
def test_the_kind_follows_from_what_is_left_when_only_the_meaning_counts(base, tuned, kind):
    gain = gain_of(base, tuned)
    assert gain is not None
    assert gain.kind == kind
    assert (gain.strict.base, gain.likelihood) == (sum(row.correct for row in base) / 100, None)


def test_of_a_base_that_writes_no_json_nobody_knows_what_it_knew():
    targets = ['{"way": "north"}', '{"way": "south"}'] * 50
    tuned = answers(targets, targets)
    silent = explain_gain(Contest(answers(["go there"] * 100, targets), tuned, Task.GENERATE, "field_exactness"), None)
    assert silent is not None
    assert silent.kind == "unclear"
    assert silent.note.startswith("The base wrote no whole JSON in 100 of 100 rows.")
    wrong = answers(['{"way": "up"}'] * 100, targets)
    spoken = explain_gain(Contest(wrong, tuned, Task.GENERATE, "field_exactness"), None)
    assert spoken is not None
    assert spoken.kind == "knowledge"


def test_the_readings_are_told_with_their_intervals():
    gain = gain_of(put(90, "Probably {}, I would say."), put(90))
    assert gain is not None
    assert gain.note.startswith("Most of the gain is format: tuned writes answers the way they are wanted")
    assert "as written +90.0 points (95 % interval +8" in gain.note
    assert "read for its meaning +0.0 points" in gain.note


@pytest.mark.parametrize(("base", "tuned"), [(put(50), put(50)), (put(50), put(40)), (put(50), put(52))])
def test_without_a_sure_gain_there_is_nothing_to_explain(base, tuned):
    assert gain_of(base, tuned) is None


def test_answers_by_likelihood_say_nothing_of_format_unless_texts_were_written_too():
    sure = [row.model_copy(update={"probabilities": {"north": 0.9, "south": 0.1}}) for row in put(40)]
    assert gain_of(sure, put(90)) is None
    written = AnswerPair(put(0, "Hm, {}?"), put(88))
    gain = gain_of(sure, put(90), written)
    assert gain is not None
    assert gain.likelihood is not None
    assert (gain.likelihood.delta, gain.strict.delta, gain.kind) == (0.5, 0.88, "both")
    assert "by label likelihood +50.0 points" in gain.note


@pytest.mark.parametrize(("cut", "kind"), [(51, "unclear"), (50, "knowledge")])
def test_of_a_base_that_is_cut_off_nobody_knows_what_it_was_about_to_say(cut, kind):
    base = [row.model_copy(update={"hit_limit": place < cut}) for place, row in enumerate(put(40))]
    gain = explain_gain(Contest(base, put(90), Task.GENERATE, "exact_match"), None)
    assert gain is not None
    assert gain.kind == kind
    assert gain.note.startswith("The base was cut off in 51 of 100 rows") == (kind == "unclear")


def test_rows_whose_target_is_their_input_are_not_counted():
    def put_all(changed: int, says: str) -> list[Prediction]:
        wanted = ["Genua"] * 30 + ["Bonn"] * 70
        said = ["Genua"] * changed + ["?"] * (30 - changed) + [says] * 70
        return [row.model_copy(update={"input": "Bonn"}) for row in answers(said, wanted)]

    def gain(changed: int) -> Gain | None:
        return explain_gain(Contest(put_all(0, "Well: Bonn!"), put_all(changed, "Bonn"), Task.GENERATE, "chrf"), None)

    assert gain(0) is None, "all that was gained is copied"
    found = gain(20)
    assert found is not None
    assert (found.kind, found.strict.tuned) == ("knowledge", 20 / 30)
    assert found.note.endswith("The 70 test rows whose target is the input as it is are not counted here.")
