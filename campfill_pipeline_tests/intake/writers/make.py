"""Makes the lists of `lists/`, each by another program: `python make.py FOLDER_OF_NODE_MODULES`.

Not run by tests: it needs programs that campfill does not. Made with Gnumeric 1.12.55 (ssconvert), LibreOffice 7.4, exceljs
4.4.0, xlsx-populate 1.21.0, pandas 3.1.1 with openpyxl 3.1.5, polars 2.1.0 with XlsxWriter 3.3.1, PyExcelerate 0.13.0.
`sheets.csv` is written here in the form in which Google Sheets publishes a sheet as CSV.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pandas
import polars
import pyexcelerate
import xlsxwriter

LISTS = Path(__file__).parent / "lists"
DE = ("Auftragsnummer", "Kampagne", "Beginn", "Ende", "Kontaktziel", "TKP €", "Nettobudget", "Kunde")
EN = (
    "Line item ID",
    "Campaign name",
    "Start date",
    "End date",
    "Impressions",
    "CPM (EUR)",
    "Net budget",
    "Advertiser",
)
FR = (
    "Numéro",
    "Nom de la campagne",
    "Date de début",
    "Date de fin",
    "Objectif",
    "Coût pour mille €",
    "Montant",
    "Annonceur",
)
ROWS = [
    (6123456781, "Ümläut & Söhne", date(2026, 3, 1), date(2026, 3, 31), 100000, 2.5, 250, "ACME"),
    (6123456782, "Été – 20 %", date(2026, 4, 3), date(2026, 4, 30), 12345, 7.59, 93.7, "Globex"),
]


def _text(row: tuple, form: str) -> list[str]:
    return [f"{cell:{form}}" if isinstance(cell, date) else str(cell) for cell in row]


def _csv(folder: Path, header: tuple, form: str) -> Path:
    file = folder / "list.csv"
    lines = [header, *(_text(row, form) for row in ROWS)]
    file.write_text("\n".join(",".join(f'"{cell}"' for cell in line) for line in lines), encoding="utf-8")
    return file


def _node(modules: Path, script: str, file: Path, header: tuple) -> None:
    rows = json.dumps([header, *([str(c) if isinstance(c, date) else c for c in row] for row in ROWS)])
    code = f"const rows={rows}; const file={json.dumps(str(file))}; {script}"
    subprocess.run(["node", "-e", code], cwd=modules.parent, check=True)


def main(modules: Path) -> None:
    """Write all lists."""
    LISTS.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        subprocess.run(
            [
                "ssconvert",
                "-T",
                "Gnumeric_Excel:xlsx2",
                _csv(folder, DE, "%Y-%m-%d"),
                LISTS / "gnumeric.xlsx",
            ],
            check=True,
        )
        french = _csv(folder, FR, "%d/%m/%Y")
        subprocess.run(
            ["soffice", "--headless", "--convert-to", "xlsx", "--infilter=CSV:44,34,76,1,1/2/2/2/3/2/4/2/5/1/6/1/7/1/8/2",
             "--outdir", name, french], check=True, stdout=subprocess.DEVNULL,
        )  # fmt: skip
        (folder / "list.xlsx").replace(LISTS / "libreoffice.xlsx")
    _node(
        modules,
        "const E=require('exceljs'); const b=new E.Workbook(); const s=b.addWorksheet('Lines');"
        "rows.forEach((r,n)=>s.addRow(n?r.map((c,i)=>i==2||i==3?new Date(c):c):r)); b.xlsx.writeFile(file);",
        LISTS / "exceljs.xlsx", EN,
    )  # fmt: skip
    _node(
        modules,
        "const X=require('xlsx-populate'); X.fromBlankAsync().then(b=>{const s=b.sheet(0);"
        "rows.forEach((r,n)=>r.forEach((c,i)=>s.cell(n+1,i+1).value(c))); return b.toFileAsync(file)});",
        LISTS / "xlsx-populate.xlsx", DE,
    )  # fmt: skip
    pandas.DataFrame([[datetime(c.year, c.month, c.day) if isinstance(c, date) else c for c in r] for r in ROWS], columns=EN).to_excel(LISTS / "pandas.xlsx", index=False)  # fmt: skip
    polars.DataFrame(ROWS, schema=list(FR), orient="row").write_excel(LISTS / "polars.xlsx")
    book = pyexcelerate.Workbook()
    book.new_sheet("Liste", data=[list(DE), *([datetime(c.year, c.month, c.day) if isinstance(c, date) else c for c in r] for r in ROWS)])  # fmt: skip
    book.save(str(LISTS / "pyexcelerate.xlsx"))
    with xlsxwriter.Workbook(LISTS / "xlsxwriter.xlsx") as made:
        sheet, day = made.add_worksheet("Line items"), made.add_format({"num_format": "yyyy-mm-dd"})
        sheet.write_row(
            0,
            0,
            (
                "Line item ID",
                "Line item",
                "Start date",
                "End date",
                "Goal",
                "Rate",
                "Cost type",
                "Advertiser",
            ),
        )
        for number, row in enumerate(ROWS, start=1):
            sheet.write_row(number, 0, (*row[:2], 0, 0, *row[4:6], "CPM", row[7]))
            sheet.write_datetime(number, 2, datetime(row[2].year, row[2].month, row[2].day), day)
            sheet.write_datetime(number, 3, datetime(row[3].year, row[3].month, row[3].day), day)
    other = openpyxl.Workbook()
    page = other.active
    page.append(("Kampagnenliste", None))
    page.append(("Nr.", "Kampagne", "Laufzeit", "Zielmenge", "TKP", "Kunde"))
    for row in ROWS:
        page.append((f"A-{row[0]}", row[1], f"{row[2]:%d.%m.%Y} – {row[3]:%d.%m.%Y}", row[4], row[5], row[7]))
    other.save(LISTS / "openpyxl.xlsx")
    lines = [EN, *(_text(row, "%m/%d/%Y") for row in ROWS)]
    (LISTS / "sheets.csv").write_bytes("\r\n".join(",".join(line) for line in lines).encode())


if __name__ == "__main__":
    main(Path(sys.argv[1]))
