"""One line with everything known about it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID, uuid4

import psycopg
import pytest

from campfill_pipeline.domain.errors import UnknownLineError
from campfill_pipeline.domain.fulfillment import FulfillmentRules
from campfill_pipeline.warehouse.delivery.attribution import attribute
from campfill_pipeline.warehouse.figures.fulfillment import refresh
from campfill_pipeline.warehouse.readers.one_line import line_life
from campfill_pipeline.warehouse.unknown_line import assure_known
from campfill_pipeline_tests.warehouse.delivery_rows import CAMPAIGN, Row, add_line, at, store

DAY = date(2025, 8, 4)
TODAY = date(2025, 8, 10)
RULES = FulfillmentRules()


def test_contract_figures_days_cause_and_restatements_of_one_line(connection: psycopg.Connection) -> None:
    attribute(connection, [add_line(connection, CAMPAIGN, start=DAY, end=DAY)])
    noon = at("2025-08-04T12:00")
    store(connection, DAY, [Row(noon, impressions=Decimal(300))])
    store(connection, DAY, [Row(noon, impressions=Decimal("310.5"))], now=at("2025-08-07T06:00"))
    refresh(connection, RULES, as_of=TODAY, now=datetime(2025, 8, 10, 6, tzinfo=UTC))
    found = line_life(connection, UUID(CAMPAIGN), RULES, as_of=TODAY)
    assert found is not None and found.figures is not None and found.cause is not None
    assert (found.line["impression_goal"], found.withdrawn) == (1000, False)
    assert found.figures["delivered"] == Decimal("310.5")
    assert [(row["day"], row["impressions"]) for row in found.days] == [(DAY, Decimal("310.5"))]
    assert [row["revision"] for row in found.history] == [1]
    assert (found.cause["cause"], found.restated) == ("no_reference", 1)


def test_an_id_that_no_list_ever_had_is_unknown(connection: psycopg.Connection) -> None:
    assert line_life(connection, uuid4(), RULES, as_of=TODAY) is None


def test_an_id_typed_amiss_is_refused_with_the_lines_most_like_it(connection: psycopg.Connection) -> None:
    meant, other = (UUID(f"{8 * digit}-0000-4000-8000-{12 * digit}") for digit in "12")
    for line in (meant, other):
        add_line(connection, str(line))
    assure_known(connection, meant)
    for typed in ("11111111-0000-4000-8000-111111111112", "11111121-0000-4000-8000-111111111111"):
        with pytest.raises(UnknownLineError, match=f"{meant} .A line.") as refused:
            assure_known(connection, UUID(typed))
        assert str(other) not in str(refused.value)
    with pytest.raises(UnknownLineError) as unlike:
        assure_known(connection, uuid4())
    assert unlike.value.near == () and "Nearest" not in unlike.value.problem
