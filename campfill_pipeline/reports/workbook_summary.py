"""The workbook's first sheet: how the lines that ended did, what fell short on which side, and the trend with
its chart.

Belongs here: that sheet. Does not belong here: the lists (`workbook`), how a table is written
(`workbook_tables`).
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from campfill_pipeline.domain.fulfillment import NEVER_JUDGED
from campfill_pipeline.language import notation
from campfill_pipeline.language.speaking import say, word
from campfill_pipeline.reports import wording
from campfill_pipeline.reports.workbook_tables import Column, Formats, write_table
from campfill_pipeline.warehouse.readers.page.rows import PageData

PERIODS = {"7d": "last 7 days", "30d": "last 30 days", "this_year": "this year"}


def write_summary(book: Any, formats: Formats, data: PageData, made_at: datetime) -> None:
    """Add the sheet Summary to `book`."""
    sheet = book.add_worksheet(say("Summary"))
    sheet.hide_gridlines(2)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.set_column(0, 0, 30)
    sheet.set_column(1, 8, 17)
    sheet.set_column(2, 2, 21)
    sheet.write_string(0, 0, say("Fulfillment"), formats.title)
    sheet.write_string(1, 0, say("As of"), formats.soft)
    sheet.write_datetime(1, 1, _midnight(data.as_of), formats.of["date"])
    if data.known == "then":
        sheet.write_string(1, 2, say("as known then: {why}", why=word(wording.KNOWN_THEN)))
    sheet.write_string(2, 0, say("Made"), formats.soft)
    sheet.write_datetime(
        2, 1, made_at.astimezone(ZoneInfo(data.timezone)).replace(tzinfo=None), formats.of["moment"]
    )
    sheet.write_string(3, 0, say("Delivery without a gap"), formats.soft)
    through = data.freshness.complete_through
    if data.freshness.complete_from and through:
        sheet.write_datetime(3, 1, _midnight(data.freshness.complete_from), formats.of["date"])
        sheet.write_string(3, 2, say("through"), formats.soft)
        sheet.write_datetime(3, 3, _midnight(through), formats.of["date"])
    else:
        sheet.write_string(3, 1, say("no day was fetched completely"))
    begun = [line for line in data.lines if line.lifecycle not in NEVER_JUDGED]
    sheet.write_string(4, 0, say("Lines judged"), formats.soft)
    sheet.write_number(4, 1, sum(line.covered for line in begun), formats.of["whole"])
    sheet.write_string(4, 2, say("of begun lines"), formats.soft)
    sheet.write_number(4, 3, len(begun), formats.of["whole"])
    if unjudged := sum(not line.covered for line in begun):
        sheet.write_string(
            4,
            4,
            say(
                "{lines} in the sheet Not judged: {gaps}",
                lines=notation.number(unjudged),
                gaps=wording.gap_note(data.freshness.gaps),
            ),
        )

    windows = (
        Column("Ended in", "text", 30),
        Column("Kind", "text", 17),
        Column("Purchase type", "text", 21),
        Column("Lines", "whole", 17),
        Column("Goal met", "whole", 17),
        Column("Goals met", "share", 17, bars=True),
        Column("Delivered ÷ goals", "share", 17),
        Column("without surplus", "share", 17),
    )
    kinds, purchase_types = wording.of_codes("kind"), wording.of_codes("purchase_type")
    rows = [
        (
            word(PERIODS[w.period]),
            kinds[w.kind],
            purchase_types[w.purchase_type],
            w.lines,
            w.fulfilled,
            w.fulfilled_pct,
            w.delivered_pct,
            w.capped_pct,
        )
        for w in data.windows
    ]
    below = write_table(sheet, formats, windows, rows, top=6)
    sheet.write_string(below + 1, 0, say("Shortfall by kind of problem"), formats.heading)
    period_order = {period: at for at, period in enumerate(PERIODS)}
    side_order = {side: at for at, side in enumerate(wording.SIDES)}
    losses = [
        (word(PERIODS[row.period]), word(wording.SIDES[row.side]), row.lines, row.impressions, row.eur)
        for row in sorted(data.losses, key=lambda row: (period_order[row.period], side_order[row.side]))
        if row.kind == "all" and row.purchase_type == "all"
    ]
    sides = (
        Column("Ended in", "text", 30),
        Column("Kind of problem", "text", 17),
        Column("Lines", "whole", 17),
        Column("Impressions short", "impressions", 17, bars=True),
        Column("Worth €", "euros", 17),
    )
    below = write_table(sheet, formats, sides, losses, top=below + 2)
    _trend(book, sheet, formats, data, top=below + 2)


def _trend(book: Any, sheet: Any, formats: Formats, data: PageData, *, top: int) -> None:
    """The total trend as a table, and as a chart at the top right."""
    trends = wording.of_codes("trend")
    rows = [
        (row.day, row.fulfilled_pct, row.change, trends.get(row.trend or "", row.trend))
        for row in data.trend
        if row.kind == "all" and row.purchase_type == "all"
    ]
    sheet.write_string(top - 1, 0, say("Goals met in the seven days before each day"), formats.heading)
    columns = (
        Column("Day", "date", 30),
        Column("Goals met", "share", 17),
        Column("Against a week before", "points", 17),
        Column("Trend", "text", 17),
    )
    last = write_table(sheet, formats, columns, rows, top=top) - 1
    if not rows:
        return
    chart = book.add_chart({"type": "line"})
    chart.add_series(
        {
            "name": say("Goals met, 7 days"),
            "categories": [say("Summary"), top + 1, 0, last, 0],
            "values": [say("Summary"), top + 1, 1, last, 1],
            "line": {"color": "#0072B2", "width": 2.25},
        }
    )
    chart.set_title({"name": say("Share of lines that met their goal"), "name_font": {"size": 12}})
    chart.set_legend({"none": True})
    chart.set_x_axis({"date_axis": True, "num_format": "dd.mm.", "major_gridlines": {"visible": False}})
    chart.set_y_axis(
        {"num_format": "0%", "max": 1, "major_gridlines": {"visible": True, "line": {"color": "#DDE2E8"}}}
    )
    chart.set_size({"width": 620, "height": 340})
    sheet.insert_chart(5, 9, chart, {"description": say("Share of lines that met their goal, by day")})


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day)
