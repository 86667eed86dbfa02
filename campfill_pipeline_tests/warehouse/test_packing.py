"""Report rows of closed months are packed, and whoever asks finds the same ones: none lost, doubled or changed."""

from __future__ import annotations

import random
import re
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import psycopg
import pytest
from alembic import command
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from campfill_pipeline import warehouse
from campfill_pipeline.warehouse import database
from campfill_pipeline.warehouse.delivery import packing, partitions, rollups
from campfill_pipeline.warehouse.delivery.attribution import attribute
from campfill_pipeline_tests.warehouse import packing_process
from campfill_pipeline_tests.warehouse.delivery_rows import (
    BERLIN,
    CAMPAIGN,
    DEAL,
    Row,
    add_line,
    all_of,
    at,
    pack_all,
    store,
)

MARCH = date(2026, 3, 1)
FIRST, UNTIL = at("2026-03-01T00:00"), at("2026-04-01T00:00")
COLUMNS = "hour_utc, series_no, site_no, fetch_no, bids, wins, plays, impressions, terms"
FUNCTION = """SELECT h.hour_utc, h.series_no, h.site_no, h.fetch_no, h.bids, h.wins, h.plays, h.impressions, h.terms
              FROM generate_series(1, 4) AS s (no) CROSS JOIN LATERAL packed_hours(s.no, %s, %s) h"""

COUNTS = st.none() | st.sampled_from([0, 1, 20, 2**31 - 1])
HOURS = st.builds(
    lambda day, minutes: FIRST + timedelta(days=day, minutes=minutes),
    st.sampled_from([0, 1, 14, 15, 16, 30]),
    st.sampled_from(
        [0, 60, 600, 630, 1380]
    ),  # 630: a day of a source by days begins at half past in some zones
)
FIGURES = st.tuples(
    st.integers(1, 3), COUNTS, COUNTS, COUNTS,
    st.sampled_from(["0", "0.0001", "-0.5", "12.149", "214748.3647", "214748.3648", "9" * 14 + ".9999"]).map(Decimal),
    st.sampled_from("0158"),
)  # fmt: skip
ROWS = st.dictionaries(
    st.tuples(HOURS, st.integers(1, 3), st.integers(1, 3)), FIGURES, min_size=1, max_size=40
)


def insert(
    connection: psycopg.Connection, rows: Mapping[tuple[datetime, int, int], tuple[object, ...]]
) -> None:
    connection.cursor().executemany(
        f"INSERT INTO report_hour ({COLUMNS}) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)".encode(),
        [(*key, *figures) for key, figures in rows.items()],
    )


def told(connection: psycopg.Connection, query: str, *values: object) -> list[str]:
    return sorted(map(str, connection.execute(query.encode(), values).fetchall()))


def single(connection: psycopg.Connection) -> list[str]:
    return told(connection, f"SELECT {COLUMNS} FROM report_hour")


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ROWS, st.integers(1, 20), HOURS, HOURS, st.sets(st.integers(1, 3)))
def test_packed_rows_are_the_rows_that_were(
    connection: psycopg.Connection,
    rows: dict[tuple[datetime, int, int], tuple[object, ...]],
    together: int,
    one: datetime,
    other: datetime,
    unpacked: set[int],
) -> None:
    connection.rollback()
    if partitions.ensure(connection, FIRST, UNTIL):
        connection.commit()
    insert(connection, rows)
    since, until = min(one, other), max(one, other)
    within = "SELECT {} FROM {} WHERE hour_utc >= %s AND hour_utc < %s"
    before = single(connection)
    some = told(connection, within.format(COLUMNS, "report_hour"), since, until)
    # Twice, as when a night is cut off between: the second time finds packed rows of the same series.
    for series in ([2], [1, 2, 3]):
        for span in packing.spans(MARCH):
            packing.pack(connection, span, series, together=together)
    assert single(connection) == []
    assert told(connection, f"SELECT {COLUMNS} FROM stored_hour") == before
    assert told(connection, FUNCTION, "-infinity", "infinity") == before
    assert told(connection, within.format(COLUMNS, "stored_hour"), since, until) == some
    assert told(connection, FUNCTION, since, until) == some
    packing.unpack(connection, since, until, sorted(unpacked))
    back = single(connection)
    assert {row for row in some if any(f"), {number}, " in row for number in unpacked)} <= set(back)
    assert told(connection, f"SELECT {COLUMNS} FROM stored_hour") == before
    assert sorted([*told(connection, FUNCTION, "-infinity", "infinity"), *back]) == before


def test_a_month_put_aside_takes_its_packed_rows_along(connection: psycopg.Connection) -> None:
    fill(connection, 2, 2, 20)
    before = single(connection)
    packing.pack(connection, packing.spans(MARCH)[0], [1, 2])
    partitions.detach(connection, MARCH)
    assert told(connection, "SELECT * FROM packed_hour") == []
    assert told(connection, f"SELECT {COLUMNS} FROM report_hour_2026_03") == before


def test_what_cannot_be_packed_exactly_stays_as_it_is(connection: psycopg.Connection) -> None:
    partitions.ensure(connection, FIRST, UNTIL)
    odd = {(FIRST + timedelta(seconds=1), 1, 1): (1, 1, 1, 1, Decimal(1), "0")}
    insert(connection, odd | {(FIRST, 1, 1): (1, 1, 1, 1, Decimal("NaN"), "0")})
    before = single(connection)
    packing.pack(connection, packing.spans(MARCH)[0], [1])
    assert single(connection) == before
    assert packing.loose_rows(connection, MARCH) == 0


def fill(connection: psycopg.Connection, series: int, sites: int, days: int) -> int:
    partitions.ensure(connection, FIRST, UNTIL)
    return connection.execute(
        f"""INSERT INTO report_hour ({COLUMNS})
            SELECT %s::timestamptz + make_interval(days => day, hours => hour), series, site, day + 1, 20 + hour, 10,
                   10 + site, (series * 1000 + hour * 7 + site) / 10.0, '3'
            FROM generate_series(1, %s) series, generate_series(1, %s) site, generate_series(0, %s) day,
                 generate_series(0, 23) hour""".encode(),
        [FIRST, series, sites, days - 1],
    ).rowcount


def month_bytes(connection: psycopg.Connection) -> int:
    row = connection.execute(
        """SELECT pg_total_relation_size('report_hour_2026_03') + pg_total_relation_size('packed_hour')
                  + pg_total_relation_size('packed_clock')"""
    ).fetchone()
    assert row is not None
    size: int = row[0]
    return size


@pytest.mark.parametrize(("series", "sites", "days"), [(40, 1, 31), (2, 40, 15)])
def test_a_packed_row_takes_less_than_forty_bytes_with_its_key(
    connection: psycopg.Connection, series: int, sites: int, days: int
) -> None:
    connection.autocommit = True
    rows = fill(connection, series, sites, days)
    before = single(connection)
    assert month_bytes(connection) > 95 * rows
    assert packing.closed(connection, date(2026, 3, 31)) == []
    assert [month.first for month in packing.closed(connection, date(2026, 4, 1))] == [MARCH]
    assert sum(packing.pack_month(connection, MARCH)) == rows
    assert packing.give_back(connection, MARCH)
    assert month_bytes(connection) < 40 * rows
    assert told(connection, f"SELECT {COLUMNS} FROM stored_hour") == before
    assert packing.closed(connection, date(2026, 4, 1)) == []


def test_who_looks_at_an_older_moment_keeps_seeing_its_rows(
    connection: psycopg.Connection, database_url: str
) -> None:
    connection.autocommit = True
    rows = fill(connection, 4, 2, 10)
    with database.connect(database_url) as reader:
        reader.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        reader.execute("SELECT 1 FROM report_series")  # the moment is now; the rows are not looked at yet
        assert sum(packing.pack_month(connection, MARCH)) == rows
        assert not packing.give_back(connection, MARCH), (
            "its room is given back when nobody sees them any more"
        )
        for table, seen in (("report_hour", rows), ("packed_hour", 0), ("stored_hour", rows)):
            assert reader.execute(f"SELECT count(*) FROM {table}".encode()).fetchone() == (seen,)
    assert packing.give_back(connection, MARCH)
    assert all_of(connection, "SELECT count(*) FROM stored_hour") == [(rows,)]


def test_a_correction_of_a_packed_day_is_stored_and_recorded_as_ever(connection: psycopg.Connection) -> None:
    attribute(connection, [add_line(connection, CAMPAIGN)])
    hours = [at(f"2026-03-{day:02}T12:00") for day in (4, 5)]
    for hour in hours:
        store(connection, hour.date(), [Row(hour), Row(hour, deal_id=DEAL)])
    first_seen = all_of(connection, "SELECT DISTINCT first_seen_at FROM report_row ORDER BY 1")
    pack_all(connection)
    wrong = rollups.roll_up_all(connection, BERLIN)
    assert wrong == 0, "sums made again from packed rows are those that were"
    done = store(
        connection, hours[1].date(), [Row(hours[1], impressions=Decimal("7.5")), Row(hours[1], deal_id=DEAL)]
    )
    assert (done.changed, done.new, done.gone, done.unchanged) == (1, 0, 0, 1)
    assert all_of(connection, "SELECT hour_utc, before, after FROM delivery_restatement") == [
        (hours[1], 1, Decimal("7.5"))
    ]
    assert all_of(connection, "SELECT day, impressions, rows FROM delivery_daily ORDER BY day") == [
        (hours[0].date(), 2, 2), (hours[1].date(), Decimal("8.5"), 2),
    ]  # fmt: skip
    assert all_of(connection, "SELECT DISTINCT first_seen_at FROM report_row ORDER BY 1") == first_seen
    assert all_of(connection, "SELECT count(*) FROM report_hour") == [(4,)], (
        "packed together, unpacked together"
    )


def test_a_home_from_before_tells_the_same_rows_after_it_was_migrated_and_packed(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    upgrade = command.upgrade
    monkeypatch.setattr(command, "upgrade", lambda config, _: upgrade(config, "0034"))
    database.migrate(database_url, schema="older")
    monkeypatch.undo()
    asked = (
        "SELECT * FROM report_row",
        "SELECT * FROM delivery_hourly",
        "SELECT * FROM delivery_restatement",
    )
    with database.connect(database_url, schema="older") as connection:
        attribute(connection, [add_line(connection, DEAL, kind="deal")])
        fill(connection, 3, 2, 20)
        connection.execute("INSERT INTO site (site) VALUES ('Hbf'), ('Markt')")
        connection.execute("INSERT INTO report_entity (entity_id) VALUES (%s), ('no line')", [DEAL])
        connection.execute(
            """INSERT INTO report_series (source, campaign_no, deal_no)
               VALUES ('a', 0, 1), ('a', 2, 1), ('a', 2, 0), ('c', 0, 1)"""
        )
        attribute(connection, [1])
        before = [told(connection, query) for query in asked]
    assert len(before[0]) == 3 * 2 * 20 * 24 and len(before[1]) == 2 * 20 * 24
    database.migrate(database_url, schema="older")
    with database.connect(database_url, schema="older") as connection:
        assert [told(connection, query) for query in asked] == before
        pack_all(connection, together=64)
        assert [told(connection, query) for query in asked] == before


def test_whoever_reads_report_rows_reads_the_packed_ones_too() -> None:
    unpacks_first = {
        "delivery/restatement.py",
        "retelling/exports.sql",
        "delivery/packing.sql",
        "delivery/partitions.py",
    }
    root = Path(warehouse.__file__).parent
    forgotten = []
    for path in sorted(root.rglob("*.sql")) + sorted(root.rglob("*.py")):
        name = str(path.relative_to(root))
        if name.startswith("migrations/") or name in unpacks_first:
            continue
        text = path.read_text(encoding="utf-8")
        for section in text.split("-- name: ") if path.suffix == ".sql" else [text]:
            reads = re.search(r"\b(FROM|JOIN|USING) report_hour\b", section)
            if reads and "packed_hour" not in section:
                forgotten.append(f"{name}: {section.splitlines()[0]}")
    # These follow an unpacking in the same transaction, by what runs them (storing.py, export.py, past.py).
    assert forgotten == [
        "delivery/doubts.sql: held",
        "delivery/doubts.sql: lines lost",
        "delivery/doubts.sql: sites lost",
        "delivery/doubts.sql: impressions held",
        "delivery/export.sql: spoken sites",
        "delivery/past.sql: take away",
    ]


@pytest.mark.parametrize("kills", [3, pytest.param(20, marks=[pytest.mark.long, pytest.mark.timeout(900)])])
def test_packing_killed_at_any_point_loses_and_doubles_nothing(
    connection: psycopg.Connection, database_url: str, kills: int
) -> None:
    fill(connection, 40, 2, 31)
    connection.commit()
    contents = f"SELECT count(*), sum(hashtextextended(({COLUMNS})::text, 0)) FROM stored_hour"
    before = all_of(connection, contents)
    connection.commit()
    chance = random.Random(17)
    for _ in range(kills):
        command = [sys.executable, "-m", packing_process.__name__, database_url, str(MARCH)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            process.stdout.readline()
            time.sleep(chance.uniform(0, 0.6))
            process.send_signal(signal.SIGKILL)
        assert all_of(connection, contents) == before
        assert (
            all_of(
                connection,
                f"SELECT {COLUMNS} FROM stored_hour GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9 HAVING count(*) > 1",
            )
            == []
        )
        connection.commit()
    packing_process.main(database_url, MARCH)
    assert all_of(connection, "SELECT count(*) FROM report_hour") == [(0,)]
    assert all_of(connection, contents) == before
