"""The schema is made by migrations, safely from two processes at once, and never taken for another version's."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from campfill_pipeline.warehouse import database


def test_a_fresh_database_has_the_contract_tables(connection: psycopg.Connection) -> None:
    tables = {
        row[0]
        for row in connection.execute(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = 'campfill'"
        )
    }
    assert {"upload", "upload_issue", "line", "line_revision"} <= tables


def test_two_at_once_migrate_once(database_url: str) -> None:
    with ThreadPoolExecutor() as pool:
        list(pool.map(lambda schema: database.migrate(database_url, schema=schema), ["twice", "twice"]))
    assert database.is_current(database_url, schema="twice")


def test_the_database_of_a_newer_version_is_refused(
    connection: psycopg.Connection, database_url: str
) -> None:
    connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.commit()
    with pytest.raises(database.MigrationError, match="newer version"):
        database.is_current(database_url)


def test_a_user_without_rights_is_told_what_is_missing(
    connection: psycopg.Connection, database_url: str
) -> None:
    connection.execute("CREATE ROLE visitor LOGIN PASSWORD 'visitor'")
    connection.commit()
    try:
        with pytest.raises(database.MigrationError, match="allowed to create schemas"):
            database.migrate(
                database_url.replace(database_url.split("@")[0], "postgresql://visitor:visitor"), schema="own"
            )
    finally:
        connection.execute("DROP ROLE visitor")
        connection.commit()


def test_a_home_from_before_lists_named_their_lines_keeps_its_absences(
    connection: psycopg.Connection, database_url: str
) -> None:
    connection.execute("CREATE SCHEMA older; SET search_path TO older")
    versions = sorted((database.MIGRATIONS / "versions").glob("[0-9]*.sql"))
    newest = next(number for number, path in enumerate(versions) if "order_of_arrival" in path.name)
    for path in versions[:newest]:
        connection.execute(path.read_bytes())
    for seq, received in enumerate(("2026-09-01", "2026-09-02"), start=1):
        connection.execute(
            "INSERT INTO upload (upload_id, seq, partition_key, sha256, file_name, file_bytes, archived_as, door, kind,"
            " status, received_at, applied_no) VALUES (gen_random_uuid(), %s, %s, '', '', 1, '', 'inbox',"
            " 'campaign_list', 'loaded', %s, %s)",
            [seq, str(seq), received, seq],
        )
    connection.execute(
        "INSERT INTO ledger_event (at, event, upload_id) SELECT received_at, 'decided', upload_id"
        " FROM upload ORDER BY seq;"
        "INSERT INTO line_register (id, first_seen_at, absent_since, revision, valid_from, upload_id, event_no, action,"
        " brought, name, kind_listed, buyer, runtime, end_date, impression_goal, cpm_eur)"
        " SELECT ('00000000-0000-0000-0000-00000000000' || n)::uuid, '2026-09-01',"
        " CASE n WHEN 1 THEN '2026-09-02'::timestamptz END, 1, '2026-09-01', upload_id, 1, 'created', true, 'x',"
        " 'campaign', 'Not set', 'x', '2026-12-31', 1, 1"
        " FROM upload, generate_series(1, 3) AS n WHERE seq = 1;"
        "INSERT INTO line_absence SELECT upload_id, 1, NULL, received_at FROM upload WHERE seq = 2"
    )
    connection.execute(versions[newest].read_bytes())
    listings = connection.execute(
        "SELECT g.whole, g.lines::text, g.assumed::text FROM upload_listing g"
        " JOIN upload USING (upload_id) ORDER BY seq"
    ).fetchall()
    assert listings == [(False, "{[1,4)}", "{[1,4)}"), (True, "{}", "{[2,4)}")]
    before = connection.execute("SELECT id, absent_since FROM line_register ORDER BY 1").fetchall()
    assert connection.execute("SELECT judge_listings(1), judge_absence()").fetchone() == ("", 0)
    assert connection.execute("SELECT id, absent_since FROM line_register ORDER BY 1").fetchall() == before
