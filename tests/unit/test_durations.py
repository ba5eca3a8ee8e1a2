"""Lengths of time, read and said."""

import pytest

from tuning.durations import duration_words, epochs_words, read_duration, seen_words


@pytest.mark.parametrize(
    ("text", "seconds"), [("90s", 90), ("2m", 120), ("1h", 3600), ("1.5m", 90), ("45", 45), (" 2 m ", 120)]
)
def test_written_lengths_are_seconds(text, seconds):
    assert read_duration(text) == seconds


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("3 minutes", 180), ("1 Min", 60), ("90 seconds", 90), ("9sec", 9), ("2 hours", 7200), ("1 hr", 3600)],
)
def test_units_may_be_written_out(text, seconds):
    assert read_duration(text) == seconds


@pytest.mark.parametrize("value", [90, 2.5, None])
def test_what_is_no_text_is_handed_back(value):
    assert read_duration(value) is value


@pytest.mark.parametrize("text", ["", "soon", "-2m", "2 days", "2 months", "1m30s", "inf", "٢m"])
def test_other_texts_are_refused(text):
    with pytest.raises(ValueError, match="such as 90s, 2 minutes or 1h"):
        read_duration(text)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "0 s"), (45, "45 s"), (60, "1 min"), (90.4, "1 min 30 s"), (3600, "1 h"), (3905, "1 h 5 min")],
)
def test_said_briefly(seconds, words):
    assert duration_words(seconds) == words


@pytest.mark.parametrize(
    ("epochs", "rows", "words"),
    [
        (0.0, 280, "1 of 280 rows, once"),
        (0.1, 280, "28 of 280 rows, once"),
        (0.46, 280, "130 of 280 rows, once"),
        (0.5, 28_000, "14,000 of 28,000 rows, once"),
        (0.999, 286, "286 of 286 rows, once"),
        (1.0, 280, "280 rows, once"),
        (2.46, 1280, "1,280 rows, 2.5 times"),
        (3.0, 280, "280 rows, 3 times"),
    ],
)
def test_how_much_is_trained(epochs, rows, words):
    assert epochs_words(epochs, rows) == words


def test_how_much_was_trained_is_said_to_the_row():
    assert seen_words(0.99, 312, 143) == "312 of 455 rows, once"
    assert seen_words(0.99, 455, 0) == "455 rows, once"
