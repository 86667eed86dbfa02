"""The planner is told of tables that grew at once, within the transaction too, and is left alone else."""

from __future__ import annotations

import psycopg
from psycopg import sql

from campfill_pipeline.warehouse import database
from campfill_pipeline.warehouse.postgres import statistics


def rows_expected(connection: psycopg.Connection) -> int:
    plan = connection.execute("EXPLAIN (FORMAT JSON) SELECT FROM grown WHERE kind = 'rare'").fetchone()
    assert plan is not None
    return int(plan[0][0]["Plan"]["Plan Rows"])


def test_what_grew_is_looked_at_once(connection: psycopg.Connection) -> None:
    connection.execute("CREATE TABLE grown (kind text) WITH (autovacuum_enabled = off)")
    assert statistics.renew(connection, ["grown", "line"]) == []  # empty; a view has nothing to tell
    connection.execute("INSERT INTO grown SELECT 'usual' FROM generate_series(1, 20000)")
    connection.execute("INSERT INTO grown VALUES ('rare')")
    assert rows_expected(connection) > 50  # a guess
    assert statistics.renew(connection, ["grown", "line"]) == ["grown"]
    assert rows_expected(connection) == 1
    connection.execute("INSERT INTO grown SELECT 'usual' FROM generate_series(1, 2000)")
    assert statistics.renew(connection, ["grown"]) == []
    connection.execute("INSERT INTO grown SELECT 'usual' FROM generate_series(1, 20000)")
    assert statistics.renew(connection, ["grown"]) == ["grown"]


def test_no_column_of_codes_gets_a_histogram(connection: psycopg.Connection) -> None:
    """PostgreSQL 18 cannot plan comparisons of "char" columns of which one has a histogram."""
    alone = """
        SELECT c.relname, a.attname
        FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
        JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = i.indkey[0]
        WHERE i.indisunique AND i.indnkeyatts = 1 AND a.atttypid = '"char"'::regtype
          AND a.attstattarget IS DISTINCT FROM 0
          AND c.relnamespace = current_schema()::regnamespace"""
    assert connection.execute(alone).fetchall() == []
    connection.execute("ANALYZE delivery_source, report_series, line_day")
    assert not connection.execute("SELECT 1 FROM pg_stats WHERE attname = 'code'").fetchall()


def test_no_statement_is_compiled_whatever_the_servers_owner_has_set(
    connection: psycopg.Connection, database_url: str
) -> None:
    """JIT costs half a second and more of each statement over a large register; a server of Debian has it on."""
    name = connection.info.dbname
    connection.execute(sql.SQL("ALTER DATABASE {} SET jit = on").format(sql.Identifier(name)))
    connection.commit()
    with database.connect(database_url) as another:
        assert another.execute("SHOW jit").fetchone() == ("off",)
