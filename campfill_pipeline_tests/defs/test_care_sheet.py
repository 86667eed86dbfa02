"""The sheet Care of the workbook, filled in by a person and dropped back: kept whole, or refused by its cell."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from openpyxl import load_workbook

from campfill_pipeline.defs.ingest import ingest
from campfill_pipeline.defs.local_runs import LocalRuns
from campfill_pipeline.defs.revert import take_upload_back
from campfill_pipeline.intake.taking_back import take_back
from campfill_pipeline.reports import workbook
from campfill_pipeline.warehouse.notices import care
from campfill_pipeline.warehouse.notices.care import Said
from campfill_pipeline.warehouse.readers.page import reading
from campfill_pipeline.warehouse.register.ledger import LedgerError
from campfill_pipeline_tests.lists import line_id, row, write_list

OWNER, NOTE, UNTIL, GOOD, FIRST, LAST, BY, ID = "D", "E", "F", "H", "I", "J", "K", "L"


def workbook_of(runs: LocalRuns, file: Path) -> Path:
    """The workbook as it is made now."""
    now, rules = datetime.now(UTC), runs.campfill.settings.rules
    with runs.campfill.connect() as connection:
        data = reading.load(connection, rules, as_of=now.astimezone(runs.campfill.settings.timezone).date())
    workbook.render(data, file, now)
    return file


def fill_in(file: Path, **cells: Any) -> Path:
    book = load_workbook(file)
    for place, value in cells.items():
        book["Care"][place] = value
    book.save(file)
    return file


@pytest.mark.filterwarnings(
    "ignore:.*extension is not supported:UserWarning"
)  # bars, which openpyxl leaves out
def test_the_sheet_is_filled_in_dropped_back_and_told_where_it_cannot_be_kept(
    tmp_path: Path, runs: LocalRuns
) -> None:
    ingest(runs, [write_list(tmp_path / "list.xlsx", [row(number, goal=1000 * number) for number in (1, 2)])])
    one, two = UUID(line_id(1)), UUID(line_id(2))
    day = datetime.now(UTC).date() + timedelta(days=3)
    with runs.campfill.connect() as connection:
        care.say(
            connection, one, Said(owner="Anna"), said_by="x", today=date(2020, 1, 1), now=datetime.now(UTC)
        )
    old = workbook_of(runs, tmp_path / "old.xlsx")
    book = workbook_of(runs, tmp_path / "fulfillment.xlsx")
    written = load_workbook(book)["Care"]
    assert (written[f"{OWNER}2"].value, written[f"{ID}2"].value) == ("Anna", str(one))
    filled = {OWNER: "Ben", NOTE: "calls DENTSU", UNTIL: datetime(day.year, day.month, day.day), GOOD: 500}
    filled |= {FIRST: f"{day:%d.%m.%Y}", LAST: day.isoformat(), BY: str(two)}
    fill_in(book, **{f"{column}2": value for column, value in filled.items()})
    (answer,) = ingest(runs, [book])
    assert (answer["kind"], answer["status"], answer["issues"]) == ("care", "loaded", [])
    with runs.campfill.connect() as connection:
        (stands,) = care.standing(connection, one)
        (good,) = care.make_goods(connection, one)
    assert (stands.owner, stands.note, stands.acknowledged_until) == ("Ben", "calls DENTSU", day)
    assert (good.agreed, good.first_day, good.last_day, good.by_line) == (500, day, day, two)
    assert good.said_by == "sheet fulfillment.xlsx"

    # Taken back, it says nothing any more, make-goods too; put back, it counts again.
    sheet = UUID(answer["upload_id"])
    with runs.campfill.connect() as connection:
        shown = take_back(runs.campfill.settings, connection, sheet, datetime.now(UTC), dry_run=True)
        assert [stand.owner for stand in care.standing(connection, one)] == ["Ben"]
    told = {change["field"]: (change["before"], change["after"]) for change in shown["changes"]}
    assert told == {
        "owner": ("Ben", "Anna"), "note": ("calls DENTSU", None), "acknowledged_until": (day.isoformat(), None),
        "make_goods": (f"500 {day}/{day}", None),
    }  # fmt: skip
    document = take_upload_back(runs, sheet)
    assert (document["in_force"], [line["action"] for line in document["taken_back"]]) == (
        False,
        ["reverted"],
    )
    with runs.campfill.connect() as connection:
        assert [(now.owner, now.note, now.acknowledged_until) for now in care.standing(connection, one)] == [
            ("Anna", None, None)
        ]
        assert care.make_goods(connection) == []
        with pytest.raises(LedgerError, match="taken back already"):
            take_back(runs.campfill.settings, connection, sheet, datetime.now(UTC))
        take_back(runs.campfill.settings, connection, sheet, datetime.now(UTC), again=True)
        assert care.standing(connection, one) == [stands] and len(care.make_goods(connection)) == 1

    # An old sheet overwrites nothing; a wrong cell is named; a part of a sheet is never kept.
    (stale,) = ingest(runs, [fill_in(old, **{f"{OWNER}2": "Carla"})])
    assert (stale["status"], stale["reason"]) == ("rejected", "bad_care")
    assert "since this sheet was made" in stale["issues"][0]["message"]
    for place, value, words in (
        (f"{UNTIL}2", "soon", "“soon” in cell F2 is no day"), (f"{GOOD}2", 7, "Cell I2 is blank"),
    ):  # fmt: skip
        bad = fill_in(workbook_of(runs, tmp_path / "bad.xlsx"), **{f"{OWNER}2": "Dora", place: value})
        (refused,) = ingest(runs, [bad])
        assert refused["reason"] == "bad_care" and words in refused["issues"][0]["message"]
    (unchanged,) = ingest(runs, [workbook_of(runs, tmp_path / "again.xlsx")])
    assert unchanged["status"] == "loaded"
    with runs.campfill.connect() as connection:
        assert care.standing(connection, one) == [stands]
        assert len(care.make_goods(connection)) == 1
    # What is blank now, was taken back.
    blank = fill_in(workbook_of(runs, tmp_path / "blank.xlsx"), **{f"{OWNER}2": None, f"{UNTIL}2": None})
    ingest(runs, [blank])
    with runs.campfill.connect() as connection:
        (stands,) = care.standing(connection, one)
    assert (stands.owner, stands.note, stands.acknowledged_until) == (None, "calls DENTSU", None)
