"""Housekeeping: what people look at stays, the rest goes, a second time finds nothing, a dry run changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import dagster as dg
import psycopg
import pytest
from dagster import DagsterEventType, DagsterRunStatus
from dagster._core.definitions.run_request import InstigatorType
from dagster._core.remote_origin import (
    RegisteredCodeLocationOrigin,
    RemoteInstigatorOrigin,
    RemoteRepositoryOrigin,
)
from dagster._core.scheduler.instigation import InstigatorState, InstigatorStatus, TickData, TickStatus
from dagster_shared.error import SerializableErrorInfo

from campfill_pipeline.defs import dagster_pruning
from campfill_pipeline.defs.maintenance import Done, MaintenanceRunsError, maintain
from campfill_pipeline.defs.maintenance_job import maintenance_job
from campfill_pipeline.defs.partitions import UPLOADS
from campfill_pipeline.defs.resources import Campfill, campfill_resource
from campfill_pipeline.domain.housekeeping import HousekeepingRules
from campfill_pipeline.warehouse import claims, database
from campfill_pipeline.warehouse.delivery import partitions as months
from campfill_pipeline.warehouse.postgres import housekeeping, server
from campfill_pipeline_tests.defs.dagster_past import add_events, add_run, dagster_on, date_back, new_database

NOW = datetime(2026, 9, 1, 3, tzinfo=UTC)
UPLOAD_ASSETS = ("upload_sheets", "lines")
DAYS = 40


@dataclass(frozen=True)
class Past:
    """Forty days of a home: two uploads and one nightly refresh of three days each day, and runs that failed."""

    campfill: Campfill
    instance: dg.DagsterInstance
    url: str
    """Of Dagster's database."""
    uploads: dict[str, str]
    """The run of each upload partition."""
    back: dict[str, int]
    """How many days ago each run began."""

    def maintain(self, *, dry_run: bool = False, at: datetime = NOW) -> Done:
        return maintain(self.instance, replace(self.campfill, clock=lambda: at), dry_run=dry_run)

    def run_ids(self) -> set[str]:
        return set(self.instance.get_run_ids())

    def latest(self) -> dict[tuple[str, str], int]:
        """The latest materialization of every asset and partition, and of each asset as a whole."""
        found = {}
        for key in self.instance.get_asset_keys():
            name = key.to_user_string()
            event = self.instance.get_latest_materialization_event(key)
            if event is not None:
                found[name, ""] = hash(event.run_id)
            latest = self.instance.get_latest_storage_id_by_partition(
                key, DagsterEventType.ASSET_MATERIALIZATION
            )
            found |= {(name, partition): number for partition, number in latest.items()}
        return found


@pytest.fixture(scope="module")
def history(
    postgres_server: server.Server, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, dict[str, str], dict[str, int]]]:
    """The past made once: its database, the run of each upload, the age of each run."""
    with new_database(postgres_server) as name:
        uploads: dict[str, str] = {}
        back: dict[str, int] = {}
        with dagster_on(postgres_server, name, tmp_path_factory.mktemp("made") / "dagster") as instance:
            for day in range(DAYS, 0, -1):
                today = NOW.date() - timedelta(days=day)
                fetched = [("delivery_daily", str(today - timedelta(days=number))) for number in (1, 2, 3)]
                back[add_run(instance, [*fetched, ("fulfillment", None)])] = day
                back[add_run(instance, [], status=DagsterRunStatus.FAILURE)] = day
                for _ in range(2):
                    key = f"{len(uploads) + 100:06}-list.xlsx"
                    made = [*((asset, key) for asset in UPLOAD_ASSETS), ("fulfillment", None)]
                    uploads[key] = add_run(instance, made, job="upload")
                    back[uploads[key]] = day
            back[add_run(instance, [("fulfillment", None)])] = 0
            back[add_run(instance, [], status=DagsterRunStatus.STARTED)] = DAYS
            instance.add_dynamic_partitions(UPLOADS.name or "", list(uploads))
        date_back(postgres_server.url(name), back, NOW)
        yield name, uploads, back


@pytest.fixture
def past(
    campfill: Campfill,
    postgres_server: server.Server,
    tmp_path: Path,
    history: tuple[str, dict[str, str], dict[str, int]],
) -> Iterator[Past]:
    template, uploads, back = history
    with (
        new_database(postgres_server, template) as name,
        dagster_on(postgres_server, name, tmp_path / "dagster") as instance,
    ):
        for key, run in uploads.items():
            _enter(campfill, key, decided=NOW - timedelta(days=back[run]))
        yield Past(campfill, instance, postgres_server.url(name), uploads, back)


def _enter(campfill: Campfill, key: str, *, decided: datetime | None) -> None:
    with campfill.connect() as connection:
        connection.execute(
            "INSERT INTO upload (upload_id, partition_key, order_no, sha256, file_name, file_bytes, archived_as,"
            " door, status, received_at, decided_at, receipt)"
            " SELECT %s, %s, coalesce(max(order_no), 0) + 1, '', 'list.xlsx', 1, '', 'inbox', %s, %s, %s, %s"
            " FROM upload",
            [
                uuid4(), key, "loaded" if decided else "received", decided or NOW, decided,
                f"outbox/{key}.receipt.xlsx",
            ],
        )  # fmt: skip


def _report(campfill: Campfill, hours: list[datetime]) -> None:
    with campfill.connect() as connection:
        for hour in hours:
            months.ensure(connection, hour, hour + timedelta(hours=1))
            connection.execute(
                "INSERT INTO report_hour (hour_utc, series_no, site_no, fetch_no, impressions, terms)"
                " VALUES (%s, 1, 1, 1, 2.5, '0')",
                [hour],
            )


def test_what_is_looked_at_stays_and_the_rest_goes(past: Past) -> None:
    before, latest = past.run_ids(), past.latest()
    done = past.maintain()
    left = past.run_ids()
    rules = HousekeepingRules()
    for key, run in past.uploads.items():
        young = past.back[run] <= rules.upload_days
        assert (key in dagster_pruning.upload_partitions(past.instance)) == young
        assert (run in left) == young
    kept = {
        place: number
        for place, number in latest.items()
        if not (place[1].startswith("000") and past.back[past.uploads[place[1]]] > rules.upload_days)
    }
    assert past.latest() == kept, "the latest state of every asset, day and upload still listed"
    started = past.instance.get_runs(dg.RunsFilter(statuses=[DagsterRunStatus.STARTED]))
    assert len(started) == 1, "what is not finished is never pruned"
    failed = past.instance.get_runs(dg.RunsFilter(statuses=[DagsterRunStatus.FAILURE]))
    assert len(failed) == rules.run_days, "failures own nothing: they go by their age"
    assert done.runs == len(before - left) > 40
    assert done.upload_partitions == 2 * (DAYS - rules.upload_days)


def test_a_dry_run_tells_the_same_and_changes_nothing_and_a_second_time_finds_nothing(past: Past) -> None:
    runs, latest = past.run_ids(), past.latest()
    partitions = dagster_pruning.upload_partitions(past.instance)
    hours = [datetime(2026, 6, day, 12, tzinfo=UTC) for day in (1, 15, 30)]
    _report(past.campfill, [*hours, datetime(2026, 7, 1, tzinfo=UTC)])
    told = past.maintain(dry_run=True)
    assert (told.after, told.freed_bytes, told.dry_run) == (None, None, True)
    assert past.run_ids() == runs
    assert past.latest() == latest
    assert dagster_pruning.upload_partitions(past.instance) == partitions
    done = past.maintain()
    same = (
        "runs",
        "upload_partitions",
        "steps",
        "ticks",
        "check_results",
        "receipts",
        "months_made",
        "months_packed",
        "rows_packed",
    )
    assert [getattr(told, name) for name in same] == [getattr(done, name) for name in same]
    assert done.months_made == ("report_hour_2026_09", "report_hour_2026_10", "report_hour_2026_11")
    assert (done.months_packed, done.rows_packed) == (("2026-06",), 3), "July ended 31 days ago: it is open"
    with past.campfill.connect() as connection:
        found = connection.execute("SELECT hour_utc FROM report_hour").fetchall()
        assert found == [(datetime(2026, 7, 1, tzinfo=UTC),)]
        found = connection.execute("SELECT hour_utc FROM stored_hour ORDER BY 1").fetchall()
        assert [hour for (hour,) in found] == [*hours, datetime(2026, 7, 1, tzinfo=UTC)]
    again = past.maintain()
    assert (again.months_packed, again.rows_packed) == ((), 0)
    assert (again.runs, again.upload_partitions, again.ticks, again.check_results, again.receipts) == (0,) * 5
    assert (again.months_made, again.rewritten) == ((), ())


def test_an_upload_that_waits_or_is_unknown_keeps_its_partition(past: Past) -> None:
    _enter(past.campfill, "000001-waits.xlsx", decided=None)
    past.instance.add_dynamic_partitions(UPLOADS.name or "", ["000001-waits.xlsx", "000002-unknown.xlsx"])
    past.maintain(at=NOW + timedelta(days=1000))
    assert dagster_pruning.upload_partitions(past.instance) == ["000001-waits.xlsx", "000002-unknown.xlsx"]


def test_old_days_go_when_nobody_looks_at_them_any_more(past: Past) -> None:
    done = past.maintain(at=NOW + timedelta(days=1000))
    assert done.runs == len(past.back) - 4
    assert {place for place in past.latest() if place[1]} <= {
        ("delivery_daily", str(NOW.date() - timedelta(days=day))) for day in (2, 3, 4)
    } | {(asset, max(past.uploads)) for asset in UPLOAD_ASSETS}, "only what the last run of each asset made"
    assert {name for name, partition in past.latest() if not partition} == {
        "delivery_daily", "fulfillment", *UPLOAD_ASSETS,
    }  # fmt: skip


def test_old_receipts_go_and_other_files_stay(past: Past) -> None:
    outbox = past.campfill.settings.outbox
    for key in past.uploads:
        (outbox / f"{key}.receipt.xlsx").write_bytes(b"receipt")
    (outbox / "notes of mine.txt").write_text("mine")
    (outbox.parent / "elsewhere.xlsx").write_text("not in the outbox")
    with past.campfill.connect() as connection:
        connection.execute(
            "UPDATE upload SET receipt = 'outbox/../elsewhere.xlsx' WHERE partition_key = %s",
            [min(past.uploads)],
        )
    at = NOW + timedelta(days=HousekeepingRules().receipt_days - 30)
    done = past.maintain(at=at)
    young = [key for key, run in past.uploads.items() if past.back[run] <= 30]
    names = {path.name for path in outbox.iterdir()}
    assert names == {f"{key}.receipt.xlsx" for key in [*young, min(past.uploads)]} | {"notes of mine.txt"}
    assert (done.receipts, done.receipt_bytes) == (
        len(past.uploads) - 61,
        (len(past.uploads) - 61) * len(b"receipt"),
    )
    assert (outbox.parent / "elsewhere.xlsx").exists()


def test_older_results_of_checks_go_but_for_the_latest_and_those_of_runs_at_work(past: Past) -> None:
    days = HousekeepingRules().step_days
    (at_work,) = past.instance.get_run_ids(dg.RunsFilter(statuses=[DagsterRunStatus.STARTED]))
    told = {"at work": (at_work, 30), "gone": ("a run that is gone", 20), "old": (max(past.back), days + 1)}
    told |= {"young": ("another that is gone", days - 1)}
    with psycopg.connect(past.url) as connection:
        for check in ("told again", "told last long ago"):
            for what, (run, age) in told.items():
                if check == "told again" or what != "young":
                    connection.execute(
                        "INSERT INTO asset_check_executions (asset_key, check_name, run_id, execution_status,"
                        " create_timestamp) VALUES ('[\"lines\"]', %s, %s, 'SUCCEEDED', %s)",
                        [check, run, (NOW - timedelta(days=age)).replace(tzinfo=None)],
                    )
    assert past.maintain(dry_run=True).check_results == past.maintain().check_results == 3
    with psycopg.connect(past.url) as connection:
        left = connection.execute(
            "SELECT check_name, run_id FROM asset_check_executions ORDER BY id"
        ).fetchall()
    assert left == [
        ("told again", at_work), ("told again", "another that is gone"),
        ("told last long ago", at_work), ("told last long ago", max(past.back)),
    ]  # fmt: skip


def test_of_a_run_that_stays_for_a_day_it_fetched_only_what_is_the_latest_stays(past: Past) -> None:
    long_ago, last_week = HousekeepingRules().run_days + 1, HousekeepingRules().run_days - 1
    runs = {
        add_run(past.instance, [("delivery_daily", day), ("fulfillment", None)]): age
        for day, age in (("2026-08-20", long_ago), ("2026-08-21", last_week))
    }
    failed = add_run(past.instance, [("delivery_daily", "2026-08-22"), ("fulfillment", None)])
    (made,) = past.instance.get_runs(dg.RunsFilter(run_ids=[failed]))
    past.instance.report_run_failed(made)
    runs[failed] = long_ago
    with psycopg.connect(past.url) as connection:
        for run in runs:
            for kind in ("STEP_START", "STEP_FAILURE", "ASSET_CHECK_EVALUATION"):
                connection.execute(
                    "INSERT INTO event_logs (run_id, event, dagster_event_type) VALUES (%s, '{}', %s)",
                    [run, kind],
                )
        connection.execute(
            "INSERT INTO asset_event_tags (event_id, asset_key, key, value)"
            " SELECT id, asset_key, 'a', 'b' FROM event_logs"
            " WHERE dagster_event_type = 'ASSET_MATERIALIZATION' AND run_id = ANY (%s)",
            [list(runs)],
        )
    date_back(past.url, runs, NOW)
    add_run(past.instance, [("fulfillment", None)])
    latest = past.latest()
    assert past.maintain(dry_run=True).steps == past.maintain().steps > 0
    with psycopg.connect(past.url) as connection:
        left = connection.execute(
            "SELECT run_id, dagster_event_type, partition FROM event_logs WHERE run_id = ANY (%s)"
            " AND dagster_event_type NOT LIKE 'PIPELINE_%%' ORDER BY 1, 2, 3",
            [list(runs)],
        ).fetchall()
        tags = connection.execute(
            "SELECT count(*), count(e.id) FROM asset_event_tags t LEFT JOIN event_logs e ON e.id = t.event_id"
            " WHERE t.key = 'a'"
        ).fetchall()
    first, second, _ = runs
    assert set(left) == {
        (first, "ASSET_MATERIALIZATION", "2026-08-20"), (first, "STEP_FAILURE", None),
        (second, "ASSET_MATERIALIZATION", "2026-08-21"), (second, "ASSET_MATERIALIZATION", None),
        (second, "ASSET_CHECK_EVALUATION", None), (second, "STEP_FAILURE", None),
        (failed, "ASSET_MATERIALIZATION", "2026-08-22"), (failed, "STEP_FAILURE", None),
    }  # fmt: skip
    assert tags == [(4, 4)]
    assert past.latest() == {place: made for place, made in latest.items() if place in past.latest()}
    assert {("delivery_daily", f"2026-08-{day}") for day in (20, 21, 22)} <= set(past.latest())


def test_of_old_runs_that_went_well_the_steps_go_and_what_they_made_stays(past: Past) -> None:
    days = HousekeepingRules().step_days
    past.maintain()
    fine = add_run(past.instance, [("fulfillment", None)])
    failed = add_run(past.instance, [], status=DagsterRunStatus.FAILURE)
    young = add_run(past.instance, [])
    with psycopg.connect(past.url) as connection:
        for run in (fine, failed, young):
            for kind in ("STEP_OUTPUT", "STEP_START", "ASSET_CHECK_EVALUATION", "PIPELINE_SUCCESS"):
                connection.execute(
                    "INSERT INTO event_logs (run_id, event, dagster_event_type) VALUES (%s, '{}', %s)",
                    [run, kind],
                )
    date_back(past.url, {fine: days + 1, failed: days + 1, young: days - 1}, NOW)
    before = past.latest()
    told = past.maintain(dry_run=True)
    done = past.maintain()
    assert (told.steps, done.steps) == (2, 2)
    with psycopg.connect(past.url) as connection:
        left = connection.execute(
            "SELECT run_id, count(*) FROM event_logs WHERE run_id = ANY (%s) GROUP BY 1",
            [[fine, failed, young]],
        ).fetchall()
    assert dict(left) == {fine: 3, failed: 4, young: 4}
    assert {place: made for place, made in past.latest().items() if not place[1]} == {
        place: made for place, made in before.items() if not place[1]
    }
    assert past.maintain().steps == 0


def test_old_ticks_go_also_of_what_is_gone(past: Past) -> None:
    origin = RemoteInstigatorOrigin(
        RemoteRepositoryOrigin(RegisteredCodeLocationOrigin("gone"), "gone"), "inbox"
    )
    state = InstigatorState(origin, InstigatorType.SENSOR, InstigatorStatus.DECLARED_IN_CODE)
    past.instance.add_instigator_state(state)
    whose = (state.instigator_origin_id, state.selector_id)
    for status in (TickStatus.SKIPPED, TickStatus.SUCCESS, TickStatus.FAILURE):
        error = SerializableErrorInfo("x", [], None) if status == TickStatus.FAILURE else None
        for hours in (1, 30, 24 * 29, 24 * 31):
            tick = TickData(
                whose[0], "inbox", InstigatorType.SENSOR, status, (NOW - timedelta(hours=hours)).timestamp(),
                run_ids=[], run_keys=[], selector_id=whose[1], error=error,
            )  # fmt: skip
            past.instance.create_tick(tick)
    assert past.maintain().ticks == 5
    left = sorted(tick.status.value for tick in past.instance.get_ticks(*whose))
    assert left == ["FAILURE"] * 3 + ["SKIPPED"] + ["SUCCESS"] * 3


def test_a_table_that_lost_most_of_its_rows_gives_its_room_back(past: Past) -> None:
    old = [add_run(past.instance, [])]
    add_events(past.url, old[0], 5_000)
    size = housekeeping.size(past.url)
    counts = housekeeping.row_counts(past.url)
    dagster_pruning.delete_runs(past.instance, old)
    shrunk = housekeeping.shrunk(counts, housekeeping.row_counts(past.url), 0.5)
    assert "event_logs" in shrunk
    assert housekeeping.rewrite(past.url, shrunk) == [], "small tables are left as they are"
    assert "event_logs" in housekeeping.rewrite(past.url, shrunk, least_bytes=100_000)
    assert housekeeping.size(past.url) < size - 2_000_000
    with psycopg.connect(past.url) as reader:
        reader.execute("SELECT count(*) FROM event_logs")
        assert housekeeping.rewrite(past.url, ["event_logs"], least_bytes=0, lock_wait="100ms") == []


def test_indexes_of_which_most_was_deleted_take_no_more_than_they_hold(
    past: Past, monkeypatch: pytest.MonkeyPatch
) -> None:
    size = "SELECT pg_indexes_size('job_ticks')"
    with psycopg.connect(past.url, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO job_ticks (job_origin_id, selector_id, status, type, timestamp, tick_body)"
            " SELECT 'a', 'a', 'SKIPPED', 'SENSOR', now() - n * interval '1 second', '{}'"
            " FROM generate_series(1, 20000) n"
        )
        connection.execute("DELETE FROM job_ticks WHERE id % 500 <> 0")
        connection.execute("VACUUM job_ticks")
        (before,) = connection.execute(size).fetchall()
        with connection.transaction():
            connection.execute("SELECT count(*) FROM job_ticks")
            housekeeping.renew_indexes(past.url, ["job_ticks"], lock_wait="100ms")
        assert connection.execute(size).fetchall() == [before], "in use: left as it is"
        housekeeping.renew_indexes(past.url, ["job_ticks"])
        (after,) = connection.execute(size).fetchall()
    assert after[0] < 120_000 < before[0]
    renewed: list[str] = []
    monkeypatch.setattr(housekeeping, "renew_indexes", lambda url, tables: renewed.extend(tables))
    past.maintain()
    assert {"event_logs", "runs"} <= set(renewed)


def test_indexes_are_built_anew_where_the_server_sorts_otherwise(past: Past) -> None:
    assert maintain(past.instance, past.campfill, dry_run=True).reindexed == ()
    with psycopg.connect(past.campfill.url) as connection:
        connection.execute("UPDATE pg_database SET datcollversion = '0' WHERE datname = current_database()")
        before = connection.execute("SELECT 'campfill.upload_pkey'::regclass::oid").fetchone()
    assert housekeeping.collation_changed(past.campfill.url)
    assert maintain(past.instance, past.campfill, dry_run=True).reindexed == ("campfill's",)
    assert housekeeping.collation_changed(past.campfill.url)
    assert maintain(past.instance, past.campfill, dry_run=False).reindexed == ("campfill's",)
    assert not housekeeping.collation_changed(past.campfill.url)
    with psycopg.connect(past.campfill.url) as connection:
        assert connection.execute("SELECT 'campfill.upload_pkey'::regclass::oid").fetchone() != before


def test_two_at_once_do_not_get_into_each_others_way(past: Past) -> None:
    with (
        database.connect(past.campfill.url, autocommit=True) as other,
        claims.turn(other, claims.Turn.HOUSEKEEPING, wait=False),
        pytest.raises(MaintenanceRunsError),
    ):
        past.maintain()
    assert past.maintain().runs > 0


def test_the_nightly_job_does_the_same(past: Past) -> None:
    at_night = replace(past.campfill, clock=lambda: NOW)
    would = past.maintain(dry_run=True)
    result = maintenance_job.execute_in_process(
        instance=past.instance, resources={"campfill": campfill_resource(at_night)}
    )
    done = result.output_for_node("keep_house")
    assert (done["runs"], done["upload_partitions"]) == (would.runs, would.upload_partitions)
    assert result.run_id in past.run_ids(), "the run that keeps house is not finished: it stays"


def test_the_rules_know_a_day_from_an_upload() -> None:
    rules, today = HousekeepingRules(), date(2026, 9, 1)
    assert rules.partition_is_looked_at("2025-07-28", frozenset(), today)
    assert not rules.partition_is_looked_at("2025-07-27", frozenset(), today)
    assert rules.partition_is_looked_at("000001-2026-09-01", frozenset({"000001-2026-09-01"}), today)
    assert not rules.partition_is_looked_at("000001-2026-09-01", frozenset(), today)
