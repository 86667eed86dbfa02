"""Several machines at one home: what is lost with one is done by another, and all is stored once."""

from __future__ import annotations

import sys
import time
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import psycopg
import pytest

from campfill_pipeline.warehouse import database
from campfill_pipeline.warehouse.delivery import coverage
from campfill_pipeline_tests.environment import without_settings
from campfill_pipeline_tests.scale import a_publisher
from campfill_pipeline_tests.scale.hosts import Cluster, cluster, wait_for, why_not

pytest.importorskip("dagster_celery", reason="needs the extra: pip install 'campfill[scale]'")
_MISSING = why_not()
BERLIN = ZoneInfo("Europe/Berlin")
FILES = 50
"""Lists in each of the four waves of the long test."""

pytestmark = pytest.mark.skipif(_MISSING is not None, reason=_MISSING or "")


def taken_by(made: Cluster, machine: str) -> int:
    """How many runs the worker of a machine has taken."""
    log = made.home(machine) / "machines" / machine / "worker" / "logs" / "worker-runs.log"
    return log.read_text(encoding="utf-8").count("received") if log.exists() else 0


def count(made: Cluster, query: str) -> int:
    return int(str(made.ask(query)[0][0]))


def drop(made: Cluster, wave: list[Path]) -> None:
    """Put files into the inbox, and wait until all of them have arrived in the ledger: the next wave comes later."""
    before = count(made, "SELECT count(*) FROM upload")
    for file in wave:
        made.drop(file)
    wait_for(
        lambda: count(made, "SELECT count(*) FROM upload") == before + len(wave),
        240,
        "the arrival of the lists",
    )


def loaded(made: Cluster) -> bool:
    return made.ask("SELECT DISTINCT status FROM upload") == [("loaded",)]


def assert_stored_once(made: Cluster) -> None:
    """Each upload decided once, each revision of one upload once, no day restated."""
    assert made.ask(
        "SELECT u.file_name FROM upload u LEFT JOIN ledger_event e ON e.upload_id = u.upload_id AND e.event = 'decided'"
        " GROUP BY u.upload_id, u.file_name HAVING count(e.*) <> 1"
    ) == []  # fmt: skip
    assert made.ask("SELECT id FROM line_revision GROUP BY id, upload_id HAVING count(*) > 1") == []
    assert count(made, "SELECT count(*) FROM delivery_restatement") == 0


@pytest.mark.timeout(900)
def test_a_burst_is_spread_over_two_workers_and_each_list_is_loaded_once(tmp_path: Path) -> None:
    today = date(2026, 6, 15)
    wave = a_publisher.write_wave(tmp_path / "lists", a_publisher.world(today), 0, files=30, each=5)
    with cluster(["one", "two", "keeper"]) as made:
        for name, role in (("keeper", "daemon"), ("one", "worker"), ("two", "worker")):
            made.up(name, role)
        for name in made.ups:
            made.ready(name)
        drop(made, wave)
        wait_for(lambda: loaded(made), 500, "loading")
        wait_for(
            lambda: len(list((made.home("keeper") / "outbox").glob("*.xlsx"))) == 30, 240, "the receipts"
        )
        assert_stored_once(made)
        assert taken_by(made, "one") + taken_by(made, "two") >= 2


@pytest.mark.long
@pytest.mark.timeout(5400)
@pytest.mark.parametrize("shared", ["a folder", "a bucket"])
def test_machines_are_lost_and_all_is_as_on_a_single_one(tmp_path: Path, shared: str) -> None:
    """200 lists in four waves and thirty days, over two workers; what is lost meanwhile is said below."""
    today = datetime.now(BERLIN).date()
    of = a_publisher.world(today)
    waves = [
        a_publisher.write_wave(tmp_path / "lists", of, number, files=FILES, each=8) for number in range(4)
    ]
    yesterday = today - timedelta(days=1)
    with cluster(["one", "two", "east", "west"]) as made:
        made.more |= a_publisher.ACCESS
        if shared == "a bucket":
            made.start_storage()
        api = [sys.executable, "-m", "campfill_pipeline_tests.scale.a_publisher", str(today)]
        for machine in made.machines.values():
            machine.start(api, without_settings(), tmp_path / f"api-{machine.name}.log")
        begun = time.monotonic()

        def tell(what: str) -> None:
            sys.stderr.write(f"{time.monotonic() - begun:7.1f} s  {what}\n")

        roles = {"one": "worker", "two": "worker", "east": "daemon", "west": "daemon"}
        for name, role in roles.items():
            made.up(name, role)
        for name in roles:
            made.ready(name)
        keeper, standby = ("east", "west") if "stands by" in made.said("west") else ("west", "east")
        assert f"A campfill daemon works on this database already: {keeper}" in made.said(standby)
        tell("two workers, a daemon, a second one that stands by")

        drop(made, waves[0])
        wait_for(lambda: taken_by(made, "one") > 0, 900, "a run on the first worker")
        wait_for(
            lambda: count(made, "SELECT count(*) FROM upload WHERE attempts > 0") > 0,
            240,
            "an upload at work",
        )
        made.machines["one"].kill()
        tell("the first worker's machine has lost its power while at work")
        drop(made, waves[1])
        made.machines["one"].start(api, without_settings(), tmp_path / "api-one.log")
        made.up("one", "worker")
        wait_for(
            lambda: count(made, "SELECT count(*) FROM upload WHERE status = 'loaded'") > FILES // 3,
            600,
            "loading",
        )
        tell("a third of the first lists is loaded; the first worker is back")

        made.machines["two"].cut_off()
        cut = time.monotonic()
        tell("the second worker is cut off")
        made.start_redis()
        tell("Redis was restarted")
        drop(made, waves[2])
        time.sleep(max(0.0, 60 - (time.monotonic() - cut)))
        made.machines["two"].join()
        tell(f"the second worker is back after {time.monotonic() - cut:.0f} s")

        drop(made, waves[3])
        killed = time.monotonic()
        made.machines[keeper].kill()
        wait_for(lambda: "takes over" in made.said(standby), 60, "the second daemon taking over")
        taken_over = time.monotonic() - killed
        tell(f"the daemon's machine was killed; the other took over after {taken_over:.1f} s")
        assert taken_over < 60

        wait_for(lambda: loaded(made), 1500, "loading")
        tell("all lists are loaded, each once")
        wait_for(lambda: not missing_days(made, today), 1500, "the days of delivery")
        wait_for(lambda: unfinished(made) == 0, 600, "the end of the runs")
        tell("all days of delivery that the lists ask for are there")
        assert_stored_once(made)
        tell(
            f"runs taken: {taken_by(made, 'one')} by the first worker, {taken_by(made, 'two')} by the second"
        )
        assert min(taken_by(made, "one"), taken_by(made, "two")) > 0

        [(first, last)] = made.ask("SELECT min(day), max(day) FROM delivery_fetch WHERE status = 'complete'")
        assert isinstance(first, date) and isinstance(last, date)
        single = without_settings(
            CAMPFILL_HOME=str(tmp_path / "single"), CAMPFILL_DATABASE_URL=made.url.removesuffix("campfill") + "single",
            CAMPFILL_REPORTING_URL=f"http://127.0.0.1:{a_publisher.PORT}", CAMPFILL_REPORTING_TOKEN=a_publisher.TOKEN,
        )  # fmt: skip
        with a_publisher.serving(today):
            a_publisher.on_one_machine(single, waves, first, min(last, yesterday))
        tell("a single machine has done the same")
        together = a_publisher.dump(made.url, today)
        assert a_publisher.dump(single["CAMPFILL_DATABASE_URL"], today).splitlines() == together.splitlines()
        told = a_publisher.figures(made.environ("test"), yesterday)
        assert a_publisher.figures(single, yesterday) == told
        tell(
            f"equal byte for byte: {len(together):,} bytes of canonical dump, and the figures of {len(told)} lines"
        )


def missing_days(made: Cluster, today: date) -> list[date]:
    """What the sensor would still ask for."""
    with database.connect(made.url) as connection:
        wanted = coverage.days_to_fetch(
            connection, today, 0, timezone=BERLIN, earliest=today - timedelta(days=400), source="api"
        )
    return [day for day in wanted if day < today]


def unfinished(made: Cluster) -> int:
    with psycopg.connect(made.url + "_dagster") as connection:
        [(runs,)] = connection.execute(
            "SELECT count(*) FROM runs WHERE status IN ('QUEUED', 'NOT_STARTED', 'STARTING', 'STARTED', 'CANCELING')"
        ).fetchall()
    return int(runs)
