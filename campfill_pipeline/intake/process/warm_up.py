"""Takes the first steps of reading once, so that every fork finds patterns compiled and kernels loaded.

Why: they cost 20 ms, more than reading a list of 300 rows. A whole workbook is read as any other, so that no step is
forgotten. Does not belong here: anything a result depends on.
"""

from __future__ import annotations

import contextlib
import json
import tempfile
import zipfile
from functools import cache
from pathlib import Path

from campfill_pipeline.domain.cells import column_letters
from campfill_pipeline.domain.columns import LIST_COLUMNS
from campfill_pipeline.intake.findings import Parsed, ParseLimits
from campfill_pipeline.intake.process.manifest import to_json
from campfill_pipeline.intake.process.reading import read_file
from campfill_pipeline.intake.xlsx.xml_parts import NAMESPACES

_LIMITS = ParseLimits(max_bytes=1 << 20, memory_mb=0, seconds=0)
_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
_LINES: tuple[tuple[str | float | None, ...], ...] = (
    tuple(column.header for column in LIST_COLUMNS),
    (
        "A_1_B &amp; C_PPV",
        "ASAP-31.03.2026",
        1000,
        7.5,
        7.5,
        "00000000-0000-4000-8000-000000000001",
        "Not set",
    ),
    (
        "A_2_B_PPV",
        "01.03.2026-31.03.2026",
        "1.000",
        None,
        7,
        "00000000-0000-4000-8000-000000000002",
        "Not set",
    ),
)
_FORMAT = "#,##0.00 [$€-407]"


@cache
def warm_up() -> None:
    """Read a small list with every usual kind of cell, and keep nothing of it. A fork of who did so need not."""
    with (
        contextlib.suppress(OSError),  # a full disk: whoever reads next tells it
        tempfile.TemporaryDirectory(prefix="campfill-") as folder,
    ):
        read_own_list(Path(folder))


def read_own_list(folder: Path) -> Parsed:
    """The list that is read to warm up, in `folder`."""
    file = folder / "list.xlsx"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in _parts().items():
            archive.writestr(name, content)
    parsed = read_file(file, file.name, folder, _LIMITS, lambda _done, _total: None)
    json.dumps(to_json(parsed))
    return parsed


def _parts() -> dict[str, str]:
    """The parts of the workbook by their names."""
    texts = [text for line in _LINES for text in line if isinstance(text, str)]
    rows = ""
    for number, line in enumerate(_LINES, start=1):
        cells = ""
        for place, value in enumerate(line):
            kind, shown = (' t="s"', texts.index(value)) if isinstance(value, str) else ("", value)
            inner = "/>" if shown is None else f"><v>{shown}</v></c>"
            cells += f'<c r="{column_letters(place)}{number}"{kind}{inner}'
        rows += f'<row r="{number}">{cells}</row>'
    targets = {"worksheet": "sheet.xml", "styles": "styles.xml", "sharedStrings": "texts.xml"}
    related = (
        f'<Relationship Id="{kind}" Type="{_RELATION}/{kind}" Target="{target}"/>'
        for kind, target in targets.items()
    )
    main = f'xmlns="{NAMESPACES[0]}"'
    return {
        "[Content_Types].xml": f'<Types><Override PartName="/xl/workbook.xml" ContentType="{_WORKBOOK}"/></Types>',
        "xl/workbook.xml": f'<workbook {main} xmlns:r="{_RELATION}"><sheets><sheet name="Own" r:id="worksheet"/>'
        "</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f"<Relationships>{''.join(related)}</Relationships>",
        "xl/styles.xml": f'<styleSheet {main}><numFmts><numFmt numFmtId="164" formatCode="{_FORMAT}"/></numFmts>'
        '<cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/></cellXfs></styleSheet>',
        "xl/texts.xml": f"<sst {main}>{''.join(f'<si><t>{text}</t></si>' for text in texts)}</sst>",
        "xl/sheet.xml": f"<worksheet {main}><sheetData>{rows}</sheetData></worksheet>",
    }
