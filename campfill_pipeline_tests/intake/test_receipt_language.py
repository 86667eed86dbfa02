"""A receipt speaks CAMPFILL_LANGUAGE wholly, and is taken back in either language."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from campfill_pipeline.domain import issue_codes
from campfill_pipeline.domain.issues import Issue
from campfill_pipeline.domain.uploads import UploadKind
from campfill_pipeline.intake.process.parser import ParseLimits, Parser
from campfill_pipeline.intake.receipt import words as receipt_words
from campfill_pipeline.language import catalogue
from campfill_pipeline.language.speaking import Language, speaking
from campfill_pipeline_tests.intake import test_receipts
from campfill_pipeline_tests.intake.tables import HEADERS, line
from campfill_pipeline_tests.intake.test_receipts import Read, Upload, change, workbook

read = test_receipts.read


@pytest.fixture(scope="module")
def parser() -> Iterator[Parser]:
    with Parser(ParseLimits(max_bytes=100_000_000, memory_mb=2048, seconds=120)) as parser:
        yield parser


def german(upload: Upload) -> Path:
    goal = change(
        3, action="updated", field="impression_goal", before="1500000", after="2000000", change_pct=Decimal("33.3"),
        notable=True, fulfillment_before=Decimal("96.1"), fulfillment_after=Decimal("72.1"),
    )  # fmt: skip
    kind = change(5, action="updated", field="kind_listed", before="deal", after="campaign")
    with speaking(Language.GERMAN):
        return upload.receipt([change(1), kind, goal])


def faulty(tmp_path: Path, read: Read) -> Upload:
    rows = [line(9), line(1, goal="abc"), line(2, runtime="31.09.2025-01.10.2025"), line(3, buyer="not set")]
    rows += [line(4, cpm="12%"), line(5, id="no id"), ("Summe", *[None] * 6)]
    return read(workbook(tmp_path / "liste.xlsx", rows))


def test_a_german_receipt_is_german_in_every_cell_and_comment(tmp_path: Path, read: Read) -> None:
    book = openpyxl.load_workbook(german(faulty(tmp_path, read)))
    assert book.sheetnames == ["Übersicht", "Zu berichtigen", "Änderungen", "Befunde"]
    told = {
        text
        for sheet in book.worksheets
        for row in sheet.iter_rows()
        for cell in row
        for text in (cell.value, cell.comment.text if cell.comment else None)
        if isinstance(text, str)
    }
    whole = "\n".join(told)
    for said in (
        "TEILWEISE GELADEN", "2 von 6 Zeilen sind geladen; zu berichtigen: 4 Zeilen.", "Quittung für liste.xlsx",
        "Eingegangen am Sonntag, 01. März 2026", "Keine Zahl", "Den 31.09.2025 gibt es im Kalender nicht.",
        "1.500.000 → 2.000.000 (+33,3 %); Zielerreichung bisher 96,1 % → 72,1 %", "96,1 % → 72,1 %", "Kampagne",
        "(Zeile 3 Ihrer Datei.)", "Summenzeile: übergangen",
    ):  # fmt: skip
        assert said in whole, said
    english = [
        str(one.id)
        for one in catalogue.read("de")
        if isinstance(one.id, str) and len(one.id.split()) > 1 and one.id != one.string and "{" not in one.id
    ]
    assert not [message for message in english if message in told and message not in HEADERS]
    ours = whole.replace("Campaign list", "").replace("Summer in the city", "")
    assert not re.search(r"\b(the|row|rows|loaded|mend|sheet)\b", ours), whole


def test_a_german_receipt_is_read_as_its_rows_to_mend_and_loads(tmp_path: Path, read: Read) -> None:
    receipt = german(faulty(tmp_path, read))
    unmended = read(receipt)
    assert [table.sheet for table in unmended.parsed.tables] == ["Zu berichtigen"]
    assert (unmended.verdict.rows_read, unmended.verdict.rows_rejected) == (4, 4)
    book = openpyxl.load_workbook(receipt)
    sheet = book["Zu berichtigen"]
    mended = {"C2": 5000, "B3": "01.09.2025-01.10.2025", "E4": "7,59", "F5": str(uuid.UUID(int=5))}
    for cell, value in mended.items():
        sheet[cell].value = value
    book.save(receipt)
    again = read(receipt)
    assert (again.verdict.status, again.verdict.rows_accepted) == ("loaded", 4)


@pytest.mark.parametrize("code", issue_codes.ISSUE_CODES)
def test_every_code_is_said_in_german_for_lists_and_exports(code: str) -> None:
    known = issue_codes.ISSUE_CODES[code]
    issue = Issue(
        "Blatt", "A1", 1, "Spalte", "Wert", code, known.severity, "An English message.", "An English hint."
    )
    for kind, told in ((UploadKind.CAMPAIGN_LIST, known.lists), (UploadKind.REPORT_CSV, known.exports)):
        assert receipt_words.of_issue(issue, kind) == ("An English message.", "An English hint.")
        with speaking(Language.GERMAN):
            message, hint = receipt_words.of_issue(issue, kind)
        assert "English" not in message + hint
        if told is not None:
            assert message not in (told.meaning, "") and (hint == "" or hint != told.mend)


@pytest.mark.parametrize("reason", issue_codes.FILE_REASONS)
def test_every_reason_against_a_file_is_said_in_german(reason: str) -> None:
    told = issue_codes.FILE_REASONS[reason]
    with speaking(Language.GERMAN):
        message, hint = receipt_words.of_file(reason, "An English message.", "An English hint.")
    assert message not in (told.meaning, "An English message.") and hint not in (
        told.mend,
        "An English hint.",
    )


def test_a_reason_against_a_whole_file_is_told_in_german_too() -> None:
    """As `campfill ingest` tells it among the issues of a rejected file."""
    with speaking(Language.GERMAN):
        for reason in issue_codes.FILE_REASONS:
            said, mend = receipt_words.told_of(
                reason, "English words.", "An English mend.", UploadKind.UNKNOWN
            )
            assert said and "English" not in said + mend, reason
