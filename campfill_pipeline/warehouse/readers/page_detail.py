"""What level 4 of the page shows of a line: delivery by day, by hour and by site, and the evidence of its
cause.

Belongs here: which lines get such a detail, in which order, and its queries. Does not belong here: how much
of it fits into the page (`reports.payload`).

A line may have a million hourly rows, and there may be thousands of lines. So hours and sites are read for
the most wanted lines until ROWS_READ rows have been looked at: the page stays a matter of seconds, however
much was delivered.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID

from campfill_pipeline.warehouse.readers.page import Connection
from campfill_pipeline.warehouse.readers.page_evidence import read_evidence
from campfill_pipeline.warehouse.readers.page_rows import DayRow, LineDetail, LineRow, ReportData, SiteRow

ROWS_READ = 4_000_000
BATCH = 250
MOST_SITES = 15

DAYS = """
SELECT line_id, day, impressions, bids, wins, plays
FROM delivery_daily
WHERE line_id = ANY (%(lines)s) AND day <= %(as_of)s
ORDER BY line_id, day
"""

VOLUMES = """
SELECT line_id, sum(rows)
FROM delivery_daily
WHERE line_id = ANY (%(lines)s) AND day <= %(as_of)s
GROUP BY line_id
"""

# One pass over the hours gives both sums. Only the source that counts on a day, as in delivery_daily.
HOURS_AND_SITES = """
WITH told AS MATERIALIZED (
    SELECT l.id AS line_id, s.line_no, s.source, h.hour_utc AT TIME ZONE %(timezone)s AS local, h.site_no,
           h.impressions, h.bids, h.wins, h.plays
    FROM line_register l
    JOIN report_series s USING (line_no)
    JOIN report_hour h USING (series_no)
    WHERE l.id = ANY (%(lines)s) AND h.hour_utc < (%(as_of)s::date + 1)::timestamp AT TIME ZONE %(timezone)s
), hourly AS (
    SELECT t.line_id, d.day, EXTRACT(hour FROM t.local)::integer AS hour, t.site_no,
           t.impressions, t.bids, t.wins, t.plays
    FROM told t
    JOIN line_day d ON d.line_no = t.line_no AND d.day = t.local::date AND d.source = t.source
    WHERE d.counted
), summed AS (
    SELECT line_id, GROUPING(site_no) AS by_hour, day, hour, site_no,
           sum(impressions) AS impressions, sum(bids) AS bids, sum(wins) AS wins, sum(plays) AS plays
    FROM hourly
    GROUP BY GROUPING SETS ((line_id, day, hour), (line_id, site_no))
), ranked AS (
    SELECT s.*, row_number() OVER (PARTITION BY line_id, by_hour ORDER BY impressions DESC, site_no) AS place,
           count(*) OVER (PARTITION BY line_id, by_hour) AS sites
    FROM summed s
)
SELECT r.line_id, r.by_hour, r.day, r.hour, x.site, r.impressions, r.bids, r.wins, r.plays, r.sites
FROM ranked r LEFT JOIN site x ON r.by_hour = 0 AND x.site_no = r.site_no
WHERE r.by_hour = 1 OR r.place <= %(most)s
ORDER BY r.line_id, r.by_hour, r.place
"""

CAUSES = """
SELECT c.line_id, c.cause, f.kind, c.evidence::text
FROM shortfall_cause c JOIN fulfillment f USING (line_id)
WHERE c.line_id = ANY (%(lines)s)
"""


def wanted_lines(data: ReportData) -> list[LineRow]:
    """Begun lines in the order in which somebody will open them.

    First those that need attention, then judged ones that fell or will fall short, worst first, then the
    healthy, running ones before ended ones, then the unjudged.
    """
    urgent = {item.line_id: place for place, item in enumerate(data.attention)}

    def order(line: LineRow) -> tuple[int, Decimal, UUID]:
        if line.id in urgent:
            return 0, Decimal(urgent[line.id]), line.id
        gap = line.shortfall
        if line.lifecycle == "live":
            gap = max(line.impression_goal - (line.projected or line.delivered), Decimal(0))
        group = 4 if not line.covered else 1 if gap > 0 else 2 if line.lifecycle == "live" else 3
        return group, -gap, line.id

    return sorted((line for line in data.lines if line.lifecycle != "scheduled"), key=order)


def details(
    connection: Connection, data: ReportData, *, limit: int, rows_read: int = ROWS_READ
) -> Iterator[LineDetail]:
    """Details of at most `limit` lines, most wanted first; hours and sites until `rows_read` rows were looked
    at.

    Lazy: what is not asked for is not queried.
    """
    wanted = [line.id for line in wanted_lines(data)[:limit]]
    left = rows_read
    for start in range(0, len(wanted), BATCH):
        batch = wanted[start : start + BATCH]
        volumes: dict[UUID, int] = dict(
            connection.execute(VOLUMES.encode(), {"lines": batch, "as_of": data.as_of}).fetchall()
        )
        deep = []
        for line_id in batch:
            if (volume := int(volumes.get(line_id, 0))) <= left:
                left -= volume
                deep.append(line_id)
        yield from _batch(connection, data, batch, deep)


def _batch(
    connection: Connection, data: ReportData, lines: Sequence[UUID], deep: Sequence[UUID]
) -> Iterator[LineDetail]:
    values: dict[str, object] = {
        "lines": list(lines),
        "as_of": data.as_of,
        "timezone": data.timezone,
        "most": MOST_SITES,
    }
    days: dict[UUID, list[DayRow]] = defaultdict(list)
    for line_id, *row in connection.execute(DAYS.encode(), values):
        days[line_id].append(DayRow(*row))
    hours: dict[UUID, dict[tuple[date, int], Decimal]] = defaultdict(dict)
    sites: dict[UUID, list[SiteRow]] = defaultdict(list)
    site_counts: dict[UUID, int] = {}
    if deep:
        found = connection.execute(HOURS_AND_SITES.encode(), values | {"lines": list(deep)})
        for line_id, by_hour, day, hour, site, impressions, bids, wins, plays, count in found:
            if by_hour:
                hours[line_id][day, hour] = impressions
            else:
                sites[line_id].append(SiteRow(site, impressions, bids, wins, plays))
                site_counts[line_id] = count
    causes = {row[0]: row[1:] for row in connection.execute(CAUSES.encode(), values)}
    for line_id in lines:
        yield LineDetail(
            id=line_id,
            days=tuple(days[line_id]),
            hours=hours.get(line_id, {}),
            sites=tuple(sites[line_id]),
            site_count=site_counts.get(line_id, 0),
            evidence=read_evidence(*causes[line_id]) if line_id in causes else None,
        )
