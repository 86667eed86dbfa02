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
