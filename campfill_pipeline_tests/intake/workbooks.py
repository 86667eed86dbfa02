"""Workbooks written part by part, so that a test can make exactly the XML it is about."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import pyarrow as pa

from campfill_pipeline.domain.columns import LIST_COLUMNS
from campfill_pipeline.intake.findings import CellKind, Parsed

TRANSITIONAL = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
STRICT_RELATIONS = "http://purl.oclc.org/ooxml/officeDocument/relationships"
HEADERS = tuple(column.header for column in LIST_COLUMNS)
LINE = (
    "2025_11573_0006_3_Infoscreen_Sierra_PPV_04-06.09._",
    "01.03.2026-31.03.2026",
    120000,
    "1.234,50",
    7.59,
    "0b5f1d7e-2a64-4c1f-9b5e-1f0c5d1a7e42",
    "Not set",
)
STYLES = """<styleSheet xmlns="{main}"><numFmts count="1"><numFmt numFmtId="164" formatCode="dd/mm/yyyy\\ hh:mm"/>
</numFmts><cellXfs count="4"><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/><xf numFmtId="46"/></cellXfs>
</styleSheet>"""


def cell(reference: str, value: object, attributes: str = "") -> str:
    """A cell as most writers write it: text inline, numbers as they are, None as an empty cell."""
    if value is None:
        return f'<c r="{reference}"{attributes}/>'
    if isinstance(value, str):
        return f'<c r="{reference}"{attributes} t="inlineStr"><is><t>{escape(value)}</t></is></c>'
    return f'<c r="{reference}"{attributes}><v>{value}</v></c>'


def letters(index: int) -> str:
    text = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        text = chr(65 + rest) + text
    return text


def row(number: int, values: Sequence[object], *, attributes: str = "") -> str:
    """A row of cells from column A on; a value that begins with `<c ` is taken as it is."""
    cells = [
        value
        if isinstance(value, str) and value.startswith("<c ")
        else cell(f"{letters(index)}{number}", value)
        for index, value in enumerate(values)
    ]
    return f'<row r="{number}"{attributes}>{"".join(map(str, cells))}</row>'


def sheet(*rows: str, main: str = TRANSITIONAL, before: str = "", after: str = "") -> str:
    return f'<worksheet xmlns="{main}">{before}<sheetData>{"".join(rows)}</sheetData>{after}</worksheet>'


def list_sheet(*lines: Sequence[object], **extra: str) -> str:
    """A campaign list with its header in row 1."""
    rows = [row(1, HEADERS), *(row(number, line) for number, line in enumerate(lines, start=2))]
    return sheet(*rows, **extra)


def parts(
    sheets: Mapping[str, str],
    *,
    shared: str | None = None,
    styles: str = STYLES,
    states: Mapping[str, str] | None = None,
    workbook_properties: str = "",
    main: str = TRANSITIONAL,
    relations: str = RELATIONS,
) -> dict[str, str | bytes]:
    """The members of a workbook."""
    states = states or {}
    package = "http://schemas.openxmlformats.org/package/2006"
    types = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    listed = "".join(
        f'<sheet name="{escape(name)}" sheetId="{n}" r:id="rId{n}"'
        + (f' state="{states[name]}"' if name in states else "")
        + "/>"
        for n, name in enumerate(sheets, start=1)
    )
    related = "".join(
        f'<Relationship Id="rId{n}" Type="{relations}/worksheet" Target="worksheets/sheet{n}.xml"/>'
        for n, _ in enumerate(sheets, start=1)
    )
    return {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types"><Default Extension="xml" '
        f'ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="{types}.sheet.main+xml"/>'
        "</Types>",
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="rId1" '
        f'Type="{relations}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{relations}">{workbook_properties}'
        f"<sheets>{listed}</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}/relationships">{related}'
        f'<Relationship Id="rIdS" Type="{relations}/styles" Target="styles.xml"/>'
        + (
            f'<Relationship Id="rIdT" Type="{relations}/sharedStrings" Target="sharedStrings.xml"/>'
            if shared
            else ""
        )
        + "</Relationships>",
        "xl/styles.xml": styles.format(main=main),
        **({"xl/sharedStrings.xml": shared} if shared else {}),
        **{f"xl/worksheets/sheet{n}.xml": xml for n, xml in enumerate(sheets.values(), start=1)},
    }


def write(path: Path, members: Mapping[str, str | bytes]) -> Path:
    """Zip the members."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def workbook(path: Path, sheets: Mapping[str, str] | str, **options: Any) -> Path:
    """A workbook of these sheets (or of one sheet named `Campaign list`)."""
    named = {"Campaign list": sheets} if isinstance(sheets, str) else sheets
    return write(path, parts(named, **options))


def table_rows(parsed: Parsed, number: int = 0) -> list[dict[str, Any]]:
    """The rows of a table that was read."""
    assert parsed.reason is None, parsed
    with pa.ipc.open_stream(parsed.tables[number].file) as reader:
        return list(reader.read_all().to_pylist())


def cells_of(parsed: Parsed, field: str) -> list[tuple[CellKind, str | None]]:
    """Kind and text of a field's cells, from top to bottom."""
    return [(CellKind(found[f"{field}_kind"]), found[field]) for found in table_rows(parsed)]
