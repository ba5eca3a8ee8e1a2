"""Where the answers of a classification go, class by class. Knows confusion matrices and scores; no run, no layout."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import Literal

from tuning.report.class_scores import class_table
from tuning.report.markup import attribute, escape, fold, notice, section
from tuning.scoring.comparison import Comparison, Confusion
from tuning.ui.filters import Cell
from tuning.ui.picking import pick_button

__all__ = ["classes", "matrices"]

_MOST_LABELS = 40
_SIDE_BY_SIDE = 12
"""Labels up to which all three matrices are seen at once; larger ones stand below one another, the change alone."""
_NAME = 40
"""Characters of a label that are shown and said."""
_LEGEND = (
    '<p class="to-caption to-left">Choose a number to see its rows<span class="to-keys"> (with the keyboard, the '
    "arrow keys move and Enter chooses)</span>; in the table of the difference, the rows that only one of both "
    "answered so. Framed cells are good news: right answers, or wrong ones that became fewer.</p>"
)
_Side = Literal["base", "tuned", "difference"]


@dataclass(frozen=True)
class _Matrix:
    """Numbers by target and answer, and what they are of."""

    side: _Side
    title: str
    labels: Sequence[str]
    rows: Sequence[Sequence[int]]
    totals: Sequence[int]
    """Test rows of each target."""

    @cached_property
    def stop(self) -> tuple[int, int]:
        """The one cell that Tab leads to, from which the arrow keys go on: the first with rows."""
        places = product(range(len(self.labels)), repeat=2)
        return next(((target, answer) for target, answer in places if self.rows[target][answer]), (0, 0))


def classes(comparison: Comparison) -> str:
    """The confusion matrices and F1 by class; nothing for generated text."""
    if comparison.confusion is None:
        return ""
    hint = "where the answers go; the stronger the colour, the more of that target's rows"
    drawn, listed = matrices(comparison.confusion), class_table(comparison.classes)
    return section("By class", hint, drawn, fold("F1 of every class", listed) if comparison.classes else "")


def matrices(found: Confusion) -> str:
    """Base, tuned and their difference, cells with rows choosing these; none for more labels than a page can show."""
    if len(found.labels) > _MOST_LABELS:
        return notice("info", f"{len(found.labels)} classes are too many for a matrix on a page: see F1 by class.")
    changed = [
        [new - old for old, new in zip(*pair, strict=True)] for pair in zip(found.base, found.tuned, strict=True)
    ]
    shares = [sum(row) for row in found.base]
    sides: tuple[tuple[_Side, str, Sequence[Sequence[int]]], ...] = (
        ("base", "Base", found.base),
        ("tuned", "Tuned", found.tuned),
        ("difference", "Difference, tuned − base", changed),
    )
    base, tuned, difference = (_matrix(_Matrix(side, title, found.labels, rows, shares)) for side, title, rows in sides)
    width = 190 + 34 * len(found.labels)
    if len(found.labels) <= _SIDE_BY_SIDE:
        return _beside(width, base, tuned, difference) + _LEGEND
    return _beside(width, difference) + _LEGEND + fold("Base and tuned, each by itself", _beside(width, base, tuned))


def _beside(width: int, *drawn: str) -> str:
    """Matrices that want so many pixels each, beside each other where there is room."""
    return f'<div class="to-matrices" style="--width:{width}px">{"".join(drawn)}</div>'


def _matrix(drawn: _Matrix) -> str:
    columns = "".join(
        f'<th scope="col" title="{attribute(label)}">{number}</th>' for number, label in enumerate(drawn.labels, 1)
    )
    lines = "".join(
        f'<tr><th scope="row" title="{attribute(label)}"><i>{target + 1}</i> {escape(label[:_NAME])}</th>'
        + "".join(_cell(drawn, target, answer) for answer in range(len(drawn.labels)))
        + "</tr>"
        for target, label in enumerate(drawn.labels)
    )
    return (
        f'<figure class="to-matrix"><figcaption>{drawn.title}: target down, answer across</figcaption>'
        f'<div class="to-scroll"><table role="grid" data-roves aria-label="{drawn.title}: confusion matrix">'
        f"<thead><tr><td></td>{columns}</tr></thead><tbody>{lines}</tbody></table></div></figure>"
    )


def _cell(drawn: _Matrix, target: int, answer: int) -> str:
    count, stop = drawn.rows[target][answer], (target, answer) == drawn.stop
    if not count:
        return '<td tabindex="0">·</td>' if stop else "<td>·</td>"
    share = abs(count) / max(1, drawn.totals[target])
    # More right answers are better; so are fewer wrong ones.
    way = "hit" if (count > 0) == (target == answer) else "miss"
    shown = f"{count:+d}".replace("-", "−") if drawn.side == "difference" else f"{count:,}"
    names = (attribute(drawn.labels[place][:_NAME]) for place in (target, answer))
    heard = 'aria-label="{}: target {}, answer {}; show the rows"'.format(shown, *names)
    more = f'{heard} tabindex="{0 if stop else -1}" aria-pressed="false" data-leads="#samples"'
    wanted = Cell(side=drawn.side, target=target, answer=answer)
    button = pick_button(shown, wanted, key=f"{drawn.side}-{target}-{answer}", more=more)
    return f'<td class="to-{way}" style="--share:{share:.2f}">{button}</td>'
