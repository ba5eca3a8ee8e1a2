"""Personal data and secrets in texts: found by pattern and checksum, and put out of sight. Knows texts, not rows' use.

E-mail addresses by their form, telephone numbers by phonenumbers, card numbers by Luhn's digit and their issuer's
prefix, IBANs by their check digits (python-stdnum), keys by the prefixes that services give them.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import phonenumbers
from stdnum import iban, luhn

__all__ = ["PersonalKind", "Secret", "find_secrets", "has_secrets", "redact"]

PersonalKind = Literal["e-mail", "phone", "card", "iban", "key"]

# Every repetition is bounded, so that no text makes a search take longer than its length.
_EMAIL = re.compile(r"[A-Za-z0-9._%+-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,24}")
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,4})?\b")
_CARD = re.compile(r"(?<![\d.,])\d(?:[ -]?\d){12,18}(?![\d])")
_ISSUERS = re.compile(
    r"4(?:\d{12}|\d{15}|\d{18})|(?:5[1-5]|2[2-7])\d{14}|3[47]\d{13}|3[068]\d{12}|35\d{14}|6(?:011|4[4-9]\d|5\d\d)\d{12}"
)
_KEY = re.compile(
    r"\b(?:AKIA[0-9A-Z]{16}|gh[pousr]_[A-Za-z0-9]{36}|github_pat_\w{22,90}|hf_[A-Za-z0-9]{30,40}"
    r"|sk-[A-Za-z0-9_-]{20,200}|xox[abprs]-[A-Za-z0-9-]{10,80}|AIza[0-9A-Za-z_-]{35}"
    r"|eyJ[\w-]{10,500}\.eyJ[\w-]{10,2000}\.[\w-]{10,500})\b"
    r"|-----BEGIN [A-Z ]{0,20}PRIVATE KEY-----(?:[^-]{0,8000}-----END [A-Z ]{0,20}PRIVATE KEY-----)?"
)
_NATIONAL = re.compile(r"(?<![\d.-])(?:\(\d{3}\) ?|\d{3}[-.])\d{3}[-.]\d{4}(?![\d.-])")
_NATION = "US"
# What every one of the above has in it, in the dialect of RE2: rows without it are passed over quickly.
_WORTH_A_LOOK = (
    r"@|[0-9][0-9 ().\-]{7,}[0-9]|[A-Z]{2}[0-9]{2} ?[A-Z0-9]{4}"
    r"|AKIA|gh[pousr]_|github_pat_|hf_|sk-|xox|AIza|eyJ|PRIVATE KEY"
)


@dataclass(frozen=True)
class Secret:
    """A stretch of a text that should not be there."""

    kind: PersonalKind
    start: int
    end: int


def has_secrets(texts: Sequence[str]) -> list[int]:
    """The positions of texts with something in them that `find_secrets` finds."""
    import pyarrow as pa
    import pyarrow.compute as pc

    worth = pc.match_substring_regex(pa.array(texts, pa.large_string()), _WORTH_A_LOOK)
    positions: list[int] = pc.indices_nonzero(worth).to_pylist()
    return [position for position in positions if find_secrets(texts[position])]


def find_secrets(text: str) -> list[Secret]:
    """What is personal or secret in a text, in its order, nothing twice."""
    found: list[Secret] = []
    for secret in sorted(_all(text), key=lambda one: one.start):
        if not found or secret.start >= found[-1].end:
            found.append(secret)
    return found


def redact(text: str) -> str:
    """The text with a placeholder such as [e-mail] for everything that is personal or secret."""
    pieces, end = [], 0
    for secret in find_secrets(text):
        pieces += [text[end : secret.start], f"[{secret.kind}]"]
        end = secret.end
    return "".join([*pieces, text[end:]])


def _all(text: str) -> Iterator[Secret]:
    """Every kind in turn; of two that begin at one place the first one counts."""
    for match in _KEY.finditer(text):
        yield Secret("key", *match.span())
    if "@" in text:
        for match in _EMAIL.finditer(text):
            yield Secret("e-mail", *match.span())
    for match in _IBAN.finditer(text):
        end = _iban_end(match[0])
        if end:
            yield Secret("iban", match.start(), match.start() + end)
    for match in _CARD.finditer(text):
        digits = re.sub(r"\D", "", match[0])
        if _ISSUERS.fullmatch(digits) and luhn.is_valid(digits):
            yield Secret("card", *match.span())
    yield from _phones(text)


def _iban_end(candidate: str) -> int:
    """Where a valid IBAN at the beginning ends, 0 if there is none: words in capitals may stand right after it."""
    end = len(candidate)
    while end > 0 and not iban.is_valid(candidate[:end]):
        end = max(candidate.rfind(" ", 0, end), 0)
    return end


def _phones(text: str) -> Iterator[Secret]:
    """International numbers, and those of one nation as they are written there."""
    if "+" in text:
        for match in phonenumbers.PhoneNumberMatcher(text, None):
            yield Secret("phone", match.start, match.end)
    for national in _NATIONAL.finditer(text):
        if phonenumbers.is_valid_number(phonenumbers.parse(national[0], _NATION)):
            yield Secret("phone", *national.span())
