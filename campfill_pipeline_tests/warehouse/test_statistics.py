"""The planner is told of tables that grew at once, within the transaction too, and is left alone else."""

from __future__ import annotations

import psycopg

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
