"""Rows of text cells → the columns of a table, within the limits. Knows nothing of the format they came in.

Rows are turned into Arrow's memory in batches, so that neither the file nor its cells are ever held as Python objects
all at once.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import TYPE_CHECKING

from tuning.data.limits import ReadLimits
from tuning.data.wording import quoted
from tuning.errors import FileError

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Gathered", "Gatherer"]

_BATCH_ROWS = 10_000
_BATCH_CHARACTERS = 4_000_000


@dataclass(frozen=True)
class Gathered:
    """What a parser found: text columns without nulls, and how they were written."""

    data: "pa.Table"
    delimiter: str | None = None
    quote: str | None = None
    structured: frozenset[str] = frozenset()
    notes: tuple[str, ...] = field(default=())


class Gatherer:
    """Takes rows (or whole arrays) in file order; `columns` may grow at the end while rows come in."""

    def __init__(self, columns: list[str], shown: str, limits: ReadLimits) -> None:
        self.columns = columns
        self.shown = shown
        self._limits = limits
        self._records: list[Sequence[str]] = []
        self._characters = 0  # Of the records that wait.
        self._batches: list[list[pa.Array]] = []
        self._rows = 0  # In the batches.
        self._bytes = 0

    def add(self, record: Sequence[str]) -> None:
        """One row; a record shorter than `columns` ends in empty cells."""
        self._records.append(record)
        self._characters += sum(map(len, record))
        if len(self._records) >= _BATCH_ROWS or self._characters > _BATCH_CHARACTERS:
            self._flush()

    def add_arrays(self, arrays: "list[pa.Array]") -> None:
        """Rows as one string array for each column, all of one length."""
        self._check_size(arrays)
        self._check_cells(arrays)
        self._rows += len(arrays[0])
        self._batches.append(arrays)

    def finish(self) -> "pa.Table":
        """The table of everything that was added."""
        import pyarrow as pa

        self._flush()
        chunks: list[list[pa.Array]] = [[] for _ in self.columns]
        for arrays in self._batches:
            missing = len(self.columns) - len(arrays)
            empty = pa.array([""] * len(arrays[0]), pa.string()) if missing else None
            for number, column in enumerate(chunks):
                column.append(arrays[number] if number < len(arrays) else empty)
        self._batches.clear()
        columns = [pa.chunked_array(column, pa.string()) for column in chunks]
        return pa.table(columns, names=[name.strip() for name in self.columns])

    def _flush(self) -> None:
        import pyarrow as pa

        if not self._records:
            return
        columns = list(zip_longest(*self._records, fillvalue=""))
        columns += [("",) * len(self._records)] * (len(self.columns) - len(columns))
        arrays = []
        for name, cells in zip(self.columns, columns, strict=True):
            try:
                arrays.append(pa.array(cells, pa.string()))
            except UnicodeEncodeError as error:
                raise self._half_pair(name, cells) from error
        self.add_arrays(arrays)
        self._records.clear()
        self._characters = 0

    def _half_pair(self, name: str, cells: Sequence[str]) -> FileError:
        index = next(n for n, cell in enumerate(cells) if any("\ud800" <= c <= "\udfff" for c in cell))
        return FileError(f"{self._place(index, name)} holds half of a surrogate pair, which is no text; correct it")

    def _check_size(self, arrays: "list[pa.Array]") -> None:
        import pyarrow.compute as pc

        limits = self._limits
        rows = self._rows + len(arrays[0])
        if rows > limits.rows:
            raise FileError(
                f"{self.shown} has more rows than {limits.most('rows')}, the most that is read; give a part of it"
            )
        if rows * len(self.columns) > limits.cells:
            raise FileError(
                f"{self.shown} has more cells than {limits.most('cells')}, the most that is read; "
                "leave out columns or rows"
            )
        self._bytes += sum(pc.sum(pc.binary_length(array)).as_py() or 0 for array in arrays)
        if self._bytes > limits.bytes:
            raise FileError(
                f"{self.shown} unpacks to more than {limits.most('bytes')}, the most that is read; give a part of it"
            )

    def _check_cells(self, arrays: "list[pa.Array]") -> None:
        import pyarrow.compute as pc

        for name, array in zip(self.columns, arrays, strict=True):
            too_long = pc.index(pc.greater(pc.utf8_length(array), self._limits.cell_length), value=True).as_py()
            if too_long >= 0:
                raise FileError(
                    f"{self._place(too_long, name)} has a cell longer than {self._limits.most('cell_length')} "
                    "characters, the most that is read; shorten it"
                )
            nul = pc.index(pc.match_substring(array, "\0"), value=True).as_py()
            if nul >= 0:
                raise FileError(f"{self._place(nul, name)} holds a NUL character; remove it")

    def _place(self, index: int, name: str) -> str:
        """Where a cell of the batch at hand is, as the user counts."""
        return f"{self.shown}, row {self._rows + index + 1:,}: column {quoted(name)}"
