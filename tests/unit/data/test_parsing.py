"""Tables as people export them, and the exact words about broken ones."""

import csv
import io

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tuning.data.limits import ReadLimits

cells = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20)

MARK = "has a quotation mark out of place; close quoted cells and double the marks inside them"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            b"a,b\n1,2\n3,4,5\n",
            (
                "'x.csv', row 2 has 3 cells, the header has 2; put quotation marks around cells that contain a comma; "
                "line 3 of the file is '3,4,5'"
            ),
        ),
        (
            b"a;b\n\n1\n1;2\n3\n1;2;3\n",
            (
                "'x.csv', row 1 has 1 cell, the header has 2 (2 more rows do not fit it either); "
                "put quotation marks around cells that contain a semicolon; line 3 of the file is '1'"
            ),
        ),
        (b"a,b, a \n1,2,3\n", "'x.csv' has two columns named 'a'; rename or remove one"),
        (b",text,label\n0,a,b\n", "'x.csv': column 1 has no name; name it or remove it"),
        (
            b'a,b\n1,2\n"3,4\n5,6\n',
            (f"'x.csv', row 2 {MARK}; the row begins in line 3, and line 4 of the file is '5,6'"),
        ),
        (
            b'a,b\n"1" x,' + b"x" * 70 + b"\n",
            (f"'x.csv', row 1 {MARK}; line 2 of the file begins with '\"1\" x,{'x' * 53}…'"),
        ),
        (
            b"a,b\n1\r2,3\n",
            (
                "'x.csv', row 1 has a carriage return inside a cell; put quotation marks around that cell; "
                "line 2 of the file is '1 2,3'"
            ),
        ),
        (b'"a\nb",c\n1,2\n', "'x.csv': the name of column 1 is not plain text on one line: 'a b'; rename it"),
        (
            b"a," + b"x" * 201 + b"\n1,2\n",
            "'x.csv': the name of column 2 has more than 200 characters; put a header above the rows",
        ),
    ],
)
def test_broken_tables_are_refused_with_these_words(refusal, content, message):
    assert refusal(content) == message


def test_of_cells_apart_by_tabs_marks_that_enclose_nothing_are_text(read):
    table = read('text\tlabel\nso so\ta\n"so" it is\tb\nhe said "so"\ta\n')
    assert table.rows[1:] == [{"text": '"so" it is', "label": "b"}, {"text": 'he said "so"', "label": "a"}]
    assert table.notes == ("Quotation marks are read as text: row 2 has one that does not enclose its cell.",)
    quoted = read('text\tlabel\n"so\tso"\ta\n"say ""so"""\tb\n')
    assert quoted.rows[0] == {"text": "so\tso", "label": "a"}
    assert quoted.notes == ()


@pytest.mark.parametrize("cells", ['"so so"\ta\n"so" it is\tb', '"so\tso"\ta\n"so" it is\tb', '"so" it is\tb\tc'])
def test_where_some_marks_enclose_cells_and_others_do_not_nothing_is_guessed(refusal, cells):
    assert "has a quotation mark out of place" in refusal(f"text\tlabel\n{cells}\n".encode())


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiters_are_found(read, delimiter):
    table = read(f"text{delimiter}label\nso so{delimiter}a\nx{delimiter}b\n")
    assert (table.format, table.delimiter, table.columns) == ("csv", delimiter, ["text", "label"])
    assert table.rows == [{"text": "so so", "label": "a"}, {"text": "x", "label": "b"}]


def test_a_delimiter_inside_texts_or_names_does_not_win(read):
    table = read("id;text,long;label\n1;a, b, c;x\n2;d;y\n")
    assert table.delimiter == ";"
    assert table.columns == ["id", "text,long", "label"]


def test_line_ends_quotes_blank_lines_and_white_space_in_the_header(read):
    table = read(' text , label\r\n"two\r\nlines, ""quoted""",a\r\n\r\n b\u2028c ,\r\n')
    assert table.columns == ["text", "label"]
    assert table.rows == [
        {"text": 'two\r\nlines, "quoted"', "label": "a"},
        {"text": " b\u2028c ", "label": ""},
    ]
    assert read("text,label\ra,b\rc,d\r").rows == [{"text": "a", "label": "b"}, {"text": "c", "label": "d"}]


def test_one_column_is_read_whatever_is_in_it(read):
    table = read("text\nhello, world\nb;c\n")
    assert table.delimiter is None
    assert [row["text"] for row in table.rows] == ["hello, world", "b;c"]


@pytest.mark.parametrize(
    ("limits", "message"),
    [
        (
            ReadLimits(rows=1),
            "'x.csv' has more rows than 1 (TUNEOFF_READ_ROWS), the most that is read; give a part of it",
        ),
        (
            ReadLimits(columns=1),
            "'x.csv' has more columns than 1 (TUNEOFF_READ_COLUMNS), the most that is read; leave some out",
        ),
        (
            ReadLimits(cells=3),
            "'x.csv' has more cells than 3 (TUNEOFF_READ_CELLS), the most that is read; leave out columns or rows",
        ),
        (
            ReadLimits(cell_length=9),
            (
                "'x.csv', row 2: column 'b' has a cell longer than 9 (TUNEOFF_READ_CELL_LENGTH) characters, "
                "the most that is read; shorten it"
            ),
        ),
        (
            ReadLimits(line_length=10),
            (
                "'x.csv', line 3 is longer than 10 (TUNEOFF_READ_LINE_LENGTH) characters, the most that is read; "
                "break it into rows"
            ),
        ),
    ],
)
def test_limits(refusal, limits, message):
    assert refusal("a,b\n1,2\n3,long enough\n", limits=limits) == message


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.tuples(cells, cells), min_size=1, max_size=8), delimiter=st.sampled_from(",;\t|"))
def test_what_csv_writes_is_read_back(read, rows, delimiter):
    buffer = io.StringIO()
    csv.writer(buffer, delimiter=delimiter, quoting=csv.QUOTE_ALL).writerows([("text", "label"), *rows])
    table = read(buffer.getvalue())
    assert [(row["text"], row["label"]) for row in table.rows] == rows
    assert table.delimiter == delimiter
