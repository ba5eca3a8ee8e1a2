"""Names from files, made fit for a message."""

from tuning.data.wording import listed, quoted


def test_quoted_is_one_short_line():
    assert quoted("a\nb\x1b\u202ec") == "'a b  c'"
    assert quoted("x" * 80) == f"'{'x' * 80}'"
    assert quoted("x" * 81) == f"'{'x' * 79}…'"


def test_listed_says_how_many_more():
    assert listed([1, 2]) == "1, 2"
    assert listed(range(7), 5) == "0, 1, 2, 3, 4 and 2 more"
