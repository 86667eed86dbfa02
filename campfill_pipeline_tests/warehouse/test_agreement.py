"""The checks of the figures see a line without figures, figures without a line, a sum that is not its days'."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import psycopg

from campfill_pipeline.domain.fulfillment import FulfillmentRules
from campfill_pipeline.warehouse.delivery.attribution import attribute
from campfill_pipeline.warehouse.figures.agreement import agreement
from campfill_pipeline.warehouse.figures.fulfillment import refresh
from campfill_pipeline_tests.warehouse.delivery_rows import CAMPAIGN, DEAL, Row, add_line, at, store


def test_figures_that_agree_and_figures_that_do_not(connection: psycopg.Connection) -> None:
    attribute(connection, [add_line(connection, CAMPAIGN), add_line(connection, DEAL, kind="deal")])
    store(connection, date(2025, 8, 4), [Row(at("2025-08-04T12:00"), impressions=Decimal(7))])
    found = agreement(connection)
    assert (found.lines, found.waiting, found.without, found.different) == (2, 2, 0, 0)
    refresh(connection, FulfillmentRules(), as_of=date(2025, 8, 10), now=at("2025-08-10T12:00"))
    found = agreement(connection)
    assert (found.lines, found.waiting, found.without, found.left_over, found.different) == (2, 0, 0, 0, 0)
    assert (found.not_judged, found.first_missing) == (2, "A line")
    connection.execute("UPDATE fulfillment SET delivered = delivered + 1 WHERE line_id = %s", [CAMPAIGN])
    found = agreement(connection)
    assert (found.different, found.example) == (1, "A line")
    connection.execute("DELETE FROM fulfillment WHERE line_id = %s", [DEAL])
    connection.execute("UPDATE line_register SET withdrawn_at = now() WHERE id = %s", [CAMPAIGN])
    found = agreement(connection)
    assert (found.lines, found.without, found.left_over, found.different) == (1, 1, 1, 0)
