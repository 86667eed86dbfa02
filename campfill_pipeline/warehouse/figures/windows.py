"""How lines that ended did, by day: windows of 7 days, 30 days and this year, and the trend of the first.

Belongs here: which days of the two tables must be made again, and making them (windows.sql). Does not belong
here: the figures of single lines.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

import psycopg

from campfill_pipeline.domain.fulfillment import FulfillmentRules
from campfill_pipeline.warehouse.statements import sections

ONE_DAY = timedelta(days=1)


def refresh_windows(
    conn: psycopg.Connection, rules: FulfillmentRules, *, as_of: date, ends: Iterable[date] | None
) -> int:
    """Make windows and trend again for the days that lines with these end dates are in; answers how many.

    `ends` are the end dates, before and after, of all lines whose figures changed; None makes every day.
    Reads table `fulfillment` as of `as_of`; days not stored yet are made, days after `as_of` removed.
    """
    row = conn.execute(
        "SELECT min(end_date) FROM fulfillment WHERE covered AND end_date < %s", [as_of]
    ).fetchone()
    earliest = as_of if row is None or row[0] is None else row[0] + ONE_DAY
    for table, column in (("fulfillment_window", "as_of"), ("fulfillment_trend", "day")):
        conn.execute(f"DELETE FROM {table} WHERE {column} NOT BETWEEN %s AND %s".encode(), [earliest, as_of])
    row = conn.execute("SELECT min(as_of), max(as_of) FROM fulfillment_window").fetchone()
    stale: list[date] = []
    if ends is None or row is None or row[0] is None:
        stale += [earliest, as_of]
    else:
        stale += [min(day, as_of) for end in ends if end < as_of for day in _days_in_windows(end)]
        if earliest < row[0]:
            stale += [earliest, row[0] - ONE_DAY]
        if row[1] < as_of:
            stale += [row[1] + ONE_DAY, as_of]
    if not stale:
        return 0
    first, last = max(min(stale), earliest), max(stale)
    texts = sections("figures/windows")
    # Across New Year `this_year` starts anew, so the sum does not go on from the day before.
    onward = (
        ends is not None
        and row is not None
        and row[0] is not None
        and row[0] < first <= row[1] + ONE_DAY
        and (first - ONE_DAY).year == last.year
    )
    since = first - 31 * ONE_DAY if onward else min(first - 30 * ONE_DAY, date(first.year, 1, 1))
    parameters = {
        "as_of": as_of,
        "first": first,
        "last": last,
        "since": since,
        "onward": onward,
        "goal_met": rules.bands.goal_met,
    }
    conn.execute(texts["windows"].encode(), parameters)
    parameters["last"] = min(last + 7 * ONE_DAY, as_of)  # a trend looks seven days back
    conn.execute(texts["trend"].encode(), parameters)
    return (last - first).days + 1


def _days_in_windows(end: date) -> tuple[date, date]:
    """First and last day on which a line that ended on `end` is in one of the windows."""
    return end + ONE_DAY, max(end + 30 * ONE_DAY, date(end.year, 12, 31))
