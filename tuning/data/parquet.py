"""A Parquet file → columns of text cells. Knows nothing of what columns mean.

The footer's sizes are an author's claim: rows are unpacked a few at a time, and what comes out is counted.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from tuning.data.gathering import Gathered, Gatherer
from tuning.data.limits import ReadLimits
from tuning.data.objects import json_text
from tuning.data.parsing import checked_names
from tuning.data.wording import quoted
from tuning.errors import FileError

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["parse_parquet"]

_BATCH_ROWS = 200


def parse_parquet(path: Path, shown: str, limits: ReadLimits) -> Gathered:
    """Every column as text: numbers and dates as Arrow writes them, lists and structures as JSON."""
    import pyarrow as pa
    from pyarrow import parquet

    structured: set[str] = set()
    try:
        with parquet.ParquetFile(path, memory_map=False, pre_buffer=False) as file:
            columns = checked_names(list(file.schema_arrow.names), shown, limits)
            gatherer = Gatherer(columns, shown, limits)
            row = 1
            for batch in file.iter_batches(batch_size=_BATCH_ROWS, use_threads=False):
                if not columns:
                    break
                batch.validate(full=True)
                where = f"{shown}, from row {row:,}"
                arrays = [_as_text(array, name, where) for name, array in zip(columns, batch.columns, strict=True)]
                structured |= {name for name, array in zip(columns, batch.columns, strict=True) if _nested(array.type)}
                gatherer.add_arrays(arrays)
                row += batch.num_rows
            return Gathered(gatherer.finish(), structured=frozenset(structured))
    except MemoryError:  # Arrow's own is one of its exceptions too.
        raise
    except (pa.ArrowException, OSError) as error:
        raise FileError(
            f"{shown} is a Parquet file that cannot be read: {_first_line(error)}; save it again"
        ) from error


def _as_text(array: "pa.Array", name: str, where: str) -> "pa.Array":
    import pyarrow as pa

    kind = array.type
    if pa.types.is_dictionary(kind):
        return _as_text(array.dictionary_decode(), name, where)
    if isinstance(array, pa.ExtensionArray):
        return _as_text(array.storage, name, where)
    if _nested(kind):
        return pa.array([json_text(value) for value in array.to_pylist()], pa.string())
    try:
        return array.cast(pa.string()).fill_null("")
    except pa.ArrowException as error:
        raise FileError(
            f"{where}: column {quoted(name)} holds {kind}, which cannot be written as text; leave it out"
        ) from error


def _nested(kind: "pa.DataType") -> bool:
    import pyarrow as pa

    nested: bool = pa.types.is_nested(kind)
    return nested


def _first_line(error: BaseException) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:200]
