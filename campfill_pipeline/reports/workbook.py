"""The fulfillment workbook: lines, attention, causes, reconciliation, what is not judged, as real numbers and dates.

Belongs here: which sheets there are and their columns. Does not belong here: queries
(`warehouse/readers/page`), sentences (`wording`), the summary sheet (`workbook_summary`), how a table is
written (`workbook_tables`) and a long list (`workbook_lists`).

A spreadsheet keeps 15 significant digits: figures are the database's, to that precision. Text is always
written as text, so that a name that begins with = + - or @ is never a formula.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from io import BytesIO
from operator import attrgetter
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import xlsxwriter

from campfill_pipeline.domain.care import of_make_good
from campfill_pipeline.domain.care_rows import HEADERS, SHEET
from campfill_pipeline.domain.cause_words import CAUSE_WORDS
from campfill_pipeline.domain.causes import Cause, Side
from campfill_pipeline.domain.figures import NO_ZERO, SHOWN
from campfill_pipeline.domain.fulfillment import Lifecycle, Pace
from campfill_pipeline.language import notation
from campfill_pipeline.language.speaking import Language, say, spoken, word
from campfill_pipeline.reports import wording
from campfill_pipeline.reports.workbook_counts import second_counts
from campfill_pipeline.reports.workbook_lists import Listed, Row, add_frames, sheets
from campfill_pipeline.reports.workbook_summary import write_summary
from campfill_pipeline.reports.workbook_tables import Column, Formats, add_formats
from campfill_pipeline.warehouse.notices.care_sheets import mark
from campfill_pipeline.warehouse.readers.page.rows import LineRow, PageData
from campfill_pipeline.workbooks.filling import fill

LINE_COLUMNS = tuple(
    Column(shown.header, shown.kind, shown.width, shown.name, bars=shown.bars, total=shown.total)
    for shown in SHOWN
    if shown.header
)


def _judged(line: LineRow) -> bool:
    return line.covered or line.lifecycle == Lifecycle.SCHEDULED


def _lines(name: str, lines: list[LineRow]) -> Listed:
    return Listed(name, LINE_COLUMNS, lines, _values())


def _values() -> Callable[[LineRow], Row]:
    """A line's cells. In English its codes stand as they are, others rely on them; else they are said."""
    fields = tuple(column.field for column in LINE_COLUMNS)
    plain = attrgetter(*fields)
    unknown = {at: None for at, field in enumerate(fields) if field in NO_ZERO}
    pace = fields.index("pace")

    def known(line: LineRow) -> Row:
        row = plain(line)
        if not line.nothing_known:
            return row
        shown = {**unknown, pace: line.pace and Pace.UNMEASURED.value}
        return tuple(shown.get(at, value) for at, value in enumerate(row))

    if spoken() is Language.ENGLISH:
        return known
    told = {at: wording.of_codes(field) for at, field in enumerate(fields) if field in wording.CODED}

    def values(line: LineRow) -> Row:
        row: list[Any] = list(known(line))
        for at, words in told.items():
            row[at] = words.get(row[at], row[at])
        return row

    return values


def _coded(field: str, code: str) -> str:
    """A code as it stands in a cell."""
    return wording.of_codes(field).get(code, code)


def _hour(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M %Z}" if spoken() is Language.ENGLISH else f"{notation.day(at)} {at:%H:%M %Z}"


def _attention(data: PageData) -> Listed:
    by_id = {line.id: line for line in data.lines}
    columns = (
        Column("Line", "text", 60),
        Column("Kind", "text", 11),
        Column("Purchase type", "text", 14),
        Column("Why", "text", 90),
        Column("Value at risk €", "euros", 15, bars=True),
        Column("End", "date", 12),
        Column("Buyer", "text", 36),
        Column("ID", "text", 38),
    )
    rows = [
        (
            line.name,
            _coded("kind", line.kind),
            _coded("purchase_type", line.purchase_type),
            str(item.reason),
            item.value_at_risk_eur,
            line.end_date,
            line.buyer,
            line.id,
        )
        for item in data.attention
        if (line := by_id.get(item.line_id))
    ]
    return Listed("Attention", columns, rows)


def _care(data: PageData) -> Listed:
    """Who takes care, to be filled in and dropped back: what needs attention, and of which something was said."""
    stood = {one.line_id: one for one in data.care}
    reasons = {item.line_id: str(item.reason) for item in data.attention}
    by_id = {line.id: line for line in data.lines}
    goods: dict[UUID, list[str]] = defaultdict(list)
    for good in data.make_goods:
        goods[good.line_id].append(of_make_good(asdict(good)))
    columns = (
        Column("Line", "text", 60),
        Column("Why", "text", 60),
        Column("Shortfall so far", "impressions", 16),
        Column(HEADERS["owner"], "text", 20),
        Column(HEADERS["note"], "text", 40),
        Column(HEADERS["until"], "date", 14),
        Column("Make-goods agreed", "whole", 14),
        Column(HEADERS["impressions"], "whole", 14),
        Column(HEADERS["first"], "date", 14),
        Column(HEADERS["last"], "date", 14),
        Column(HEADERS["by_line"], "text", 38),
        Column(HEADERS["line_id"], "text", 38),
        Column("Make-goods, as they stand", "text", 60),
        Column(HEADERS["as_of"], "text", 34),
    )
    rows = []
    for line_id in [*reasons, *(one for one in stood if one not in reasons)]:
        line, one = by_id.get(line_id), stood.get(line_id)
        if line is None:
            continue
        until = one.acknowledged_until if one else None
        rows.append(
            (
                line.name,
                reasons.get(line_id),
                line.shortfall,
                one.owner if one else None,
                one.note if one else None,
                until if until and until >= data.as_of else None,
                one.agreed if one and one.agreed else None,
                None,
                None,
                None,
                None,
                line_id,
                "; ".join(goods.get(line_id, ())) or None,
                mark(one) or None,
            )
        )
    return Listed(SHEET, columns, rows)


def _causes(data: PageData) -> Listed:
    columns = (
        Column("Line", "text", 60),
        Column("Kind", "text", 11),
        Column("Purchase type", "text", 14),
        Column("Cause", "text", 24),
        Column("Kind of problem", "text", 16),
        Column("What it means", "text", 80),
        Column("Shortfall", "impressions", 16, bars=True),
        Column("Value at risk €", "euros", 15),
        Column("State", "text", 17),
        Column("ID", "text", 38),
    )
    rows = [
        (
            line.name,
            _coded("kind", line.kind),
            _coded("purchase_type", line.purchase_type),
            word(CAUSE_WORDS[Cause(line.cause)].name),
            word(wording.SIDES[line.side or Side.UNKNOWN]),
            word(CAUSE_WORDS[Cause(line.cause)].sentence),
            line.shortfall,
            line.value_at_risk_eur,
            _coded("lifecycle", line.lifecycle),
            line.id,
        )
        for line in data.lines
        if line.cause is not None and _judged(line)
    ]
    return Listed("Causes", columns, rows)


def _incidents(data: PageData) -> Listed:
    columns = (
        Column("Site", "text", 40),
        Column("Silence", "text", 10),
        Column("From", "text", 22),
        Column("Until", "text", 22),
        Column("Lines", "whole", 10),
        Column("Impressions lost", "impressions", 18, bars=True),
        Column("Lost €", "euros", 15),
        Column("Still savable", "impressions", 16),
        Column("Savable €", "euros", 15),
    )
    zone = ZoneInfo(data.timezone)
    rows = [
        (
            row.site,
            _coded("silence", row.silence),
            _hour(row.from_hour.astimezone(zone)),
            _hour(row.until_hour.astimezone(zone)),
            row.lines,
            row.impressions_lost,
            row.eur_lost,
            row.impressions_savable,
            row.eur_savable,
        )
        for row in data.incidents
    ]
    return Listed("Incidents", columns, rows)


def _reconciliation(data: PageData) -> Listed:
    names = {line.id: line.name for line in data.lines}
    columns = (
        Column("What", "text", 40),
        Column("Line", "text", 60),
        Column("Line ID", "text", 38),
        Column("Report ID", "text", 38),
        Column("Detail", "text", 90),
    )
    rows = [
        (
            word(wording.PILES.get(row.kind_of_issue, row.kind_of_issue)),
            names.get(row.line_id) if row.line_id else None,
            row.line_id,
            row.report_id,
            wording.detail_text(row.detail),
        )
        for row in data.reconciliation
    ]
    return Listed("Reconciliation", columns, rows)


def lists(data: PageData) -> list[Listed]:
    """The lists of the workbook, in the order of their sheets."""
    # Those that cannot be judged have a sheet of their own, so that whoever sums a column sums no guess; those that
    # have not begun come last.
    judged = [line for line in data.lines if _judged(line)]
    return [
        _lines("Lines", sorted(judged, key=lambda line: line.lifecycle == Lifecycle.SCHEDULED)),
        _attention(data),
        _care(data),
        _causes(data),
        _incidents(data),
        _reconciliation(data),
        second_counts(data),
        _lines("Not judged", [line for line in data.lines if not _judged(line)]),
    ]


def _title(data: PageData) -> str:
    return say("Fulfillment as of {day}", day=notation.day(data.as_of))


def begin(target: Path | BytesIO, data: PageData, made_at: datetime) -> tuple[Any, Formats]:
    """A workbook of XlsxWriter with the formats and the summary of `data`, for lists to be added and to be closed."""
    options = {
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "in_memory": isinstance(target, BytesIO),
    }
    book = xlsxwriter.Workbook(target, options)
    book.set_properties({"title": _title(data), "author": "campfill", "created": made_at})
    formats = add_formats(book)
    write_summary(book, formats, data, made_at)
    return book, formats


def render(data: PageData, target: Path, made_at: datetime) -> None:
    """Write the workbook of `data` to `target`."""
    frames = BytesIO()
    book, formats = begin(frames, data, made_at)
    waiting = add_frames(book, formats, sheets(lists(data)))
    book.close()
    fill(frames, waiting, target)
