"""Every choice of the page keeps the rows that its number counts, and nothing else can be asked for."""

import pytest

from tests.unit.ui.builders import HOSTILE
from tests.unit.ui.full_runs import full_run
from tuning.errors import InputError
from tuning.prediction import Prediction
from tuning.report.samples import KINDS, Samples, pair_samples
from tuning.scoring.comparison import OTHER, compare
from tuning.spec import Task
from tuning.ui.filters import Cell, Every, OfKind, Part, choose, read_filter, read_pick
from tuning.ui.sample_cache import Judged, SampleCache
from tuning.ui.sample_pages import View, sample_page


@pytest.fixture(scope="module")
def judged(tmp_path_factory) -> Judged:
    return SampleCache().judged(full_run(tmp_path_factory.mktemp("home"), rows=120))


def kept(judged: Judged, wanted) -> list[int]:
    keep = choose(wanted, judged.comparison, judged.leaked).keep
    return [sample.row for sample in judged.samples.all if keep(sample)]


def test_every_row_is_kept_until_something_is_chosen(judged):
    assert len(kept(judged, Every())) == 120
    assert not choose(Every(), judged.comparison, judged.leaked).narrows


def test_the_four_kinds_keep_what_they_count(judged):
    flips = judged.comparison.flips
    found = [len(kept(judged, OfKind(kind=kind))) for kind in KINDS]
    assert found == [flips.fixed, flips.broken, flips.both_right, flips.both_wrong]


def test_a_kind_without_rows_says_what_that_means(judged):
    chosen = choose(OfKind(kind="fixed"), judged.comparison, judged.leaked)
    nobody = Samples([sample for sample in judged.samples.all if sample.kind != "fixed"])
    assert sample_page(nobody, chosen, View()).none.startswith("Tuning fixed no row")
    assert sample_page(nobody, chosen, View(search="x")).none == "No test row is like that."


@pytest.mark.parametrize("side", ["base", "tuned"])
def test_every_cell_of_a_matrix_keeps_what_it_counts(judged, side):
    confusion = judged.comparison.confusion
    assert confusion is not None
    places = range(len(confusion.labels))
    found = [
        [len(kept(judged, Cell(side=side, target=target, answer=answer))) for answer in places] for target in places
    ]
    assert found == getattr(confusion, side)


def test_a_cell_of_the_difference_keeps_rows_that_one_model_alone_answered_so(judged):
    base, tuned, changed = (
        set(kept(judged, Cell(side=side, target=1, answer=1))) for side in ("base", "tuned", "difference")
    )
    assert changed == base ^ tuned
    assert changed


@pytest.mark.parametrize("task", list(Task))
def test_every_part_keeps_as_many_rows_as_it_says(tmp_path, task):
    judged = SampleCache().judged(full_run(tmp_path, task, rows=90))
    slices = judged.comparison.slices
    assert {part.by.split()[0] for part in slices} >= {"input", "column", "likeness"}
    assert [len(kept(judged, Part(number=number))) for number in range(len(slices))] == [part.rows for part in slices]


def test_rows_that_leaked_are_in_no_part(judged):
    clean = judged.comparison.clean
    assert clean is not None
    assert len(judged.leaked) == clean.leaked > 0
    parts = [set(kept(judged, Part(number=number))) for number in range(len(judged.comparison.slices))]
    assert not judged.leaked & set.union(*parts)


def test_answers_that_are_no_label_are_one_column():
    base = [Prediction(row=row, input="i", target="a", output=text) for row, text in enumerate(("a", "x", OTHER), 1)]
    tuned = [answer.model_copy(update={"output": "a"}) for answer in base]
    comparison = compare(base, tuned, Task.CLASSIFY, labels=["a", "b"])
    assert comparison.confusion is not None
    judged = Judged(comparison, pair_samples(base, tuned, "seed", "accuracy"))
    found = kept(judged, Cell(side="base", target=0, answer=comparison.confusion.labels.index(OTHER)))
    assert sorted(found) == [2, 3]


@pytest.mark.parametrize(
    "sent",
    [
        None,
        7,
        [],
        {"page": -1},
        {"page": "x"},
        {"filter": {"by": "kind", "kind": HOSTILE}},
        {"filter": {"by": HOSTILE}},
        {"filter": {"by": "cell", "side": "base", "target": -1, "answer": 0}},
        {"filter": {"by": "part", "number": 0, "more": 1}},
    ],
)
def test_what_no_button_sends_is_refused_and_not_repeated(sent):
    with pytest.raises(InputError, match="reload the page") as caught:
        read_pick(sent)
    assert "script" not in str(caught.value)


@pytest.mark.parametrize(
    "wanted", [Cell(side="base", target=0, answer=10**9), Cell(side="tuned", target=8, answer=0), Part(number=10**9)]
)
def test_what_this_comparison_does_not_have_is_refused(judged, wanted):
    with pytest.raises(InputError, match="does not have"):
        choose(wanted, judged.comparison, judged.leaked)


def test_a_kept_filter_comes_back_as_it_was():
    cell = Cell(side="difference", target=2, answer=3)
    assert read_filter(cell.model_dump()) == cell
    assert read_filter(None) == Every()


def test_rows_that_want_their_input_as_it_is_are_kept_apart_from_the_others():
    rows = [
        Prediction(row=row, input="Bonn", target="Bonn" if row % 3 else "Genua", output="Bonn") for row in range(1, 31)
    ]
    judged = Judged(compare(rows, rows, Task.GENERATE), pair_samples(rows, rows, "seed", "exact_match"))
    parts = [place for place, part in enumerate(judged.comparison.slices) if part.by == "target"]
    assert [len(kept(judged, Part(number=place))) for place in parts] == [10, 20]
