"""Listings are tables for people and uncut lines for programs; control characters are shown, not obeyed."""

import json

import pytest

from tests.unit.cli.helpers import pipe_screen, shown, terminal_screen
from tuning.cli.terminal import Listing, print_json, print_listing, visible

LONG = "x" * 300
LISTING = Listing(("id", "note"), [["a" * 32, LONG], ["b" * 32, "two\nlines\tand tab"]], flexible=("note",))


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("plain [b]text[/b]", "plain [b]text[/b]"),
        ("a\nb\tc\r", "a\\nb\\tc\\r"),
        ("\x1b[31m", "\\x1b[31m"),
        ("\u202eevil", "\\u202eevil"),
        ("\udcff", "\\udcff"),
        ("ideographic\u3000and\u00a0fixed", "ideographic and fixed"),
        ("نمی\u200cخواهم 👩\u200d👧", "نمی\u200cخواهم 👩\u200d👧"),
    ],
)
def test_control_characters_are_spelled_out(text, seen):
    assert visible(text) == seen


def test_in_a_pipe_a_row_is_one_uncut_line_with_the_id_first():
    screen = pipe_screen()

    print_listing(screen, LISTING, empty="none")

    assert shown(screen).split("\n") == ["a" * 32 + "\t" + LONG, "b" * 32 + "\ttwo\\nlines\\tand tab", ""]


def test_on_a_terminal_a_row_is_cut_to_the_width():
    screen = terminal_screen()

    print_listing(screen, LISTING, empty="none")

    assert "a" * 32 in shown(screen)
    assert LONG not in shown(screen)


def test_an_empty_listing_says_so_to_people_alone():
    pipe, terminal = pipe_screen(), terminal_screen()
    for screen in (pipe, terminal):
        print_listing(screen, Listing(("id",), []), empty="nothing here")

    assert shown(pipe) == ""
    assert "nothing here" in shown(terminal)


def test_a_sentence_is_one_line_in_a_pipe():
    screen = pipe_screen()

    screen.line("word " * 60)

    assert shown(screen).count("\n") == 1


def test_force_color_does_not_turn_a_pipe_into_a_terminal(monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    screen = pipe_screen()

    screen.line("plain", style="bold red")

    assert not screen.live
    assert shown(screen) == "plain\n"


def test_json_is_whole_and_readable():
    screen = pipe_screen()

    print_json(screen, {"text": "[b]жук[/b]" * 40})

    assert json.loads(shown(screen)) == {"text": "[b]жук[/b]" * 40}
    assert "жук" in shown(screen)


def test_what_flexible_columns_leave_unused_goes_to_the_widest():
    screen = terminal_screen()

    print_listing(screen, Listing(("id", "a", "b"), [["i" * 8, "short", "w" * 60]], flexible=("a", "b")), empty="none")

    assert "short" in shown(screen)
    assert "w" * 60 in shown(screen)
