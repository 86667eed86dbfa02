"""Fixtures: one embedded PostgreSQL per test process, and a fresh, migrated database for every test that asks."""

from __future__ import annotations

import itertools
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import hypothesis
import psycopg
import pytest
from psycopg import sql

from campfill_pipeline.language.currencies import EURO, count_in
from campfill_pipeline.warehouse import database
from campfill_pipeline.warehouse.postgres import server
from campfill_pipeline_tests import kept_readers

# Thousands of databases and folders come and go; in memory they do so in a third of the time where the disk is told of
# every block that is freed (ext4 with `discard`). Where memory is short they lie where the system puts such files.
IN_MEMORY = Path("/dev/shm")
ROOM_GB = 8
if os.access(IN_MEMORY, os.W_OK) and shutil.disk_usage(IN_MEMORY).free > ROOM_GB * 1e9:
    os.environ.setdefault("TMPDIR", str(IN_MEMORY))
    tempfile.tempdir = None  # pytest has asked for it already: look again

# The suite tries the same examples every time, so that red means that something changed; `make explore` tries new ones.
# How long one example takes says nothing on a shared machine; pytest's own time limit catches what hangs.
hypothesis.settings.register_profile("campfill", deadline=None, derandomize=True)
hypothesis.settings.register_profile("explore", deadline=None, max_examples=1_000)
hypothesis.settings.load_profile("campfill")

_numbers = itertools.count(1)


@contextmanager
def real_server() -> Iterator[server.Server]:
    """The real PostgreSQL, in a folder of its own, with a migrated database to copy; stopped at the end."""
    with tempfile.TemporaryDirectory(prefix="campfill-test-pg-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        running = server.start(Path(folder))
        with psycopg.connect(running.url("postgres"), autocommit=True) as connection:
            connection.execute("CREATE DATABASE template_campfill")
            for setting in ("fsync = off", "synchronous_commit = off", "full_page_writes = off"):
                connection.execute(f"ALTER SYSTEM SET {setting}")
            connection.execute("SELECT pg_reload_conf()")
        database.migrate(running.url("template_campfill"))
        yield running
        server.stop(running)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[server.Server]:
    """The one server of this session."""
    with real_server() as running:
        yield running


@pytest.fixture(scope="session", autouse=True)
def readers_are_lent() -> Iterator[None]:
    """Reading processes go on to the next test."""
    with kept_readers.lent():
        yield


@pytest.fixture(autouse=True)
def in_euros() -> Iterator[None]:
    """Each test begins in a home that counts in euros, whatever the one before has set up."""
    count_in(EURO)
    yield
    count_in(EURO)


@pytest.fixture
def database_url(postgres_server: server.Server) -> Iterator[str]:
    """Address of a fresh database with campfill's schema, gone after the test."""
    name = f"test_{os.getpid()}_{next(_numbers)}"
    with psycopg.connect(postgres_server.url("postgres"), autocommit=True) as connection:
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE template_campfill STRATEGY file_copy").format(
                sql.Identifier(name)
            )
        )
        try:
            yield postgres_server.url(name)
        finally:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture
def connection(database_url: str) -> Iterator[psycopg.Connection]:
    """An open connection to a fresh database."""
    with database.connect(database_url) as open_connection:
        yield open_connection


_SLOW_ROOMS = (
    "defs",
    "intake",
    "reporting/simulator",
    "reporting/test_client_against_simulator.py",
    "learn",
    "door",
    "scale",
    "warehouse/test_server.py",
    "warehouse/test_upgrade.py",
    "test_cli.py",
    "test_end_to_end.py",
    "test_killed",
)
"""Where tests start processes of ours, or read big files, although they ask for no server."""

_QUICK_FILES = ("defs/test_definitions.py",)
"""Files of those rooms that start and read nothing: what a newcomer forgets, they say."""


_LONGEST_FIRST = (
    "reports/",
    "scale/",
    "test_cli.py",
    "learn/",
    "test_end_to_end.py",
    "defs/test_ingest.py",
    "door/",
    "test_docs.py",
    "warehouse/test_fulfillment_refresh.py",
    "warehouse/test_register_histories.py",
    "test_killed_refresh.py",
    "warehouse/test_planted_causes.py",
    "defs/",
    "intake/",
)
"""Files of which each takes long are begun first, so that no process of pytest waits for another's last one."""


_OF_MESSAGES = (
    "test_messages.py",
    "test_retelling.py",
    "intake/test_issue_language.py",
    "commands/test_all_is_said.py",
)
"""Files for which all sentences are looked for in the code: one process does it once."""

_TOGETHER = ("reports", "learn")
"""Rooms whose tests share what takes long to make (a demo, a page of 7,057 lines, a server of labs): one process runs
all of a room. Of other rooms, a process takes a file at a time.
"""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Order by length; say what one process runs; mark what `make test-fast` leaves out.

    That is what needs a server, our processes or a browser.
    """
    here = Path(__file__).parent

    @cache  # of thousands of tests in a few hundred files, in each process
    def room_in(file: Path) -> str:
        return file.relative_to(here).as_posix()

    def room_of(item: pytest.Item) -> str:
        return room_in(item.path)

    def turn(item: pytest.Item) -> int:
        room = room_of(item)
        first = (at for at, name in enumerate(_LONGEST_FIRST) if room.startswith(name))
        return next(first, len(_LONGEST_FIRST))

    items.sort(key=turn)
    for item in items:
        fixtures = set(getattr(item, "fixturenames", ()))
        room = room_of(item)
        first = room.split("/")[0]
        together = first if first in _TOGETHER else "messages" if room in _OF_MESSAGES else room
        item.add_marker(pytest.mark.xdist_group(together))
        if (
            "postgres_server" in fixtures
            or item.get_closest_marker("browser")
            or (room.startswith(_SLOW_ROOMS) and room not in _QUICK_FILES)
        ):
            item.add_marker("server")
