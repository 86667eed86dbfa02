"""The sheet of second counts: what others counted beside ours, each part of the discrepancy in a column of its own.

Belongs here: this sheet's columns. Does not belong here: the figures, how a list is written (`workbook_lists`).
"""

from __future__ import annotations

from campfill_pipeline.domain import count_words
from campfill_pipeline.language.speaking import say
from campfill_pipeline.reports.workbook_lists import Listed
from campfill_pipeline.reports.workbook_tables import Column
from campfill_pipeline.warehouse.readers.page.rows import PageData


def second_counts(data: PageData) -> Listed:
    """One row for each line and counter, the largest discrepancy beyond the tolerance first; blank: cannot be known."""
    columns = (
        Column("Line", "text", 60),
        Column("Counted by", "text", 20),
        Column("From", "date", 12),
        Column("To", "date", 12),
        Column("Ours", "impressions", 16),
        Column("Theirs", "impressions", 16),
        Column("Difference", "impressions", 14),
        Column("Difference %", "share", 12),
        Column("Beyond tolerance", "text", 11),
        Column("Time zone", "impressions", 12),
        Column("Days missing", "impressions", 14),
        Column("Late corrections", "impressions", 16),
        Column("Sites", "impressions", 12),
        Column("Rest", "impressions", 12),
        Column("Days they did not tell", "whole", 14),
        Column("Days ours does not tell", "whole", 14),
        Column("Their time zone", "text", 18),
        Column("Billed by", "text", 20),
        Column("Files", "text", 40),
        Column("Buyer", "text", 36),
        Column("ID", "text", 38),
    )
    rows = [
        (
            one.name,
            one.counted_by,
            one.first_day,
            one.last_day,
            one.ours,
            one.theirs,
            one.difference,
            one.percent,
            say("yes") if one.beyond else say("no"),
            one.time_zone,
            one.days_missing,
            one.late_corrections,
            one.sites,
            one.rest,
            one.missing_at_them,
            one.missing_at_us,
            one.zone or data.timezone,
            count_words.counter(one.billed_by),
            ", ".join(one.files),
            one.buyer,
            one.line_id,
        )
        for one in data.counts
    ]
    return Listed("Second count", columns, rows)
