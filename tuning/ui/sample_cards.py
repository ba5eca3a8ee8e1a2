"""A page of samples as cards, for screens on which a table of six columns has no room. Knows cells, no layout."""

from collections.abc import Sequence

from tuning.report.markup import escape

__all__ = ["sample_cards"]


def sample_cards(rows: Sequence[Sequence[str]]) -> str:
    """One card a row of the samples' table."""
    return f'<ul class="to-sample-cards" aria-label="Samples">{"".join(map(_card, rows))}</ul>'


def _card(cells: Sequence[str]) -> str:
    number, asked, target, base, tuned, kind = map(escape, cells)
    answers = "".join(
        f"<dt>{name}</dt><dd>{text}</dd>" for name, text in (("Target", target), ("Base", base), ("Tuned", tuned))
    )
    return f"<li><header>{kind}<small>row {number}</small></header><p>{asked}</p><dl>{answers}</dl></li>"
