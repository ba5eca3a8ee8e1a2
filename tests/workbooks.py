"""Excel workbooks made by hand, good and hostile: a zip archive of the few XML parts that a reader needs."""

import io
import zipfile

__all__ = ["sheet_rows", "workbook"]

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPES = (
    f'<Types xmlns="{_PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/></Types>'
)
_STYLES = f'<styleSheet xmlns="{_MAIN}"><cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>'


def sheet_rows(*rows: list[object]) -> str:
    """Rows of cells as XML: text, numbers and booleans; a pair is (raw attributes, value); None is no cell."""
    lines = []
    for number, row in enumerate(rows, 1):
        cells = "".join(_cell(f"{chr(65 + place)}{number}", value) for place, value in enumerate(row))
        lines.append(f'<row r="{number}">{cells}</row>')
    return "".join(lines)


def workbook(*sheets: str, hidden: int = 0, prologue: str = "") -> bytes:
    """A workbook of these sheets, named A, B, …; the first `hidden` are not shown; `prologue` precedes every sheet."""
    names = [chr(65 + place) for place in range(len(sheets))]
    links = "".join(
        f'<sheet name="{name}" sheetId="{n}" r:id="r{n}"{_state(n <= hidden)}/>' for n, name in enumerate(names, 1)
    )
    targets = "".join(_relation(f"r{n}", "worksheet", f"worksheets/sheet{n}.xml") for n in range(1, len(sheets) + 1))
    parts = {
        "[Content_Types].xml": _TYPES,
        "_rels/.rels": _relations(_relation("r1", "officeDocument", "xl/workbook.xml")),
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{links}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": _relations(targets + _relation("r0", "styles", "styles.xml")),
        "xl/styles.xml": _STYLES,
    }
    for number, rows in enumerate(sheets, 1):
        sheet = f'<worksheet xmlns="{_MAIN}"><sheetData>{rows}</sheetData></worksheet>'
        parts[f"xl/worksheets/sheet{number}.xml"] = prologue + sheet
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, xml in parts.items():
            archive.writestr(name, '<?xml version="1.0" encoding="UTF-8"?>' + xml)
    return buffer.getvalue()


def _cell(place: str, value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, tuple):
        attributes, raw = value
        return f'<c r="{place}" {attributes}><v>{raw}</v></c>'
    if isinstance(value, bool):
        return f'<c r="{place}" t="b"><v>{int(value)}</v></c>'
    if isinstance(value, str):
        return f'<c r="{place}" t="inlineStr"><is><t xml:space="preserve">{value}</t></is></c>'
    return f'<c r="{place}"><v>{value}</v></c>'


def _state(is_hidden: bool) -> str:
    return ' state="hidden"' if is_hidden else ""


def _relations(inside: str) -> str:
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{inside}</Relationships>'


def _relation(key: str, kind: str, target: str) -> str:
    return f'<Relationship Id="{key}" Type="{_OFFICE}/{kind}" Target="{target}"/>'
