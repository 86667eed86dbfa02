"""Causes planted in the simulated world are found, and no healthy line is accused, in the outage week too."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import psycopg

from campfill_pipeline.domain.fulfillment import FulfillmentRules
from campfill_pipeline.simulator.roster import Shape
from campfill_pipeline.simulator.world import make_world
from campfill_pipeline.warehouse.figures.fulfillment import refresh
from campfill_pipeline_tests.warehouse.simulated import fetch_days, register

TODAY = date(2026, 6, 15)
NOW = datetime(2026, 6, 15, 8, tzinfo=UTC)
SHARES = "share_bids", "share_wins", "share_plays", "share_audience"


def test_planted_causes_are_found_and_healthy_lines_left_alone(connection: psycopg.Connection) -> None:
    world = make_world(TODAY, 1, shape=Shape.small())
    register(connection, world.lines, datetime(2026, 1, 1, tzinfo=UTC))
    connection.commit()
    fetch_days(connection, world, world.first_day, TODAY - timedelta(1))
    refresh(connection, FulfillmentRules(), as_of=TODAY, now=NOW)
    found = {
        str(line): cause
        for line, cause in connection.execute("SELECT line_id, cause FROM shortfall_cause").fetchall()
    }
    # On its first day alone a live line's gap may be within the day-to-day spread: then nobody is accused yet.
    young = {
        str(line)
        for (line,) in connection.execute(
            "SELECT line_id FROM fulfillment WHERE lifecycle = 'live' AND elapsed_days = 1"
        ).fetchall()
    }
    planted = {line: cause for line, cause in world.planted.items() if line not in young}
    right = [line for line, cause in planted.items() if found.get(line) == cause]
    assert len(right) >= 0.95 * len(planted)
    assert world.outage_victims and all(found[line] == "won_but_not_played" for line in world.outage_victims)
    assert not [line for line in world.healthy if line in found]

    rows = connection.execute(
        f"""SELECT {", ".join(SHARES)}, target, (evidence->>'delivered')::numeric, evidence FROM shortfall_cause
            WHERE evidence ? 'ratios'""".encode()
    ).fetchall()
    assert rows
    for *shares, target, delivered, evidence in rows:
        told = [share for share in shares if share is not None]
        assert abs(sum(told) - 1) < 1e-9 and all(0 <= share <= 1 for share in told)
        ratios = [ratio for ratio in evidence["ratios"].values() if ratio is not None]
        product = 1.0
        for ratio in ratios:
            product *= ratio
        assert abs(product - float(delivered / target)) < 1e-9
        assert 0 <= evidence["hours_without_bid"] <= evidence["flight_hours"]
        assert len(evidence["weakest_sites"]) <= 3
