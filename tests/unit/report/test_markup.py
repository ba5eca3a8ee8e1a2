"""HTML: every text escaped, nothing drawn for what is not there."""

import pytest

from tests.unit.ui.builders import HOSTILE
from tests.unit.ui.fragments import Names, cells
from tuning.report import markup

FRAGMENTS = {
    "notice": markup.notice("info", HOSTILE, HOSTILE),
    "steps": markup.steps([HOSTILE], 0),
    "link": markup.secret_link(HOSTILE),
    "attribute": f'<b title="{markup.attribute(HOSTILE)}" lang="{markup.attribute(chr(34) + " onclick=x")}"></b>',
}


@pytest.mark.parametrize("name", FRAGMENTS)
def test_no_text_becomes_a_tag_or_an_attribute(name):
    found = Names(FRAGMENTS[name])
    assert not found.tags & {"script", "img"}
    assert not [attribute for attribute in found.attributes if attribute.startswith("on")]
    assert "&lt;script&gt;" in FRAGMENTS[name]


def test_a_bar_stays_within_its_bounds():
    assert 'aria-valuenow="100"' in markup.bar(1.7)
    assert 'aria-valuenow="0"' in markup.bar(-1)
    assert "aria-valuenow" not in markup.bar(None)


def test_a_section_of_nothing_is_not_there():
    assert markup.section("Title", "hint", "", "") == ""
    assert "<h2" in markup.section("Title", "hint", "", "<p>x</p>")


def test_a_table_names_its_cells_for_phones_and_its_rows_for_listeners():
    columns = (markup.Column("Name"), markup.Column("Value", "to-figure"))
    shown = markup.table("Things", columns, [("one", "1"), ("two", "2")])
    assert cells(shown) == [["Name", "Value"], ["one", "1"], ["two", "2"]]
    assert shown.count('<th scope="row"') == 2
    assert '<td class="to-figure" data-name="Value">1</td>' in shown


def test_a_row_of_another_length_than_the_head_is_refused():
    with pytest.raises(ValueError, match="zip"):
        markup.table("Things", (markup.Column("Name"),), [("one", "1")])
