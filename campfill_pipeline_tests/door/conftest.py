"""A running door on a home and a database of its own, and the runs that the sensor would ask for."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from multiprocessing.process import BaseProcess
from pathlib import Path

import dagster as dg
import httpx
import psycopg
import pytest
from playwright.sync_api import expect

from campfill_pipeline.commands.up import free_port
from campfill_pipeline.defs import arrivals, jobs
from campfill_pipeline.defs.local_runs import LocalRuns
from campfill_pipeline.defs.partitions import UPLOADS
from campfill_pipeline.defs.ranges import key_range
from campfill_pipeline.defs.resources import Campfill
from campfill_pipeline.settings import Settings, load_settings
from campfill_pipeline.warehouse import database, door_tokens
from campfill_pipeline.warehouse.door_tokens import May
from campfill_pipeline.warehouse.postgres import server
from campfill_pipeline.warehouse.register import uploads
from campfill_pipeline_tests import shell
from campfill_pipeline_tests.door import serving_process
from campfill_pipeline_tests.environment import without_settings

# On a machine with much else to do an answer may take longer than a browser's or a client's usual patience.
PATIENCE_SECONDS = 60
for wait in ("read", "write", "connect", "pool"):
    setattr(httpx._config.DEFAULT_TIMEOUT_CONFIG, wait, PATIENCE_SECONDS)
expect.set_options(timeout=PATIENCE_SECONDS * 1000)


@dataclass
class Door:
    """A door process; `headers` shows a token that may upload."""

    settings: Settings
    url: str
    port: int
    words: list[str]
    environ: dict[str, str]
    process: BaseProcess = field(init=False)
    token: str = ""

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    @property
    def log(self) -> str:
        return (self.settings.logs / "door.log").read_text()

    def start(self) -> None:
        log = self.settings.logs / "door.log"
        streams = [Path(os.devnull), log, log]
        folder = self.settings.home.parent
        self.process = shell.started(
            serving_process.serve, self.words, environ=self.environ, folder=folder, streams=streams
        )
        self.wait(self.process.is_alive)

    def wait(self, alive: Callable[[], bool]) -> None:
        """Until the door answers."""
        deadline = time.monotonic() + 3 * PATIENCE_SECONDS
        while time.monotonic() < deadline:
            try:
                httpx.get(f"{self.address}/problems/busy")
                return
            except httpx.TransportError:
                assert alive(), self.log
                time.sleep(0.05)
        raise AssertionError("the door did not answer")

    def stop(self) -> None:
        self.process.terminate()
        self.process.join(20)
        assert not self.process.is_alive(), self.log

    def make_token(self, name: str, may: May = "upload") -> str:
        with database.connect(self.url) as connection:
            return door_tokens.new(connection, name, may, now=datetime.now(UTC))

    def inbox(self) -> list[str]:
        return sorted(entry.name for entry in self.settings.inbox.iterdir())

    def parts(self) -> list[Path]:
        return list((self.settings.work / "arriving").glob("*"))


def _door(
    folder: Path, url: str, *words: str, limits: dict[str, float] | None = None, **environ: str
) -> Door:
    """Start a door on the home in `folder`."""
    own = {
        "CAMPFILL_HOME": str(folder / "home"),
        "CAMPFILL_SETTLE_SECONDS": "0",
        "CAMPFILL_DATABASE_URL": url,
    }
    told = own | environ
    settings = load_settings(told, cwd=folder)
    settings.make_folders()
    port = free_port()
    limits = {"spare_disk": 0, "wrong_token_seconds": 0.01, **(limits or {})}
    door = Door(settings, url, port, [str(port), json.dumps(limits), *words], without_settings(**told))
    door.start()
    if "CAMPFILL_DATABASE_URL" not in environ:
        door.token = door.make_token(f"test {port}")
    return door


OpenDoor = Callable[..., Door]
Sensor = Callable[[], list[uploads.Upload]]


@pytest.fixture
def open_door(tmp_path: Path, database_url: str) -> Iterator[OpenDoor]:
    """Starts doors on this test's home and database; they end with the test."""
    doors: list[Door] = []

    def start(*words: str, limits: dict[str, float] | None = None, **environ: str) -> Door:
        doors.append(_door(tmp_path, database_url, *words, limits=limits, **environ))
        return doors[-1]

    yield start
    for door in doors:
        door.stop()


@pytest.fixture
def door(open_door: OpenDoor) -> Door:
    return open_door()


@pytest.fixture(scope="module")
def one_door(postgres_server: server.Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    """One door for all tests of a module that leave nothing behind."""
    name = f"door_{os.getpid()}"
    with psycopg.connect(postgres_server.url("postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE template_campfill STRATEGY file_copy".encode())
        door = _door(tmp_path_factory.mktemp("door"), postgres_server.url(name))
        yield door
        door.stop()
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


@pytest.fixture
def sensor(door: Door) -> Iterator[Callable[[], list[uploads.Upload]]]:
    """What the inbox sensor and its runs do with all that lies in the inbox, here and now."""
    with sensing(door) as work:
        yield work


@contextmanager
def sensing(door: Door) -> Iterator[Sensor]:
    """The same for a door of another scope."""
    campfill = Campfill(door.settings, door.url)
    with dg.DagsterInstance.ephemeral() as instance:
        runs = LocalRuns(campfill, instance)

        def work() -> list[uploads.Upload]:
            assert arrivals.take_from_inbox(campfill) == []
            with campfill.connect() as connection:
                waiting = uploads.waiting(connection)
            keys = [upload.partition_key for upload in waiting]
            if keys:
                instance.add_dynamic_partitions(UPLOADS.name or "", keys)
                runs.run(jobs.UPLOAD_JOB, tags=key_range(keys[0], keys[-1]))
            with campfill.connect() as connection:
                return [uploads.get(connection, upload.upload_id) for upload in waiting]

        yield work
    campfill.close()


@pytest.fixture
def scratch() -> Iterator[Path]:
    """A folder for big files, gone after the test."""
    folder = Path(tempfile.mkdtemp(prefix="campfill-door-", dir=os.environ.get("TMPDIR")))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)
