"""The cells of the calibration table: their shape, the files they are kept in, and what the worst of them are.

Knows nothing of how a cell is measured.
"""

import csv
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import get_type_hints

__all__ = ["Cell", "Sample", "line_of", "read_cells", "write_cells"]

LEAST_COVERED = 0.93
MOST_REJECTED = 0.07
FEWEST_SHOWN = 300
"""Of fewer intervals, the share that covers is not known well enough to be called the worst."""
NAMES = ["metric", "rows", "differ", "gap", "shown", "covered", "rejected"]
OTHERS = ["bootstrap covers", "z rejects", "sacrebleu rejects"]


@dataclass(frozen=True)
class Sample:
    """One sort of test set: what is measured on it, how many rows, how the models differ."""

    metric: str
    rows: int
    disagreement: float
    gap: float


@dataclass(frozen=True)
class Cell(Sample):
    """What came of many such test sets; shares of trials, nan where there is nothing to count."""

    truth: float
    trials: int
    shown: float
    """Trials with an interval; coverage is of these."""
    covered: float
    rejected: float
    """p < .05: under the null an error, else power."""
    bootstrap_covered: float
    z_rejected: float
    sacrebleu_rejected: float

    @property
    def sample(self) -> Sample:
        """The sort of test set alone."""
        return Sample(self.metric, self.rows, self.disagreement, self.gap)

    @property
    def intervals(self) -> int:
        """How many were shown."""
        return round(self.shown * self.trials)


def read_cells(folder: Path) -> list[Cell]:
    """The cells that `write_cells` wrote; none when there is no such file."""
    path = folder / "calibration.csv"
    if not path.exists():
        return []
    kinds = get_type_hints(Cell)
    with path.open(newline="", encoding="utf-8") as file:
        return [Cell(**{name: kinds[name](text) for name, text in line.items()}) for line in csv.DictReader(file)]


def write_cells(cells: Sequence[Cell], folder: Path, introduction: str) -> None:
    """All cells to calibration.csv, and to calibration.md below the introduction and the worst of them."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "calibration.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, [field.name for field in fields(Cell)], lineterminator="\n")
        writer.writeheader()
        writer.writerows(asdict(cell) for cell in cells)
    parts = [introduction, "## The worst by metric", _worst(cells), *_outside(cells), "## All cells"]
    metrics = dict.fromkeys(cell.metric for cell in cells)
    for metric in metrics:
        lines = [line_of(cell) for cell in cells if cell.metric == metric]
        parts += [f"### {metric}", "\n".join([*_heading([*NAMES, *OTHERS]), *lines])]
    (folder / "calibration.md").write_text("\n\n".join(parts) + "\n", encoding="utf-8")


def line_of(cell: Cell) -> str:
    """The cell as a line of the table."""
    shares = (cell.shown, cell.covered, cell.rejected)
    others = (cell.bootstrap_covered, cell.z_rejected, cell.sacrebleu_rejected)
    row = [cell.metric, str(cell.rows), f"{cell.disagreement:g}", f"{cell.gap:g}"]
    return _line([*row, *map(_share, (*shares, *others))])


def _worst(cells: Sequence[Cell]) -> str:
    """By metric: how many cells there are, the least coverage and the most rejection of a true null."""
    lines = _heading(["metric", "cells", "least covered", "where", "most rejected", "where"])
    for metric in dict.fromkeys(cell.metric for cell in cells):
        own = [cell for cell in cells if cell.metric == metric]
        covered = min((c for c in own if c.intervals >= FEWEST_SHOWN), key=lambda c: c.covered, default=None)
        rejected = max((c for c in own if c.gap == 0), key=lambda c: c.rejected, default=None)
        least = [_share(covered.covered), _where(covered)] if covered else ["–", "no interval is shown"]
        most = [_share(rejected.rejected), _where(rejected)] if rejected else ["–", ""]
        lines.append(_line([metric, str(len(own)), *least, *most]))
    return "\n".join(lines)


def _outside(cells: Sequence[Cell]) -> list[str]:
    """Every cell below or above what is asked for, however few its intervals."""
    narrow = [
        f"- {cell.metric}, {_where(cell)}: {_share(cell.covered)} of {cell.intervals} intervals cover"
        for cell in cells
        if cell.covered < LEAST_COVERED
    ]
    keen = [
        f"- {cell.metric}, {_where(cell)}: {_share(cell.rejected)} of true nulls rejected"
        for cell in cells
        if cell.gap == 0 and cell.rejected > MOST_REJECTED
    ]
    found = narrow + keen or ["None."]
    return [f"Cells that cover less than {LEAST_COVERED} or reject more than {MOST_REJECTED}:", "\n".join(found)]


def _where(cell: Cell) -> str:
    return f"{cell.rows} rows, {cell.disagreement:g} differ, gap {cell.gap:g}"


def _share(share: float) -> str:
    return "–" if math.isnan(share) else f"{share:.3f}"


def _heading(names: Sequence[str]) -> list[str]:
    return [_line(names), "|" + " --- |" * len(names)]


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"
