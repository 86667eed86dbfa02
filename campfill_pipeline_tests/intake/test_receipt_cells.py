"""The cells that campfill puts into a receipt are those that XlsxWriter writes, and so is all around them."""

from __future__ import annotations

import re
import shutil
import zipfile
from collections.abc import Callable, Iterator
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from campfill_pipeline.intake.receipt.sheet import GREY, ORANGE, Book, ListColumn, Sheet, write_list
from campfill_pipeline.workbooks.cells import UNSPEAKABLE, Strings
from campfill_pipeline_tests.intake import test_receipts
from campfill_pipeline_tests.intake.tables import HEADERS, line
from campfill_pipeline_tests.intake.test_receipts import Read, change, workbook

read = test_receipts.read
LISTS = Path(__file__).parent / "writers" / "lists"
ODD = (
    "=1+1", "+49 30", "-x", "@home", "\tT", "a\x07b", "_x0041_", " lead", "trail ", "a\nb\nc", "<b>&amp;</b>", "]]>",
    "a\r\nb", "a\ufffeb", "", "long " * 60, "x" * 40_000, "ä" * 17_000, "💶" * 20_000,
)  # fmt: skip
"""What people write, or programs, and what a cell can just or no longer hold."""


def speakable(text: str) -> str:
    """The text as openpyxl, which makes the lists, takes it."""
    return UNSPEAKABLE.sub("?", text)


class OfXlsxWriter(Sheet):
    """Writes all cells of a sheet by XlsxWriter."""

    def write(self, row: int, column: int, value: object, look: Any) -> None:
        match value:
            case None:
                self.frame.write_blank(row, column, None, look)
            case bool():
                self.frame.write_boolean(row, column, value, look)
            case datetime():
                self.frame.write_datetime(row, column, value, look)
            case str():
                self.frame.write_string(row, column, value, look)
            case _:
                self.frame.write_number(row, column, float(value), look)  # type: ignore[arg-type]

    def set_height(self, row: int, points: float) -> None:
        self.frame.set_row(row, points)

    def finish_frame(self) -> None:
        pass

    def filled(self, frame: bytes, strings: Strings) -> Iterator[bytes]:
        yield frame


def written_by_xlsxwriter(write: Callable[[], Path]) -> Path:
    """The workbook that `write` makes, with every cell and its text as XlsxWriter writes them."""
    module = "campfill_pipeline.intake.receipt.sheet"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(f"{module}.Sheet", OfXlsxWriter)
        patch.setattr(
            f"{module}.fill", lambda frames, waiting, path, **_: path.write_bytes(frames.getvalue())
        )
        made = write()
        return made.rename(made.with_name("by-xlsxwriter.xlsx"))


def everything(file: Path) -> dict[str, dict[str, Any]]:
    """All that openpyxl knows of a workbook: each cell with its look and comment, and what surrounds the cells."""
    found: dict[str, dict[str, Any]] = {}
    looks: dict[int, str] = {}
    for sheet in openpyxl.load_workbook(file):
        known = found[sheet.title] = {
            "size": sheet.dimensions,
            "heights": {row: at.height for row, at in sheet.row_dimensions.items() if at.height},
        }
        for cell in (cell for row in sheet.iter_rows() for cell in row if cell.has_style):
            if cell.style_id not in looks:
                parts = (
                    cell.number_format,
                    cell.quotePrefix,
                    cell.font,
                    cell.fill,
                    cell.border,
                    cell.alignment,
                )
                looks[cell.style_id] = repr(parts)
            comment = cell.comment and (cell.comment.text, cell.comment.width, cell.comment.height)
            known[cell.coordinate] = (cell.value, cell.data_type, looks[cell.style_id], comment)
    return found


def around_cells(file: Path) -> dict[str, bytes]:
    """The parts of the file without rows and texts. Looks are compared cell by cell, whatever their numbers.

    To XlsxWriter, a sheet's first cell is one of a row that only has a height, too.
    """
    with zipfile.ZipFile(file) as parts:
        assert parts.testzip() is None
        return {
            name: re.sub(
                rb'(?<=<dimension ref=")[A-Z]+\d+:|<sheetData>.*</sheetData>',
                b"",
                parts.read(name),
                flags=re.DOTALL,
            )
            for name in parts.namelist()
            if name not in ("xl/sharedStrings.xml", "xl/styles.xml")
        }


def agree(write: Callable[[], Path]) -> None:
    """What `write` makes is what XlsxWriter would make of it."""
    theirs = written_by_xlsxwriter(write)
    ours = write()
    for look in (everything, around_cells):
        mine, other = look(ours), look(theirs)
        assert [name for name in {**mine, **other} if mine.get(name) != other.get(name)] == []


def test_so_is_a_receipt_with_rows_to_mend_issues_and_changes_of_any_text(tmp_path: Path, read: Read) -> None:
    rows = [
        ("keep", *line(number, goal="x" if number % 2 else 5000, name=text))
        for number, text in enumerate(speakable(text)[:15_000] for text in ODD)
    ]
    rows += [
        (datetime(2026, 3, 1, 12, 5), *line(50, goal="y", cpm="12.345")),
        (True, *line(51, goal="y", buyer="not set")),
        (1e300, *line(52, goal=-5, budget="1,5")),
        ("Summe", *[None] * 7),
    ]
    upload = read(workbook(tmp_path / "list.xlsx", rows, ("Internal note", *HEADERS)))
    goal = change(
        300, action="updated", field="impression_goal", before="1500000", after="2000000", notable=True,
        change_pct=Decimal("-1234567890123.456789"), fulfillment_before=Decimal("96.1"), fulfillment_after=Decimal(72),
    )  # fmt: skip
    budget = change(301, action="updated", field="budget_eur", before=None, after="12.50", row_no=None)
    changes = [
        *(change(at, name=text, external_id=text or None) for at, text in enumerate(ODD)),
        *(
            {**change(100 + at, action="updated", field="name", before=text, after=text[::-1]), "external_id": None}
            for at, text in enumerate(ODD)
        ),
        {**goal, "external_id": None}, {**budget, "external_id": "=7"},
    ]  # fmt: skip
    assert {"error", "warning", "info"} == {issue.severity for issue in upload.issues}
    agree(lambda: upload.receipt(changes, notes=("A remark.",)))


def test_so_is_a_proposal_and_the_receipt_of_a_list_in_order(tmp_path: Path, read: Read) -> None:
    unknown = read(Path(shutil.copy(LISTS / "sheetjs.xlsx", tmp_path)))
    assert unknown.parsed.proposal is not None
    agree(unknown.receipt)
    agree(lambda: read(workbook(tmp_path / "list.xlsx", [line(1), line(2)])).receipt())


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=40) | st.sampled_from(ODD[:16])
NUMBERS = (
    st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.decimals(-(10**30), 10**30, allow_nan=False)
)
OTHERS = st.none() | st.booleans() | st.datetimes(datetime(1900, 3, 1), datetime(9999, 12, 31))
COLUMNS = [ListColumn("Text", 14), ListColumn("Wrapped", 9, wrap=True), ListColumn("Number", 9, "#,##0.####")]


LISTED = st.tuples(TEXTS | st.none(), TEXTS | NUMBERS, NUMBERS | st.none(), st.sampled_from([None, GREY]))
SCATTERED = st.tuples(TEXTS | NUMBERS | OTHERS, st.integers(0, 1), st.integers(16, 40))


@settings(max_examples=30)
@given(st.lists(LISTED, min_size=1, max_size=9), st.dictionaries(st.integers(0, 20), SCATTERED))
def test_so_is_whatever_is_written(
    rows: list[tuple[Any, ...]], scattered: dict[int, tuple[Any, int, int]]
) -> None:
    def write_them() -> Path:
        book = Book(folder / "receipt.xlsx")
        book.properties({"created": datetime(2026, 3, 1)})
        write_list(book, book.sheet("List"), 2, COLUMNS, [list(row) for row in rows])
        sheet = book.sheet("Scattered")
        looks = (book.format(), book.format(bg_color=ORANGE, border=1))
        sheet.write(7, 8, "one cell at least", looks[0])
        for row, (value, look, height) in scattered.items():
            day = book.format(num_format="yyyy-mm-dd hh:mm:ss")
            sheet.write(row, row * 7 % 9, value, day if isinstance(value, datetime) else looks[look])
            sheet.set_height(row, height)
        book.close()
        return folder / "receipt.xlsx"

    with TemporaryDirectory() as made:
        folder = Path(made)
        agree(write_them)


@pytest.mark.parametrize("text", ["<r>a & b</r>", "<r>", "&lt;", "<![CDATA[x]]>"])
def test_a_text_that_looks_like_xml_is_text_wherever_it_stands(tmp_path: Path, read: Read, text: str) -> None:
    upload = read(workbook(tmp_path / "list.xlsx", [line(1, name=text), line(2, name=text, goal="x")]))
    receipt = openpyxl.load_workbook(upload.receipt([change(1, name=text)], notes=(text,)))
    for name in ("Summary", "Rows to mend", "Changes"):
        cells = [str(cell) for row in receipt[name].iter_rows(values_only=True) for cell in row]
        assert text in cells


def test_texts_are_counted_and_stand_once(tmp_path: Path, read: Read) -> None:
    receipt = read(workbook(tmp_path / "list.xlsx", [line(1), line(2, goal="x")])).receipt([change(1)])
    with zipfile.ZipFile(receipt) as parts:
        table = etree.fromstring(parts.read("xl/sharedStrings.xml"))
        cells = b"".join(parts.read(name) for name in parts.namelist() if "/sheet" in name)
    texts = ["".join(map(str, entry.itertext())) for entry in table]
    assert len(set(texts)) == len(texts) == int(table.get("uniqueCount", ""))
    assert cells.count(b't="s"') == int(table.get("count", ""))
    assert {int(at) for at in re.findall(rb't="s"><v>(\d+)<', cells)} == set(range(len(texts)))
