"""JSON and JSON Lines, and the exact words about broken ones."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tuning.data.limits import ReadLimits

cells = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            b'[{"a": 1},\n {"a" 2}]',
            "'x.json' is not valid JSON at line 2, character 7: Expecting ':' delimiter; correct it",
        ),
        (
            b'{"a": 1}\n{"a": }\n',
            "'x.json' is not valid JSON at row 2, character 7: Expecting value; correct it",
        ),
        (
            b'{"data":\n [{"a": 1}]}',
            "'x.json' is one JSON object; write a list of objects [{…}, {…}] or one object per line",
        ),
        (
            b"[1, 2]",
            """'x.json', row 1 is not a JSON object; write every row as {"column": "value", …}""",
        ),
        (b'[{"a": 1, "a": 2}]', "'x.json', row 1: an object has 'a' twice; keep one"),
        (b'[{"a": 1, " a": 2}]', "'x.json' has two columns named 'a'; rename or remove one"),
        (b"[]", "'x.json' has no rows after its header; give at least 20 rows"),
        (b'[{"a": 1}, {}]', "'x.json', row 2 is an empty object; fill it or leave it out"),
        (b'[{"": 1}]', "'x.json': column 1 has no name; name it or remove it"),
        (b'[{"a": "\\u0000"}]', "'x.json', row 1: column 'a' holds a NUL character; remove it"),
        (
            b'[{"a": "\\ud800"}]',
            "'x.json', row 1: column 'a' holds half of a surrogate pair, which is no text; correct it",
        ),
        (b'[{"a": 1}', "'x.json' is not valid JSON at line 1, character 10: Expecting ',' delimiter; correct it"),
        (b'[{"a": 1},]', "'x.json' is not valid JSON at line 1, character 11: Expecting value; correct it"),
        (b'[{"a": 1}] x', "'x.json' is not valid JSON at line 1, character 12: Extra data; correct it"),
        (b'[{"a": ' + b"9" * 5000 + b"}]", "'x.json', row 1: a number has more than 4,300 digits; write it as text"),
        (
            b"[" * 100_000,
            "'x.json', row 1 is nested too deeply; give objects whose values are text or numbers",
        ),
        (
            b'{"a":' * 100_000,
            "'x.json' is nested too deeply; give objects whose values are text or numbers",
        ),
    ],
)
def test_broken_objects_are_refused_with_these_words(refusal, content, message):
    assert refusal(content, "x.json") == message


@pytest.mark.parametrize("name", ["x.json", "x.jsonl", "x.txt", "x"])
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


def test_a_text_called_json_is_refused(refusal):
    assert refusal(b"a,b\n1,2\n", "x.json") == (
        "'x.json' is not JSON: it begins with neither [ nor {; correct it, or name it .csv if it is a table"
    )


def test_limits(refusal):
    content = json.dumps([{"a": "x" * 50}] * 10)
    assert "has more rows than 9 (TUNEOFF_READ_ROWS)" in refusal(content, "x.json", ReadLimits(rows=9))
    assert "row 1: column 'a' has a cell longer than 49" in refusal(content, "x.json", ReadLimits(cell_length=49))
    assert "has more cells than 5 (TUNEOFF_READ_CELLS)" in refusal(content, "x.json", ReadLimits(cells=5))
    assert refusal(content, "x.json", ReadLimits(bytes=499)) == (
        "'x.json' unpacks to more than 0.000499 MB (TUNEOFF_READ_BYTES), the most that is read; give a part of it"
    )


def test_what_held_a_list_or_an_object_is_known(read):
    table = read('{"messages": [{"role": "user"}], "a ": {}, "b": "[]", "n": 1}', "x.jsonl")
    assert table.structured == {"messages", "a"}
    assert table.row(0) == {"messages": '[{"role": "user"}]', "a": "{}", "b": "[]", "n": "1"}


def test_columns_that_come_late_are_empty_before(read):
    rows = [{"a": str(n)} for n in range(10_001)] + [{"b": "x", "a": "y"}]
    table = read("\n".join(map(json.dumps, rows)), "x.jsonl")
    assert table.columns == ["a", "b"]
    assert table.column("b") == [""] * 10_001 + ["x"]
    assert table.row(10_001) == {"a": "y", "b": "x"}


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(st.fixed_dictionaries({"text": cells, "label": cells}), min_size=1, max_size=8), lines=st.booleans()
)
def test_what_json_writes_is_read_back(read, rows, lines):
    content = "\n".join(map(json.dumps, rows)) if lines else json.dumps(rows)
    assert read(content, "x.json").rows == rows
