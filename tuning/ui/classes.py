"""Where the answers of a classification go, class by class. Knows confusion matrices and scores; no run, no layout."""

from collections.abc import Sequence

from tuning.report.markup import Column, attribute, escape, fold, notice, section, table
from tuning.scoring.comparison import ClassScore, Comparison, Confusion

__all__ = ["class_table", "classes", "matrices"]

_MOST_LABELS = 40
_SIGNS = {"even": "=", "better": "▲", "worse": "▼"}


def classes(comparison: Comparison) -> str:
    """Both confusion matrices and F1 by class; nothing for generated text."""
    if comparison.confusion is None:
        return ""
    hint = "where the answers go; darker is more of that target's rows"
    drawn, listed = matrices(comparison.confusion), class_table(comparison.classes)
    return section("By class", hint, drawn, fold("F1 of every class", listed) if comparison.classes else "")


def class_table(scores: Sequence[ClassScore]) -> str:
    """F1 of every class under both models."""
    rows = []
    for score in scores:
        delta = score.tuned_f1 - score.base_f1
        way = "even" if abs(delta) < 0.0005 else "better" if delta > 0 else "worse"
        written = f"{delta:+.2f}".replace("-", "−")
        rows.append(
            (
                escape(score.label[:80]),
                f"{score.rows:,}",
                f"{score.base_f1:.2f}",
                f"{score.tuned_f1:.2f}",
                f"{_SIGNS[way]} {written}",
            )
        )
    names = ("Test rows", "Base", "Tuned", "Difference")
    columns = (Column("Class"), *(Column(name, "to-figure") for name in names))
    return table("F1 by class", columns, rows, "to-five")


def matrices(found: Confusion) -> str:
    """Both confusion matrices, beside each other where there is room; none for more labels than a page can show."""
    if len(found.labels) > _MOST_LABELS:
        return notice("info", f"{len(found.labels)} classes are too many for a matrix on a page: see F1 by class.")
    width = 190 + 34 * len(found.labels)
    both = _matrix("Base", found.labels, found.base) + _matrix("Tuned", found.labels, found.tuned)
    return f'<div class="to-matrices" style="--width:{width}px">{both}</div>'


def _matrix(title: str, labels: Sequence[str], rows: Sequence[Sequence[int]]) -> str:
    columns = "".join(
        f'<th scope="col" title="{attribute(label)}">{number}</th>' for number, label in enumerate(labels, 1)
    )
    lines = []
    for number, (label, row) in enumerate(zip(labels, rows, strict=True), 1):
        total = max(1, sum(row))
        cells = "".join(
            f'<td class="{"to-hit" if place == number else "to-miss"}" style="--share:{count / total:.2f}">'
            f"{count or '·'}</td>"
            for place, count in enumerate(row, 1)
        )
        lines.append(f'<tr><th scope="row"><i>{number}</i> {escape(label[:40])}</th>{cells}</tr>')
    return (
        f'<figure class="to-matrix"><figcaption>{title}: target down, answer across</figcaption>'
        f'<div class="to-scroll" tabindex="0" role="region" aria-label="{title}: confusion matrix"><table>'
        f"<thead><tr><td></td>{columns}</tr></thead><tbody>{''.join(lines)}</tbody></table></div></figure>"
    )
