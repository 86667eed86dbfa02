"""Analysis tools find stable, explained views, and a login that reads them and nothing else."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from alembic import command

from campfill_pipeline.commands import analysis_login
from campfill_pipeline.domain.fulfillment import FulfillmentRules
from campfill_pipeline.settings import load_settings
from campfill_pipeline.warehouse import database
from campfill_pipeline.warehouse.figures import fulfillment
from campfill_pipeline.warehouse.postgres import backup, reader, server
from campfill_pipeline_tests.warehouse.facts import add_line, deliver, deliver_at, fetch

TODAY = date(2026, 11, 20)
DASHBOARD = Path(__file__).parents[2] / "deploy" / "grafana" / "campfill-dashboard.json"


def views(connection: psycopg.Connection) -> list[str]:
    asked = "SELECT relname FROM pg_class WHERE relnamespace = to_regnamespace('reporting') AND relkind = 'v'"
    return sorted(name for (name,) in connection.execute(asked.encode()))


@pytest.fixture
def login(database_url: str) -> Iterator[reader.Login]:
    """A login of its own to a database with a line that is behind."""
    with database.connect(database_url) as connection:
        line = add_line(connection, goal=1_000_000, start=date(2026, 11, 1), end=date(2026, 11, 30))
        for day in range(1, 20):
            deliver_at(connection, line, "Mitte", date(2026, 11, day), 1000)
            deliver_at(connection, line, "Nord", date(2026, 11, day), day)
        fetch(connection, [date(2026, 10, 31) + timedelta(days=n) for n in range(21)])
        fulfillment.refresh(connection, FulfillmentRules(), as_of=TODAY, now=datetime.now(UTC))
    name = reader.default_name(database_url)
    made = reader.make(database_url, name, timezone="Europe/Berlin", timeout_seconds=60, embedded=True)
    yield made
    reader.remove(database_url, name)


def refused(connection: psycopg.Connection, statement: str) -> bool:
    try:
        with connection.transaction():
            connection.execute(statement.encode())
    except (psycopg.errors.InsufficientPrivilege, psycopg.errors.ReadOnlySqlTransaction):
        return True
    return False


def test_the_login_reads_every_view_and_nothing_else(
    login: reader.Login, database_url: str, postgres_server: server.Server
) -> None:
    with psycopg.connect(login.url) as connection:
        found = views(connection)
        assert len(found) > 12
        for view in found:
            connection.execute(f"SELECT * FROM {view} LIMIT 1".encode())
        connection.commit()
        connection.execute("SET default_transaction_read_only = off; SET statement_timeout = 0")
        connection.commit()
        with database.connect(database_url) as owner:
            tables = [
                f"{schema}.{name}"
                for schema, name in owner.execute(
                    "SELECT relnamespace::regnamespace::text, relname FROM pg_class"
                    " WHERE relnamespace = 'campfill'::regnamespace AND relkind IN ('r', 'v', 'p')"
                )
            ]
        assert [table for table in tables if not refused(connection, f"SELECT * FROM {table} LIMIT 1")] == []
        for statement in (
            "CREATE TABLE reporting.mine (x integer)", "CREATE TABLE public.mine (x integer)",
            "CREATE TEMP TABLE mine (x integer)", "CREATE SCHEMA mine", "UPDATE reporting.trend SET trend = ''",
            "DELETE FROM reporting.uploads", "DROP VIEW reporting.lines", "SELECT * FROM pg_authid",
            "CREATE ROLE another", "ALTER ROLE campfill PASSWORD 'x'", "SET ROLE campfill", "SET ROLE campfill_reader",
            "COPY (SELECT 1) TO '/tmp/x'", "SELECT campfill.judge_absence()", "SELECT pg_read_file('PG_VERSION')",
        ):  # fmt: skip
            assert refused(connection, statement), statement
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        psycopg.connect(login.url, dbname="postgres")


def test_its_sessions_are_read_only_and_end_long_questions(login: reader.Login) -> None:
    with psycopg.connect(login.url) as connection:
        shown = [
            connection.execute(f"SHOW {name}".encode()).fetchone()
            for name in ("default_transaction_read_only", "statement_timeout", "search_path", "TimeZone")
        ]
    assert shown == [("on",), ("1min",), ("reporting",), ("Europe/Berlin",)]


def test_the_views_tell_the_same_figures_as_the_tables(login: reader.Login, database_url: str) -> None:
    with psycopg.connect(login.url) as connection, database.connect(database_url) as owner:
        shown = connection.execute("SELECT delivered, shortfall, pace, covered FROM lines").fetchone()
        held = owner.execute(
            "SELECT round(delivered, 4), round(shortfall, 4), pace, covered FROM fulfillment"
        ).fetchone()
        assert shown == held
        days = connection.execute("SELECT day, impressions FROM delivery_by_day ORDER BY 1").fetchall()
        sites = connection.execute(
            "SELECT day, sum(impressions) FROM delivery_by_site GROUP BY 1 ORDER BY 1"
        ).fetchall()
        assert days == sites and len(days) == 19
        assert connection.execute("SELECT timezone, as_of FROM about").fetchall() == [
            ("Europe/Berlin", TODAY)
        ]


def test_of_two_sources_of_a_day_the_sites_of_the_one_that_counts_are_told(
    login: reader.Login, database_url: str
) -> None:
    with database.connect(database_url) as owner:
        deliver(owner, 1, date(2026, 11, 3), 5, source="c", counted=False)
        owner.execute(
            "INSERT INTO report_series (source, campaign_no, deal_no, line_no, attributed_as)"
            " VALUES ('c', 1, 0, 1, 'c'); INSERT INTO site (site) VALUES ('');"
            "INSERT INTO site_day SELECT series_no, '2026-11-03', site_no, 5 FROM report_series, site"
            " WHERE source = 'c' AND site = ''"
        )
    with psycopg.connect(login.url) as connection:
        told = connection.execute(
            "SELECT site, impressions FROM delivery_by_site WHERE day = '2026-11-03' ORDER BY 1"
        ).fetchall()
    assert told == [("Mitte", 1000), ("Nord", 3)]


def test_every_view_and_column_says_what_it_is(connection: psycopg.Connection) -> None:
    silent = connection.execute(
        """SELECT attrelid::regclass::text, attname FROM pg_attribute JOIN pg_class c ON c.oid = attrelid
           WHERE c.relnamespace = 'reporting'::regnamespace AND attnum > 0 AND col_description(attrelid, attnum) IS NULL
           UNION SELECT oid::regclass::text, '' FROM pg_class
           WHERE relnamespace = 'reporting'::regnamespace AND obj_description(oid, 'pg_class') IS NULL"""
    ).fetchall()
    assert silent == []


def test_numbers_are_none_that_analysis_tools_stumble_over(connection: psycopg.Connection) -> None:
    endless = connection.execute(
        """SELECT attrelid::regclass::text, attname FROM pg_attribute JOIN pg_class c ON c.oid = attrelid
           WHERE c.relnamespace = 'reporting'::regnamespace AND attnum > 0
             AND atttypid = 'numeric'::regtype AND atttypmod = -1"""
    ).fetchall()
    assert endless == []


def test_a_migration_may_change_what_the_views_stand_on(
    connection: psycopg.Connection, database_url: str, login: reader.Login, monkeypatch: pytest.MonkeyPatch
) -> None:
    def widen(config: Any, target: str) -> None:
        run = config.attributes["connection"].exec_driver_sql
        run("ALTER TABLE fulfillment ALTER COLUMN delivered TYPE numeric(40, 12)")
        run("DROP VIEW incident")
        run("CREATE VIEW incident AS SELECT ''::text AS site, now() AS from_hour, now() AS until_hour,"
            " current_date AS day, 'dark'::text AS silence, 1 AS lines, 1.0 AS impressions_lost, 1.0 AS eur_lost,"
            " 1.0 AS impressions_savable, 1.0 AS eur_savable, '{}'::uuid[] AS line_ids,"
            " '{}'::numeric[] AS line_losses, 'EUR' AS currency")  # fmt: skip

    before = views(connection)
    connection.commit()
    monkeypatch.setattr(command, "upgrade", widen)
    database.migrate(database_url)
    assert views(connection) == before
    with psycopg.connect(login.url) as reading:  # and the login reads on
        assert reading.execute("SELECT count(*) FROM lines").fetchone() == (1,)


def test_a_restore_brings_the_views_back_for_those_who_read_them(
    login: reader.Login, database_url: str, tmp_path: Path
) -> None:
    backup.backup(database_url, tmp_path / "backup")
    backup.restore(database_url, tmp_path / "backup")
    assert database.is_current(database_url)
    with psycopg.connect(login.url) as connection:
        assert connection.execute("SELECT count(*) FROM lines").fetchone() == (1,)


def test_views_of_another_version_are_made_again(
    connection: psycopg.Connection, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert database.is_current(database_url)
    connection.execute("COMMENT ON VIEW reporting.about IS 'of another version'")
    connection.commit()
    assert not database.is_current(database_url)
    database.migrate(database_url)
    assert database.is_current(database_url)


def test_somebody_elses_schema_of_that_name_is_left_alone(
    connection: psycopg.Connection, database_url: str
) -> None:
    connection.execute("DROP SCHEMA reporting CASCADE; CREATE SCHEMA reporting")
    connection.execute("CREATE VIEW reporting.lines AS SELECT 1 AS theirs")
    connection.commit()
    assert database.is_current(database_url)
    database.migrate(database_url)
    assert views(connection) == ["lines"]
    with pytest.raises(reader.ReaderError, match="somebody else's"):
        reader.make(database_url, "somebody", timezone="UTC", timeout_seconds=1, embedded=False)


def test_a_second_call_renews_the_password_and_a_strangers_role_stays_as_it_is(
    connection: psycopg.Connection, database_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = load_settings(
        {"CAMPFILL_HOME": str(tmp_path), "CAMPFILL_DATABASE_URL": database_url}, cwd=tmp_path
    )
    first = analysis_login.run(settings, None, revoke=False)
    second = analysis_login.run(settings, None, revoke=False)
    assert first and second and (first["renewed"], second["renewed"]) == (False, True)
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(first["url"])
    analysis_login.show(settings, second)
    shown = capsys.readouterr()
    assert second["password"] in shown.out and second["password"] not in shown.err
    with psycopg.connect(second["url"]) as reading:
        assert reading.execute("SELECT count(*) FROM lines").fetchone() == (0,)
        assert analysis_login.run(settings, None, revoke=True) is None
        with pytest.raises(psycopg.OperationalError):
            reading.execute("SELECT 1")
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(second["url"])
    with pytest.raises(reader.ReaderError, match="did not make"):
        analysis_login.run(settings, "campfill_reader", revoke=False)
    with pytest.raises(reader.ReaderError, match="no name"):
        analysis_login.run(settings, 'x"; DROP', revoke=False)


def test_every_question_of_the_dashboard_is_answered(login: reader.Login) -> None:
    panels = json.loads(DASHBOARD.read_text(encoding="utf-8"))["panels"]
    with psycopg.connect(login.url) as connection:
        for panel in panels:
            question = re.sub(
                r"\$__timeFilter\((.+?)\)(?= GROUP| ORDER)",
                r"\1 BETWEEN '2026-11-01' AND '2026-11-30'",
                panel["targets"][0]["rawSql"],
            )
            assert "$" not in question
            answer = connection.execute(question.encode()).fetchall()
            if panel["title"] in ("Live lines behind", "Delivered by day", "Lines that need attention"):
                assert answer and answer[0][0], panel["title"]
