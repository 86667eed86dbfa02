"""Whether the delivery that is stored can be all there is: facts for the checks on the delivery assets.

Belongs here: the source's own totals, and comparisons of stored delivery with itself and with the clock. Does not
belong here: what a check says or how bad it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

import psycopg
import pyarrow as pa
from psycopg.rows import class_row

from campfill_pipeline.warehouse.delivery import rollups


@dataclass(frozen=True)
class ThinDay:
    """A complete day far below its neighbours; `usual_` are the medians of the complete days around it."""

    day: date
    rows: int
    usual_rows: int
    impressions: Decimal
    usual_impressions: Decimal


@dataclass(frozen=True)
class Silence:
    """How long a source has had nothing new. None: never heard of."""

    source: str
    last_fetch_at: datetime | None
    last_hour: datetime | None
    since_fetch: timedelta | None
    since_hour: timedelta | None


@dataclass(frozen=True)
class ClockAhead:
    """Rows for hours that had not begun when they were fetched."""

    last_hour: datetime
    fetched_at: datetime
    ahead: timedelta


def store_overview(
    conn: psycopg.Connection,
    table: pa.Table,
    *,
    from_day: date,
    to_day: date,
    now: datetime,
    source: str = "api",
) -> int:
    """Keep the source's own totals, in place of those of the same entities before; return how many came.

    `table` has entity ('campaigns' or 'deals', or their singulars), id, name, purchase_type and impressions; the totals
    are over the local days `from_day` to `to_day`, both inclusive. Lines whose total, or delivery within these days,
    is another one now are marked for the refresh, which compares totals with summed hours (reconciliation.sql). Part of
    the caller's transaction.
    """
    columns = {
        name: table[name].to_pylist() for name in ("entity", "id", "name", "purchase_type", "impressions")
    }
    rows = conn.execute(
        """
        WITH told AS (
            SELECT rtrim(entity, 's') AS entity, lower(id) AS id, min(name) AS name, min(type) AS type,
                   sum(impressions) AS impressions
            FROM unnest(%(entity)s::text[], %(id)s::text[], %(name)s::text[], %(purchase_type)s::text[],
                        %(impressions)s::numeric[]) AS t (entity, id, name, type, impressions)
            GROUP BY 1, 2
        ), stored AS (
            INSERT INTO report_overview AS o (source, entity, entity_id, reported_name, purchase_type, impressions,
                                              from_day, to_day, fetched_at)
            SELECT %(source)s, entity, id, name, type, impressions, %(from_day)s, %(to_day)s, %(now)s FROM told
            ON CONFLICT (source, entity, entity_id) DO UPDATE
            SET reported_name = excluded.reported_name, purchase_type = excluded.purchase_type,
                impressions = excluded.impressions, from_day = excluded.from_day, to_day = excluded.to_day,
                fetched_at = excluded.fetched_at
        )
        -- the table itself is still seen as it was before this statement
        SELECT e.line_no,
               o.entity_id IS NULL OR o.impressions <> t.impressions OR EXISTS (
                   SELECT FROM report_series s JOIN report_day d USING (series_no)
                   WHERE (s.campaign_no = e.entity_no OR s.deal_no = e.entity_no)
                     AND d.day BETWEEN LEAST(o.from_day, %(from_day)s) AND GREATEST(o.to_day, %(to_day)s)
                     AND (d.day BETWEEN o.from_day AND o.to_day) <> (d.day BETWEEN %(from_day)s AND %(to_day)s))
        FROM told t
        LEFT JOIN report_overview o ON (o.source, o.entity, o.entity_id) = (%(source)s, t.entity, t.id)
        LEFT JOIN report_entity e ON e.entity_id = t.id
        """,
        {**columns, "source": source, "from_day": from_day, "to_day": to_day, "now": now},
    ).fetchall()
    rollups.mark_dirty(conn, {line for line, other in rows if other and line is not None})
    return len(rows)


def thin_days(
    conn: psycopg.Connection,
    *,
    source: str = "api",
    share: Decimal = Decimal("0.5"),
    reach: int = 7,
    least_neighbours: int = 3,
    since: date | None = None,
) -> list[ThinDay]:
    """Complete days with less than `share` of the rows or impressions that are usual `reach` days before and after."""
    with conn.cursor(row_factory=class_row(ThinDay)) as cursor:
        return cursor.execute(
            """
            WITH total AS (
                SELECT f.day, COALESCE(sum(d.rows), 0)::bigint AS rows, COALESCE(sum(d.impressions), 0) AS impressions
                FROM delivery_fetch f
                LEFT JOIN (report_day d JOIN report_series s ON s.series_no = d.series_no AND s.source = %(code)s)
                       ON d.day = f.day
                WHERE f.source = %(source)s AND f.status = 'complete'
                  AND (%(since)s::date IS NULL OR f.day >= %(since)s::date - %(reach)s::integer)
                GROUP BY f.day
            )
            SELECT t.day, t.rows, n.rows AS usual_rows, t.impressions, n.impressions AS usual_impressions
            FROM total t CROSS JOIN LATERAL (
                SELECT count(*) AS days, percentile_disc(0.5) WITHIN GROUP (ORDER BY o.rows) AS rows,
                       percentile_disc(0.5) WITHIN GROUP (ORDER BY o.impressions) AS impressions
                FROM total o WHERE o.day <> t.day AND abs(o.day - t.day) <= %(reach)s
            ) n
            WHERE n.days >= %(least)s AND (%(since)s::date IS NULL OR t.day >= %(since)s)
              AND (t.rows < %(share)s * n.rows OR t.impressions < %(share)s * n.impressions)
            ORDER BY t.day DESC
            """,
            {
                "source": source, "code": source[0], "share": share, "reach": reach, "least": least_neighbours,
                "since": since,
            },
        ).fetchall()  # fmt: skip


def silence(conn: psycopg.Connection, now: datetime, *, source: str = "api") -> Silence:
    """When the source was last heard of, and the end of the newest hour it told something about."""
    row = conn.execute(
        """
        SELECT (SELECT max(fetched_at) FROM delivery_fetch WHERE source = %(source)s AND status <> 'failed'),
               (SELECT max(d.last_hour) FROM report_day d JOIN report_series s USING (series_no)
                WHERE s.source = %(code)s
                  AND d.day >= (SELECT max(day) FROM report_day JOIN report_series USING (series_no)
                                WHERE source = %(code)s))
        """,
        {"source": source, "code": source[0]},
    ).fetchone()
    fetched, hour = row if row else (None, None)
    return Silence(
        source=source,
        last_fetch_at=fetched,
        last_hour=hour,
        since_fetch=now - fetched if fetched else None,
        since_hour=now - (hour + timedelta(hours=1)) if hour else None,
    )


def clock_ahead(conn: psycopg.Connection, now: datetime, *, source: str = "api") -> ClockAhead | None:
    """Whether a stored hour had not begun when its fetch ended: then the source's clock, or ours, is wrong.

    Looks at the days around `now` only; the hour furthest ahead is returned.
    """
    row = conn.execute(
        """
        SELECT max(d.last_hour), t.at
        FROM report_day d
        JOIN report_series s USING (series_no)
        JOIN delivery_fetch f ON f.source = %(source)s AND f.day = d.day
        LEFT JOIN report_fetch r ON r.fetch_no = f.fetch_no
        CROSS JOIN LATERAL (SELECT COALESCE(r.finished_at, f.fetched_at) AS at) t
        WHERE s.source = %(code)s AND d.day >= %(now)s::date - 7 AND d.last_hour > t.at
        GROUP BY t.at ORDER BY max(d.last_hour) - t.at DESC LIMIT 1
        """,
        {"source": source, "code": source[0], "now": now},
    ).fetchone()
    return None if row is None else ClockAhead(row[0], row[1], row[0] - row[1])
