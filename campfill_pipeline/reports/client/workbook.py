"""The client's workbook: lines, by day, by site, by site and day, contracts, corrections, how to check.

Belongs here: sheets and their columns. Does not belong here: sums (`sheet`), sentences (`domain/client_words`). Text is
always written as text, so that a name that begins with = is never a formula.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from textwrap import shorten
from typing import Any
from zoneinfo import ZoneInfo

import xlsxwriter

from campfill_pipeline.domain.client_words import ClientWords
from campfill_pipeline.language import currencies
from campfill_pipeline.reports.client.sheet import OneLine
from campfill_pipeline.warehouse.readers.page.client import ClientData

MOST_ROWS = 200_000
Head = tuple[str, float, str]  # words, width, format


def render(
    data: ClientData, lines: Sequence[OneLine], words: ClientWords, made_at: datetime, target: Path, *,
    checks: Sequence[str], csv_name: str, prices: bool,
) -> None:  # fmt: skip
    """Write the workbook."""
    book = xlsxwriter.Workbook(
        str(target), {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    )
    title = words.title.format(name=data.client.name)
    book.set_properties({"title": title, "author": "campfill", "created": made_at})
    write = _Writer(book, words, ZoneInfo(data.timezone))
    write.lines(lines, prices=prices)
    write.days(lines)
    write.sites(lines)
    write.sites_and_days(data, csv_name)
    write.contracts(lines, prices=prices)
    write.corrections(lines)
    write.known(data)
    at = words.moment(made_at.astimezone(write.zone))
    write.proof(title, words.made.format(day=words.date(data.as_of), at=at, zone=data.timezone), checks)
    book.close()


class _Writer:
    """One workbook that is being written, sheet after sheet."""

    def __init__(self, book: Any, words: ClientWords, zone: ZoneInfo) -> None:
        self.book, self.words, self.zone = book, words, zone
        german = words.language.value == "de"
        self.formats = {
            "text": book.add_format(),
            "wrap": book.add_format({"text_wrap": True, "valign": "top"}),
            "whole": book.add_format({"num_format": "#,##0"}),
            "exact": book.add_format({"num_format": "#,##0.0000"}),
            "share": book.add_format({"num_format": "0.0%"}),
            "euros": book.add_format({"num_format": f'#,##0.00\\ "{currencies.sign()}"'}),
            "cpm": book.add_format({"num_format": f'#,##0.0000\\ "{currencies.sign()}"'}),
            "date": book.add_format(
                {"num_format": "dd.mm.yyyy" if german else "yyyy-mm-dd", "align": "left"}
            ),
            "moment": book.add_format(
                {"num_format": "dd.mm.yyyy hh:mm" if german else "yyyy-mm-dd hh:mm", "align": "left"}
            ),
        }
        self.bold = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})

    def table(self, name: str, heads: Sequence[Head], rows: Iterable[Sequence[object]]) -> None:
        """A sheet with its head frozen and filtered."""
        sheet = self.book.add_worksheet(name[:31])
        for column, (title, width, _) in enumerate(heads):
            sheet.set_column(column, column, width)
            sheet.write_string(0, column, title, self.bold)
        last = 0
        for last, row in enumerate(rows, start=1):
            for column, value in enumerate(row):
                self._cell(sheet, last, column, value, self.formats[heads[column][2]])
        sheet.freeze_panes(1, 1)
        sheet.autofilter(0, 0, max(last, 1), len(heads) - 1)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)

    def _cell(self, sheet: Any, row: int, column: int, value: object, style: Any) -> None:
        if value is None:
            return
        if isinstance(value, Decimal | int | float):
            sheet.write_number(row, column, float(value), style)
        elif isinstance(value, datetime):
            sheet.write_datetime(row, column, value.astimezone(self.zone).replace(tzinfo=None), style)
        elif isinstance(value, date):
            sheet.write_datetime(row, column, value, style)
        else:
            sheet.write_string(row, column, str(value), style)

    def lines(self, lines: Sequence[OneLine], *, prices: bool) -> None:
        """Every line, contracted beside delivered."""
        w = self.words
        heads: list[Head] = [
            (w.line, 60, "text"), (w.runtime, 24, "text"), (w.goal, 15, "whole"), (w.delivered, 18, "exact"),
            (w.fulfilled, 11, "share"), (w.state, 40, "text"), ("ID", 38, "text"),
        ]  # fmt: skip
        if prices:
            heads += [(w.cpm, 12, "cpm"), (w.budget, 14, "euros"), (w.value, 14, "euros")]
        rows = []
        for one in lines:
            row = one.row
            told: list[object] = [
                row.name, row.runtime, row.impression_goal, row.delivered if one.known else None,
                row.fulfillment_pct / 100 if one.judged else None, one.state, row.id,
            ]  # fmt: skip
            billable = row.billable_eur if one.known else None
            rows.append(told + ([row.cpm_eur, row.budget_eur, billable] if prices else []))
        self.table(w.lines, heads, rows)

    def days(self, lines: Sequence[OneLine]) -> None:
        """Every line's days."""
        w = self.words
        heads = (
            (w.line, 60, "text"), (w.day, 12, "date"), (w.equal_share, 20, "exact"), (w.delivered, 18, "exact"),
            (w.running_total, 18, "exact"), (w.of_goal, 14, "share"),
        )  # fmt: skip
        rows = (
            (
                one.row.name,
                day.day,
                day.share,
                day.delivered,
                day.so_far,
                day.so_far / one.row.impression_goal if day.so_far is not None and one.judged else None,
            )
            for one in lines
            for day in one.days
        )
        self.table(w.by_day, heads, rows)

    def sites(self, lines: Sequence[OneLine]) -> None:
        """Every line's sites."""
        w = self.words
        heads = (
            (w.line, 60, "text"),
            (w.site, 40, "text"),
            (w.delivered, 18, "exact"),
            (w.of_goal, 14, "share"),
        )
        rows = (
            (
                one.row.name,
                site or w.no_site,
                impressions,
                impressions / one.row.impression_goal if one.judged else None,
            )
            for one in lines
            for site, impressions in one.sites
        )
        self.table(w.by_site, heads, rows)

    def sites_and_days(self, data: ClientData, csv_name: str) -> None:
        """Every cell, where they are not too many for a sheet."""
        w = self.words
        if len(data.site_days) > MOST_ROWS:
            told = w.in_the_csv.format(rows=w.number(len(data.site_days)), file=csv_name)
            self.table(w.by_site_and_day, ((told, 90, "text"),), ())
            return
        names = {line.id: line.name for line in data.lines}
        heads = ((w.line, 60, "text"), (w.day, 12, "date"), (w.site, 40, "text"), (w.delivered, 18, "exact"))
        rows = ((names.get(c.line_id), c.day, c.site or w.no_site, c.impressions) for c in data.site_days)
        self.table(w.by_site_and_day, heads, rows)

    def contracts(self, lines: Sequence[OneLine], *, prices: bool) -> None:
        """Every version of what was contracted."""
        w = self.words
        kinds = ("whole", "moment", "text", "whole", "text", "text", "whole")
        widths = (9, 18, 24, 15, 66, 18, 8)
        heads: list[Head] = [(w.line, 60, "text"), *zip(w.contract_head, widths, kinds, strict=True)]
        if prices:
            heads.append((w.cpm, 12, "cpm"))
        rows = []
        for one in lines:
            for c in one.contracts:
                told: list[object] = [
                    one.row.name, c.revision, c.valid_from, c.runtime, c.impression_goal, c.sha256, c.sheet, c.row_no,
                ]  # fmt: skip
                rows.append(told + ([c.cpm_eur] if prices else []))
        self.table(_sheet(w.contract), heads, rows)

    def corrections(self, lines: Sequence[OneLine]) -> None:
        """What was corrected later, and when that was known."""
        w = self.words
        kinds = ("date", "exact", "exact", "exact", "moment")
        heads: list[Head] = [
            (w.line, 60, "text"),
            *((h, 18, k) for h, k in zip(w.corrections_head, kinds, strict=True)),
        ]
        rows = (
            (one.row.name, c.day, c.before, c.after, c.after - c.before, c.seen_at)
            for one in lines
            for c in one.corrections
        )
        self.table(_sheet(w.corrections), heads, rows)

    def known(self, data: ClientData) -> None:
        """Since when each day is known."""
        w = self.words
        kinds = ("date", "text", "moment", "moment")
        heads: list[Head] = [(h, 20, k) for h, k in zip(w.known_head, kinds, strict=True)]
        rows = (
            (
                k.day,
                w.from_csv if k.source.startswith("csv") else w.from_api,
                k.first_complete_at,
                k.fetched_at,
            )
            for k in data.known
        )
        self.table(_sheet(w.known), heads, rows)

    def proof(self, title: str, made: str, checks: Sequence[str]) -> None:
        """How to check all this."""
        self.table(
            _sheet(self.words.proof), ((title, 120, "wrap"),), [(made,), *((check,) for check in checks)]
        )


def _sheet(words: str) -> str:
    """A name that a sheet may have: its first words, at most 31 characters, none of them cut."""
    return shorten(words.split(",")[0].replace("?", ""), 31, placeholder="")
