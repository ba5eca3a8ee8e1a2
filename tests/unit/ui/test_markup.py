"""HTML: every text escaped, every number as people write it."""

from html.parser import HTMLParser

import pytest

from tests.unit.ui.builders import HOSTILE
from tuning.scoring.comparison import Check, ClassScore, Confusion, Flips, MetricRow
from tuning.ui import markup


def metric(**values: object) -> MetricRow:
    plain = {"name": "accuracy", "base": 0.25, "tuned": 0.75, "delta": 0.5, "better": "higher"}
    return MetricRow.model_validate({**plain, **values})


FRAGMENTS = {
    "notice": markup.notice("info", HOSTILE, HOSTILE),
    "classes": markup.class_table([ClassScore(label=HOSTILE, rows=3, base_f1=0.0, tuned_f1=1.0)]),
    "matrices": markup.matrices(
        Confusion(labels=[HOSTILE, '" onmouseover="x'], base=[[1, 0], [0, 1]], tuned=[[1, 0], [0, 1]])
    ),
    "receipt": markup.receipt([Check(check=HOSTILE, status="warn", detail=HOSTILE)]),
    "steps": markup.steps([HOSTILE], 0),
    "duel": markup.duel(metric(name=HOSTILE), 3),
    "metrics": markup.metric_table([metric(name=HOSTILE)], 3),
    "link": markup.secret_link(HOSTILE),
}


class Names(HTMLParser):
    """The names of all tags and attributes of a fragment."""

    def __init__(self, fragment: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.feed(fragment)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes.update(name for name, _ in attrs)


@pytest.mark.parametrize("name", FRAGMENTS)
def test_no_text_becomes_a_tag_or_an_attribute(name):
    found = Names(FRAGMENTS[name])
    assert not found.tags & {"script", "img"}
    assert not [attribute for attribute in found.attributes if attribute.startswith("on")]
    assert "&lt;script&gt;" in FRAGMENTS[name]


@pytest.mark.parametrize(
    ("name", "value", "sign", "shown"),
    [
        ("accuracy", 0.825, False, "82.5 %"),
        ("chrf", 0.4, False, "40.0 %"),
        ("accuracy", -0.05, True, "−5.0 points"),
        ("macro_f1", 0.5, True, "+50.0 points"),
        ("perplexity", 1234.56, False, "1,234.6"),
        ("perplexity", -3.21, True, "−3.2"),
        ("accuracy", None, False, "–"),
    ],
)
def test_figures_are_written_one_way(name, value, sign, shown):
    assert markup.figure(name, value, sign=sign) == shown


@pytest.mark.parametrize(
    ("values", "rows", "way"),
    [
        ({"low": 0.1, "high": 0.9}, 20, "better"),
        ({"low": 0.1, "high": 0.9}, 19, "open"),
        ({"low": -0.9, "high": -0.1, "delta": -0.5}, 20, "worse"),
        ({"low": -0.1, "high": 0.9}, 500, "even"),
        ({}, 500, "open"),
        ({"low": 0.1}, 500, "open"),
        ({"delta": 0.0}, 500, "even"),
        ({"delta": None}, 500, "even"),
        ({"name": "perplexity", "delta": -3.0, "low": -4.0, "high": -2.0, "better": "lower"}, 20, "better"),
        ({"name": "perplexity", "delta": 3.0, "low": 2.0, "high": 4.0, "better": "lower"}, 20, "worse"),
    ],
)
def test_better_is_said_only_where_the_interval_says_it(values, rows, way):
    assert markup.difference(metric(**values), rows) == way


def test_colour_never_stands_alone():
    shown = markup.duel(metric(low=0.1, high=0.9), 40)
    assert "▲ better" in shown
    assert "95 % interval +10.0 to +90.0 points" in shown
    assert "on 40 test rows" in shown
    assert "▲ 3" in markup.counts(Flips(fixed=3, broken=1, both_right=0, both_wrong=0))


def test_a_bar_stays_within_its_bounds():
    assert 'aria-valuenow="100"' in markup.bar(1.7)
    assert 'aria-valuenow="0"' in markup.bar(-1)
    assert "aria-valuenow" not in markup.bar(None)


def test_more_classes_than_fit_are_said_so():
    many = [str(number) for number in range(60)]
    zeros = [[0] * 60 for _ in many]
    assert "60 classes are too many" in markup.matrices(Confusion(labels=many, base=zeros, tuned=zeros))
