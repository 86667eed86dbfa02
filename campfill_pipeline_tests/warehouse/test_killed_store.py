"""A process killed while it stores leaves whole days only, and the same work again completes them."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from datetime import date, timedelta
from decimal import Decimal

import psycopg
import pytest

from campfill_pipeline.warehouse.delivery.attribution import attribute
from campfill_pipeline_tests.warehouse import storing_process
from campfill_pipeline_tests.warehouse.delivery_rows import CAMPAIGN, add_line, all_of

FIRST = date(2025, 8, 1)


def run_and_kill(url: str, days: int, figure: Decimal, after: float | None) -> int:
    """Store `days` days; killed `after` seconds from the first day stored. Returns the process's exit status."""
    command = [sys.executable, "-m", storing_process.__name__, url, str(FIRST), str(days), str(figure)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        process.stdout.readline()
        if after is not None:
            time.sleep(after)
            process.send_signal(signal.SIGKILL)
        process.stdout.read()
        return process.wait()


def check_whole_days(connection: psycopg.Connection) -> None:
    """Each day has all its rows, of one figure, and sums and coverage that agree with them."""
    days = all_of(
        connection,
        "SELECT (hour_utc AT TIME ZONE 'Europe/Berlin')::date, count(*), count(DISTINCT impressions), sum(impressions)"
        " FROM report_row GROUP BY 1 ORDER BY 1",
    )
    assert {rows for _, rows, _, _ in days} == {24 * storing_process.SITES}
    assert {figures for _, _, figures, _ in days} == {1}
    totals = [(day, total) for day, _, _, total in days]
    assert all_of(connection, "SELECT day, impressions FROM delivery_daily ORDER BY day") == totals
    assert all_of(connection, "SELECT day FROM delivery_fetch WHERE status = 'complete' ORDER BY day") == [
        (day,) for day, _ in totals
    ]


@pytest.mark.parametrize(
    ("days", "kills"), [(12, 2), pytest.param(30, 10, marks=[pytest.mark.long, pytest.mark.timeout(900)])]
)
def test_no_day_is_half_stored_after_sigkill(
    connection: psycopg.Connection, database_url: str, days: int, kills: int
) -> None:
    attribute(connection, [add_line(connection, CAMPAIGN)])
    connection.commit()
    chance = random.Random(17)
    for kill in range(kills):
        figure = Decimal(kill + 1)
        assert run_and_kill(database_url, days, figure, chance.uniform(0, 0.6)) in (0, -signal.SIGKILL)
        check_whole_days(connection)
        connection.commit()
    figure = Decimal("99.5")
    assert run_and_kill(database_url, days, figure, None) == 0
    check_whole_days(connection)
    stored = all_of(connection, "SELECT day, impressions FROM delivery_daily ORDER BY day")
    assert stored == [(FIRST + timedelta(days=n), 24 * storing_process.SITES * figure) for n in range(days)]
    # Each row was changed by the last run, from one figure to the other, and recorded once by it.
    last = all_of(
        connection, "SELECT count(*) FROM delivery_restatement WHERE after = %s AND before <> after", figure
    )
    fresh = all_of(
        connection,
        "SELECT count(*) FROM report_hour h JOIN report_fetch f USING (fetch_no)"
        " WHERE NOT EXISTS (SELECT FROM restatement r WHERE (r.series_no, r.hour_utc, r.site_no)"
        "                   = (h.series_no, h.hour_utc, h.site_no))",
    )
    assert last[0][0] + fresh[0][0] == days * 24 * storing_process.SITES  # type: ignore[operator]
