"""People with a SQL client find every table and column explained, and a role that can only read."""

from __future__ import annotations

import psycopg
import pytest

SEEN = (
    "upload", "upload_issue", "line", "line_revision", "delivery_hourly", "report_row", "delivery_fetch",
    "delivery_restatement", "delivery_daily", "fulfillment", "fulfillment_window", "fulfillment_trend",
    "shortfall_cause", "reconciliation",
)  # fmt: skip


def test_every_table_says_what_it_is(connection: psycopg.Connection) -> None:
    silent = connection.execute(
        """SELECT relname FROM pg_class
           WHERE relnamespace = 'campfill'::regnamespace AND relkind IN ('r', 'p', 'v') AND NOT relispartition
             AND relname <> 'alembic_version' AND obj_description(oid, 'pg_class') IS NULL"""
    ).fetchall()
    assert silent == []


def test_every_column_that_people_see_says_what_it_is(connection: psycopg.Connection) -> None:
    silent = connection.execute(
        """SELECT attrelid::regclass::text, attname FROM pg_attribute
           WHERE attrelid = ANY (%s::regclass[]) AND attnum > 0 AND NOT attisdropped
             AND col_description(attrelid, attnum) IS NULL""",
        [list(SEEN)],
    ).fetchall()
    assert silent == []


def test_the_reader_reads_everything_and_changes_nothing(connection: psycopg.Connection) -> None:
    connection.execute("SET ROLE campfill_reader")
    for table in SEEN:
        connection.execute(f"SELECT * FROM {table} LIMIT 1".encode())
    connection.execute("CREATE TEMP TABLE own (x integer)")  # a place of one's own is no harm
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("DELETE FROM fulfillment")


def test_the_reader_reads_tables_made_later(connection: psycopg.Connection) -> None:
    connection.execute("CREATE TABLE later (x integer)")
    connection.execute("SET ROLE campfill_reader")
    assert connection.execute("SELECT * FROM later").fetchall() == []


def test_the_reader_cannot_log_in(connection: psycopg.Connection) -> None:
    row = connection.execute(
        "SELECT rolcanlogin, rolsuper, rolcreaterole FROM pg_roles WHERE rolname = 'campfill_reader'"
    ).fetchone()
    assert row == (False, False, False)
