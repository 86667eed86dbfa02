"""Room in a database: how much it takes, and giving back what dead rows hold.

Belongs here: sizes, counts, VACUUM, and the results of checks that Dagster leaves behind with no way of its own to
delete them. Does not belong here: which runs go (that is asked of Dagster), campfill's own rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import psycopg
from psycopg import errors, sql

from campfill_pipeline.warehouse.statements import query

LOCK_WAIT = "10s"
SMALL_BYTES = 16_000_000  # a table of this size is not worth being written anew


def size(url: str) -> int:
    """Bytes of a whole database on disk."""
    with psycopg.connect(url) as conn:
        row = conn.execute("SELECT pg_database_size(current_database())").fetchone()
    return int(row[0]) if row else 0


def row_counts(url: str) -> dict[str, int]:
    """Rows of every table in schema `public`, counted one by one."""
    with psycopg.connect(url) as conn:
        names = [name for (name,) in conn.execute(query("postgres/housekeeping", "tables")).fetchall()]
        counts = {}
        for name in names:
            row = conn.execute(
                sql.SQL("SELECT count(*) FROM public.{}").format(sql.Identifier(name))
            ).fetchone()
            counts[name] = int(row[0]) if row else 0
    return counts


def dead_tables(url: str, schema: str, share: float) -> list[str]:
    """Tables of a schema of which more than this share is dead rows, by PostgreSQL's own statistics."""
    with psycopg.connect(url) as conn:
        rows = conn.execute(
            query("postgres/housekeeping", "dead tables"), {"schema": schema, "share": share}
        ).fetchall()
    return [name for (name,) in rows]


def vacuum(url: str, schema: str, tables: Iterable[str]) -> None:
    """Make the room of dead rows usable again; nobody waits for it."""
    with psycopg.connect(url, autocommit=True) as conn:
        for table in tables:
            conn.execute(sql.SQL("VACUUM (ANALYZE) {}").format(sql.Identifier(schema, table)))


def shrunk(before: Mapping[str, int], after: Mapping[str, int], share: float = 0.0) -> list[str]:
    """The tables that lost more than this share of their rows."""
    return sorted(name for name, rows in before.items() if after.get(name, 0) < rows * (1 - share))


def rewrite(
    url: str, tables: Iterable[str], *, least_bytes: int = SMALL_BYTES, lock_wait: str = LOCK_WAIT
) -> list[str]:
    """Write large tables of schema `public` anew, so that the disk gets its room back; the names of those.

    Each is locked meanwhile, some seconds. One that is in use, or for which the disk has no room, is left as it is.
    """
    done = []
    with psycopg.connect(url, autocommit=True) as conn:
        conn.execute("SELECT set_config('lock_timeout', %s, false)", [lock_wait])
        for table in tables:
            row = conn.execute(
                "SELECT pg_total_relation_size(to_regclass(%s))", [f"public.{table}"]
            ).fetchone()
            if row is None or row[0] < least_bytes:
                continue
            try:
                conn.execute(sql.SQL("VACUUM (FULL, ANALYZE) {}").format(sql.Identifier("public", table)))
            except (errors.LockNotAvailable, errors.DiskFull):
                continue
            done.append(table)
    return done


def renew_indexes(url: str, tables: Iterable[str], *, lock_wait: str = LOCK_WAIT) -> None:
    """Build the indexes of tables of schema `public` anew; one that is in use is left as it is.

    Where nearly all rows of a time go and few stay, as with ticks, each page of an index keeps those few, and is not
    used again: it grows to many times what it holds. For as many rows as Dagster keeps this takes less than a second.
    """
    with psycopg.connect(url, autocommit=True) as conn:
        conn.execute("SELECT set_config('lock_timeout', %s, false)", [lock_wait])
        for table in tables:
            try:
                conn.execute(sql.SQL("REINDEX TABLE {}").format(sql.Identifier("public", table)))
            except (errors.LockNotAvailable, errors.DiskFull):
                continue


def runs_of_events(url: str, numbers: Sequence[int]) -> set[str]:
    """The runs that wrote these events of Dagster's."""
    with psycopg.connect(url) as conn:
        rows = conn.execute(
            "SELECT DISTINCT run_id FROM public.event_logs WHERE id = ANY (%s)", [list(numbers)]
        ).fetchall()
    return {run_id for (run_id,) in rows}


FINISHED = ("SUCCESS", "FAILURE", "CANCELED")
"""What Dagster calls a run that is over."""


def old_checks(url: str, before: datetime, *, delete: bool) -> int:
    """Results of asset checks from before this moment, but for each check's latest and those of runs at work; how many.

    What a check said of a run is told by the run's events too. Dagster deletes these with no run and by no call.
    """
    return _old(url, "old checks", {"before": before, "finished": list(FINISHED)}, delete=delete)


def _old(url: str, rows: str, values: dict[str, Any], *, delete: bool) -> int:
    """How many rows the statement of this name finds; they are deleted by the one beside it."""
    # A table cannot be made of values that are sent apart from their statement.
    with psycopg.connect(url, cursor_factory=psycopg.ClientCursor) as conn:
        count = conn.execute(query("postgres/housekeeping", rows), values).rowcount
        if delete:
            conn.execute(query("postgres/housekeeping", f"delete {rows}"))
    return count


def ticks_ahead(url: str, now: datetime) -> bool:
    """Whether Dagster noted ticks of sensors or schedules that lie well ahead of now, as the clock was set back since.

    False where it has no tables yet.
    """
    with psycopg.connect(url) as conn:
        row = conn.execute("SELECT to_regclass('public.job_ticks') IS NOT NULL").fetchone()
        if row is None or not row[0]:
            return False
        row = conn.execute(query("postgres/housekeeping", "ticks ahead"), {"now": now}).fetchone()
    return bool(row and row[0])


def forget_ticks_ahead(url: str, now: datetime) -> None:
    """Delete those ticks; Dagster has no call for it."""
    with psycopg.connect(url) as conn:
        conn.execute(query("postgres/housekeeping", "forget ticks ahead"), {"now": now})


STEPS = (
    "STEP_OUTPUT", "STEP_START", "STEP_SUCCESS", "HANDLED_OUTPUT", "LOADED_INPUT", "ENGINE_EVENT", "LOGS_CAPTURED",
    "RESOURCE_INIT_STARTED", "RESOURCE_INIT_SUCCESS", "ASSET_MATERIALIZATION_PLANNED", "ASSET_CHECK_EVALUATION_PLANNED",
)  # fmt: skip
"""What Dagster notes of a run step by step. What the run made and what its checks said is noted beside, once more."""


def old_events(
    url: str, steps_before: datetime, runs_before: datetime, going: Sequence[str], *, delete: bool
) -> int:
    """Events that nobody looks at any more, of runs that stay; how many.

    Of runs from before `steps_before` that went well, the single steps: more than half of what a run takes. Of runs
    from before `runs_before`, which stay for what they made of a day or an upload, all but this. `going`: runs that go
    as a whole.
    """
    values = {
        "steps_before": steps_before, "runs_before": runs_before, "steps": list(STEPS), "going": list(going),
        "finished": list(FINISHED),
    }  # fmt: skip
    return _old(url, "old events", values, delete=delete)


def collation_changed(url: str) -> bool:
    """Whether the rules by which the database sorts text are others than those its indexes were built by.

    They come with the system of the server, and a newer system may sort otherwise; then an index finds no more what
    it holds. campfill's own server sorts by code points, which never change.
    """
    with psycopg.connect(url) as conn:
        row = conn.execute(query("postgres/housekeeping", "collation changed")).fetchone()
    return bool(row and row[0])


def reindex(url: str, schema: str) -> None:
    """Build all indexes of a schema anew, beside those in use, then note by which rules the database sorts now."""
    with psycopg.connect(url, autocommit=True) as conn:
        conn.execute(sql.SQL("REINDEX (CONCURRENTLY) SCHEMA {}").format(sql.Identifier(schema)))
        name = sql.Identifier(conn.info.dbname)
        conn.execute(sql.SQL("ALTER DATABASE {} REFRESH COLLATION VERSION").format(name))
