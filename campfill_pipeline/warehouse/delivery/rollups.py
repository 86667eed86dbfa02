"""Daily roll-ups of delivery: by series and day, with and without the site, and from the latter by line and day.

Belongs here: sums over hours, and which source of a line's day counts. Does not belong here: which line a series has.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

import psycopg

from campfill_pipeline.domain.local_days import day_window
from campfill_pipeline.warehouse.delivery import partitions
from campfill_pipeline.warehouse.statements import query

# Which source counts is decided by presence: where the API has a row of the line and day, the others stand back.
_LINE_DAYS = """
    INSERT INTO line_day (line_no, day, source, counted, impressions, bids, wins, plays, rows, first_hour, last_hour)
    SELECT s.line_no, d.day, s.source,
           source_rank(s.source) = min(source_rank(s.source)) OVER (PARTITION BY s.line_no, d.day),
           sum(d.impressions), sum(d.bids), sum(d.wins), sum(d.plays), sum(d.rows), min(d.first_hour), max(d.last_hour)
    FROM report_series s JOIN report_day d USING (series_no)
    WHERE {which}
    GROUP BY s.line_no, d.day, s.source
"""


# Hours are read once. The purchase types of an hour are part of the key, so that few sums are kept for each of the many
# rows, and the days of series and of sites follow from these sums.
_SUMS = """
    SELECT series_no, {day} AS day, site_no, terms, sum(impressions) AS impressions, sum(bids) AS bids,
           sum(wins) AS wins, sum(plays) AS plays, count(*) AS rows, min(hour_utc) AS first_hour,
           max(hour_utc) AS last_hour
    FROM (SELECT series_no, hour_utc, site_no, bids, wins, plays, impressions, terms FROM report_hour
          WHERE hour_utc >= %(start)s AND hour_utc < %(end)s {which}
          UNION ALL
          SELECT p.series_no, p.hour_utc, p.site_no, p.bids, p.wins, p.plays, p.impressions, p.terms
          FROM {series} s CROSS JOIN LATERAL packed_hours(s.series_no, %(start)s, %(end)s) p) told
    GROUP BY 1, 2, 3, 4
"""
_ALL_SUMS = _SUMS.format(day="(hour_utc AT TIME ZONE %(zone)s)::date", which="", series="report_series")
_SITE_DAYS = """
    INSERT INTO site_day (series_no, day, site_no, impressions)
    SELECT series_no, day, site_no, sum(impressions) FROM {sums} GROUP BY 1, 2, 3
"""
_SERIES_DAYS = """
    SELECT series_no, day, impressions, bids, wins, plays, rows, first_hour, last_hour,
           (CASE WHEN campaign_g IS NULL AND campaign_u IS NULL THEN '?'
                 WHEN campaign_u IS NULL OR campaign_g >= campaign_u THEN 'g' ELSE 'u' END)::"char" AS campaign_type,
           (CASE WHEN deal_g IS NULL AND deal_u IS NULL THEN '?'
                 WHEN deal_u IS NULL OR deal_g >= deal_u THEN 'g' ELSE 'u' END)::"char" AS deal_type,
           GREATEST(campaign_g, campaign_u) AS campaign_type_hour, GREATEST(deal_g, deal_u) AS deal_type_hour,
           CASE WHEN campaign_g >= campaign_u THEN first_campaign_g
                WHEN campaign_g < campaign_u THEN first_campaign_u END
               AS campaign_type_first,
           CASE WHEN campaign_g >= campaign_u THEN first_campaign_u
                WHEN campaign_g < campaign_u THEN first_campaign_g END
               AS campaign_other_first,
           CASE WHEN deal_g >= deal_u THEN first_deal_g WHEN deal_g < deal_u THEN first_deal_u END AS deal_type_first,
           CASE WHEN deal_g >= deal_u THEN first_deal_u WHEN deal_g < deal_u THEN first_deal_g END AS deal_other_first
    FROM (SELECT series_no, day, sum(impressions) AS impressions, sum(bids)::bigint AS bids,
                 sum(wins)::bigint AS wins, sum(plays)::bigint AS plays, sum(rows)::integer AS rows,
                 min(first_hour) AS first_hour, max(last_hour) AS last_hour,
                 max(last_hour) FILTER (WHERE terms IN ('3', '4', '5')) AS campaign_g,
                 max(last_hour) FILTER (WHERE terms IN ('6', '7', '8')) AS campaign_u,
                 max(last_hour) FILTER (WHERE terms IN ('1', '4', '7')) AS deal_g,
                 max(last_hour) FILTER (WHERE terms IN ('2', '5', '8')) AS deal_u,
                 min(first_hour) FILTER (WHERE terms IN ('3', '4', '5')) AS first_campaign_g,
                 min(first_hour) FILTER (WHERE terms IN ('6', '7', '8')) AS first_campaign_u,
                 min(first_hour) FILTER (WHERE terms IN ('1', '4', '7')) AS first_deal_g,
                 min(first_hour) FILTER (WHERE terms IN ('2', '5', '8')) AS first_deal_u
          FROM {sums} GROUP BY 1, 2) sums
"""
_SERIES_DAY_COLUMNS = """series_no, day, impressions, bids, wins, plays, rows, first_hour, last_hour,
    campaign_type, deal_type, campaign_type_hour, deal_type_hour,
    campaign_type_first, campaign_other_first, deal_type_first, deal_other_first"""


def roll_up_series(
    conn: psycopg.Connection, day: date, start: datetime, end: datetime, series_nos: Sequence[int]
) -> None:
    """Sum the hours of these series on a local day again; `start` and `end` are its instants."""
    # One day and no join at a time: however wrong the server's estimate of a new day, there is no bad plan to choose.
    values = {"day": day, "start": start, "end": end, "series": list(series_nos)}
    conn.execute("DELETE FROM report_day WHERE day = %(day)s AND series_no = ANY(%(series)s)", values)
    conn.execute(query("delivery/rollups", "forget sites"), values)
    sums = _SUMS.format(
        day="%(day)s::date",
        which="AND series_no = ANY(%(series)s)",
        series="(SELECT unnest(%(series)s::integer[]) AS series_no)",
    )
    conn.execute(
        f"""
        WITH told AS MATERIALIZED ({sums}),
        series_days AS (INSERT INTO report_day ({_SERIES_DAY_COLUMNS}) {_SERIES_DAYS.format(sums="told")})
        {_SITE_DAYS.format(sums="told")}
        """,
        values,
    )


def _kept_days(conn: psycopg.Connection, zone: ZoneInfo) -> Iterator[dict[str, object]]:
    """The runs of days whose hours are here, as the statements about them take them."""
    for first, last in partitions.whole_days(conn, zone):
        start, end = day_window(first, zone)[0], day_window(last, zone)[1]
        yield {"start": start, "end": end, "zone": zone.key, "first": first, "last": last}


def roll_up_sites(conn: psycopg.Connection, zone: ZoneInfo) -> None:
    """Sum all hours by series, site and local day again; days of months that were put aside keep their sums."""
    for values in _kept_days(conn, zone):
        _sites_anew(conn, values, f"({_ALL_SUMS}) told")
    conn.execute("ANALYZE site_day")


def _sites_anew(conn: psycopg.Connection, values: Mapping[str, object], sums: str) -> None:
    """Put what these sums of hours come to in place of the sums by site of these days."""
    conn.execute(query("delivery/rollups", "forget all sites"), values)
    conn.execute(f"{_SITE_DAYS.format(sums=sums)} ORDER BY 1, 2, 3", values)


def sites_are_missing(conn: psycopg.Connection) -> bool:
    """Whether there are hours but no sums by site: in a home from before these were kept."""
    row = conn.execute(query("delivery/rollups", "sites are missing")).fetchone()
    return row is not None and row[0] is True


def roll_up_all(conn: psycopg.Connection, zone: ZoneInfo) -> int:
    """Sum all hours by series and local day again, for a rebuild; return how many sums were not what they should be.

    Days of months that were put aside keep their sums. Part of the caller's transaction; `line_day` is to follow.
    """
    wrong = 0
    for values in _kept_days(conn, zone):
        conn.execute(f"CREATE TEMP TABLE told_anew ON COMMIT DROP AS {_ALL_SUMS}", values)
        conn.execute("ANALYZE told_anew (series_no, day, site_no)")
        _sites_anew(conn, values, "told_anew")
        anew = _SERIES_DAYS.format(sums="told_anew")
        conn.execute(f"CREATE TEMP TABLE day_anew ON COMMIT DROP AS {anew}")
        wrong += conn.execute(
            query("delivery/rollups", "roll up all"),
            values,
        ).rowcount
        wrong += conn.execute(
            f"""
            INSERT INTO report_day AS d ({_SERIES_DAY_COLUMNS}) SELECT * FROM day_anew
            ON CONFLICT (series_no, day) DO UPDATE SET ({_SERIES_DAY_COLUMNS}) = ROW(excluded.*)
            WHERE d IS DISTINCT FROM excluded
            """
        ).rowcount
        conn.execute("DROP TABLE day_anew, told_anew")
    conn.execute("ANALYZE site_day")
    return wrong


def roll_up_line_day(conn: psycopg.Connection, day: date, series_nos: Sequence[int]) -> list[int]:
    """Sum a day of the lines behind these series again; return those lines."""
    found = conn.execute(
        "SELECT DISTINCT line_no FROM report_series WHERE series_no = ANY(%s) AND line_no IS NOT NULL ORDER BY line_no",
        (list(series_nos),),
    )
    lines = [number for (number,) in found]
    values = {"lines": lines, "day": day}
    conn.execute("DELETE FROM line_day WHERE day = %(day)s AND line_no = ANY(%(lines)s)", values)
    conn.execute(_LINE_DAYS.format(which="s.line_no = ANY(%(lines)s) AND d.day = %(day)s"), values)
    return lines


def roll_up_lines(conn: psycopg.Connection, line_nos: Sequence[int]) -> None:
    """Sum all days of these lines again, after their attribution changed."""
    values = {"lines": list(line_nos)}
    conn.execute("DELETE FROM line_day WHERE line_no = ANY(%(lines)s)", values)
    conn.execute(_LINE_DAYS.format(which="s.line_no = ANY(%(lines)s)"), values)


def mark_dirty(conn: psycopg.Connection, line_nos: Iterable[int]) -> None:
    """Ask for the fulfillment of these lines to be computed again."""
    # Sorted, so that two writers never wait for each other; updated where present, so that a refresh which took its
    # snapshot before this change cannot take the mark away unseen.
    conn.execute(
        query("delivery/rollups", "mark dirty"),
        (sorted(set(line_nos)),),
    )
