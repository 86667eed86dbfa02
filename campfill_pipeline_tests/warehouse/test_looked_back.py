"""What was found in looking back is kept once a day, told on the page, and only by the rules it was made with."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import psycopg

from campfill_pipeline.domain.fulfillment import FulfillmentRules, Pacing
from campfill_pipeline.warehouse.figures.fulfillment import refresh
from campfill_pipeline.warehouse.readers.looked_back import look_back, looked_back
from campfill_pipeline.warehouse.readers.page import reading

DAY = date(2026, 3, 2)
NOW = datetime(2026, 3, 2, 4, 40, tzinfo=UTC)
RULES = FulfillmentRules()


def test_it_is_kept_once_a_day_and_the_page_is_made_again(connection: psycopg.Connection) -> None:
    refresh(connection, RULES, as_of=DAY, now=NOW)
    before = reading.content(connection, RULES, DAY)
    assert reading.load(connection, RULES, as_of=DAY).looked_back is None
    assert look_back(connection, RULES, as_of=DAY, now=NOW)
    assert reading.content(connection, RULES, DAY) != before
    assert not look_back(connection, RULES, as_of=DAY, now=NOW)
    told = reading.load(connection, RULES, as_of=DAY).looked_back
    assert told is not None and [score["rule"] for score in told["scores"]] == ["measured", "even"]
    assert told["scores"][0]["false_alarms_of_1000"] is None
    assert looked_back(connection, RULES, as_of=DAY - timedelta(1)) is None
    assert looked_back(connection, replace(RULES, pacing=Pacing.EVEN), as_of=DAY) is None
