"""How an answer differs from its target, word by word, as escaped HTML. Knows two texts; no run and no layout.

What the answer says and the target does not stands as `<del>`, what it lacks as `<ins>`; both are said to whoever
listens to the page, and drawn with a line as well as a colour. A word is a run of letters, a sign of punctuation, or a
single character of Chinese and Japanese, which put no space between words.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from itertools import groupby
from typing import Literal

from rapidfuzz.distance import Indel

__all__ = ["COMPARED", "Marked", "Piece", "compare_words", "mark", "plain"]

COMPARED = 2_000
"""Characters of either text that are compared: two such texts take milliseconds, whatever is in them."""
_LEAST_SHARED = 0.3
"""Where less of the longer text is shared, marking the rest would only be noise."""
_SIGN, _ALONE = r"!-/:-@\[-`{-~", r"\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef"
_WORD = re.compile(rf"(?:[{_SIGN}{_ALONE}]|[^\s{_SIGN}{_ALONE}]+)\s*|\s+")
_INVISIBLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]")
_MARKS = {"extra": ("del", "not in the target: "), "missing": ("ins", "missing: ")}


@dataclass(frozen=True)
class Piece:
    """Words in a row that answer and target share, or that only one of them has."""

    kind: Literal["same", "extra", "missing"]
    text: str


@dataclass(frozen=True)
class Marked:
    """An answer as the pieces to show beside its target."""

    kind: Literal["equal", "spacing", "differs", "unlike"]
    """`spacing`: only white space differs; `unlike`: so little is shared that nothing is marked."""
    pieces: Sequence[Piece]

    def draw(self, limit: int) -> str:
        """The answer as a fragment, cut after `limit` characters, those that it lacks among them."""
        shown, room = [], limit
        for piece in self.pieces:
            shown.append(_draw(piece.kind, piece.text[:room]))
            room -= len(piece.text)
            if room < 0:
                shown.append("…")
                break
        return f"<bdi>{''.join(shown)}</bdi>"


def plain(text: str, limit: int) -> str:
    """A text as a fragment, cut after `limit` characters."""
    return Marked("equal", [Piece("same", text)]).draw(limit)


def mark(answer: str, target: str) -> Marked:
    """What of the answer to mark; nothing where it is the target, or has little in common with it."""
    whole = [Piece("same", answer)]
    if answer.strip() == target.strip():
        return Marked("equal", whole)
    if answer.split() == target.split():
        return Marked("spacing", whole)
    pieces = compare_words(answer, target)
    shared = sum(len(piece.text) for piece in pieces if piece.kind == "same")
    unlike = shared < _LEAST_SHARED * max(len(answer), len(target))
    return Marked("unlike", whole) if unlike else Marked("differs", pieces)


def compare_words(answer: str, target: str) -> list[Piece]:
    """The pieces of the answer, and where it lacks words of the target, those.

    Beyond `COMPARED` characters nothing is compared: what is left of the answer stands last, as if it were shared.
    """
    pieces = list(_pieces(*(_WORD.findall(text[:COMPARED]) for text in (answer, target))))
    if max(len(answer), len(target)) <= COMPARED:
        return pieces
    while pieces and pieces[-1].kind != "same":  # its counterpart may be in what was cut off
        pieces.pop()
    rest = answer[sum(len(piece.text) for piece in pieces if piece.kind != "missing") :]
    return [*pieces, Piece("same", rest)]


def _pieces(answer: Sequence[str], target: Sequence[str]) -> Iterator[Piece]:
    """White space belongs to the word before it, and is not compared."""
    words = [[word.strip() for word in side] for side in (answer, target)]
    for same, group in groupby(Indel.opcodes(*words), lambda step: step.tag == "equal"):
        steps = list(group)
        end, begin = steps[-1].src_end, steps[0].dest_start
        ours = "".join(answer[steps[0].src_start : end])
        if ours:
            yield Piece("same" if same else "extra", ours)
        theirs = "".join(target[begin : steps[-1].dest_end])
        if theirs and not same:
            apart = begin and not ours and target[begin - 1][-1].isspace() and not answer[end - 1][-1].isspace()
            yield Piece("missing", f" {theirs}" if apart else theirs)


def _draw(kind: str, text: str) -> str:
    if kind == "same" or not text:
        return escape(text)
    tag, said = _MARKS[kind]
    # What cannot be seen may be all that differs.
    seen = _INVISIBLE.sub(lambda found: f"‹U+{ord(found[0]):04X}›", text)
    return f'<{tag}><span class="to-heard">{said}</span>{escape(seen)}</{tag}>'
