"""The page and the workbook of one state: read once, so that their figures cannot differ.

Belongs here: what is read when, and where it goes. Does not belong here: what the two look like (`page`, `workbook`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from campfill_pipeline.domain.fulfillment import FulfillmentRules
from campfill_pipeline.reports import page, workbook
from campfill_pipeline.reports.files import replace_file
from campfill_pipeline.reports.page import PageFacts
from campfill_pipeline.warehouse import report_data, report_detail


@dataclass(frozen=True)
class Written:
    """Where the two files are, and what the page holds."""

    page: Path
    workbook: Path
    facts: PageFacts


def write_reports(
    connection: report_data.Connection, folder: Path, rules: FulfillmentRules, as_of: date, now: datetime
) -> Written:
    """Write `fulfillment.html` and `fulfillment.xlsx` into `folder` as of a local date; `now` is when.

    Each file is replaced as a whole, never half written. The state is let go of before the files are written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with report_data.state_as_of(connection, rules, as_of=as_of, now=now):
        data = report_data.load(connection, rules, as_of=as_of)
        details = report_detail.details(connection, data, limit=page.MOST_DETAILS)
        text, facts = page.render(data, details, rules, now)
    html, book = folder / "fulfillment.html", folder / "fulfillment.xlsx"
    replace_file(html, lambda path: path.write_text(text, encoding="utf-8"))
    replace_file(book, lambda path: workbook.render(data, path, now))
    return Written(html, book, facts)
