"""Lists made by fourteen writers, headers in six languages: each is read, or proposed right (`writers/HOW_MADE.md`)."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import openpyxl
import pytest

from campfill_pipeline.domain.proposals import DOUBTFUL, SURE
from campfill_pipeline.intake.lists.notation import read_description
from campfill_pipeline.intake.receipt.proposal_sheet import write_proposal
from campfill_pipeline.intake.receipt.sheet import Book
from campfill_pipeline_tests.intake.described import Judged, parsed

LISTS = Path(__file__).parent / "writers" / "lists"
ALL = ("id", "name", "start", "end", "goal", "cpm", "budget", "buyer")


@pytest.mark.parametrize(
    ("name", "means", "dates"),
    [
        ("gnumeric.xlsx", ALL, "iso"),
        ("libreoffice.xlsx", ALL, "british"),
        ("exceljs.xlsx", ALL, "iso"),
        ("xlsx-populate.xlsx", ALL, "iso"),
        ("pandas.xlsx", ALL, "iso"),
        ("polars.xlsx", ALL, "iso"),
        ("pyexcelerate.xlsx", ALL, ""),
        ("openpyxl.xlsx", ("id", "name", "runtime", "goal", "cpm", "buyer"), "german"),
        ("r-openxlsx.xlsx", ALL, "iso"),
        ("sheets.csv", ALL, "us"),
        ("sheetjs.xlsx", ALL, "iso"),
        ("excel-writer.xlsx", ALL, "iso"),
        ("excelize.xlsx", ALL, "iso"),
        ("gnumeric-italian.xlsx", ALL, "iso"),
    ],
)
def test_a_list_of_another_house_is_proposed_right(
    tmp_path: Path, name: str, means: tuple[str, ...], dates: str
) -> None:
    proposal = Judged(LISTS / name, tmp_path / "work").parsed.proposal
    assert proposal is not None
    assert tuple(column.means for column in proposal.columns) == means
    doubtful = {column.means for column in proposal.columns if column.sure != SURE}
    # One writer leaves the form of its dates to the program that opens the file.
    assert doubtful == (set() if dates else {"start", "end"})
    assert all(column.sure in (SURE, DOUBTFUL) for column in proposal.columns)
    assert dict(proposal.settings)["dates"] == dates


def test_an_ad_servers_workbook_is_read(tmp_path: Path) -> None:
    judged = Judged(LISTS / "xlsxwriter.xlsx", tmp_path / "work")
    assert [(line["external_id"], line["runtime"]) for line in judged.lines] == [
        ("6123456781", "01.03.2026-31.03.2026"), ("6123456782", "03.04.2026-30.04.2026"),
    ]  # fmt: skip


def _proposed(tmp_path: Path) -> Path:
    """A receipt's sheet with the proposal for a list, as the receipt holds it."""
    proposal = Judged(LISTS / "sheetjs.xlsx", tmp_path / "work").parsed.proposal
    assert proposal is not None
    file = tmp_path / "receipt.xlsx"
    book = Book(file)
    facts: Any = SimpleNamespace(file_name="sheetjs.xlsx", upload_id=UUID(int=7))
    write_proposal(book, facts, proposal)
    book.close()
    return file


@pytest.mark.long
@pytest.mark.filterwarnings("ignore:Workbook contains no default style")
@pytest.mark.parametrize("program", ["soffice", "ssconvert"])
def test_a_proposal_saved_by_another_program_is_taken_back(tmp_path: Path, program: str) -> None:
    if shutil.which(program) is None:
        pytest.skip(f"{program} is not installed")
    file, saved = _proposed(tmp_path), tmp_path / "saved" / "receipt.xlsx"
    saved.parent.mkdir()
    commands = {
        "soffice": [
            "soffice", "--headless", f"-env:UserInstallation=file://{tmp_path}/profile", "--convert-to",
            "xlsx:Calc MS Excel 2007 XML", "--outdir", str(saved.parent), str(file),
        ],
        "ssconvert": ["ssconvert", "-T", "Gnumeric_Excel:xlsx2", str(file), str(saved)],
    }  # fmt: skip
    subprocess.run(commands[program], check=True, capture_output=True, timeout=300)
    book = openpyxl.load_workbook(saved)
    for row in book["List description"].iter_rows():
        if row[0].value in ("name", "kind"):
            row[1].value = "house" if row[0].value == "name" else "campaign"
    book.save(saved)
    corrected = parsed(saved, tmp_path / "again").corrected
    assert corrected is not None
    assert (corrected.name, corrected.upload) == ("house", str(UUID(int=7)))
    description = read_description(corrected.text, "house.toml")
    assert Judged(LISTS / "sheetjs.xlsx", tmp_path / "read", {"house": corrected.text}).lines
    assert description.ids == "text"
