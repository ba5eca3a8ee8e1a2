"""Rows as the model sees them, in HTML: what is the user's, what is the template's, what is to be written.

Knows an inspection; no model and no layout. Every text is escaped here and stands as it is, but for the middle of a
very long one.
"""

from collections.abc import Mapping
from types import MappingProxyType

from tuning.data.inspecting import Inspection
from tuning.data.lengths import Lengths, Piece, PreviewRow
from tuning.report.markup import escape

__all__ = ["preview"]

_TEXT, _TEXT_END = 4_000, 1_000
"""Characters of a text that are shown: its beginning and its end."""
_TAGS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "template": ('<span class="to-template">', "</span>"),
        "read": ("", ""),
        "target": ("<mark>", "</mark>"),
    }
)
_DIMMED = (
    '<span class="to-template">Grey</span>: marks that the model was made with; the rest is the instruction and your '
    "text. "
)
_WORDINGS = (
    "Which wording a run asks with is found before tuning, as far as its time goes: this one, or this one with the "
    "names of the columns around the input. Both models are asked in the one that suits the base best on the dev rows."
)
_MARKED = "<mark>Highlighted</mark>: what the model is to answer."


def preview(found: Inspection, not_rendered: str) -> str:
    """A few rows exactly as the model will see them; without its tokenizer, the text alone and why."""
    if not found.preview:
        return ""
    said = f"The text alone, without the model's turn markers and tokens: {not_rendered}." if not_rendered else ""
    about = f'<p class="to-note">{escape(said)}</p>' if said else _lengths(found.lengths)
    templated = any(piece.kind == "template" for row in found.preview for piece in row.pieces)
    legend = f'<p class="to-note to-legend">{_DIMMED if templated else ""}{_MARKED}</p>'
    rows = "".join(_row(row, found.lengths) for row in found.preview)
    # Of all families only the one that reads marks of its template is asked in several wordings.
    others = f'<p class="to-note">{_WORDINGS}</p>' if templated and _one_column(found) else ""
    return f'{about}{legend}<div class="to-preview">{rows}</div>{others}'


def _one_column(found: Inspection) -> bool:
    """Whether the input has a name that could be told; a template says itself what is what, and turns have none."""
    return found.shape is not None and found.shape.template is None and not found.shape.is_chat


def _row(row: PreviewRow, lengths: Lengths | None) -> str:
    size = ""
    if row.tokens is not None and lengths is not None:
        fit = f"of {lengths.window:,} tokens" if row.tokens <= lengths.window else f"tokens, {lengths.window:,} fit"
        size = f"<small>{row.tokens:,} {fit}</small>"
    pieces = row.pieces or [Piece(row.text, "read")]
    shown = "".join(map(_piece, pieces))
    # A model that chooses a label does not read it; nor does a text without a template say where it would stand.
    apart = "" if any(one.kind == "target" for one in pieces) else f"<p>{_piece(Piece(row.target, 'target'))}</p>"
    return (
        f'<article class="to-seen"><header>row {row.row:,} {size}</header>'
        f'<pre tabindex="0">{shown}</pre>{apart}</article>'
    )


def _piece(piece: Piece) -> str:
    opening, closing = _TAGS[piece.kind]
    return f"{opening}{escape(_shortened(piece.text))}{closing}"


def _shortened(text: str) -> str:
    hidden = len(text) - _TEXT - _TEXT_END
    if hidden <= 0:
        return text
    return f"{text[:_TEXT]} […{hidden:,} characters not shown here…] {text[-_TEXT_END:]}"


def _lengths(lengths: Lengths | None) -> str:
    if lengths is None:
        return ""
    cut = f"; {lengths.cut:,} of {lengths.measured:,} are cut" if lengths.cut else "; none is cut"
    return (
        f'<p class="to-note">Rows take {lengths.mean:,.0f} tokens on average, the longest {lengths.longest:,}; '
        f"{lengths.window:,} fit{cut}.</p>"
    )
