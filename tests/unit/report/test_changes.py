"""What got worse has the same room as what got better, and nothing is claimed that the slices do not claim."""

import pytest

from tests.unit.scoring.builders import pair_with
from tests.unit.ui.builders import HOSTILE
from tests.unit.ui.fragments import Names, cells, metric, text_of
from tuning.report.changes import changes
from tuning.scoring.comparison import Comparison, FieldScore, Forgetting, Gain, Slice, compare
from tuning.spec import Task

SURE, OPEN = metric(low=0.3, high=0.7), metric(delta=0.1, low=-0.1, high=0.3)
WORSE = metric(base=0.75, tuned=0.25, delta=-0.5, low=-0.7, high=-0.3)


def comparison(**parts: object) -> Comparison:
    plain = compare(*pair_with(fixed=60, broken=4, right=20, wrong=16), Task.CLASSIFY)
    return plain.model_copy(update={"slices": [], "gain": None, "forgetting": None, **parts})


def part(value: str, claim: str | None = None, rows: int = 40) -> Slice:
    return Slice.model_validate(
        {
            "by": "class",
            "value": value,
            "rows": rows,
            "claim": claim,
            "metric": SURE if claim == "better" else WORSE if claim == "worse" else OPEN,
        }
    )


def forgetting(delta: float, low: float | None, high: float | None) -> Forgetting:
    row = metric(
        name="general_perplexity", base=12.0, tuned=12.0 + delta, delta=delta, low=low, high=high, better="lower"
    )
    return Forgetting(metric=row, passages=8, tokens=480, note="As measured.")


def test_nothing_known_is_nothing_shown():
    assert changes(comparison()) == ""


def test_both_sides_stand_beside_each_other_and_are_called_exploratory():
    shown = changes(comparison(slices=[part("ham", "better"), part("spam", "worse"), part("eggs")]))
    better, worse = shown.split('<div class="to-half ')[1:]
    assert "▲ Got better 1 part" in text_of(better)
    assert "ham class, 40 rows +50.0 points" in text_of(better)
    assert "spam class, 40 rows −50.0 points 75.0 % → 25.0 % −70.0 to −30.0" in text_of(worse)
    assert "1 part without a clear difference" in text_of(worse)
    assert "Exploratory" in shown


def test_what_a_part_is_called_can_be_drawn_otherwise():
    shown = changes(comparison(slices=[part("ham", "better"), part("eggs")]), lambda one: f"<u>{one.value}</u>")
    assert shown.count("<u>") == 2
    assert "ham class" not in text_of(shown)


def test_an_empty_side_says_so():
    assert "No part of the test rows is surely worse." in changes(comparison(slices=[part("ham", "better")]))


def test_every_field_of_json_answers_is_listed():
    fields = [FieldScore(field=f"{HOSTILE} {n}", rows=40 - n, metric=SURE, claim="better") for n in range(14)]
    shown = changes(comparison(fields=fields))
    assert "Field by field" in shown
    assert len(cells(shown)) == 2 + 14
    assert "2 more" in text_of(shown)
    assert "40 rows" in text_of(shown)
    assert not Names(shown).tags & {"script", "img"}
    assert "Field by field" not in changes(comparison())


def test_parts_of_few_rows_are_counted_as_such():
    shown = changes(comparison(slices=[part("a"), part("b", rows=3)]))
    assert "1 part without a clear difference" in shown
    assert "1 part of fewer than 20 rows: too few to tell better from luck" in shown
    assert "No part of the test rows is surely better or worse." in shown
    assert "Got better" not in shown


def test_the_largest_come_first_and_the_rest_is_folded():
    shown = changes(comparison(slices=[part(f"v{number}", "worse") for number in range(9)]))
    assert "3 more" in text_of(shown)
    assert shown.index("v5") < shown.index("<details") < shown.index("v6")


def test_hostile_values_and_columns_stay_texts():
    shown = changes(comparison(slices=[part(HOSTILE, "worse").model_copy(update={"by": f"column {HOSTILE}"})]))
    assert not Names(shown).tags & {"script", "img"}
    assert "&lt;script&gt;" in shown


def test_a_gain_shows_each_reading():
    gain = Gain(kind="format", strict=SURE, lenient=OPEN, likelihood=OPEN, note="Most of it is format.")
    shown = text_of(changes(comparison(gain=gain)))
    assert "The gain is mostly format" in shown
    assert "As written the answer is the target +50.0 points 25.0 % → 75.0 %" in shown
    assert "By label likelihood" in shown
    assert "By label" not in text_of(changes(comparison(gain=gain.model_copy(update={"likelihood": None}))))


@pytest.mark.parametrize(
    ("delta", "low", "high", "title"),
    [
        (1.0, 0.5, 1.5, "▼ Hardly any forgetting"),
        (-1.0, -1.5, -0.5, "▲ General text got easier"),
        (0.1, -0.5, 0.5, "? No clear sign of forgetting"),
        (0.1, None, None, "Forgetting: not known"),
    ],
)
def test_forgetting_is_named_only_when_it_is_sure(delta, low, high, title):
    shown = text_of(changes(comparison(forgetting=forgetting(delta, low, high))))
    assert title in shown
    assert "As measured. Measured on 8 passages" in shown
    much = forgetting(delta, low, high).model_copy(update={"forgot": True})
    assert ("▼ Forgetting 12.00" in text_of(changes(comparison(forgetting=much)))) == (title[0] == "▼")
