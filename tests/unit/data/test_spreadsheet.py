"""Workbooks: what cells become, which sheet is read, and the exact words about broken and hostile ones."""

import io
import zipfile

import pytest

from tests.workbooks import sheet_rows, workbook
from tuning.data.limits import ReadLimits

TABLE = sheet_rows(["text", "label"], ["good", "a"], ["bad", "b"])


def test_cells_as_text(read):
    rows = sheet_rows(
        ["text", "n", "day"],
        [" two\nlines ", 3, ('s="1"', 46000)],
        [None, 1.5, True],
        [None, None, None],
        ["é", -2e300, ('t="e"', "#N/A")],
    )
    table = read(workbook(rows), "x.xlsx")
    assert (table.format, table.encoding, table.notes) == ("xlsx", "binary", ())
    assert table.rows == [
        {"text": " two\nlines ", "n": "3", "day": "2025-12-09"},
        {"text": "", "n": "1.5", "day": "true"},
        {"text": "é", "n": "-2e+300", "day": ""},
    ]


def test_the_first_visible_sheet_is_read_and_named(read):
    other = sheet_rows(["x", "y"], ["1", "2"])
    table = read(workbook(other, TABLE, other, hidden=1), "x.xlsx")
    assert table.columns == ["text", "label"]
    assert table.notes == ("The first of 2 sheets was read: 'B'.",)


def test_a_table_may_begin_anywhere(read):
    table = read(workbook(sheet_rows([], [], [None, "text", "label"], [None, "a", "b"])), "x.xlsx")
    assert table.rows == [{"text": "a", "label": "b"}]


@pytest.mark.parametrize(
    ("sheets", "hidden", "message"),
    [
        ([""], 0, "'x.xlsx': its first sheet, 'A', is empty; move the table there"),
        ([TABLE], 1, "'x.xlsx' is a workbook without a visible sheet; show or add one"),
        ([sheet_rows(["a", "b"])], 0, "'x.xlsx' has no rows after its header; give at least 20 rows"),
        ([sheet_rows(["a", None, "b"], ["1", "2", "3"])], 0, "'x.xlsx': column 2 has no name; name it or remove it"),
        ([sheet_rows(["a", "a"], ["1", "2"])], 0, "'x.xlsx' has two columns named 'a'; rename or remove one"),
        ([TABLE[:-20]], 0, "'x.xlsx' is a workbook that cannot be read; save it again, or its sheet as CSV"),
    ],
)
def test_workbooks_that_are_refused(refusal, sheets, hidden, message):
    assert refusal(workbook(*sheets, hidden=hidden), "x.xlsx") == message


@pytest.mark.parametrize("entity", ['SYSTEM "file:///etc/passwd"', '"text"'])
def test_entities_are_not_followed(refusal, entity):
    rows = sheet_rows(["text"], ["&stolen;"])
    assert refusal(workbook(rows, prologue=f"<!DOCTYPE a [<!ENTITY stolen {entity}>]>"), "x.xlsx") == (
        "'x.xlsx' is a workbook that cannot be read; save it again, or its sheet as CSV"
    )


def test_members_are_weighed_before_they_are_unpacked(refusal):
    content = workbook(TABLE + " " * 1_000_000)
    assert len(content) < 10_000
    assert refusal(content, "x.xlsx", ReadLimits(bytes=200_000)) == (
        "'x.xlsx' unpacks to more than 4 times 0.2 MB (TUNEOFF_READ_BYTES), the most that is read; "
        "save the sheet as CSV, or give a part of it"
    )
    buffer = io.BytesIO(workbook(TABLE))
    with zipfile.ZipFile(buffer, "a") as archive:
        for number in range(1_001):
            archive.writestr(str(number), b"")
    assert refusal(buffer.getvalue(), "x.xlsx") == (
        "'x.xlsx' has more than 1,000 parts, which no sheet needs; save it as CSV"
    )
