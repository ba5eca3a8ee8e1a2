"""An Excel workbook → columns of text cells of its first sheet. Knows nothing of what columns mean.

Read by calamine: formulas give the value that was saved with them, nothing is computed, no entity or link of the XML
is followed. The members of the archive are weighed before any is unpacked.
"""

import zipfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from pathlib import Path

from tuning.data.gathering import Gathered, Gatherer
from tuning.data.limits import ReadLimits
from tuning.data.parsing import checked_names
from tuning.data.wording import quoted
from tuning.errors import FileError

__all__ = ["parse_workbook"]

_MOST_MEMBERS = 1_000
_MOST_ROWS = 1_048_576
_XML_PER_TEXT = 4  # The XML around the cells may be that many times the bytes allowed for the cells.


def parse_workbook(path: Path, shown: str, limits: ReadLimits) -> Gathered:
    """The first visible sheet: its first row that is not blank is the header. Blank rows are no rows."""
    from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

    _weigh(path, shown, limits)
    try:
        with path.open("rb") as file, CalamineWorkbook.from_filelike(file) as workbook:
            sheets = [
                about.name
                for about in workbook.sheets_metadata
                if about.typ == SheetTypeEnum.WorkSheet and about.visible == SheetVisibleEnum.Visible
            ]
            if not sheets:
                raise FileError(f"{shown} is a workbook without a visible sheet; show or add one")
            sheet = workbook.get_sheet_by_name(sheets[0])
            # A cell may claim any place, and every row before it would be walked through.
            if sheet.end is not None and sheet.end[0] >= _MOST_ROWS:
                raise FileError(
                    f"{shown} has a sheet of more than {_MOST_ROWS:,} rows, which Excel has not; save it as CSV"
                )
            records = _records(sheet.iter_rows())
            header = next(records, None)
            if header is None:
                raise FileError(f"{shown}: its first sheet, {quoted(sheets[0])}, is empty; move the table there")
            gatherer = Gatherer(checked_names(header, shown, limits), shown, limits)
            for record in records:
                gatherer.add(record)
    except (CalamineError, zipfile.BadZipFile, OSError, ValueError) as error:
        raise FileError(f"{shown} is a workbook that cannot be read; save it again, or its sheet as CSV") from error
    return Gathered(gatherer.finish(), notes=_sheet_notes(sheets))


def _weigh(path: Path, shown: str, limits: ReadLimits) -> None:
    with zipfile.ZipFile(path) as archive:
        members = archive.infolist()
    if len(members) > _MOST_MEMBERS:
        raise FileError(f"{shown} has more than {_MOST_MEMBERS:,} parts, which no sheet needs; save it as CSV")
    if sum(member.file_size for member in members) > _XML_PER_TEXT * limits.bytes:
        raise FileError(
            f"{shown} unpacks to more than {_XML_PER_TEXT} times {limits.most('bytes')}, the most that is read; "
            "save the sheet as CSV, or give a part of it"
        )


def _records(rows: Iterable[Sequence[object]]) -> Iterator[list[str]]:
    for row in rows:
        record = [_as_text(value) for value in row]
        if any(record):
            yield record


def _as_text(value: object) -> str:
    """A cell as Excel shows it in its plainest format: whole numbers without a point, dates without midnight."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return str(int(value))
    if isinstance(value, datetime):
        return value.isoformat(sep=" ") if value.time() != value.min.time() else value.date().isoformat()
    return value.isoformat() if isinstance(value, date) else str(value)


def _sheet_notes(sheets: list[str]) -> tuple[str, ...]:
    if len(sheets) == 1:
        return ()
    return (f"The first of {len(sheets):,} sheets was read: {quoted(sheets[0])}.",)
