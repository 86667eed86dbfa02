"""Daily roll-ups of delivery: by series and day, and from these by line and day.

Belongs here: sums over hours, and which source of a line's day counts. Does not belong here: which line a series has.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime

import psycopg

# 'counted' is decided by presence: where the API has a row of the line and day, the CSV's rows of that day stand back.
_LINE_DAYS = (
    "INSERT INTO line_day (line_no, day, source, counted, impressions, bids, wins, plays, rows, first_hour, last_hour)"
    " SELECT s.line_no, d.day, s.source, s.source = 'a' OR NOT bool_or(s.source = 'a') OVER (PARTITION BY s.line_no, d.day),"
    "        sum(d.impressions), sum(d.bids), sum(d.wins), sum(d.plays), sum(d.rows), min(d.first_hour), max(d.last_hour)"
)


def roll_up_series(
    conn: psycopg.Connection, day: date, start: datetime, end: datetime, series_nos: Sequence[int]
) -> None:
    """Sum the hours of these series on a local day again; `start` and `end` are its instants."""
    # One day and no join at a time: however wrong the server's estimate of a new day, there is no bad plan to choose.
    values = {"day": day, "start": start, "end": end, "series": list(series_nos)}
    conn.execute("DELETE FROM report_day WHERE day = %(day)s AND series_no = ANY(%(series)s)", values)
    conn.execute(
        """
        INSERT INTO report_day (series_no, day, impressions, bids, wins, plays, rows, first_hour, last_hour,
                                campaign_type, deal_type)
        SELECT series_no, %(day)s, impressions, bids, wins, plays, rows, first_hour, last_hour,
               CASE WHEN campaign_g IS NULL AND campaign_u IS NULL THEN '?'
                    WHEN campaign_u IS NULL OR campaign_g >= campaign_u THEN 'g' ELSE 'u' END,
               CASE WHEN deal_g IS NULL AND deal_u IS NULL THEN '?'
                    WHEN deal_u IS NULL OR deal_g >= deal_u THEN 'g' ELSE 'u' END
        FROM (SELECT series_no, sum(impressions) AS impressions, sum(bids) AS bids, sum(wins) AS wins,
                     sum(plays) AS plays, count(*) AS rows, min(hour_utc) AS first_hour, max(hour_utc) AS last_hour,
                     max(hour_utc) FILTER (WHERE terms IN ('3', '4', '5')) AS campaign_g,
                     max(hour_utc) FILTER (WHERE terms IN ('6', '7', '8')) AS campaign_u,
                     max(hour_utc) FILTER (WHERE terms IN ('1', '4', '7')) AS deal_g,
                     max(hour_utc) FILTER (WHERE terms IN ('2', '5', '8')) AS deal_u
              FROM report_hour
              WHERE hour_utc >= %(start)s AND hour_utc < %(end)s AND series_no = ANY(%(series)s)
              GROUP BY series_no) sums
        """,
        values,
    )


def roll_up_line_days(conn: psycopg.Connection, series_nos: Sequence[int], days: Sequence[date]) -> list[int]:
    """Sum the days of the lines behind these (series, day) pairs again; return those lines."""
    pairs = conn.execute(
        "SELECT DISTINCT s.line_no, t.day FROM unnest(%s::integer[], %s::date[]) AS t (series_no, day)"
        " JOIN report_series s USING (series_no) WHERE s.line_no IS NOT NULL",
        (list(series_nos), list(days)),
    ).fetchall()
    lines = {"lines": [line for line, _ in pairs], "days": [day for _, day in pairs]}
    touched = "unnest(%(lines)s::integer[], %(days)s::date[]) AS t (line_no, day)"
    conn.execute(
        "DELETE FROM line_day d USING " + touched + " WHERE d.line_no = t.line_no AND d.day = t.day", lines
    )
    conn.execute(
        _LINE_DAYS + " FROM " + touched + " JOIN report_series s ON s.line_no = t.line_no"
        " JOIN report_day d ON d.series_no = s.series_no AND d.day = t.day"
        " GROUP BY s.line_no, d.day, s.source",
        lines,
    )
    return sorted(set(lines["lines"]))


def roll_up_lines(conn: psycopg.Connection, line_nos: Sequence[int]) -> None:
    """Sum all days of these lines again, after their attribution changed."""
    if not line_nos:
        return
    conn.execute("DELETE FROM line_day WHERE line_no = ANY(%s)", (list(line_nos),))
    conn.execute(
        _LINE_DAYS + " FROM report_series s JOIN report_day d USING (series_no) WHERE s.line_no = ANY(%s)"
        " GROUP BY s.line_no, d.day, s.source",
        (list(line_nos),),
    )


def mark_dirty(conn: psycopg.Connection, line_nos: Iterable[int]) -> None:
    """Ask for the fulfillment of these lines to be computed again."""
    # Sorted, so that two writers never wait for each other; updated where present, so that a refresh which took its
    # snapshot before this change cannot take the mark away unseen.
    conn.execute(
        "INSERT INTO line_dirty (line_no) SELECT unnest(%s::integer[]) AS line_no ORDER BY line_no"
        " ON CONFLICT (line_no) DO UPDATE SET since = EXCLUDED.since",
        (sorted(set(line_nos)),),
    )
