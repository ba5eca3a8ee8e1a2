"""Parquet: every type as text, and the exact words about what cannot be."""

import datetime as dt
import io
from decimal import Decimal

import pyarrow as pa
import pytest
from pyarrow import parquet

from tuning.data.limits import ReadLimits


def as_parquet(columns: dict[str, object]) -> bytes:
    sink = io.BytesIO()
    parquet.write_table(pa.table(columns), sink)
    return sink.getvalue()


def test_text_numbers_lists(read):
    table = read(as_parquet({"text": ["a", None], "n": [1, 2], "l": [["x"], []]}), "x.parquet")
    assert (table.format, table.encoding, table.delimiter, table.structured) == ("parquet", "binary", None, {"l"})
    assert table.rows == [{"text": "a", "n": "1", "l": '["x"]'}, {"text": "", "n": "2", "l": "[]"}]


@pytest.mark.parametrize(
    ("values", "wanted"),
    [
        (pa.array([True, None]), ["true", ""]),
        (pa.array([1.5, float("nan")]), ["1.5", "nan"]),
        (pa.array([0.1], pa.float32()), ["0.1"]),
        (pa.array([dt.date(2026, 1, 2)]), ["2026-01-02"]),
        (pa.array([1_767_323_045_000], pa.timestamp("ms")), ["2026-01-02 03:04:05.000"]),
        (pa.array([Decimal("1.20")]), ["1.20"]),
        (pa.array(["a", "b", "a"]).dictionary_encode(), ["a", "b", "a"]),
        (pa.array(["é"], pa.large_string()), ["é"]),
        (pa.array([b"plain"]), ["plain"]),
        (pa.array([None, None], pa.null()), ["", ""]),
        (pa.array([{"role": "user", "n": 1}]), ['{"role": "user", "n": 1}']),
        (pa.array([[(1, "x")]], pa.map_(pa.int64(), pa.string())), ['[[1, "x"]]']),
    ],
)
def test_types(read, values, wanted):
    assert read(as_parquet({"a": values}), "x.parquet").column("a") == wanted


def test_bytes_that_are_no_text(refusal):
    assert refusal(as_parquet({"a": ["x"], "image": [b"\xff\x00"]}), "x.parquet") == (
        "'x.parquet', from row 1: column 'image' holds binary, which cannot be written as text; leave it out"
    )


def test_broken(refusal):
    whole = as_parquet({"a": ["x"]})
    assert refusal(whole[:-30], "x.parquet").startswith("'x.parquet' is a Parquet file that cannot be read: ")
    assert refusal(as_parquet({"a": pa.array([], pa.string())}), "x.parquet") == (
        "'x.parquet' has no rows after its header; give at least 20 rows"
    )


def test_limits(refusal):
    content = as_parquet({"a": ["x" * 50] * 10})
    assert "has more rows than 9 (TUNEOFF_READ_ROWS)" in refusal(content, "x.parquet", ReadLimits(rows=9))
    assert "row 1: column 'a' has a cell longer than 49" in refusal(content, "x.parquet", ReadLimits(cell_length=49))
    assert "has more cells than 5 (TUNEOFF_READ_CELLS)" in refusal(content, "x.parquet", ReadLimits(cells=5))


def test_a_small_file_that_unpacks_to_much_is_refused(refusal):
    content = as_parquet({"a": ["x" * 10_000] * 1_000})
    assert len(content) < 100_000
    assert refusal(content, "x.parquet", ReadLimits(bytes=100_000)) == (
        "'x.parquet' unpacks to more than 0.1 MB (TUNEOFF_READ_BYTES), the most that is read; give a part of it"
    )
