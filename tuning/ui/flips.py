"""The four counts as the table they are: base right or wrong against tuned right or wrong. Knows counts, no run."""

from tuning.report.samples import MEANINGS, SIGNS, Kind
from tuning.scoring.comparison import Flips
from tuning.ui.filters import OfKind
from tuning.ui.picking import pick_button

__all__ = ["flip_table"]

_LINES: tuple[tuple[str, tuple[Kind, Kind]], ...] = (
    ("right", ("both right", "broken")),
    ("wrong", ("fixed", "both wrong")),
)


def flip_table(flips: Flips, chosen: Kind | None) -> str:
    """The table, whose cells choose their rows; the one that is chosen is drawn and said as pressed."""
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


def _count(kind: Kind, count: int, pressed: bool) -> str:
    way, sign = SIGNS[kind]
    way = way if count else "even"  # nothing fixed is nothing good, nothing broken nothing bad
    body = f"<b>{count:,}</b> <span>{sign} {kind}</span> <small>{MEANINGS[kind]}</small>"
    state = f'aria-pressed="{"true" if pressed else "false"}"'
    return pick_button(body, OfKind(kind=kind), key=kind.replace(" ", "-"), kind=f"to-{way}", more=state)
