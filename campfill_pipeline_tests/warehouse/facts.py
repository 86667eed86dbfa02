"""Facts for tests of what is made from them: lines, daily delivery, fetched days, written to the tables."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID, uuid4

import psycopg

LONG_AGO = datetime(2020, 1, 1, 12, tzinfo=UTC)


def add_line(
    connection: psycopg.Connection,
    *,
    goal: int,
    start: date | None,
    end: date,
    cpm: Decimal = Decimal(10),
    kind: str = "campaign",
    purchase_type: str = "guaranteed",
    first_seen: datetime = LONG_AGO,
    line_id: UUID | None = None,
    placement: str | None = None,
) -> int:
    """Add a line to the register and mark it as touched; answers its number."""
    runtime = f"{start:%d.%m.%Y}-{end:%d.%m.%Y}" if start else f"ASAP-{end:%d.%m.%Y}"
    row = connection.execute(
        """INSERT INTO line_register (id, revision, first_seen_at, valid_from, upload_id, event_no, action,
                                      brought, name, kind_listed, buyer, runtime, start_date, end_date,
                                      impression_goal, cpm_eur, purchase_type, placement)
           VALUES (%(id)s, 1, %(seen)s, %(seen)s, gen_random_uuid(), 1, 'created',
                   true, 'A line', %(kind)s, 'Not set', %(runtime)s, %(start)s, %(end)s,
                   %(goal)s, %(cpm)s, %(purchase_type)s, %(placement)s)
           RETURNING line_no""",
        {
            "id": line_id or uuid4(), "seen": first_seen, "kind": kind, "runtime": runtime, "start": start,
            "end": end, "goal": goal, "cpm": cpm, "purchase_type": purchase_type, "placement": placement,
        },
    ).fetchone()  # fmt: skip
    assert row is not None
    number: int = row[0]
    touch(connection, number)
    return number


def touch(connection: psycopg.Connection, *lines: int) -> None:
    """Mark lines as the register and the delivery storage do when something about them changed."""
    for line in lines:
        connection.execute("INSERT INTO line_dirty (line_no) VALUES (%s) ON CONFLICT DO NOTHING", [line])


def deliver(
    connection: psycopg.Connection,
    line: int,
    day: date,
    impressions: Decimal | int,
    *,
    source: str = "a",
    counted: bool = True,
) -> None:
    """Put one day of the daily roll-up, replacing what it had."""
    connection.execute(
        """INSERT INTO line_day (line_no, day, source, counted, impressions, bids, wins, plays, rows,
                                 first_hour, last_hour)
           VALUES (%(line)s, %(day)s, %(source)s, %(counted)s, %(impressions)s, 100, 50, 40, 1,
                   %(day)s, %(day)s)
           ON CONFLICT (line_no, day, source) DO UPDATE
           SET impressions = excluded.impressions, counted = excluded.counted""",
        {"line": line, "day": day, "source": source, "counted": counted, "impressions": impressions},
    )
    touch(connection, line)


def deliver_at(
    connection: psycopg.Connection, line: int, site: str, day: date, impressions: Decimal | int
) -> None:
    """Put what a line delivered at a site on a day into the roll-ups, as a day that is stored does."""
    values = {"line": line, "site": site, "day": day, "impressions": impressions}
    connection.execute("INSERT INTO site (site) VALUES (%(site)s) ON CONFLICT DO NOTHING", values)
    connection.execute(
        """INSERT INTO report_series (source, campaign_no, deal_no, line_no, attributed_as)
           VALUES ('a', %(line)s, 0, %(line)s, 'c') ON CONFLICT DO NOTHING""",
        values,
    )
    connection.execute(
        """INSERT INTO site_day (series_no, day, site_no, impressions)
           SELECT series_no, %(day)s, site_no, %(impressions)s FROM report_series, site
           WHERE line_no = %(line)s AND site = %(site)s
           ON CONFLICT (series_no, day, site_no) DO UPDATE SET impressions = excluded.impressions""",
        values,
    )
    row = connection.execute(
        """SELECT sum(impressions) FROM site_day JOIN report_series USING (series_no)
           WHERE line_no = %(line)s AND day = %(day)s""",
        values,
    ).fetchone()
    assert row is not None
    deliver(connection, line, day, row[0])


def fetch(
    connection: psycopg.Connection, fetched: Iterable[date], *, status: str = "complete", source: str = "api"
) -> None:
    """Record days as fetched (or tried)."""
    with connection.cursor() as cursor:
        cursor.executemany(
            """INSERT INTO delivery_fetch (source, day, status, fetched_at, rows)
               VALUES (%s, %s, %s, now(), 0)
               ON CONFLICT (source, day) DO UPDATE SET status = excluded.status""",
            [(source, day, status) for day in fetched],
        )
