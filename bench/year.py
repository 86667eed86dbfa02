"""A year in fast forward: what grows, what stays, and whether the web UI's lists are still quick at its end.

python -m bench.year                      400 days of 50 uploads, 24 refreshes of today and a night each
python -m bench.year --days 60 --home X   shorter; the home stays in folder X, to be looked at

Real runs of every job are made once, in a home of their own, with a simulated reporting API. Then, day by day, their
rows are written again as Dagster's and campfill's storage hold them: runs, events, tags, checks, ticks, uploads, report
rows; receipts as files; log lines through the writer of `campfill up`. Each night the real housekeeping is done, its
clock set to that night. Backups are made and proven once a month. PostgreSQL's autovacuum looks every second, as days
pass in seconds. Left out are originals, which are kept for ever and as large as what people drop, and the look back at
what the figures had said: it writes one row a day, and takes longer than all else that is done in a night.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from unittest.mock import patch

import dagster as dg
import psycopg
from dagster._core.definitions.run_request import InstigatorType
from dagster._core.remote_origin import (
    RegisteredCodeLocationOrigin,
    RemoteInstigatorOrigin,
    RemoteRepositoryOrigin,
)
from dagster._core.scheduler.instigation import (
    InstigatorState,
    InstigatorStatus,
    ScheduleInstigatorData,
    SensorInstigatorData,
    TickData,
    TickStatus,
)

from bench.months_chart import months_chart
from bench.year_rows import Lived, Written
from campfill_pipeline.commands.processes import keep_log
from campfill_pipeline.defs import jobs, maintenance, run_names
from campfill_pipeline.defs.ingest import ingest
from campfill_pipeline.defs.local_runs import LocalRuns, local_runs
from campfill_pipeline.defs.maintenance_job import MAINTENANCE_JOB
from campfill_pipeline.defs.nightly_backup import BACKUP_JOB, back_up
from campfill_pipeline.defs.partitions import UPLOADS
from campfill_pipeline.defs.ranges import day_range
from campfill_pipeline.defs.resources import silent
from campfill_pipeline.domain.housekeeping import HousekeepingRules
from campfill_pipeline.settings import load_settings
from campfill_pipeline.simulator.api import serve
from campfill_pipeline.simulator.campaign_list import write_campaign_list
from campfill_pipeline.simulator.roster import Shape
from campfill_pipeline.simulator.world import World, make_world
from campfill_pipeline.warehouse import database
from campfill_pipeline.warehouse.delivery import partitions
from campfill_pipeline.warehouse.postgres import housekeeping, server

RESULTS = Path(__file__).with_name("results")
PICTURE = Path(__file__).parents[1] / "docs" / "pictures" / "year.svg"
DAY_SECONDS = 86_400
SENSORS = {"inbox": 5, "list_addresses": 20, "missing_days": 30, "left_figures": 30, "notices": 30}
"""How many seconds lie between two ticks of each."""
SCHEDULES = ("refresh_today_hourly", "refresh_restatement_nightly", "backup_nightly", "maintenance_nightly")
PARTS = 4
"""In so many parts the ticks of a day are written."""
LOG_BYTES = 6_900_000
"""What the daemon's log gets a day."""


@dataclass(frozen=True)
class Sizes:
    """Bytes at the end of a day; the newest backup's, those of all receipts, and rows and runs that are listed."""

    day: int
    dagster: int
    campfill: int
    logs: int
    receipts: int
    backup: int
    runs: int
    upload_partitions: int
    uploads: int
    report_rows: int
    maintain_seconds: float


@dataclass
class Patterns:
    """The real runs, by job; the partition key and the id of the real upload, its receipt; the day of its delivery."""

    runs: dict[str, str]
    key: str
    upload_id: str
    receipt: Path
    day: date


def real_runs(runs: LocalRuns, world: World, folder: Path) -> Patterns:
    """A run of each job, as a home in daily use has them: the second list changes some lines of the first."""
    today = runs.campfill.today
    for version in (1, 2):
        write_campaign_list(world, folder / "list.xlsx", version=version)
        (answer,) = ingest(runs, [folder / "list.xlsx"])
        if version == 1:
            _run(runs, jobs.REFRESH_JOB, day_range(today - timedelta(days=30), today - timedelta(days=1)))
    _run(runs, jobs.REFRESH_JOB, day_range(today - timedelta(days=3), today - timedelta(days=1)))
    _run(runs, jobs.TODAY_JOB, run_names.days(today, today))
    for job in (jobs.FULFILLMENT_JOB, BACKUP_JOB, MAINTENANCE_JOB):
        _run(runs, job, {})
    newest = {record.dagster_run.job_name: record.dagster_run.run_id
              for record in runs.instance.get_run_records(ascending=True)}  # fmt: skip
    return Patterns(
        newest, runs.instance.get_dynamic_partitions(UPLOADS.name or "")[-1], answer["upload_id"],
        runs.campfill.settings.home / answer["receipt"], today - timedelta(days=1),
    )  # fmt: skip


def _run(runs: LocalRuns, job: str, tags: dict[str, str]) -> None:
    runs.run(job, tags=tags)


def real_ticks(instance: dg.DagsterInstance) -> dict[str, str]:
    """A tick of each kind, with words as long as real ones; the origin of each sensor and schedule."""
    whose = {}
    for name in (*SENSORS, *SCHEDULES):
        kind = InstigatorType.SENSOR if name in SENSORS else InstigatorType.SCHEDULE
        repository = RemoteRepositoryOrigin(RegisteredCodeLocationOrigin("campfill"), "__repository__")
        data = SensorInstigatorData() if name in SENSORS else ScheduleInstigatorData("0 * * * *")
        state = InstigatorState(
            RemoteInstigatorOrigin(repository, name), kind, InstigatorStatus.DECLARED_IN_CODE, data
        )
        instance.add_instigator_state(state)
        whose[name] = state.instigator_origin_id
        for status in (TickStatus.SKIPPED, TickStatus.SUCCESS):
            done = status == TickStatus.SUCCESS
            instance.create_tick(
                TickData(
                    state.instigator_origin_id, name, kind, status, time.time(), end_timestamp=time.time(),
                    run_ids=["0" * 36] if done else [], run_keys=[], selector_id=state.selector_id,
                    skip_reason=None if done else f"Nothing waits. Drop campaign lists into /srv/campfill/{'x' * 30}.",
                    log_key=["campfill", name, "0" * 32],
                )
            )  # fmt: skip
    return whose


class Year:
    """A home that lives through its days."""

    def __init__(
        self, runs: LocalRuns, patterns: Patterns, whose: dict[str, str], lived: Lived, begin: date
    ) -> None:
        self.runs, self.patterns, self.whose, self.lived, self.begin = runs, patterns, whose, lived, begin
        self.settings = runs.campfill.settings
        self.number = 2  # the uploads of the patterns
        self.backup_bytes = 0

    def at(self, day: date, seconds: float) -> datetime:
        return datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(seconds=seconds)

    def live(self, day: date, uploads: int, refreshes: int) -> None:
        """A day: its runs, uploads, ticks, delivery and log lines."""
        of, written, entered = self.patterns.runs, [], []
        for turn in range(uploads):
            self.number += 1
            key = f"{self.number:06}{self.patterns.key[6:]}"
            moment = self.at(day, DAY_SECONDS * (turn + 0.5) / uploads)
            receipt = self.settings.outbox / f"{key}.receipt.xlsx"
            os.link(self.patterns.receipt, receipt)
            os.utime(receipt)
            entered.append((key, moment, f"outbox/{receipt.name}"))
            written.append(Written(of[jobs.UPLOAD_JOB], moment, (self.patterns.key,), (key,)))
        for turn in range(refreshes):
            written.append(Written(of[jobs.TODAY_JOB], self.at(day, DAY_SECONDS * (turn + 0.1) / refreshes)))
        back = (3, 2, 1)
        old = tuple(str(self.patterns.day + timedelta(days=1) - timedelta(days=number)) for number in back)
        new = tuple(str(day - timedelta(days=number)) for number in back)
        written.append(Written(of[jobs.REFRESH_JOB], self.at(day, 2.3 * 3600), old, new))
        for job in (jobs.FULFILLMENT_JOB, BACKUP_JOB, MAINTENANCE_JOB):
            written.append(Written(of[job], self.at(day, 3 * 3600)))
        self.lived.write_runs(sorted(written, key=lambda run: run.at))
        self.lived.write_uploads(entered)
        self.lived.write_delivery(day, self.patterns.day)
        counts = {(self.whose[name], "SKIPPED"): DAY_SECONDS // each for name, each in SENSORS.items()}
        counts |= {(self.whose[name], "SUCCESS"): 1 for name in SCHEDULES}
        counts[self.whose["refresh_today_hourly"], "SUCCESS"] = refreshes
        counts[self.whose["inbox"], "SUCCESS"] = uploads
        self._tick(day, counts)
        keep_log(_lines(day), self.settings.logs / "daemon.log")  # type: ignore[arg-type]

    def _tick(self, day: date, counts: dict[tuple[str, str], int]) -> None:
        """A day of ticks. Dagster lets go of old ones at each tick, by dagster.yaml; here every sixth hour."""
        for part in range(PARTS):
            share = {
                each: times * (part + 1) // PARTS - times * part // PARTS for each, times in counts.items()
            }
            begin, seconds = self.at(day, DAY_SECONDS * part / PARTS), DAY_SECONDS // PARTS
            self.lived.write_ticks(begin, seconds, share)
            before = begin.timestamp() + seconds - DAY_SECONDS * HousekeepingRules().skipped_tick_days
            for state in self.runs.instance.all_instigator_state():
                whose = (state.instigator_origin_id, state.selector_id)
                self.runs.instance.purge_ticks(*whose, before=before, tick_statuses=[TickStatus.SKIPPED])

    def night(self, day: date) -> float:
        """The housekeeping after this day, as the schedule does it; its seconds."""
        then = replace(self.runs.campfill, clock=lambda: self.at(day, DAY_SECONDS + 3.7 * 3600))
        began = time.perf_counter()
        with patch.object(maintenance, "_look_back", lambda campfill: False):
            maintenance.maintain(self.runs.instance, then, dry_run=False)
        then.close()
        return time.perf_counter() - began

    def back_up(self, day: date) -> None:
        made = back_up(self.settings, self.runs.campfill.url, now=self.at(day, DAY_SECONDS))
        self.backup_bytes = made.backup.size

    def sizes(self, day: date, seconds: float) -> Sizes:
        instance = self.runs.instance
        receipts = list(self.settings.outbox.iterdir())
        [(uploads, rows)] = self.lived.campfill.execute(
            "SELECT (SELECT count(*) FROM upload), (SELECT sum(rows) FROM delivery_fetch)"
        ).fetchall()
        return Sizes(
            day=(day - self.begin).days + 1,
            dagster=housekeeping.size(self.lived_url),
            campfill=housekeeping.size(self.runs.campfill.url),
            logs=sum(file.stat().st_size for file in self.settings.logs.iterdir()),
            receipts=len(receipts) * self.patterns.receipt.stat().st_size,
            backup=self.backup_bytes,
            runs=instance.get_runs_count(),
            upload_partitions=len(instance.get_dynamic_partitions(UPLOADS.name or "")),
            uploads=uploads,
            report_rows=int(rows or 0),
            maintain_seconds=round(seconds, 2),
        )

    @property
    def lived_url(self) -> str:
        return server.dagster_url(self.settings)


def _lines(day: date) -> Iterator[bytes]:
    """The daemon's lines of a day: as many bytes in fewer lines, as each line takes its time."""
    words = (
        b" +0000 - dagster.daemon.SensorDaemon - INFO - Sensor inbox skipped: Nothing waits."
        + b" " * 900
        + b"\n"
    )
    line = f"{day} 12:00:00".encode() + words
    for _ in range(LOG_BYTES // len(line)):
        yield line


@contextmanager
def home(folder: Path) -> Iterator[tuple[LocalRuns, Patterns, dict[str, str]]]:
    """A home with its real runs, and no daemon."""
    world = make_world(datetime.now(UTC).date(), shape=Shape.small())
    with serve(world) as api:
        os.environ |= {
            "CAMPFILL_HOME": str(folder / "home"), "CAMPFILL_REPORTING_URL": api.url,
            "CAMPFILL_REPORTING_TOKEN": api.token, "CAMPFILL_BACKUP_DIR": str(folder / "backups"),
            "CAMPFILL_SETTLE_SECONDS": "0", "CAMPFILL_DATABASE_URL": "", "DAGSTER_EVENT_BATCH_SIZE": "1000",
        }  # fmt: skip
        settings = load_settings()
        try:
            with local_runs(settings, silent) as runs:
                yield runs, real_runs(runs, world, folder), real_ticks(runs.instance)
        finally:
            server.stop(settings)


def live(folder: Path, days: int, uploads: int, refreshes: int) -> list[Sizes]:
    """All the days; the sizes after each."""
    begin = datetime.now(UTC).date() - timedelta(days=days)
    found = []
    with home(folder) as (runs, patterns, whose):
        settings = runs.campfill.settings
        with (
            psycopg.connect(server.dagster_url(settings), autocommit=True) as dagster,
            database.connect(runs.campfill.url, autocommit=True) as campfill,
        ):
            for quicker in ("autovacuum_naptime = '1s'", "fsync = off", "synchronous_commit = off"):
                dagster.execute(f"ALTER SYSTEM SET {quicker}".encode())
            dagster.execute("SELECT pg_reload_conf()")
            lived = Lived(dagster, campfill, UPLOADS.name or "")
            lived.take_runs(list(patterns.runs.values()))
            lived.take_delivery(patterns.day, patterns.upload_id)
            partitions.ensure(campfill, datetime(begin.year, begin.month, 1, tzinfo=UTC), datetime.now(UTC))
            year = Year(runs, patterns, whose, lived, begin)
            for number in range(days):
                day = begin + timedelta(days=number)
                year.live(day, uploads, refreshes)
                seconds = year.night(day)
                if number % 30 == 29:
                    year.back_up(day)
                found.append(year.sizes(day, seconds))
                if number % 10 == 9:
                    print(json.dumps(asdict(found[-1])), flush=True)
                    _keep(found)
    return found


def _keep(found: list[Sizes]) -> None:
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "year.json").write_text(
        json.dumps([asdict(sizes) for sizes in found]) + "\n", encoding="utf-8"
    )


def draw(found: list[Sizes]) -> None:
    """The picture of the docs: sizes at the end of each month of 30 days."""
    ends = found[29::30] or found
    series = {
        "Dagster's database": [sizes.dagster for sizes in ends],
        "logs": [sizes.logs for sizes in ends],
        "receipts (kept 400 days)": [sizes.receipts for sizes in ends],
        "campfill's own (kept for ever)": [sizes.campfill for sizes in ends],
        "a backup of it": [sizes.backup for sizes in ends],
    }
    PICTURE.write_text(
        months_chart("A year unattended: MB at the end of each month", series), encoding="utf-8"
    )


def main() -> None:
    """Live the days, and draw them; or draw again what was kept."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--days", type=int, default=400)
    asked.add_argument("--uploads", type=int, default=50)
    asked.add_argument("--refreshes", type=int, default=24)
    asked.add_argument("--home", type=Path, help="a folder for the home, which stays")
    asked.add_argument("--draw", action="store_true", help="only draw the results of the last time again")
    told = asked.parse_args()
    if told.draw:
        kept = json.loads((RESULTS / "year.json").read_text(encoding="utf-8"))
        draw([Sizes(**sizes) for sizes in kept])
        return
    folder = told.home or Path(tempfile.mkdtemp(prefix="campfill-bench-year-"))
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o755)
    try:
        found = live(folder, told.days, told.uploads, told.refreshes)
    finally:
        if not told.home:
            shutil.rmtree(folder, ignore_errors=True)
    _keep(found)
    draw(found)


if __name__ == "__main__":
    main()
