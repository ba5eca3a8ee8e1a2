"""The list of samples: one table, whatever is in it, with its ways to other pages."""

import json
from html.parser import HTMLParser

import pytest

from tests.unit.ui.builders import HOSTILE
from tests.unit.ui.fragments import Names, cells, text_of
from tuning.prediction import Prediction
from tuning.report.samples import Change, pair_samples
from tuning.ui.filters import read_pick
from tuning.ui.sample_list import sample_list
from tuning.ui.sample_pages import SamplePage


class Buttons(HTMLParser):
    """What the buttons of a fragment ask for, by their keys."""

    def __init__(self, fragment: str) -> None:
        super().__init__()
        self.found: dict[str, dict[str, str | None]] = {}
        self.feed(fragment)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "button":
            self.found[given["data-key"] or ""] = given


def page(
    base: str = "no", tuned: str = "yes", *, target: str = "yes", number: int = 0, found: int = 1, **values: object
) -> SamplePage:
    before = Prediction(row=7, input=str(values.pop("input", "Is it?")), target=target, output=base)
    shares = {"yes": 0.999, "no": 0.001}
    after = Prediction(row=7, input="", target=target, output=tuned, probabilities=shares)
    samples = pair_samples([before], [after], "seed", str(values.pop("primary", "accuracy"))).all
    plain = {"samples": samples, "changes": [], "words": "every test row", "narrowed": False, "found": found}
    return SamplePage(**{**plain, "number": number, "pages": -(-found // 20), **values})  # type: ignore[arg-type]


def test_labels_are_right_or_wrong_and_as_sure_as_they_are():
    head, row = cells(sample_list(page(), labels=True))
    assert head == ["Row", "Input", "Target", "Base", "Tuned", "Kind"]
    assert row == ["Row 7", "Is it?", "yes", "✗wrong:  no", "✓right:  yes> 99\N{NO-BREAK SPACE}% sure", "▲ fixed"]


def test_words_of_texts_are_compared():
    shown = sample_list(page("a quick fox", "a slow fox", target="a slow fox"), labels=False)
    assert "not in the target: quick missing: slow fox" in text_of(shown)
    assert "struck out : not in the target" in text_of(shown)
    assert "too different to mark" in text_of(sample_list(page("Sure!", target="a slow fox"), labels=False))


def test_an_answer_of_nothing_says_so():
    assert "no answer" in text_of(sample_list(page("", target="a slow fox"), labels=False))


@pytest.mark.parametrize("labels", [True, False])
def test_hostile_texts_stay_texts(labels):
    given = page(f"{HOSTILE} 1", f"{HOSTILE} 2", target=f"{HOSTILE} 3", input=HOSTILE, words=HOSTILE)
    shown = Names(sample_list(given, labels=labels))
    assert not shown.tags & {"script", "img"}
    assert not [name for name in shown.attributes if name.startswith("on")]


def test_a_long_cell_is_cut_and_its_row_can_be_opened():
    short, long = (sample_list(page(tuned="word " * count), labels=False) for count in (5, 20_000))
    assert "<details>" not in short
    assert "Read row 7 in full" in text_of(long)
    assert "90,000 more characters: they are in the download" in text_of(long)
    assert len(long) < 30_000


def test_a_text_of_many_lines_is_cut_to_some():
    shown = sample_list(page("\n".join(f"line {n};" for n in range(1, 13))), labels=False)
    short, whole = shown.split("<details>")
    assert "line 8;" in short
    assert "line 9;" not in short
    assert "line 12;" in whole


def test_pages_are_turned_by_buttons_that_the_server_understands():
    buttons = Buttons(sample_list(page(number=1, found=50), labels=True)).found
    assert {key: read_pick(json.loads(one["data-pick"] or "")).page for key, one in buttons.items()} == {
        "back": 0,
        "on": 2,
    }
    assert "disabled" not in buttons["back"]
    assert "disabled" in Buttons(sample_list(page(found=50), labels=True)).found["back"]
    assert Buttons(sample_list(page(), labels=True)).found == {}


def test_what_is_shown_is_said_with_a_way_back():
    shown = sample_list(page(words="target a, tuned answered b", narrowed=True, number=1, found=50), labels=True)
    assert "21 to 21 of 50 target a, tuned answered b" in text_of(shown)
    assert read_pick(json.loads(Buttons(shown).found["every"]["data-pick"] or "")).filter is not None


def test_nothing_found_says_so():
    shown = text_of(sample_list(page(samples=[], found=0, pages=1), labels=True))
    assert shown.startswith("no row: every test row")
    assert "No test row is like that." in shown


def test_sorted_by_change_the_change_is_shown():
    given = page(changes=[Change(0.1, 0.999)])
    assert "target 10 % → > 99 %" in text_of(sample_list(given, labels=True))


def test_beside_a_text_stands_how_like_its_target_it_is():
    given = page("a quick fox", "a slow dog", target="a slow fox", primary="chrf")
    shown = text_of(sample_list(given, "chrf", labels=False))
    assert "▲ closer" in shown
    assert "✗" not in shown, "a text is rarely its target to the letter"
    assert shown.count("%") == 2
    assert "figure below an answer: how like its target it is" in shown
    short = page("a quick fox", "a slow dog", target="a slow fox", primary="exact_match")
    assert text_of(sample_list(short, "exact_match", labels=False)).count("wrong:") == 2, "these are right or wrong"
    assert "share of its fields" in text_of(sample_list(given, "field_exactness", labels=False))
