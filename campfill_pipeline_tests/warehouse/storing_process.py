"""A process that stores days of delivery, to be killed: `python -m … URL FIRST_DAY DAYS FIGURE`.

Every row of a run has the same figure, so that a half-stored day would show two.
"""

from __future__ import annotations

import sys
from datetime import date, timedelta
from decimal import Decimal

from campfill_pipeline.domain.local_days import day_window
from campfill_pipeline.warehouse import database
from campfill_pipeline_tests.warehouse.delivery_rows import BERLIN, Row, store, table

SITES = 40


def rows_of(day: date, figure: Decimal) -> list[Row]:
    start, _ = day_window(day, BERLIN)
    hours = [start + timedelta(hours=hour) for hour in range(24)]
    return [Row(hour, site=f"Site {site}", impressions=figure) for hour in hours for site in range(SITES)]


def main(url: str, first: date, days: int, figure: Decimal) -> None:
    with database.connect(url) as connection:
        for number in range(days):
            day = first + timedelta(days=number)
            rows = rows_of(day, figure)
            store(connection, day, [table(rows[start : start + 100]) for start in range(0, len(rows), 100)])
            print(day, flush=True)  # noqa: T201


if __name__ == "__main__":
    main(sys.argv[1], date.fromisoformat(sys.argv[2]), int(sys.argv[3]), Decimal(sys.argv[4]))
