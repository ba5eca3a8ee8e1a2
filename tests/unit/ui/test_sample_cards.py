"""Cards say what the table says."""

from tests.unit.ui.builders import HOSTILE
from tests.unit.ui.fragments import Names, text_of
from tuning.ui.sample_cards import sample_cards


def test_a_card_holds_the_whole_line_of_the_table():
    shown = sample_cards([["7", "Is it?", "yes", "no", "yes", "▲ fixed"]])
    assert text_of(shown) == "▲ fixed row 7 Is it? Target yes Base no Tuned yes"


def test_hostile_cells_stay_texts():
    shown = sample_cards([["1", HOSTILE, HOSTILE, HOSTILE, HOSTILE, "▼ broken"]])
    assert not Names(shown).tags & {"script", "img"}
    assert shown.count("&lt;script&gt;") == 4
