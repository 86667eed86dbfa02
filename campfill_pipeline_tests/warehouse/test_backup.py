"""A backup holds every row; a restore puts them back, or leaves everything as it was."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from campfill_pipeline.warehouse.postgres import backup as backups
from campfill_pipeline.warehouse.postgres.backup import BackupError, backup, psql, restore
from campfill_pipeline_tests.warehouse.lists import apply, listed
from campfill_pipeline_tests.warehouse.register_dump import dump


def test_a_restore_brings_back_what_was_there_at_the_backup(
    connection: psycopg.Connection, database_url: str, tmp_path: Path
) -> None:
    connection.autocommit = True
    apply(connection, tmp_path, [listed(uuid4(), name="Grüße; '\"$$")])
    before = b"".join(dump(connection))
    file = tmp_path / "my backup"
    backup(database_url, file)
    apply(connection, tmp_path, [listed(uuid4())])
    connection.execute("CREATE TABLE of_a_later_version AS SELECT * FROM line")
    restore(database_url, file)
    assert b"".join(dump(connection)) == before
    connection.execute("CREATE TABLE of_tomorrow (a integer)")
    connection.execute("SET ROLE campfill_reader")  # who may look, may look at old and new tables
    assert connection.execute("SELECT count(*) FROM fulfillment").fetchone() == (0,)
    assert connection.execute("SELECT count(*) FROM of_tomorrow").fetchone() == (0,)
    connection.execute("RESET ROLE")
    upload, _ = apply(connection, tmp_path, [listed(uuid4())])
    assert upload.seq == 2
    assert psql(database_url, ["--quiet", "--command", "CREATE TEMP TABLE t AS SELECT * FROM line"]) == 0


def test_what_is_no_backup_or_is_of_a_newer_version_changes_nothing(
    connection: psycopg.Connection, database_url: str, tmp_path: Path
) -> None:
    connection.autocommit = True
    file = tmp_path / "backup"
    with pytest.raises(BackupError, match="is no backup"):
        restore(database_url, Path(__file__))
    cut, foreign = tmp_path / "cut", tmp_path / "foreign"
    backup(database_url, file)
    cut.write_bytes(file.read_bytes()[:-200])
    with pytest.raises(BackupError, match="not a whole one"):
        restore(database_url, cut)
    connection.execute("CREATE SCHEMA elsewhere CREATE TABLE line (a integer)")
    assert (
        backups.run("pg_dump", database_url, ["-Fc", "-n", "elsewhere", "-f", str(foreign)]).returncode == 0
    )
    with pytest.raises(BackupError, match="holds no home of campfill"):
        restore(database_url, foreign)
    connection.execute("UPDATE alembic_version SET version_num = '9999'")
    file.unlink()
    backup(database_url, file)
    connection.execute("UPDATE alembic_version SET version_num = '0001'")
    with pytest.raises(BackupError, match="newer version"):
        restore(database_url, file)
    assert connection.execute("SELECT version_num FROM alembic_version").fetchone() == ("0001",)


def test_a_folder_that_is_not_there_is_named_with_what_to_do(database_url: str, tmp_path: Path) -> None:
    with pytest.raises(
        BackupError, match=r"could not be written: No such file or directory\. Make its folder"
    ):
        backup(database_url, tmp_path / "none" / "backup")


def test_a_backup_of_a_newer_server_is_refused_before_anything_is_touched(
    connection: psycopg.Connection, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "backup"
    backup(database_url, file)
    connection.execute("CREATE TABLE of_today (a integer)")
    connection.commit()
    monkeypatch.setattr(backups, "_major_of", lambda url: 15)
    with pytest.raises(BackupError, match="made by PostgreSQL 18, and the server is PostgreSQL 15: nothing"):
        restore(database_url, file)
    assert connection.execute("SELECT count(*) FROM of_today").fetchone() == (0,)


def test_what_other_versions_refuse_is_left_out_and_nothing_else(tmp_path: Path) -> None:
    tables, rows = tmp_path / "tables.sql", tmp_path / "rows.sql"
    tables.write_text(
        "SET transaction_timeout = 0;\nCREATE TABLE a (b integer);\n"
        "ALTER TABLE ONLY s.a ALTER COLUMN b SET (pg_attver=31253472);\n"
        "ALTER TABLE ONLY s.a ALTER COLUMN b SET (n_distinct=5);\n"
    )
    rows.write_text("SET statement_timeout = 0;\nSET transaction_timeout = 0;\nCOPY s.a FROM stdin;\n1\n")
    backups._leave_out_what_other_versions_refuse(tables, rows, 16)
    assert [line.rstrip() for line in tables.read_text().splitlines()] == [
        "--", "CREATE TABLE a (b integer);", "ALTER TABLE ONLY s.a ALTER COLUMN b SET (n_distinct=5);",
    ]  # fmt: skip
    assert [line.rstrip() for line in rows.read_text().splitlines()] == [
        "SET statement_timeout = 0;", "--", "COPY s.a FROM stdin;", "1",
    ]  # fmt: skip
