"""JSON, JSON Lines and Parquet, and the exact words about broken ones."""

import io
import json

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyarrow import parquet

from tuning.data.parsing import ReadLimits


def as_parquet(columns: dict[str, list[object]]) -> bytes:
    sink = io.BytesIO()
    parquet.write_table(pa.table(columns), sink)
    return sink.getvalue()


cells = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            b'[{"a": 1},\n {"a" 2}]',
            "'x.csv' is not valid JSON at line 2, character 7: Expecting ':' delimiter; correct it",
        ),
        (
            b'{"a": 1}\n{"a": }\n',
            "'x.csv' is not valid JSON at row 2, character 7: Expecting value; correct it",
        ),
        (
            b'{"data":\n [{"a": 1}]}',
            "'x.csv' is one JSON object; write a list of objects [{…}, {…}] or one object per line",
        ),
        (
            b"[1, 2]",
            """'x.csv', row 1 is not a JSON object; write every row as {"column": "value", …}""",
        ),
        (b'[{"a": 1, "a": 2}]', "'x.csv': an object has 'a' twice; keep one"),
        (b'[{"a": 1, " a": 2}]', "'x.csv' has two columns named 'a'; rename or remove one"),
        (b'[{"": 1}]', "'x.csv': column 1 has no name; name it or remove it"),
        (b'[{"a": "\\u0000"}]', "'x.csv', row 1: column 'a' holds a NUL character; remove it"),
        (
            b'[{"a": "\\ud800"}]',
            "'x.csv', row 1: column 'a' holds half of a surrogate pair, which is no text; correct it",
        ),
        (
            b"[" * 100_000,
            "'x.csv' is nested too deeply; give objects whose values are text or numbers",
        ),
        (
            b'{"a":' * 100_000,
            "'x.csv' is nested too deeply; give objects whose values are text or numbers",
        ),
    ],
)
def test_broken_objects_are_refused_with_these_words(refusal, content, message):
    assert refusal(content) == message


@pytest.mark.parametrize("name", ["x.json", "x.jsonl", "x.csv"])
def test_json_by_content(read, name):
    rows = [{"a": "x", "n": 1}, {"a": None, "b": True, "n": 1.5}, {"a": {"k": ["é"]}}]
    wanted = [
        {"a": "x", "n": "1", "b": ""},
        {"a": "", "n": "1.5", "b": "true"},
        {"a": '{"k": ["é"]}', "n": "", "b": ""},
    ]
    as_list = read(json.dumps(rows, indent=1), name)
    as_lines = read("\n".join(map(json.dumps, rows)) + "\n\n", name)
    assert (as_list.format, as_lines.format) == ("json", "jsonl")
    assert as_list.columns == as_lines.columns == ["a", "n", "b"]
    assert as_list.rows == as_lines.rows == wanted


def test_parquet(read):
    table = read(as_parquet({"text": ["a", None], "n": [1, 2], "l": [["x"], []]}), "x.parquet")
    assert (table.format, table.encoding, table.delimiter) == ("parquet", "binary", None)
    assert table.rows == [{"text": "a", "n": "1", "l": '["x"]'}, {"text": "", "n": "2", "l": "[]"}]


def test_a_text_called_json_is_refused(refusal):
    assert refusal(b"a,b\n1,2\n", "x.json") == (
        "'x.json' is not JSON: it begins with neither [ nor {; correct it, or name it .csv if it is a table"
    )


def test_broken_parquet_is_refused(refusal):
    whole = as_parquet({"a": ["x"]})
    assert refusal(whole[:-30]).startswith("'x.csv' is a Parquet file that cannot be read: ")


@pytest.mark.parametrize("name", ["x.json", "x.parquet"])
def test_limits_of_objects(refusal, name):
    rows = [{"a": "x" * 50}] * 10
    content = json.dumps(rows).encode() if name == "x.json" else as_parquet({"a": [row["a"] for row in rows]})
    assert "has more than 9 rows" in refusal(content, name, ReadLimits(rows=9))
    assert "row 1 has a cell of more than 49 characters" in refusal(content, name, ReadLimits(cell=49))
    assert "has more than 5 cells" in refusal(content, name, ReadLimits(cells=5))


def test_a_small_parquet_that_unpacks_to_much_is_refused(refusal):
    content = as_parquet({"a": ["x" * 10_000] * 1_000})
    assert len(content) < 100_000
    message = "'x.csv' unpacks to more than 0 MB, the most that is read; give a part of it"
    assert refusal(content, limits=ReadLimits(bytes=100_000)) == message


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(st.fixed_dictionaries({"text": cells, "label": cells}), min_size=1, max_size=8), lines=st.booleans()
)
def test_what_json_writes_is_read_back(read, rows, lines):
    content = "\n".join(map(json.dumps, rows)) if lines else json.dumps(rows)
    assert read(content).rows == rows
