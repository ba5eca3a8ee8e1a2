"""The four counts as the table they are: base right or wrong against tuned right or wrong. Knows counts, no run.

Where answers are better or worse without being right, on how many rows they are stands above it.
"""

from tuning.report.metric_words import metric_words
from tuning.report.samples import MEANINGS, SIGNS, Kind, Move
from tuning.scoring.comparison import Comparison, Flips, Moved
from tuning.ui.filters import OfKind
from tuning.ui.picking import pick_button

__all__ = ["count_table"]

_LINES: tuple[tuple[str, tuple[Kind, Kind]], ...] = (
    ("right", ("both right", "broken")),
    ("wrong", ("fixed", "both wrong")),
)


def count_table(comparison: Comparison, chosen: Kind | Move | None) -> str:
    """The counts, which choose their rows; the one that is chosen is drawn and said as pressed."""
    table = _flips(comparison.flips, chosen)
    if comparison.moved is None:
        return table
    by = f'<p class="to-sum">Each row by {metric_words(comparison.primary).title}</p>'
    exact = '<p class="to-sum">Exactly the target, to the letter</p>'
    return f"{by}{_moves(comparison.moved, chosen)}{exact}{table}"


def _moves(moved: Moved, chosen: Kind | Move | None) -> str:
    counts: dict[Move, int] = {"closer": moved.closer, "further": moved.further, "as close": moved.level}
    cells = "".join(f"<td>{_count(move, count, move == chosen)}</td>" for move, count in counts.items())
    return (
        '<table class="to-flips to-moves"><caption class="to-heard">Test rows by whose answer is nearer the target; '
        f"choose one to see its rows</caption><tbody><tr>{cells}</tr></tbody></table>"
    )


def _flips(flips: Flips, chosen: Kind | Move | None) -> str:
    counts: dict[Kind, int] = {
        "fixed": flips.fixed,
        "broken": flips.broken,
        "both right": flips.both_right,
        "both wrong": flips.both_wrong,
    }
    sums = (flips.both_right + flips.fixed, flips.broken + flips.both_wrong)
    head = "".join(
        f'<th scope="col">Tuned {word} <small>{count:,}</small></th>'
        for word, count in zip(("right", "wrong"), sums, strict=True)
    )
    lines = ""
    for word, kinds in _LINES:
        count = sum(counts[kind] for kind in kinds)
        cells = "".join(f"<td>{_count(kind, counts[kind], kind == chosen)}</td>" for kind in kinds)
        lines += f'<tr><th scope="row">Base {word} <small>{count:,}</small></th>{cells}</tr>'
    return (
        '<table class="to-flips"><caption class="to-heard">Test rows by what base and tuned made of them; choose one '
        f"to see its rows</caption><thead><tr><td></td>{head}</tr></thead><tbody>{lines}</tbody></table>"
    )


def _count(kind: Kind | Move, count: int, pressed: bool) -> str:
    way, sign = SIGNS[kind]
    way = way if count else "even"  # nothing fixed is nothing good, nothing broken nothing bad
    body = f"<b>{count:,}</b> <span>{sign} {kind}</span> <small>{MEANINGS[kind]}</small>"
    state = f'aria-pressed="{"true" if pressed else "false"}"'
    return pick_button(body, OfKind(kind=kind), key=kind.replace(" ", "-"), kind=f"to-{way}", more=state)
