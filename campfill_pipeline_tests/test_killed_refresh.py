"""`campfill refresh`, killed again and again: what is stored is what the reporting tells, and never half a day."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import psycopg
import pytest

from campfill_pipeline.simulator.api import SimulatedApi, serve
from campfill_pipeline.simulator.roster import Shape
from campfill_pipeline.simulator.world import make_world
from campfill_pipeline_tests.environment import without_settings

Totals = dict[date, tuple[int, Decimal]]

TODAY = date(2026, 4, 2)  # some days after the clocks went forward
DAYS = [TODAY - timedelta(days=back) for back in range(30, 0, -1)]


def told(api: SimulatedApi) -> Totals:
    """What the reporting tells: rows and impressions by local day."""
    totals: Totals = {}
    for day in DAYS:
        table = api.detail_table(day, day)
        totals[day] = (table.num_rows, sum(table["impressions"].to_pylist(), Decimal(0)))
    return totals


def kept(connection: psycopg.Connection) -> Totals:
    """What is stored, by local day."""
    rows = connection.execute(
        """SELECT (hour_utc AT TIME ZONE 'Europe/Berlin')::date, count(*), sum(impressions)
           FROM campfill.report_row GROUP BY 1"""
    )
    return {day: (count, impressions) for day, count, impressions in rows}


def complete(connection: psycopg.Connection) -> set[date]:
    """The days that are said to be complete."""
    rows = connection.execute("SELECT day FROM campfill.delivery_fetch WHERE status = 'complete'")
    return {day for (day,) in rows}


def refresh(arguments: Sequence[str], environ: dict[str, str], kill_after: float | None) -> int:
    """`campfill refresh`, killed with all its children after so many seconds. Returns its exit status."""
    command = [sys.executable, "-m", "campfill_pipeline.cli", "refresh", *arguments]
    with subprocess.Popen(command, env=environ, start_new_session=True) as process:
        try:
            return process.wait(kill_after)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            return process.wait()


@pytest.mark.long
@pytest.mark.timeout(1200)
def test_ten_kills_leave_whole_days_and_the_next_refresh_completes_them(
    connection: psycopg.Connection, database_url: str, tmp_path: Path
) -> None:
    connection.autocommit = True
    chance = random.Random(5)
    now = datetime(2026, 4, 2, 10, tzinfo=UTC)
    with serve(make_world(TODAY, seed=11, shape=Shape.small()), now=lambda: now) as api:
        truth = told(api)
        environ = without_settings(
            CAMPFILL_HOME=str(tmp_path / "home"),
            CAMPFILL_DATABASE_URL=database_url,
            CAMPFILL_REPORTING_URL=api.url,
            CAMPFILL_REPORTING_TOKEN=api.token,
        )
        arguments = ["--from", str(DAYS[0]), "--to", str(DAYS[-1])]
        days_seen = []
        for _ in range(10):
            # From the middle of its imports to the last days of thirty.
            assert refresh(arguments, environ, chance.uniform(3, 12)) in (0, -signal.SIGKILL)
            here = kept(connection)
            assert here == {day: truth[day] for day in here}
            assert complete(connection) == set(here)
            days_seen.append(len(here))
        assert len({*days_seen}) > 1, "every kill came before the first day: nothing was tried"
        assert refresh(arguments, environ, None) == 0
    assert kept(connection) == truth
    assert complete(connection) == set(DAYS)
    assert connection.execute("SELECT count(*) FROM campfill.delivery_restatement").fetchone() == (0,)
