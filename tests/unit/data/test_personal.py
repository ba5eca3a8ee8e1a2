"""Personal data by form and checksum, and what only looks like it."""

from itertools import pairwise

import pytest

from tuning.data.personal import find_secrets, has_secrets, redact


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("write to a.b+c@mail.example.org now", "write to [e-mail] now"),
        ("call +44 20 7946 0958 or (212) 736-5000", "call [phone] or [phone]"),
        ("card 4111 1111 1111 1111, or 378282246310005.", "card [card], or [card]."),
        ("IBAN DE89 3704 0044 0532 0130 00 PLEASE", "IBAN [iban] PLEASE"),
        ("key AKIAIOSFODNN7EXAMPLE and ghp_" + "a1" * 18, "key [key] and [key]"),
        ("-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----", "[key]"),
    ],
)
def test_what_is_personal_becomes_a_placeholder(text, wanted):
    assert redact(text) == wanted
    assert has_secrets(["nothing here", text]) == [1]


@pytest.mark.parametrize(
    "text",
    [
        "card 4111 1111 1111 1112 fails Luhn's rule",
        "order 0000000000000000 and 1234567812345670",
        "IBAN DE00 3704 0044 0532 0130 00",
        "on 2024-01-31 at 10:15, version 1.2.3, 555-0100",
        "me @ home, you@localhost",
        "+999 123",
    ],
)
def test_what_only_looks_personal_is_left_alone(text):
    assert redact(text) == text
    assert has_secrets([text]) == []


def test_what_overlaps_is_told_once():
    found = find_secrets("x@example.com, +44 20 7946 0958")
    assert [one.kind for one in found] == ["e-mail", "phone"]
    assert all(a.end <= b.start for a, b in pairwise(found))
