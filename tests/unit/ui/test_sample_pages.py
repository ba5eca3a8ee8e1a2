"""Search, order and pages of samples."""

import pytest

from tuning.errors import SettingError
from tuning.prediction import Prediction
from tuning.report.samples import Samples, pair_samples
from tuning.ui.filters import Chosen
from tuning.ui.sample_pages import MOST_SEARCHED, PAGE_ROWS, View, read_view, sample_page

EVERY = Chosen("every test row", lambda _: True, narrows=False)


def answer(row: int, output: str, share: float) -> Prediction:
    shares = {"yes": share, "no": 1 - share}
    return Prediction(row=row, input=f"Input {row}", target="yes", output=output, probabilities=shares)


def samples(*tuned: float) -> Samples:
    """Rows 1, 2, ... of which the base is half sure, and the tuned as sure of "yes" as said."""
    base = [answer(row, "yes", 0.5) for row, _ in enumerate(tuned, 1)]
    after = [answer(row, "yes" if share > 0.5 else "no", share) for row, share in enumerate(tuned, 1)]
    return pair_samples(base, after, "seed", "accuracy")


def rows(found: Samples, view: View, chosen: Chosen = EVERY) -> list[int]:
    return [sample.row for sample in sample_page(found, chosen, view).samples]


@pytest.mark.parametrize(("asked", "got"), [(0, 0), (1, 1), (99, 2)])
def test_pages_stay_within_what_there_is(asked, got):
    found = samples(*[0.9] * (2 * PAGE_ROWS + 5))
    page = sample_page(found, EVERY, View(page=asked))
    assert (page.number, page.pages, page.found) == (got, 3, 45)
    assert list(page.samples) == list(found.all[got * PAGE_ROWS : (got + 1) * PAGE_ROWS])


def test_the_pages_together_are_all_rows_once():
    found = samples(*[0.9] * 45)
    assert sorted(row for page in range(3) for row in rows(found, View(page=page))) == list(range(1, 46))


def test_the_biggest_change_comes_first_whichever_way_it_went():
    view = View(order="change")
    assert rows(samples(0.6, 0.1, 0.95), view) == [3, 2, 1]
    assert [change.size for change in sample_page(samples(0.5, 0.25), EVERY, view).changes] == [0.25, 0.0]


def test_mistakes_come_first_the_surest_at_the_top():
    assert rows(samples(0.9, 0.4, 0.1, 0.8), View(order="mistakes"))[:2] == [3, 2]


def test_right_answers_follow_mistakes_in_the_order_they_were_drawn_in():
    found = samples(*[0.9, 0.99, 0.8, 0.95] * 5, 0.1)
    drawn = [sample.row for sample in found.all if sample.tuned.right]
    assert rows(found, View(order="mistakes"))[:PAGE_ROWS] == [21, *drawn][:PAGE_ROWS]


@pytest.mark.parametrize(
    ("text", "found"), [("INPUT 2", [2]), ("  input 3 ", [3]), ("no", [2]), ("%", []), ("", [1, 2, 3])]
)
def test_search_forgives_case_and_looks_into_every_text(text, found):
    assert sorted(rows(samples(0.9, 0.1, 0.9), View(search=text))) == found


def test_what_is_shown_is_said():
    page = sample_page(samples(0.9), Chosen("fixed", lambda _: True), View(search="<b>"))
    assert page.words == "fixed; with “<b>”"
    assert page.found == 0
    assert page.narrowed


@pytest.mark.parametrize(
    ("order", "search", "page", "said"),
    [
        ("<script>", "", 0, "order must be one that the page offers"),
        ("change", "x" * (MOST_SEARCHED + 1), 0, "at most 200 characters"),
        ("change", {"a": 1}, 0, "search"),
        ("change", "", -1, "page"),
    ],
)
def test_what_the_form_cannot_say_is_refused(order, search, page, said):
    with pytest.raises(SettingError, match=said) as caught:
        read_view(order, search, page)
    assert "<script>" not in str(caught.value)


def test_an_empty_search_is_none():
    assert read_view("shuffled", None, 0) == View()
