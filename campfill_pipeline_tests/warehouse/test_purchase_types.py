"""The purchase types of report rows are read the same whatever the server has counted about its tables."""

from __future__ import annotations

from datetime import date, timedelta

import psycopg

from campfill_pipeline.warehouse.delivery.attribution import attribute
from campfill_pipeline_tests.warehouse.delivery_rows import CAMPAIGN, DEAL, Row, add_line, at, store

DAY = date(2025, 8, 4)
NOON = at("2025-08-04T12:00")
TYPES = [None, "guaranteed", "unguaranteed"]
PAIRS = [(campaign, deal) for campaign in TYPES for deal in TYPES]


def rows(types: list[tuple[str | None, str | None]]) -> list[Row]:
    return [
        Row(
            NOON + timedelta(hours=number), deal_id=DEAL,
            campaign_purchase_type=campaign, deal_purchase_type=deal,
        )
        for number, (campaign, deal) in enumerate(types)
    ]  # fmt: skip


def test_all_pairs_of_types_come_back_after_the_server_has_counted(connection: psycopg.Connection) -> None:
    """A join on "char" columns fails in PostgreSQL 18 once both have statistics, as they have after a restore."""
    attribute(connection, [add_line(connection, CAMPAIGN)])
    store(connection, DAY, rows(PAIRS))
    store(connection, DAY, rows([("unguaranteed", "guaranteed") if pair[0] else pair for pair in PAIRS]))
    connection.execute("ANALYZE")
    told = connection.execute(
        "SELECT campaign_purchase_type, deal_purchase_type FROM report_row ORDER BY hour_utc"
    ).fetchall()
    assert told == [("unguaranteed", "guaranteed") if pair[0] else pair for pair in PAIRS]
    assert connection.execute(
        "SELECT purchase_type, count(*) FROM delivery_hourly GROUP BY 1 ORDER BY 1"
    ).fetchall() == [("unguaranteed", 6), ("unknown", 3)]
    assert connection.execute(
        "SELECT before, after, count(*) FROM purchase_type_change GROUP BY 1, 2"
    ).fetchall() == [("guaranteed", "unguaranteed", 1)]
