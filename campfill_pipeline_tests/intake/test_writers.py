"""Lists made by fourteen writers, headers in six languages: each is read, or proposed right (`writers/HOW_MADE.md`)."""

from __future__ import annotations

from pathlib import Path

import pytest

from campfill_pipeline.domain.proposals import DOUBTFUL, SURE
from campfill_pipeline_tests.intake.described import Judged

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
