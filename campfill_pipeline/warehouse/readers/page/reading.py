"""What the fulfillment page and workbook show, read from the warehouse in one go.

Belongs here: the queries of both reports. Does not belong here: figures of their own (those are computed in
`fulfillment`, `windows`, `causes`, `attention`), what level 4 shows of single lines (`line_detail`),
wording, layout.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from typing import TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from psycopg.pq import TransactionStatus

from campfill_pipeline.domain import figures
from campfill_pipeline.domain.discrepancies import TOLERANCE, Discrepancy
from campfill_pipeline.domain.fulfillment import FulfillmentRules
from campfill_pipeline.domain.local_days import day_window
from campfill_pipeline.domain.unlikely_goals import before_the_start
from campfill_pipeline.language.speaking import Sentence
from campfill_pipeline.warehouse.counts.comparing import compare
from campfill_pipeline.warehouse.database import Connection as Connection
from campfill_pipeline.warehouse.delivery import past
from campfill_pipeline.warehouse.figures.best_weeks import unlikely_lines
from campfill_pipeline.warehouse.figures.fulfillment import Knowledge as Knowledge
from campfill_pipeline.warehouse.figures.fulfillment import refresh
from campfill_pipeline.warehouse.notices.care import make_goods, standing
from campfill_pipeline.warehouse.readers.attention import reasons
from campfill_pipeline.warehouse.readers.incidents import incidents, struck
from campfill_pipeline.warehouse.readers.looked_back import looked_back
from campfill_pipeline.warehouse.readers.page.rows import (
    AttentionRow,
    FetchRow,
    Freshness,
    LineRow,
    LossRow,
    PageData,
    ReconciliationRow,
    RevisionRow,
    TrendRow,
    UnlikelyRow,
    UploadRow,
    WindowRow,
)
from campfill_pipeline.warehouse.row_shapes import shaped
from campfill_pipeline.warehouse.statements import query

Row = TypeVar("Row")
TREND_DAYS = 180
MOST_REVISIONS = 8_000


def _rows(connection: Connection, shape: type[Row], statement: bytes, **values: object) -> tuple[Row, ...]:
    with connection.cursor(row_factory=shaped(shape)) as cursor:
        return tuple(cursor.execute(statement, values).fetchall())


def content(connection: Connection, rules: FulfillmentRules, as_of: date) -> UUID | None:
    """What the stored figures are known by, if they are as of this day and by these rules.

    While it stays the same, all that `load` gives does, but for freshness.
    """
    row = connection.execute(
        "SELECT content FROM fulfillment_state WHERE as_of = %s AND rules = %s", [as_of, rules.key]
    ).fetchone()
    return None if row is None else row[0]


@contextmanager
def state_as_of(
    connection: Connection,
    rules: FulfillmentRules,
    *,
    as_of: date,
    now: datetime,
    known: Knowledge = "now",
) -> Iterator[UUID | None]:
    """Every derived table as of this local day, unchanging while one reads; gives what the state is known by.

    Where the stored tables are of another day, or by other rules, they are brought to these with today's knowledge,
    and that is undone at the end: a report of the past or the future never writes. Such a state is not known by
    anything. With `known='then'` delivery is taken back to what was known at the end of that day, and all is computed
    anew from it; that is undone too.
    """
    if known == "then":
        with connection.transaction(force_rollback=True):
            past.take_back(connection, as_of, ZoneInfo(rules.timezone))
            refresh(connection, rules, as_of=as_of, now=now, full=True)
            yield None
        return
    idle = connection.info.transaction_status == TransactionStatus.IDLE
    with connection.transaction(force_rollback=True):
        if idle:
            connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        if (known_by := content(connection, rules, as_of)) is not None:
            yield known_by
            return
    with connection.transaction(force_rollback=True):
        refresh(connection, rules, as_of=as_of, now=now)
        yield None


def freshness(connection: Connection, as_of: date) -> Freshness:
    """How far delivery goes without a gap, when it was fetched, and the newest list."""
    row = connection.execute(query("readers/page/reading", "freshness"), {"as_of": as_of}).fetchone()
    assert row is not None, "an aggregate always gives a row"
    (
        first, last, fetched_at, today_fetched_at, list_file, list_received_at, asked, failed_at, failure,
        refused, kept,
    ) = row  # fmt: skip
    gaps = _rows(connection, FetchRow, query("readers/page/reading", "gaps"), as_of=as_of)
    return Freshness(
        first,
        last,
        fetched_at,
        today_fetched_at,
        gaps,
        list_file,
        list_received_at,
        asked,
        failed_at,
        failure,
        refused,
        kept,
    )


def _line_query() -> bytes:
    """The lines with everything that is shown of them."""
    return query("readers/page/reading", "lines").replace(b"{columns}", figures.selected().encode())


def _revisions(connection: Connection) -> dict[UUID, tuple[RevisionRow, ...]]:
    """The revisions of changed lines, newest first; of the worst lines first where there are very many."""
    found: dict[UUID, list[RevisionRow]] = defaultdict(list)
    for line_id, *state in connection.execute(
        query("readers/page/reading", "revisions"), {"most": MOST_REVISIONS}
    ):
        found[line_id].append(RevisionRow(*state))
    return {line_id: tuple(states) for line_id, states in found.items()}


def _attention(connection: Connection, upcoming: Sequence[UnlikelyRow]) -> tuple[AttentionRow, ...]:
    """What runs or ended first; then lines that have not begun whose goal is more than their sites ever gave."""
    now = [AttentionRow(*found) for found in reasons(connection)]
    known = {item.line_id for item in now}
    return (
        *now,
        *(AttentionRow(row.line_id, row.reason, None) for row in upcoming if row.line_id not in known),
    )


def _unlikely(connection: Connection, as_of: date) -> tuple[UnlikelyRow, ...]:
    return tuple(
        UnlikelyRow(one.line_id, one.starts, Sentence(before_the_start, (one.starts, one.found)))
        for one in unlikely_lines(connection, as_of=as_of)
    )


def _counts(
    connection: Connection, zone: ZoneInfo, as_of: date, tolerance: Decimal
) -> tuple[Discrepancy, ...]:
    """Second counts beside ours, of files that had arrived by the end of the day."""
    _, end = day_window(as_of, zone)
    return compare(connection, zone, today=as_of, tolerance=tolerance, before=end).rows


def load(
    connection: Connection, rules: FulfillmentRules, *, as_of: date, tolerance: Decimal = TOLERANCE
) -> PageData:
    """Everything both reports show of the state that the tables hold now, lines worst first (see
    `state_as_of`).
    """
    upcoming = _unlikely(connection, as_of)
    state = connection.execute("SELECT refreshed_at FROM fulfillment_state").fetchone()
    return PageData(
        as_of=as_of,
        timezone=rules.timezone,
        holidays=rules.holidays,
        refreshed_at=None if state is None else state[0],
        lines=_rows(connection, LineRow, _line_query()),
        windows=_rows(connection, WindowRow, query("readers/windows", "windows"), as_of=as_of),
        trend=_rows(
            connection, TrendRow, query("readers/page/reading", "trend"), as_of=as_of, days=TREND_DAYS
        ),
        losses=_rows(connection, LossRow, query("readers/page/reading", "losses"), as_of=as_of),
        attention=_attention(connection, upcoming),
        freshness=freshness(connection, as_of),
        reconciliation=_rows(connection, ReconciliationRow, query("readers/page/reading", "reconciliation")),
        uploads=_rows(connection, UploadRow, query("readers/page/reading", "uploads")),
        revisions=_revisions(connection),
        incidents=tuple(incidents(connection)),
        struck=tuple(struck(connection)),
        unlikely=upcoming,
        looked_back=looked_back(connection, rules, as_of=as_of),
        care=tuple(standing(connection)),
        make_goods=tuple(make_goods(connection)),
        counts=_counts(connection, ZoneInfo(rules.timezone), as_of, tolerance),
    )
