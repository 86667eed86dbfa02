"""A receipt says what became of a file, and takes the mended rows back."""

from __future__ import annotations

import re
import shutil
import subprocess
import uuid
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import openpyxl
import pyarrow as pa
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from campfill_pipeline.domain.issues import Issue
from campfill_pipeline.intake.findings import Parsed
from campfill_pipeline.intake.judge.campaign_lists import Verdict, read_issues, validate_list
from campfill_pipeline.intake.process.parser import ParseLimits, Parser, RowsUnreadableError
from campfill_pipeline.intake.receipt.write import ReceiptFacts, write_receipt
from campfill_pipeline_tests.intake.tables import HEADERS, line

MEND, SUMMARY, CHANGES, ISSUES = "Rows to mend", "Summary", "Changes", "Issues"


@pytest.fixture(scope="module")
def parser() -> Iterator[Parser]:
    with Parser(ParseLimits(max_bytes=100_000_000, memory_mb=2048, seconds=120)) as parser:
        yield parser


@dataclass
class Upload:
    """A file that was read and judged."""

    path: Path
    work: Path
    parser: Parser
    parsed: Parsed
    verdict: Verdict

    @property
    def issues(self) -> list[Issue]:
        return read_issues(self.verdict.issues)

    @property
    def faults(self) -> list[tuple[str | None, str]]:
        return [(issue.cell, issue.code) for issue in self.issues]

    @property
    def lines(self) -> list[dict[str, Any]]:
        lines: list[dict[str, Any]] = pa.ipc.open_stream(str(self.verdict.lines)).read_all().to_pylist()
        return lines

    def receipt(self, changes: Sequence[dict[str, Any]] = (), **facts: Any) -> Path:
        verdict = self.verdict
        counts = SimpleNamespace(
            rows_read=verdict.rows_read,
            rows_accepted=verdict.rows_accepted,
            rows_rejected=verdict.rows_rejected,
            rows_skipped=verdict.rows_skipped,
            rows_new=verdict.rows_accepted,
            rows_updated=0,
            rows_unchanged=0,
        )
        target = self.work / "outbox" / "receipt.xlsx"
        told: dict[str, Any] = {
            "upload_id": uuid.UUID(int=7),
            "file_name": self.path.name,
            "received_at": datetime(2026, 3, 1, 9, 30, tzinfo=UTC),
            "status": verdict.status,
            "reason": verdict.reason,
            "message": self.parsed.message,
            "hint": self.parsed.hint,
            "counts": counts,
            "parsed": self.parsed,
            "issues": verdict.issues,
            "changes": changes,
            "raw_rows": partial(self.parser.raw_rows, self.path),
        }
        write_receipt(target, ReceiptFacts(**{**told, **facts}))
        return target


Read = Callable[[Path], Upload]


@pytest.fixture
def read(parser: Parser, tmp_path: Path) -> Read:
    def read(path: Path) -> Upload:
        work = tmp_path / f"work-{uuid.uuid4()}"
        found = parser.parse(path, path.name, work)
        return Upload(path, work, parser, found, validate_list(found, work))

    return read


def workbook(path: Path, rows: Sequence[Sequence[Any]], headers: Sequence[Any] = HEADERS) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    sheet.title = "Campaign list"
    for row in (headers, *rows):
        sheet.append(list(row))
    book.save(path)
    return path


def sheet_of(receipt: Path, name: str) -> Worksheet:
    sheet = openpyxl.load_workbook(receipt)[name]
    assert isinstance(sheet, Worksheet)
    return sheet


def values(sheet: Worksheet) -> list[tuple[Any, ...]]:
    return list(sheet.iter_rows(values_only=True))


def words(sheet: Worksheet) -> str:
    return "\n".join(" ".join(str(cell) for cell in row if cell is not None) for row in values(sheet))


def test_only_rejected_rows_are_to_mend_complete_and_in_their_own_columns(tmp_path: Path, read: Read) -> None:
    headers = ("Internal note", *HEADERS[:3], "", *HEADERS[3:])
    rows = [
        ("keep", *row[:3], 17, *row[3:]) for row in (line(1), line(2, goal="x"), line(3), line(4, cpm="y"))
    ]
    receipt = read(workbook(tmp_path / "list.xlsx", rows, headers)).receipt()
    found = values(sheet_of(receipt, MEND))
    assert found[0] == tuple(header or None for header in headers)
    assert found[1:] == [rows[1], rows[3]]


def test_faulty_cells_are_coloured_and_commented_with_reason_and_hint(tmp_path: Path, read: Read) -> None:
    upload = read(workbook(tmp_path / "list.xlsx", [line(1), line(2, goal="x", name=None, buyer="not set")]))
    sheet = sheet_of(upload.receipt(), MEND)
    coloured = {cell.coordinate: cell.fill.fgColor.rgb for cell in sheet[2] if cell.fill.fill_type}
    assert set(coloured) == {"A2", "C2", "G2"}
    assert coloured["A2"] == coloured["C2"] != coloured["G2"]
    for issue in upload.issues:
        assert issue.cell is not None
        comment = sheet[issue.cell.replace("3", "2")].comment
        assert comment is not None
        assert issue.message in comment.text
        assert issue.hint in comment.text
        assert "Row 3" in comment.text


def test_a_mended_receipt_loads(tmp_path: Path, read: Read) -> None:
    faulty = [
        line(1, goal="abc"),
        line(2, runtime="31.09.2025-01.10.2025", buyer="not set"),
        line(3, id="no id", name=None),
        line(4, cpm="12%", budget="1,5 Mio"),
    ]
    first = read(workbook(tmp_path / "list.xlsx", [line(9), *faulty]))
    receipt = first.receipt()
    book = openpyxl.load_workbook(receipt)
    sheet = book[MEND]
    for cell, value in {
        "C2": 5000,
        "B3": "01.09.2025-01.10.2025",
        "A4": "Found again",
        "F4": str(uuid.UUID(int=5)),
        "E5": "7,59",
        "D5": 1234.5,
    }.items():
        sheet[cell].value = value
    book.save(receipt)
    second = read(receipt)
    assert (second.verdict.status, second.verdict.rows_accepted) == ("loaded", 4)
    assert [found["name"] for found in second.lines] == ["Summer in the city"] * 2 + [
        "Found again",
        "Summer in the city",
    ]
    assert second.lines[3]["cpm_eur"] == Decimal("7.59")


def test_an_unmended_receipt_is_rejected_for_the_same_reasons(tmp_path: Path, read: Read) -> None:
    rows = [
        line(1),
        line(2, goal="1.000,5"),
        line(3, cpm="1,183", budget="-1"),
        line(4, runtime=date(2025, 9, 4)),
        line(5, goal=True),
        line(6, name="#REF!", id="#N/A"),
        line(7, budget="12.345"),
        line(8, budget="1,5", goal="x"),
        line(9, budget="1.5"),
        line(10, name="=1+1", goal="=2+2"),
        line(11, name="x" * 600),
    ]
    first = read(workbook(tmp_path / "list.xlsx", rows))
    # One of the accepted rows shows another notation of the budget than the one row to mend that shows any.
    assert first.verdict.rows_accepted == 2
    again = read(first.receipt())
    assert again.verdict.rows_accepted == 0
    same = {"formula_without_value": "error_cell"}
    before, after = (
        [
            (re.sub(r"\d", "", issue.cell or ""), same.get(issue.code, issue.code))
            for issue in upload.issues
            if issue.severity == "error"
        ]
        for upload in (first, again)
    )
    assert sorted(after) == sorted(before)


def test_a_merged_figure_that_nobody_mended_stays_an_error(tmp_path: Path, read: Read) -> None:
    path = workbook(tmp_path / "list.xlsx", [line(1, budget=1250), line(2, budget=None), line(3)])
    book = openpyxl.load_workbook(path)
    book.worksheets[0].merge_cells("D2:D3")
    book.save(path)
    first = read(path)
    assert first.faults == [("D2", "merged_cell"), ("D3", "merged_cell")]
    again = read(first.receipt())
    assert again.faults == [("D2", "not_a_number"), ("D3", "not_a_number")]
    assert [issue.value for issue in again.issues] == ["1250 (D2:D3)"] * 2


def test_sound_cells_of_rejected_rows_are_read_again_as_the_same(tmp_path: Path, read: Read) -> None:
    rows = [
        line(1, budget="12.345", cpm="1,183"),
        line(2, budget="1.234,5", cpm=7.590000000000001),
        line(3, budget=0.1 + 0.2, cpm="7,5"),
        line(4, name="00123", budget="€ 2.000", cpm="0,07"),
        line(5, name=2025, runtime=" asap\n– 6.9.25", goal="2E+09", cpm="1 000"),
        line(6, name="_x0041_ =1+1", id="{0B5F1D7E-2A64-4C1F-9B5E-00000000000F}"),
    ]
    reference = {found["row_no"]: found for found in read(workbook(tmp_path / "good.xlsx", rows)).lines}
    spoiled = [(*row[:6], "#N/A") for row in rows]
    receipt = read(workbook(tmp_path / "bad.xlsx", [*spoiled, line(7, cpm="7,55")])).receipt()
    book = openpyxl.load_workbook(receipt)
    for row in range(2, 8):
        book[MEND].cell(row, 7).value = "Not set"
    book.save(receipt)
    again = read(receipt)
    assert again.verdict.status == "loaded"
    for found in again.lines:
        assert {**found, "sheet": ""} == {**reference[found["row_no"]], "sheet": ""}


def test_what_a_column_settled_stays_settled_away_from_it(tmp_path: Path, read: Read) -> None:
    rows = [line(1, budget="12.345", cpm="1,183", buyer=None), line(2, budget="1,5", cpm="7,5")]
    receipt = read(workbook(tmp_path / "list.xlsx", rows)).receipt()
    book = openpyxl.load_workbook(receipt)
    book[MEND]["G2"].value = "Not set"
    book.save(receipt)
    again = read(receipt)
    assert again.verdict.status == "loaded"
    assert (again.lines[0]["budget_eur"], again.lines[0]["cpm_eur"]) == (Decimal(12345), Decimal("1.183"))


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t=", "|"])
def test_text_never_becomes_a_formula(tmp_path: Path, read: Read, sign: str) -> None:
    text = f'{sign}HYPERLINK("http://x")'
    book = openpyxl.Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    sheet.append([*HEADERS, text])
    sheet.append([*line(1, goal="x"), text])
    sheet["A2"].value = text
    for cell in ("H1", "H2", "A2"):
        sheet[cell].data_type = "s"
    book.save(tmp_path / "list.xlsx")
    receipt = read(tmp_path / "list.xlsx").receipt()
    with zipfile.ZipFile(receipt) as parts:
        for name in parts.namelist():
            if name.startswith("xl/worksheets/sheet"):
                assert b"<f>" not in parts.read(name)
                assert b"<hyperlink" not in parts.read(name)
    found = sheet_of(receipt, MEND)
    assert [found[cell].value for cell in ("H1", "H2", "A2")] == [text] * 3
    assert [found[cell].data_type for cell in ("H1", "H2", "A2")] == ["s"] * 3
    if sign in "=+-@":
        assert found["A2"].quotePrefix


def test_kinds_of_cells_stay(tmp_path: Path, read: Read) -> None:
    extra = [
        "00123",
        123,
        1.5,
        True,
        datetime(2025, 8, 4),
        datetime(2025, 8, 4, 13, 30),
        None,
        " two  spaces ",
        "a\nb",
    ]
    path = workbook(tmp_path / "list.xlsx", [(*line(1, goal="x"), *extra)], [*HEADERS, *("abcdefghi")])
    found = values(sheet_of(read(path).receipt(), MEND))[1][7:]
    assert list(found) == extra
    assert [type(value) for value in found] == [type(value) for value in extra]


def test_a_receipt_is_read_as_its_rows_to_mend_and_nothing_else(tmp_path: Path, read: Read) -> None:
    rows = [line(n, goal="x", name=None, runtime=None, cpm=None, buyer=None) for n in range(60)]
    upload = read(workbook(tmp_path / "list.xlsx", [line(99), *rows]))
    again = read(upload.receipt([change(n) for n in range(60)]))
    assert [table.sheet for table in again.parsed.tables] == [MEND]
    assert again.verdict.rows_read == 60


def test_a_receipt_without_rows_to_mend_is_no_list(tmp_path: Path, read: Read) -> None:
    upload = read(workbook(tmp_path / "list.xlsx", [line(n, buyer="not set") for n in range(60)]))
    again = read(upload.receipt([change(n) for n in range(60)]))
    assert (again.parsed.kind, again.parsed.reason) == ("unknown", "no_header")


def test_several_sheets_have_a_sheet_to_mend_each(tmp_path: Path, read: Read) -> None:
    book = openpyxl.Workbook()
    for title, headers, row in (
        ("North", HEADERS, line(1, goal="x")),
        ("South", HEADERS[::-1], line(2, goal="y")[::-1]),
        ("Fine", HEADERS, line(3)),
    ):
        sheet = book.create_sheet(title)
        sheet.append(list(headers))
        sheet.append(list(row))
    del book["Sheet"]
    book.save(tmp_path / "list.xlsx")
    receipt = read(tmp_path / "list.xlsx").receipt()
    assert openpyxl.load_workbook(receipt).sheetnames == [SUMMARY, MEND, f"{MEND} 2", ISSUES]
    assert values(sheet_of(receipt, f"{MEND} 2"))[1][4] == "y"
    assert [table.sheet for table in read(receipt).parsed.tables] == [MEND, f"{MEND} 2"]


def test_a_list_of_text_columns_becomes_a_workbook_to_mend(tmp_path: Path, read: Read) -> None:
    path = tmp_path / "list.csv"
    rows = [
        HEADERS,
        *(tuple(str(cell or "") for cell in row) for row in (line(1), line(2, goal="x", cpm="1,5"))),
    ]
    path.write_text("\n".join(";".join(row) for row in rows), "utf-8")
    receipt = read(path).receipt()
    found = values(sheet_of(receipt, MEND))
    assert found[0] == HEADERS
    assert found[1][2] == "x"
    assert read(receipt).faults == [("C2", "not_a_number")]


def change(number: int, **other: Any) -> dict[str, Any]:
    return {
        "line_id": uuid.UUID(int=number),
        "name": f"Line {number}",
        "action": "new",
        "field": None,
        "before": None,
        "after": None,
        "change_pct": None,
        "notable": False,
        "fulfillment_before": None,
        "fulfillment_after": None,
        "sheet": "Campaign list",
        "row_no": number + 2,
        **other,
    }


def test_changes_come_notable_first_with_their_size_and_effect(tmp_path: Path, read: Read) -> None:
    goal = change(
        3,
        action="updated",
        field="impression_goal",
        before="1500000",
        after="2000000",
        change_pct=Decimal("33.3"),
        notable=True,
        fulfillment_before=Decimal("96.1"),
        fulfillment_after=Decimal("72.1"),
    )
    budget = change(4, action="updated", field="budget_eur", before=None, after="12.50", notable=True)
    kind = change(5, action="updated", field="kind_listed", before="deal", after="campaign")
    receipt = read(workbook(tmp_path / "list.xlsx", [line(1)])).receipt([change(1), kind, goal, budget])
    found = values(sheet_of(receipt, CHANGES))
    assert [row[1] for row in found[4:]] == ["Line 3", "Line 4", "Line 5", "Line 1"]
    assert found[4][2:7] == ("Goal", 1_500_000, 2_000_000, 33.3, "96.1 % → 72.1 %")
    assert found[5][2:5] == ("Budget", None, 12.5)
    assert "1,500,000 → 2,000,000 (+33.3 %); fulfillment so far 96.1 % → 72.1 %" in words(
        sheet_of(receipt, SUMMARY)
    )


def test_the_summary_says_what_happened_and_what_to_do(tmp_path: Path, read: Read) -> None:
    rows = [line(1), line(2, goal="x"), line(3, buyer="not set"), ("Summe", *[None] * 6)]
    summary = words(sheet_of(read(workbook(tmp_path / "list.xlsx", rows)).receipt(), SUMMARY))
    for told in (
        "Receipt for list.xlsx",
        "PARTLY LOADED",
        "2 of 3 rows are loaded; 1 row must be mended.",
        "Open the sheet “Rows to mend”",
        "Rows read 3",
        "loaded 2",
        "rejected 1",
        "Rows passed over 1",
        "Not a number 1 first at C3 of sheet “Campaign list”",
        "A spelling of “Not set” 1 first at G4",
        "column C, “Impression goal”",
        "headings in row 1",
    ):
        assert told in summary


def test_every_issue_is_listed_with_its_address_what_to_mend_first(tmp_path: Path, read: Read) -> None:
    rows = [("Summe", *[None] * 6), line(1, buyer="not set"), line(2, goal="x")]
    found = values(sheet_of(read(workbook(tmp_path / "list.xlsx", rows)).receipt(), ISSUES))[3:]
    assert [(row[0], row[2], row[7]) for row in found] == [
        ("To mend", "C4", "not_a_number"),
        ("Please check", "G3", "buyer_spelling"),
        ("For information", "A2", "total_row"),
    ]


def test_a_file_that_cannot_be_read_has_a_receipt_too(tmp_path: Path, read: Read) -> None:
    path = tmp_path / "pi\udcffcture\n=1.xlsx"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(500))
    upload = read(path)
    receipt = upload.receipt()
    assert openpyxl.load_workbook(receipt).sheetnames == [SUMMARY]
    summary = words(sheet_of(receipt, SUMMARY))
    assert "REJECTED" in summary
    assert upload.parsed.message in summary
    assert upload.parsed.hint in summary
    assert f"rejected ({upload.verdict.reason})" in summary


def test_a_duplicate_says_that_nothing_is_to_do(tmp_path: Path, read: Read) -> None:
    upload = read(workbook(tmp_path / "list.xlsx", [line(1, goal="x")]))
    receipt = upload.receipt(status="duplicate")
    assert openpyxl.load_workbook(receipt).sheetnames == [SUMMARY]
    assert "this very file is loaded already" in words(sheet_of(receipt, SUMMARY))


def test_rows_that_cannot_be_had_again_are_mended_in_the_file(tmp_path: Path, read: Read) -> None:
    def gone(sheet: str | None, rows: Sequence[int]) -> Any:
        raise RowsUnreadableError("The file took too long to read.", "")

    receipt = read(workbook(tmp_path / "list.xlsx", [line(1), line(2, goal="x")])).receipt(raw_rows=gone)
    summary = words(sheet_of(receipt, SUMMARY))
    assert "The file took too long to read. Mend them in your own file" in summary
    assert "Open the sheet" not in summary
    assert values(sheet_of(receipt, ISSUES))[3][2] == "C3"


def test_a_reporting_export_lists_its_issues_and_is_mended_in_its_own_file(
    tmp_path: Path, read: Read
) -> None:
    upload = read(workbook(tmp_path / "list.xlsx", [line(1), line(2, goal="x")]))
    receipt = upload.receipt(parsed=replace(upload.parsed, kind="report_csv"))
    assert openpyxl.load_workbook(receipt).sheetnames == [SUMMARY, ISSUES]
    assert "Mend the rows in your file and drop it again." in words(sheet_of(receipt, SUMMARY))


def test_huge_rejections_give_small_receipts_that_say_so(tmp_path: Path, read: Read) -> None:
    path = tmp_path / "list.csv"
    bad = (f"n{n};04.09.2025-06.09.2025;x;;7,5;{uuid.UUID(int=n)};Not set" for n in range(12_000))
    path.write_text("\n".join([";".join(HEADERS), *bad]), "utf-8")
    receipt = read(path).receipt()
    assert receipt.stat().st_size < 3_000_000
    with zipfile.ZipFile(receipt) as parts:
        mend, issues = (parts.read(f"xl/worksheets/sheet{n}.xml") for n in (2, 3))
        texts = parts.read("xl/sharedStrings.xml")
    assert mend.count(b"<row ") == 10_001
    assert issues.count(b"<row ") == 10_002
    assert b"first 10,000 rows to mend of 12,000" in texts
    assert b"first 10,000 of 12,000 findings" in texts


def test_a_receipt_is_written_in_one_move(tmp_path: Path, read: Read) -> None:
    upload = read(workbook(tmp_path / "list.xlsx", [line(1, goal="x")]))
    receipt = upload.receipt()
    before = receipt.read_bytes()

    def breaks(sheet: str | None, rows: Sequence[int]) -> Any:
        raise OSError("the archive is gone")

    with pytest.raises(OSError, match="archive"):
        upload.receipt(raw_rows=breaks)
    assert receipt.read_bytes() == before
    assert [path.name for path in receipt.parent.iterdir()] == ["receipt.xlsx"]


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
@pytest.mark.long
def test_libreoffice_opens_a_receipt_and_keeps_it_mendable(tmp_path: Path, read: Read) -> None:
    receipt = read(workbook(tmp_path / "list.xlsx", [line(1), line(2, goal="x", name="=1+1")])).receipt()
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    command = ["soffice", "--headless", profile, "--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir"]
    subprocess.run(
        [*command, str(tmp_path / "saved"), str(receipt)], check=True, capture_output=True, timeout=120
    )
    saved = tmp_path / "saved" / "receipt.xlsx"
    assert read(saved).faults == read(receipt).faults
    book = openpyxl.load_workbook(saved)
    book[MEND]["C2"].value = 5000
    book[MEND]["A2"].value = "Mended"
    book.save(saved)
    assert read(saved).verdict.status == "loaded"
