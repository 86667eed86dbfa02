"""A disk that is full, down to the last byte: it is said, nothing is lost, and all goes on once there is room.

On a small disk of its own (a tmpfs) stand a home and its own server; each test fills it in the midst of some work.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg
import psycopg
import pytest

from campfill_pipeline.defs import maintenance, schedules, sensors, watch
from campfill_pipeline.defs.ingest import ingest
from campfill_pipeline.defs.local_runs import LocalRuns
from campfill_pipeline.defs.nightly_backup import back_up
from campfill_pipeline.defs.refresh import refresh
from campfill_pipeline.defs.resources import Campfill
from campfill_pipeline.domain.backup_keeping import Keeping
from campfill_pipeline.domain.disk_room import LEAST_BYTES, is_disk_full
from campfill_pipeline.domain.errors import CampfillError
from campfill_pipeline.domain.housekeeping import HousekeepingRules
from campfill_pipeline.settings import Settings, load_settings
from campfill_pipeline.simulator.api import SimulatedApi, serve
from campfill_pipeline.simulator.roster import Shape
from campfill_pipeline.simulator.world import make_world
from campfill_pipeline.warehouse import database
from campfill_pipeline.warehouse.postgres import kept_backups, server
from campfill_pipeline_tests.defs.small_disk import SmallDisk, small_disk
from campfill_pipeline_tests.environment import let_enter
from campfill_pipeline_tests.lists import row, write_list

NOW = datetime(2026, 4, 2, 10, tzinfo=UTC)


@dataclass(frozen=True)
class Home:
    """A home on a small disk, with its server."""

    disk: SmallDisk
    settings: Settings
    url: str


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    place = let_enter(tmp_path_factory.mktemp("disk"))
    with small_disk(place, 500) as disk:
        environ = {
            "CAMPFILL_HOME": str(place / "home"),
            "CAMPFILL_SETTLE_SECONDS": "0",
            "CAMPFILL_BACKUP_DIR": str(place / "backups"),
        }
        settings = load_settings(environ, cwd=place)
        settings.make_folders()
        try:
            yield Home(disk, settings, server.database_url(settings))
        finally:
            server.stop(settings)


@pytest.fixture
def runs(home: Home, instance: dg.DagsterInstance) -> Iterator[LocalRuns]:
    campfill = Campfill(home.settings, server.database_url(home.settings), clock=lambda: NOW)
    yield LocalRuns(campfill, instance)
    campfill.close()


def count(runs: LocalRuns, what: str) -> int:
    with database.connect(runs.campfill.url) as connection:
        [(found,)] = connection.execute(f"SELECT count(*) FROM {what}".encode()).fetchall()
        return int(found)


def told_as_full(error: BaseException) -> bool:
    """Whether a person is told of the disk, whatever step met it."""
    return is_disk_full(error) or "No space left on device" in str(error)


def fill_when(runs: LocalRuns, begins: str, stack: ExitStack, disk: SmallDisk) -> None:
    """Fill the disk once the run tells this progress, until `stack` ends."""

    def fill(what: str, done: int, total: int) -> None:
        if what.startswith(begins):
            runs.campfill.progress = lambda *told: None
            stack.enter_context(disk.full())

    runs.campfill.progress = fill


def test_files_wait_in_the_inbox_and_are_read_once_there_is_room(home: Home, runs: LocalRuns) -> None:
    campfill, instance = runs.campfill, runs.instance
    dropped = write_list(campfill.settings.inbox / "waits.xlsx", [row(1)])
    context = dg.build_sensor_context(instance=instance, resources={"campfill": campfill})
    with home.disk.full(leaving=LEAST_BYTES // 2):
        result = sensors.inbox(context)
        assert isinstance(result, dg.SkipReason)
        assert (result.skip_message or "").startswith(f"ALERT: the disk of {campfill.settings.home} is full")
        for schedule in schedules.schedules("Europe/Berlin")[:3]:  # what they would begin would fail half-way
            asked = schedule.evaluate_tick(
                dg.build_schedule_context(
                    instance=instance,
                    resources={"campfill": with_api(campfill)},
                    scheduled_execution_time=NOW,
                )
            )
            assert "is full" in (asked.skip_message or ""), schedule.name
        assert dropped.exists()
        watch.look(campfill, instance)
        assert count(runs, "notice WHERE kind = 'disk_low' AND over_at IS NULL") == 1, (
            "and whoever wants is told"
        )
    for _ in range(50):  # it must be seen standing still
        result = sensors.inbox(context)
        if isinstance(result, dg.SensorResult):
            break
    assert isinstance(result, dg.SensorResult)
    assert len(result.run_requests or []) == 1
    assert not dropped.exists()
    with campfill.connect() as connection:
        connection.execute("UPDATE upload SET status = 'rejected'")


def with_api(campfill: Campfill) -> Campfill:
    told = {"CAMPFILL_REPORTING_URL": "http://127.0.0.1:1", "CAMPFILL_REPORTING_TOKEN": "x"}
    told |= {"CAMPFILL_HOME": str(campfill.settings.home), "CAMPFILL_BACKUP_DIR": "backups"}
    return replace(campfill, settings=load_settings(told, cwd=campfill.settings.home))


def test_a_list_that_meets_the_full_disk_is_stored_whole_later(
    home: Home, runs: LocalRuns, tmp_path: Path
) -> None:
    file = write_list(tmp_path / "meets.xlsx", [row(number) for number in range(3_000)])
    with ExitStack() as until_there_is_room:
        fill_when(runs, "checking", until_there_is_room, home.disk)
        with pytest.raises((CampfillError, OSError, psycopg.Error)) as told:
            ingest(runs, [file])
        assert told_as_full(told.value), told.value
    runs.campfill.close()
    assert server.database_url(home.settings) == runs.campfill.url  # the server itself may have died of it
    assert count(runs, "line") == 0
    later = NOW + timedelta(minutes=5)  # the command that took it in is no more at it
    again = LocalRuns(Campfill(home.settings, runs.campfill.url, clock=lambda: later), runs.instance)
    context = dg.build_sensor_context(instance=runs.instance, resources={"campfill": again.campfill})
    result = sensors.inbox(context)
    assert isinstance(result, dg.SensorResult), result
    for asked in result.run_requests or []:
        again.run("upload", tags=asked.tags)
    again.campfill.close()
    assert count(runs, "line") == 3_000
    assert count(runs, "upload WHERE file_name = 'meets.xlsx' AND status = 'loaded'") == 1


DAYS = [NOW.date() - timedelta(days=back) for back in (3, 2, 1)]


@contextmanager
def reporting(runs: LocalRuns) -> Iterator[tuple[SimulatedApi, LocalRuns]]:
    """A reporting API, and who asks it."""
    with serve(make_world(NOW.date(), seed=11, shape=Shape.small()), now=lambda: NOW) as api:
        settings = replace(runs.campfill.settings, reporting_url=api.url, reporting_token=api.token)
        asking = LocalRuns(replace(runs.campfill, settings=settings), runs.instance)
        yield api, asking
        asking.campfill.close()


def test_delivery_that_meets_the_full_disk_is_fetched_whole_later(home: Home, runs: LocalRuns) -> None:
    with reporting(runs) as (api, fetching):
        with home.disk.full():
            try:
                assert refresh(fetching, DAYS[0], DAYS[-1])["failures"]
            except (CampfillError, OSError, psycopg.Error) as error:
                assert told_as_full(error), error
        fetching.campfill.close()
        assert server.database_url(home.settings) == runs.campfill.url
        assert count(runs, "report_row") == sum(
            api.detail_table(day, day).num_rows for day in DAYS if is_complete(runs, day)
        ), "no day is half there"
        assert refresh(fetching, DAYS[0], DAYS[-1])["failures"] == []
        assert count(runs, "report_row") == sum(api.detail_table(day, day).num_rows for day in DAYS)


def is_complete(runs: LocalRuns, day: object) -> bool:
    return bool(count(runs, f"delivery_fetch WHERE day = '{day}' AND status = 'complete'"))


def told_rows(runs: LocalRuns) -> str:
    with database.connect(runs.campfill.url) as connection:
        [(told,)] = connection.execute(
            "SELECT count(*) || ' ' || sum(hashtextextended(r::text, 0)) FROM stored_hour r"
        ).fetchall()
        return str(told)


def test_months_that_meet_the_full_disk_are_packed_later(home: Home, runs: LocalRuns) -> None:
    with reporting(runs) as (_, fetching):
        refresh(fetching, DAYS[0], DAYS[-1])
    later = replace(runs.campfill, clock=lambda: NOW + timedelta(days=90))
    before = told_rows(runs)
    assert count(runs, "report_hour") > 0
    with home.disk.full():
        try:
            maintenance._pack(later, HousekeepingRules(), False)
        except (psycopg.Error, OSError) as error:
            assert told_as_full(error) or isinstance(error, psycopg.OperationalError), error
    later.close()
    assert server.database_url(home.settings) == runs.campfill.url
    assert told_rows(runs) == before, "no row is lost or doubled"
    maintenance._pack(later, HousekeepingRules(), False)
    assert told_rows(runs) == before
    assert (count(runs, "report_hour"), count(runs, "packed_hour") > 0) == (0, True)


def test_a_backup_that_finds_no_room_leaves_older_ones_and_the_next_is_proven(
    home: Home, runs: LocalRuns
) -> None:
    settings = replace(home.settings, backup_keep=Keeping(1, 0, 0))
    folder = settings.backup_dir
    assert folder is not None

    def make(day: int) -> None:
        back_up(settings, runs.campfill.url, now=NOW + timedelta(days=day))

    make(1)
    (kept,) = kept_backups.proven(folder)
    with (
        home.disk.full(leaving=LEAST_BYTES // 2),
        pytest.raises(
            kept_backups.KeptBackupError, match=r"to prove one, .* MB are needed .* and .* MB are free"
        ),
    ):
        make(2)
    elsewhere = folder.parent / "other-disk"
    elsewhere.mkdir()
    with small_disk(elsewhere, 1) as other:  # the disk of the backups is full, that of the home is not
        with other.full(), pytest.raises(CampfillError, match="could not be written"):
            back_up(replace(settings, backup_dir=other.place / "b"), runs.campfill.url, now=NOW)
        assert kept_backups.proven(other.place / "b") == []
    assert kept_backups.proven(folder) == [kept]
    make(3)
    (newest,) = kept_backups.proven(folder)
    assert newest.made_at > kept.made_at


def test_a_server_that_dies_of_the_full_disk_says_so_and_comes_back(home: Home, runs: LocalRuns) -> None:
    lines = count(runs, "line")
    with home.disk.full():
        with (
            pytest.raises(psycopg.Error) as died,
            psycopg.connect(runs.campfill.url, autocommit=True) as connection,
        ):
            for _ in range(1_000):  # the log of what is written takes the last room
                connection.execute("SELECT pg_logical_emit_message(false, 'x', repeat('x', 1000000), true)")
        assert died.value is not None
        server.stop(home.settings)
        try:
            server.database_url(home.settings)
        except server.ServerError as error:
            assert "No space left on device" in str(error)
    assert server.database_url(home.settings) == runs.campfill.url, (
        "where it was, so that all who knew it find it"
    )
    assert count(runs, "line") == lines
    assert shutil.disk_usage(home.settings.home).free > LEAST_BYTES
