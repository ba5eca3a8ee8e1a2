"""Buttons carry what the server understands, and only that."""

import json
import re
from html import unescape

import pytest

from tuning.ui.filters import Cell, Every, OfKind, Part, Pick, read_pick
from tuning.ui.picking import PICKED, pick_button, picking_html

FILTERS = (Every(), OfKind(kind="broken"), Part(number=2), Cell(side="base", target=1, answer=0))


@pytest.mark.parametrize(("wanted", "pick"), [(3, Pick(page=3)), *[(one, Pick(filter=one)) for one in FILTERS]])
def test_what_a_button_sends_is_what_the_server_reads(wanted, pick):
    (sent,) = re.findall(r'data-pick="([^"]*)"', pick_button("<b>7</b>", wanted, key="k"))
    assert read_pick(json.loads(unescape(sent))) == pick


def test_the_event_can_be_listened_to():
    assert callable(getattr(picking_html(), PICKED))
