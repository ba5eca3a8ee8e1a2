"""What every file becomes: named columns of text cells, held column by column. Knows nothing of files or of meaning.

A million rows fit because the cells lie in Arrow's memory, not in a million dictionaries. Whoever needs values asks for
one column, or for one row.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Table", "TableFormat", "text_columns"]

TableFormat = Literal["csv", "json", "jsonl", "parquet", "xlsx"]


@dataclass(frozen=True)
class Table:
    """Rows of a file, every cell as text; what is missing is the empty string."""

    name: str
    """The file's name as the user knows it; shown, never opened."""
    format: TableFormat
    data: "pa.Table"
    """One column of type string for each of `columns`, without nulls."""
    sha256: str
    """Of the file's bytes."""
    encoding: str = "binary"
    """Of a text file, as Python names it."""
    delimiter: str | None = None
    """Between the cells of a csv; None for other formats and for a csv of one column."""
    quote: str | None = None
    """The mark around quoted cells of a csv; None where no cell is quoted."""
    bom: bool = False
    """Whether a byte-order mark stood before the text."""
    structured: frozenset[str] = frozenset()
    """Columns with a cell that was a list or an object: those cells hold its JSON."""
    notes: tuple[str, ...] = ()
    """Sentences about what was guessed or chosen while reading (an encoding, a sheet)."""

    @property
    def columns(self) -> list[str]:
        """The names of the columns, in the file's order."""
        names: list[str] = self.data.column_names
        return names

    def __len__(self) -> int:
        rows: int = self.data.num_rows
        return rows

    def column(self, name: str) -> list[str]:
        """The cells of a column, one for each row."""
        cells: list[str] = self.data.column(name).to_pylist()
        return cells

    def row(self, index: int) -> dict[str, str]:
        """One row by its index; `row(0)` is row 1 to the user."""
        (row,) = self.data.slice(index, 1).to_pylist()
        return dict(row)

    @property
    def rows(self) -> list[dict[str, str]]:
        """Every row as a dictionary: built at each call, and large; meant for tables known to be small."""
        rows: list[dict[str, str]] = self.data.to_pylist()
        return rows


def text_columns(columns: Mapping[str, Sequence[str]]) -> "pa.Table":
    """Named columns of text as the `data` of a `Table`. Raises `ValueError` where their lengths differ."""
    import pyarrow as pa

    return pa.table({name: pa.array(cells, pa.string()) for name, cells in columns.items()})
