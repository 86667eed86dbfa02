"""What the fulfillment page and workbook show, read from the warehouse in one go.

Belongs here: the queries of both reports. Does not belong here: figures of their own (those are computed in
`fulfillment`, `windows`, `causes`, `attention`), what level 4 shows of single lines (`page_detail`),
wording, layout.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import TypeVar
from uuid import UUID

from psycopg.pq import TransactionStatus
from psycopg.rows import class_row

from campfill_pipeline.domain.fulfillment import FulfillmentRules
from campfill_pipeline.warehouse.database import Connection as Connection
from campfill_pipeline.warehouse.figures.fulfillment import refresh
from campfill_pipeline.warehouse.readers.attention import attention
from campfill_pipeline.warehouse.readers.page_rows import (
    AttentionRow,
    FetchRow,
    Freshness,
    LineRow,
    LossRow,
    ReconciliationRow,
    ReportData,
    RevisionRow,
    TrendRow,
    UploadRow,
    WindowRow,
)

Row = TypeVar("Row")
TREND_DAYS = 180
MOST_REVISIONS = 8_000

LINES = """
SELECT l.id, l.name, f.kind, f.purchase_type, l.buyer, l.placement, l.advertiser, l.runtime, l.start_date,
       f.end_date, f.effective_start, f.impression_goal, l.budget_eur, f.cpm_eur, f.lifecycle, f.band, f.pace,
       f.covered, f.flight_days, f.elapsed_days, f.days_fetched, f.delivered, f.delivered_before,
       f.delivered_outside_flight, f.fulfillment_pct, f.shortfall, f.surplus, f.expected, f.pacing_index,
       f.required_daily, f.best_week_daily, f.reachable, f.projected,
       f.value_at_risk_eur, f.delivered_value_eur, f.billable_eur,
       c.cause, c.side, l.revision, l.upload_id, l.sheet, l.row_no
FROM fulfillment f
JOIN line_register l ON l.line_no = f.line_no AND l.withdrawn_at IS NULL
LEFT JOIN shortfall_cause c ON c.line_id = f.line_id
ORDER BY f.shortfall DESC, f.line_id
"""

WINDOWS = """
SELECT period, kind, purchase_type, lines, fulfilled, fulfilled_pct, delivered_pct, capped_pct
FROM fulfillment_window
WHERE as_of = %(as_of)s
ORDER BY array_position(ARRAY['7d', '30d', 'this_year'], period), kind, purchase_type
"""

TREND = """
SELECT day, kind, purchase_type, fulfilled_pct, change, trend
FROM fulfillment_trend
WHERE day <= %(as_of)s AND day > %(as_of)s::date - %(days)s
ORDER BY kind, purchase_type, day
"""

LOSSES = """
SELECT p.period, COALESCE(f.kind, 'all') AS kind, COALESCE(f.purchase_type, 'all') AS purchase_type,
       COALESCE(c.side, 'none') AS side, count(*) AS lines, sum(f.shortfall) AS impressions,
       sum(f.value_at_risk_eur) AS eur
FROM fulfillment f
JOIN (VALUES ('7d', %(as_of)s::date - 7), ('30d', %(as_of)s::date - 30),
             ('this_year', date_trunc('year', %(as_of)s::date)::date)) AS p (period, start)
     ON f.end_date >= p.start AND f.end_date < %(as_of)s
LEFT JOIN shortfall_cause c USING (line_id)
WHERE f.covered AND f.shortfall > 0
GROUP BY GROUPING SETS (
    (p.period, COALESCE(c.side, 'none')), (p.period, COALESCE(c.side, 'none'), f.kind, f.purchase_type))
ORDER BY 1, 2, 3, 4
"""

FRESHNESS = """
WITH complete AS (
    SELECT DISTINCT day FROM delivery_fetch WHERE status = 'complete' AND day < %(as_of)s
), run AS (
    SELECT day, day - (row_number() OVER (ORDER BY day))::integer AS island FROM complete
), newest AS (
    SELECT min(day) AS first, max(day) AS last FROM run
    WHERE island = (SELECT island FROM run ORDER BY day DESC LIMIT 1)
), list AS (
    SELECT file_name, received_at FROM upload
    WHERE kind = 'campaign_list' AND status IN ('loaded', 'partly_loaded') AND reverted_at IS NULL
    ORDER BY seq DESC LIMIT 1
)
SELECT n.first, n.last,
       (SELECT max(fetched_at) FROM delivery_fetch WHERE status <> 'failed'),
       (SELECT max(fetched_at) FROM delivery_fetch WHERE status <> 'failed' AND day = %(as_of)s),
       l.file_name, l.received_at
FROM newest n LEFT JOIN list l ON true
"""

GAPS = """
WITH needed AS (
    SELECT DISTINCT day::date AS day
    FROM (SELECT DISTINCT effective_start, end_date FROM fulfillment WHERE NOT covered AND elapsed_days > 0) f
    CROSS JOIN LATERAL generate_series(
        f.effective_start, LEAST(f.end_date, %(as_of)s::date - 1), interval '1 day') AS day
)
SELECT COALESCE(d.source, 'api') AS source, n.day, COALESCE(d.status, 'missing') AS status, d.fetched_at
FROM needed n LEFT JOIN delivery_fetch d USING (day)
WHERE NOT EXISTS (SELECT FROM delivery_fetch c WHERE c.day = n.day AND c.status = 'complete')
ORDER BY n.day, source
"""

REVISIONS = """
SELECT l.id, r.revision, r.valid_from, r.action, r.upload_id, r.sheet, r.row_no, r.changes
FROM fulfillment f
JOIN line_register l ON l.line_no = f.line_no AND l.withdrawn_at IS NULL
JOIN revision r ON r.line_no = l.line_no
WHERE l.revision > 1
ORDER BY f.shortfall DESC, f.line_id, r.revision DESC
LIMIT %(most)s
"""

RECONCILIATION = """
SELECT kind_of_issue, line_id, report_id, detail FROM reconciliation ORDER BY kind_of_issue, issue_no
"""

UPLOADS = """
SELECT upload_id, file_name, received_at, status
FROM upload u
WHERE EXISTS (SELECT FROM revision r WHERE r.upload_id = u.upload_id)
ORDER BY seq
"""


def _rows(connection: Connection, shape: type[Row], query: str, **values: object) -> tuple[Row, ...]:
    with connection.cursor(row_factory=class_row(shape)) as cursor:
        return tuple(cursor.execute(query.encode(), values).fetchall())


def content(connection: Connection, as_of: date) -> UUID | None:
    """What the stored figures are known by, if they are as of this day.

    While it stays the same, all that `load` gives does, but for freshness.
    """
    row = connection.execute("SELECT content FROM fulfillment_state WHERE as_of = %s", [as_of]).fetchone()
    return None if row is None else row[0]


@contextmanager
def state_as_of(
    connection: Connection, rules: FulfillmentRules, *, as_of: date, now: datetime
) -> Iterator[UUID | None]:
    """Every derived table as of this local day, unchanging while one reads; gives what the state is known by.

    Where the stored tables are of another day, they are brought to `as_of` with today's knowledge, and that
    is undone at the end: a report of the past or the future never writes. Such a state is not known by anything.
    """
    idle = connection.info.transaction_status == TransactionStatus.IDLE
    with connection.transaction(force_rollback=True):
        if idle:
            connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        if (known_by := content(connection, as_of)) is not None:
            yield known_by
            return
    with connection.transaction(force_rollback=True):
        refresh(connection, rules, as_of=as_of, now=now)
        yield None


def freshness(connection: Connection, as_of: date) -> Freshness:
    """How far delivery goes without a gap, when it was fetched, and the newest list."""
    row = connection.execute(FRESHNESS.encode(), {"as_of": as_of}).fetchone()
    assert row is not None, "an aggregate always gives a row"
    first, last, fetched_at, today_fetched_at, list_file, list_received_at = row
    gaps = _rows(connection, FetchRow, GAPS, as_of=as_of)
    return Freshness(first, last, fetched_at, today_fetched_at, gaps, list_file, list_received_at)


def _revisions(connection: Connection) -> dict[UUID, tuple[RevisionRow, ...]]:
    """The revisions of changed lines, newest first; of the worst lines first where there are very many."""
    found: dict[UUID, list[RevisionRow]] = defaultdict(list)
    for line_id, *state in connection.execute(REVISIONS.encode(), {"most": MOST_REVISIONS}):
        found[line_id].append(RevisionRow(*state))
    return {line_id: tuple(states) for line_id, states in found.items()}


def _attention(connection: Connection) -> tuple[AttentionRow, ...]:
    return tuple(
        AttentionRow(item.line_id, item.reason, item.value_at_risk_eur) for item in attention(connection)
    )


def load(connection: Connection, rules: FulfillmentRules, *, as_of: date) -> ReportData:
    """Everything both reports show of the state that the tables hold now, lines worst first (see
    `state_as_of`).
    """
    state = connection.execute("SELECT refreshed_at FROM fulfillment_state").fetchone()
    return ReportData(
        as_of=as_of,
        timezone=rules.timezone,
        refreshed_at=None if state is None else state[0],
        lines=_rows(connection, LineRow, LINES),
        windows=_rows(connection, WindowRow, WINDOWS, as_of=as_of),
        trend=_rows(connection, TrendRow, TREND, as_of=as_of, days=TREND_DAYS),
        losses=_rows(connection, LossRow, LOSSES, as_of=as_of),
        attention=_attention(connection),
        freshness=freshness(connection, as_of),
        reconciliation=_rows(connection, ReconciliationRow, RECONCILIATION),
        uploads=_rows(connection, UploadRow, UPLOADS),
        revisions=_revisions(connection),
    )
