"""The main job as a user does it: `campfill up`, a file dropped, its fulfillment there; Ctrl-C, and all is gone."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import TypeVar

import psutil
import psycopg
import pytest

from campfill_pipeline import forking
from campfill_pipeline.commands import asking
from campfill_pipeline.commands.up import free_port
from campfill_pipeline.settings import load_settings
from campfill_pipeline.simulator.api import serve
from campfill_pipeline.simulator.campaign_list import write_campaign_list
from campfill_pipeline.simulator.roster import Shape
from campfill_pipeline.simulator.world import World, make_world
from campfill_pipeline.warehouse.postgres import server as postgres
from campfill_pipeline_tests.environment import without_settings

Found = TypeVar("Found")

pytestmark = pytest.mark.timeout(600)


def wait_for(what: Callable[[], Found | None], seconds: float, said: str) -> Found:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := what():
            return found
        time.sleep(0.1)
    raise AssertionError(f"{said} did not happen within {seconds} s")


class Running:
    """A `campfill up` of its own home, as a user starts it."""

    def __init__(self, home: Path, port: int, process: subprocess.Popen[bytes]) -> None:
        self.home, self.port, self.process = home, port, process

    @cached_property
    def url(self) -> str:
        return subprocess.run(
            [sys.executable, "-m", "campfill_pipeline.cli", "db", "url"],
            env=environment(self.home), capture_output=True, text=True, check=True,
        ).stdout.strip()  # fmt: skip

    def ask(self, query: str) -> tuple[object, ...] | None:
        with psycopg.connect(self.url, options="-c search_path=campfill") as connection:
            return connection.execute(query.encode()).fetchone()

    def freshness(self, asset: str) -> str:
        """What the web UI shows: whether the asset was made lately enough."""
        query = f"""{{ assetNodeOrError(assetKey: {{path: ["{asset}"]}}) {{
            ... on AssetNode {{ freshnessStatusInfo {{ freshnessStatus }} }} }} }}"""
        url = f"http://127.0.0.1:{self.port}/graphql?{urllib.parse.urlencode({'query': query})}"
        with urllib.request.urlopen(url, timeout=10) as answer:
            found = json.load(answer)["data"]["assetNodeOrError"]["freshnessStatusInfo"]
        return str(found["freshnessStatus"])

    def family(self) -> list[psutil.Process]:
        mine = str(self.home)
        return [
            process
            for process in psutil.process_iter(["environ", "cmdline"])
            if mine in " ".join(process.info["cmdline"] or [])
            or (process.info["environ"] or {}).get("CAMPFILL_HOME") == mine
        ]


def environment(home: Path, **more: str) -> dict[str, str]:
    return without_settings(CAMPFILL_HOME=str(home), CAMPFILL_SETTLE_SECONDS="1", **more)


@contextmanager
def up(home: Path, **more: str) -> Iterator[Running]:
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "campfill_pipeline.cli", "up", "--port", str(port)],
        env=environment(home, **more),
        stdout=subprocess.DEVNULL,
    )
    try:
        wait_for(lambda: answers(port) or process.poll() is not None, 400, "the web UI answering")
        assert process.poll() is None, "campfill up ended at its start"
        yield Running(home, port, process)
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(120)


def answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/server_info", timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


@pytest.fixture(scope="module")
def world() -> World:
    return make_world(datetime.now(UTC).date(), shape=Shape.small())


def test_a_dropped_list_becomes_fulfillment_and_ctrl_c_leaves_nothing_behind(
    tmp_path: Path, world: World
) -> None:
    home = tmp_path / "home"
    sample = tmp_path / "campaigns.xlsx"
    truth = write_campaign_list(world, sample)
    with serve(world) as api:
        access = {"CAMPFILL_REPORTING_URL": api.url, "CAMPFILL_REPORTING_TOKEN": api.token}
        with up(home, **access, FRESHNESS_DAEMON_INTERVAL_SECONDS="2") as running:
            shutil.copy(sample, home / "inbox" / sample.name)
            wait_for(
                lambda: running.ask("SELECT 1 FROM fulfillment LIMIT 1"),
                60,
                "the fulfillment of the dropped list",
            )
            assert running.ask("SELECT count(*) FROM line") == (len(truth.accepted),)
            assert running.ask("SELECT status, rows_rejected FROM upload") == (
                "partly_loaded",
                truth.rows_rejected,
            )
            assert not list((home / "inbox").iterdir())
            (receipt,) = wait_for(lambda: list((home / "outbox").glob("*.xlsx")), 30, "the receipt")
            served = (home / "pages-address").read_text()  # where links in the web UI lead
            with urllib.request.urlopen(f"{served}/outbox/{receipt.name}", timeout=10) as answer:
                assert answer.read() == receipt.read_bytes()
            yesterday = world.today - timedelta(days=1)
            wait_for(  # nobody asked for it: the missing days of the new lines are fetched by themselves
                lambda: running.ask(
                    f"SELECT 1 FROM delivery_fetch WHERE day = '{yesterday}' AND status = 'complete'"
                ),
                90,
                "the fetch of a missing day",
            )
            wait_for(
                lambda: running.freshness("delivery_hourly") == "HEALTHY", 30, "the freshness of its days"
            )
            if forking.forks():  # what a user types is answered by a process of it: their own has no commands
                typed = "import sys; sys.modules['campfill_pipeline.cli'] = None\n"
                status = subprocess.run(
                    [sys.executable, "-c", f"{typed}from campfill_pipeline import terminal; terminal.main()", "status"],
                    env=environment(home), capture_output=True, text=True, check=True,
                )  # fmt: skip
                assert f"{len(truth.accepted)} lines" in status.stdout
                assert (home / asking.SOCKET).is_socket()
            assert len(running.family()) >= 4
            family = running.family()
        assert running.process.returncode == 0
        _, alive = psutil.wait_procs(family, timeout=10)
        assert alive == []
        assert running.family() == []
        assert not (home / "pages-address").exists()
        assert not (home / asking.SOCKET).exists()
        settings = load_settings(environment(home), cwd=tmp_path)
        try:
            with psycopg.connect(
                postgres.database_url(settings)
            ) as connection:  # it starts again, with all it held
                kept = connection.execute("SELECT count(*) FROM campfill.line").fetchone()
            assert kept == (len(truth.accepted),)
        finally:
            postgres.stop(settings)
