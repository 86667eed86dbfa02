"""The rows of a year: those of real runs, uploads, ticks and days, copied in the database as often as a year has them.

Belongs here: taking real rows as patterns, and writing a day of copies. Does not belong here: making the real ones, and
what becomes of the copies (`year`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import uuid4

import psycopg
from psycopg import sql

APART = 1_000  # numbers of events that each copied run has for itself; no real one has so many
DAEMONS_EVENTS = 8
"""A run that the daemon starts has so many more events than the same run of a command: queued, taken, started."""

_PATTERNS = """
CREATE SCHEMA pattern;
CREATE TABLE pattern.runs AS SELECT * FROM runs WHERE run_id = ANY(%(runs)s);
CREATE TABLE pattern.run_tags AS SELECT * FROM run_tags WHERE run_id = ANY(%(runs)s);
CREATE TABLE pattern.event_logs AS
    SELECT e.*, row_number() OVER (PARTITION BY run_id ORDER BY id) + %(more)s AS turn
    FROM event_logs e WHERE run_id = ANY(%(runs)s);
INSERT INTO pattern.event_logs
    SELECT e.id, e.run_id, e.event, 'ENGINE_EVENT', e.timestamp, NULL, NULL, NULL, n
    FROM pattern.event_logs e, generate_series(1, %(more)s) n WHERE turn = %(more)s + 1;
CREATE TABLE pattern.asset_event_tags AS SELECT t.*, e.run_id, e.turn
    FROM asset_event_tags t JOIN pattern.event_logs e ON e.id = t.event_id AND e.turn > %(more)s;
CREATE TABLE pattern.checks AS
    SELECT c.*, e.turn, m.turn AS made_turn, m.run_id AS made_run FROM asset_check_executions c
    JOIN pattern.event_logs e ON e.id = c.evaluation_event_storage_id AND e.turn > %(more)s
    LEFT JOIN pattern.event_logs m ON m.id = c.materialization_event_storage_id AND m.turn > %(more)s
    WHERE c.run_id = ANY(%(runs)s);
CREATE TABLE pattern.job_ticks AS SELECT * FROM job_ticks;
CREATE TABLE pattern.written (
    turn int PRIMARY KEY, run_id text, as_run text, at timestamp, old text[], new text[], base bigint);
CREATE FUNCTION pattern.told(told text, as_run text, run_id text, old text[], new text[]) RETURNS text
LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    told := replace(told, as_run, run_id);
    FOR n IN 1 .. coalesce(array_length(old, 1), 0) LOOP told := replace(told, old[n], new[n]); END LOOP;
    RETURN told;
END $$;
TRUNCATE runs, run_tags, event_logs, asset_event_tags, asset_check_executions, job_ticks, dynamic_partitions;
"""

_TOLD = "pattern.told({}, w.as_run, w.run_id, w.old, w.new)"
_DAY = f"""
INSERT INTO runs (run_id, snapshot_id, pipeline_name, mode, status, run_body, create_timestamp, update_timestamp,
                  start_time, end_time)
    SELECT w.run_id, snapshot_id, pipeline_name, mode, status, {_TOLD.format("run_body")}, w.at, w.at,
           extract(epoch FROM w.at), extract(epoch FROM w.at) + end_time - start_time
    FROM pattern.written w JOIN pattern.runs p ON p.run_id = w.as_run ORDER BY w.turn;
INSERT INTO run_tags (run_id, key, value)
    SELECT w.run_id, key, {_TOLD.format("value")}
    FROM pattern.written w JOIN pattern.run_tags p ON p.run_id = w.as_run;
INSERT INTO event_logs (id, run_id, event, dagster_event_type, timestamp, step_key, asset_key, partition)
    SELECT w.base + p.turn, w.run_id, {_TOLD.format("event")}, dagster_event_type, w.at + (timestamp - b.begun),
           step_key, asset_key, {_TOLD.format("partition")}
    FROM pattern.written w JOIN pattern.event_logs p ON p.run_id = w.as_run
    JOIN (SELECT run_id, min(timestamp) begun FROM pattern.event_logs GROUP BY 1) b ON b.run_id = w.as_run;
INSERT INTO asset_event_tags (event_id, asset_key, key, value, event_timestamp)
    SELECT w.base + p.turn, asset_key, key, {_TOLD.format("value")}, w.at
    FROM pattern.written w JOIN pattern.asset_event_tags p ON p.run_id = w.as_run;
INSERT INTO asset_check_executions (asset_key, check_name, partition, run_id, execution_status, evaluation_event,
        evaluation_event_timestamp, evaluation_event_storage_id, materialization_event_storage_id, create_timestamp)
    SELECT asset_key, check_name, {_TOLD.format("partition")}, w.run_id, execution_status,
           {_TOLD.format("evaluation_event")}, w.at, w.base + p.turn, w.base + p.made_turn, w.at
    FROM pattern.written w JOIN pattern.checks p ON p.run_id = w.as_run;
UPDATE asset_keys k SET last_materialization = e.event, last_run_id = e.run_id,
                        last_materialization_timestamp = e.timestamp
    FROM (SELECT DISTINCT ON (asset_key) asset_key, event, run_id, timestamp FROM event_logs
          WHERE id > (SELECT min(base) FROM pattern.written) AND dagster_event_type = 'ASSET_MATERIALIZATION'
          ORDER BY asset_key, id DESC) e
    WHERE e.asset_key = k.asset_key;
INSERT INTO dynamic_partitions (partitions_def_name, partition, create_timestamp)
    SELECT %(uploads)s, new[1], at FROM pattern.written WHERE new[1] ~ '^[0-9]{{6}}-' ORDER BY turn;
"""

_TICKS = """
INSERT INTO job_ticks (
        job_origin_id, selector_id, status, type, timestamp, tick_body, create_timestamp, update_timestamp)
    SELECT job_origin_id, selector_id, status, type, at, tick_body, at, at
    FROM pattern.job_ticks p JOIN (SELECT unnest(%(whose)s::text[]) whose, unnest(%(status)s::text[]) what,
                                          unnest(%(count)s::int[]) times) n ON (whose, what) = (job_origin_id, status),
    LATERAL (SELECT %(begin)s::timestamp + (%(seconds)s::float * i / times) * interval '1 second' AS at
             FROM generate_series(1, times) i) moments
ORDER BY at
"""

FIRST_NUMBER = 1_000  # of copied uploads, in the ledger: beyond those of the real ones
_NEW_UPLOADS = """unnest(%(ids)s::uuid[], %(keys)s::text[], %(ats)s::timestamptz[], %(receipts)s::text[],
                         %(numbers)s::bigint[]) AS n (upload_id, key, at, receipt, number)"""
_OF_UPLOADS = {
    "upload": {
        "upload_id": "n.upload_id", "partition_key": "n.key", "sha256": "md5(n.key)", "received_at": "n.at",
        "decided_at": "n.at", "receipt": "n.receipt", "order_no": "n.number", "applied_no": "n.number",
    },
    "ledger_event": {"upload_id": "n.upload_id", "at": "n.at"},
    "upload_issue": {"upload_id": "n.upload_id"},
    "upload_listing": {"upload_id": "n.upload_id"},
}  # fmt: skip
_DELIVERY_PATTERNS = """
CREATE SCHEMA pattern;
CREATE TABLE pattern.hours AS SELECT * FROM report_hour WHERE hour_utc >= %(day)s AND hour_utc < %(next)s;
CREATE TABLE pattern.fetches AS SELECT * FROM delivery_fetch WHERE source = 'api' LIMIT 1;
DELETE FROM report_hour;
DELETE FROM delivery_fetch;
"""


@dataclass(frozen=True)
class Written:
    """A copy of run `as_run` that began at `at`; what its pattern said becomes `new`, word by word."""

    as_run: str
    at: datetime
    old: tuple[str, ...] = ()
    new: tuple[str, ...] = ()


class Lived:
    """Dagster's and campfill's databases, both open, with the patterns of real rows taken aside."""

    def __init__(self, dagster: psycopg.Connection, campfill: psycopg.Connection, uploads: str) -> None:
        self.dagster, self.campfill, self.uploads = dagster, campfill, uploads
        self._copies: list[sql.Composed] = []
        self._base = 10_000_000  # beyond every number of a real event

    def take_runs(self, run_ids: Sequence[str]) -> None:
        """Put these runs aside as patterns, with all ticks, and empty Dagster's lists."""
        with psycopg.ClientCursor(self.dagster) as cursor:
            cursor.execute(_PATTERNS.encode(), {"runs": list(run_ids), "more": DAEMONS_EVENTS})

    def write_runs(self, runs: Sequence[Written]) -> None:
        """A day of runs with their events, in the order given."""
        rows = [
            (number, str(uuid4()), run.as_run, run.at.replace(tzinfo=None), list(run.old), list(run.new),
             self._base + number * APART)
            for number, run in enumerate(runs)
        ]  # fmt: skip
        self._base += len(runs) * APART
        with self.dagster.transaction(), psycopg.ClientCursor(self.dagster) as cursor:
            cursor.execute("TRUNCATE pattern.written")
            with cursor.copy("COPY pattern.written FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
            cursor.execute(_DAY.encode(), {"uploads": self.uploads})

    def write_ticks(self, begin: datetime, seconds: int, counts: Mapping[tuple[str, str], int]) -> None:
        """Ticks of so many seconds from `begin` on: how many of each (whose, status)."""
        self.dagster.execute(
            _TICKS.encode(),
            {
                "begin": begin.replace(tzinfo=None), "seconds": seconds,
                "whose": [whose for whose, _ in counts], "status": [status for _, status in counts],
                "count": list(counts.values()),
            },
        )  # fmt: skip

    def take_delivery(self, day: date, upload_id: str) -> None:
        """Put a day's report rows aside, and all of delivery away; the rows of this upload are the pattern of all."""
        with psycopg.ClientCursor(self.campfill) as cursor:
            cursor.execute(_DELIVERY_PATTERNS.encode(), {"day": day, "next": day + timedelta(days=1)})
        for table in _OF_UPLOADS:
            found = self.campfill.execute(
                "SELECT column_name FROM information_schema.columns WHERE table_schema = 'campfill'"
                " AND table_name = %s AND is_identity = 'NO' ORDER BY ordinal_position",
                [table],
            )
            columns = [str(name) for (name,) in found]
            told = _OF_UPLOADS[table]
            self._copies.append(
                sql.SQL(
                    "INSERT INTO {t} ({c}) SELECT {v} FROM {t} p, {n} WHERE p.upload_id = {u} ORDER BY n.number"
                ).format(
                    t=sql.Identifier(table), c=sql.SQL(", ").join(map(sql.Identifier, columns)), u=upload_id,
                    v=sql.SQL(", ").join(
                        sql.SQL(told[name]) if name in told else sql.Identifier("p", name) for name in columns
                    ), n=sql.SQL(_NEW_UPLOADS),
                )
            )  # fmt: skip

    def write_delivery(self, day: date, pattern_day: date) -> int:
        """That day's report rows again, as of `day`; how many."""
        self.campfill.execute(
            "INSERT INTO delivery_fetch SELECT (jsonb_populate_record(f, jsonb_build_object('day', %s::text))).*"
            " FROM pattern.fetches f",
            [str(day)],
        )
        return self.campfill.execute(
            "INSERT INTO report_hour SELECT hour_utc - %s, series_no, site_no, fetch_no, bids, wins, plays,"
            " impressions, terms FROM pattern.hours",
            [pattern_day - day],
        ).rowcount

    def write_uploads(self, uploads: Sequence[tuple[str, datetime, str]]) -> None:
        """Uploads with their rows: partition key, moment and receipt of each. The key begins with the number."""
        values = {
            "ids": [uuid4() for _ in uploads],
            "keys": [key for key, _, _ in uploads],
            "ats": [at for _, at, _ in uploads],
            "receipts": [receipt for _, _, receipt in uploads],
            "numbers": [int(key[:6]) + FIRST_NUMBER for key, _, _ in uploads],
        }
        with psycopg.ClientCursor(self.campfill) as cursor:
            for copy in self._copies:
                cursor.execute(copy, values)
