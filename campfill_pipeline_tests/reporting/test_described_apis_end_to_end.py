"""Three APIs by their descriptions alone, from the wire to the delivery of a line in the database."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
import pytest

from campfill_pipeline.domain.local_days import day_window
from campfill_pipeline.reporting.client import ReportingClient
from campfill_pipeline.reporting.description import connector
from campfill_pipeline.warehouse.delivery.attribution import attribute
from campfill_pipeline.warehouse.delivery.day import FetchedDay, FetchFacts, store_day
from campfill_pipeline_tests.reporting.amazon_server import ENVIRON, LINE, REFRESH_TOKEN, Amazon
from campfill_pipeline_tests.reporting.kevel_server import KEY, Kevel
from campfill_pipeline_tests.reporting.loopback import Asked, QuickClock, Reply, Script, serving
from campfill_pipeline_tests.reporting.ppv_rows import TOKEN, row
from campfill_pipeline_tests.warehouse.delivery_rows import add_line, all_of

BERLIN = ZoneInfo("Europe/Berlin")
DAY = date(2026, 2, 10)
NIGHT = datetime(2026, 2, 11, 3, tzinfo=UTC)


def ppv(asked: Asked) -> Reply:
    return Reply({"rows": [row(Date=asked.query["from"], impressions="1.250,5")], "next_cursor": None})


@pytest.mark.parametrize(
    ("name", "script", "token", "delivered", "orphans"),
    [
        ("ppv", ppv, TOKEN, "5002", 0),  # one row for each of the four parts of the day
        ("kevel", Kevel(), KEY, "1250", 1),
        ("amazon_ads", Amazon(), REFRESH_TOKEN, "4321", 1),
    ],
)
def test_a_described_api_feeds_a_line(
    connection: psycopg.Connection[Any], name: str, script: Script, token: str, delivered: str, orphans: int
) -> None:
    attribute(connection, [add_line(connection, LINE)])
    with serving(script) as served:
        if isinstance(script, Amazon):
            script.url = served.url
        environ = {**ENVIRON, "CAMPFILL_AMAZON_TOKEN_URL": f"{served.url}/auth/o2/token"}
        with ReportingClient(
            connector.load(name), served.url, token, environ=environ, timezone=BERLIN, clock=QuickClock()
        ) as client:
            fetched = client.fetch(*day_window(DAY, BERLIN))
    whole = FetchedDay(
        day=DAY, rows=fetched.table, refused=fetched.refused, fetch=FetchFacts(NIGHT), complete=True
    )
    stored = store_day(connection, whole, timezone=BERLIN, now=NIGHT)
    assert (stored.status, stored.orphans, len(fetched.refused)) == ("complete", orphans, 0)
    assert all_of(connection, "SELECT line_id::text, day, impressions FROM delivery_daily") == [
        (LINE, DAY, Decimal(delivered))
    ]
