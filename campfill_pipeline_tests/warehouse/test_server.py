"""The embedded server: made, started, found again after every kind of end, and not to be confused with others."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import psutil
import psycopg
import pytest

from campfill_pipeline.settings import Settings, load_settings
from campfill_pipeline.warehouse import database
from campfill_pipeline.warehouse.postgres import binaries, cluster, server

ANSWER = "import sys; from campfill_pipeline.settings import load_settings as s;"
ANSWER += "from campfill_pipeline.warehouse.postgres import server; print(server.database_url(s()))"


def url_from_another_process(settings: Settings) -> str:
    """What a `campfill` process of its own finds as the database's address."""
    environ = {**os.environ, "CAMPFILL_HOME": str(settings.home), "CAMPFILL_DATABASE_URL": ""}
    done = subprocess.run(
        [sys.executable, "-c", ANSWER], env=environ, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def told_of(process: psutil.Process) -> str:
    """What other users of the machine, or its administrator, can read of a process."""
    return " ".join(process.cmdline()) + str(process.environ())


def answers(url: str) -> bool:
    with database.connect(url) as connection:
        return connection.execute("SELECT count(*) FROM line").fetchone() == (0,)


@pytest.fixture
def settings() -> Iterator[Settings]:
    """Settings with a home of their own, below a folder that nobody else can enter, as /root is."""
    with tempfile.TemporaryDirectory(prefix="campfill-private-") as folder:
        Path(folder).chmod(0o700)
        chosen = load_settings({"CAMPFILL_HOME": f"{folder}/home"}, cwd=Path(folder))
        yield chosen
        server.stop(chosen)


def test_a_server_comes_up_in_a_private_home_and_remembers_itself(settings: Settings) -> None:
    assert not server.status(settings).running
    url = server.database_url(settings)
    assert answers(url)
    assert server.database_url(settings) == url
    found = server.status(settings)
    assert (found.running, found.external) == (True, False)
    with psycopg.connect(server.dagster_url(settings)) as connection:
        assert connection.info.dbname == "campfill_dagster"
    # Who may see what: the password is in one file of ours, in no process's command line or environment.
    secret = json.loads((settings.postgres / "server.json").read_text())["password"]
    assert stat.S_IMODE((settings.postgres / "server.json").stat().st_mode) == 0o600
    assert found.pid is not None
    postmaster = psutil.Process(found.pid)
    assert secret not in told_of(postmaster)
    for process in postmaster.children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess):  # a session that has ended meanwhile
            assert secret not in told_of(process)
            assert process.uids().effective != 0
    assert postmaster.uids().effective != 0
    assert {c.laddr.ip for c in postmaster.net_connections() if c.status == "LISTEN"} == {"127.0.0.1"}
    # Stopped and started, it is where it was.
    assert server.stop(settings)
    assert not server.stop(settings)
    assert not postmaster.is_running() or postmaster.status() == psutil.STATUS_ZOMBIE
    assert server.database_url(settings) == url


def test_a_killed_server_comes_back_with_every_row_even_while_a_query_still_ran(settings: Settings) -> None:
    url = server.database_url(settings)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE TABLE kept AS SELECT generate_series(1, 1000) AS n")
    ask = "import sys, psycopg; psycopg.connect(sys.argv[1]).execute('SELECT count(*) FROM generate_series(1, 1e10)')"
    owner = subprocess.Popen([sys.executable, "-c", ask, url], stderr=subprocess.DEVNULL)
    with psycopg.connect(url, autocommit=True) as connection:
        busy = "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND pid <> pg_backend_pid()"
        while connection.execute(busy + " AND query LIKE '%1e10%'").fetchone() != (1,):
            time.sleep(0.05)
    pid = server.status(settings).pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    owner.kill()
    owner.wait()
    began = time.monotonic()
    with psycopg.connect(server.database_url(settings)) as connection:
        assert connection.execute("SELECT count(*) FROM kept").fetchone() == (1000,)
    assert time.monotonic() - began < 30


def test_a_taken_port_a_reused_process_number_and_a_lost_address_file_do_not_stop_it(
    settings: Settings,
) -> None:
    before = server.database_url(settings)
    server.stop(settings)
    known = cluster.remembered(settings.postgres)
    assert known is not None
    with socket.socket() as somebody_else:
        somebody_else.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        somebody_else.bind(("127.0.0.1", known.port))
        somebody_else.listen()
        # A server that was killed, whose process number now belongs to a process of the same user: this test's.
        (settings.postgres / "data" / "postmaster.pid").write_text(
            f"{os.getpid()}\n{known.data}\n0\n{known.port}\n"
        )
        after = server.database_url(settings)
        assert after != before
        assert answers(after)
    server.stop(settings)
    (settings.postgres / "server.json").unlink()
    last = server.database_url(settings)
    assert answers(last)
    assert last.split("@")[0] != after.split("@")[0]  # with a new password


def test_a_port_that_was_asked_for_is_taken_or_refused_never_exchanged(settings: Settings) -> None:
    port = cluster.free_port()
    fixed = replace(settings, database_port=port)
    assert f":{port}/" in server.database_url(fixed)
    assert f":{port}/" in server.database_url(settings)  # it runs, and stays where it is
    server.stop(settings)
    with socket.socket() as somebody_else:
        somebody_else.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        somebody_else.bind(("127.0.0.1", port))
        somebody_else.listen()
        with pytest.raises(server.ServerError, match=f"Port {port} of CAMPFILL_DATABASE_PORT is taken"):
            server.database_url(fixed)
    assert f":{port}/" in server.database_url(fixed)


def test_two_processes_that_start_at_once_share_one_server_and_one_migrated_schema(
    settings: Settings,
) -> None:
    with ThreadPoolExecutor() as pool:
        urls = set(pool.map(url_from_another_process, [settings] * 2))
    assert len(urls) == 1
    assert answers(urls.pop())


def test_an_external_server_is_used_as_it_is_and_gets_dagsters_database(
    postgres_server: server.Server, database_url: str, tmp_path: Path
) -> None:
    name = database_url.rsplit("/", 1)[1]
    settings = load_settings(
        {"CAMPFILL_HOME": str(tmp_path), "CAMPFILL_DATABASE_URL": database_url}, cwd=tmp_path
    )
    assert server.database_url(settings) == database_url
    try:
        with psycopg.connect(server.dagster_url(settings)) as connection:
            assert connection.info.dbname == f"{name}_dagster"
    finally:
        with psycopg.connect(postgres_server.url("postgres"), autocommit=True) as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {name}_dagster".encode())
    assert server.status(settings).external
    assert not server.stop(settings)
    assert not settings.postgres.exists()


def test_an_external_server_that_does_not_answer_is_said_without_its_password(tmp_path: Path) -> None:
    values = {"CAMPFILL_HOME": str(tmp_path), "CAMPFILL_DATABASE_URL": "postgresql://me:secret@127.0.0.1:1/x"}
    with pytest.raises(server.ServerError, match="CAMPFILL_DATABASE_URL") as caught:
        server.database_url(load_settings(values, cwd=tmp_path))
    assert "secret" not in str(caught.value)


@pytest.mark.skipif(
    os.geteuid() != 0, reason="only root has programs and homes that the server's user cannot reach"
)
def test_programs_in_a_folder_only_root_can_enter_are_copied_once_within_reach(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    private = tmp_path / "private"
    private.mkdir(mode=0o700)
    (private / binaries.WHEEL).symlink_to(binaries.installation() / binaries.WHEEL)
    (private / binaries.LIBRARIES).symlink_to(binaries.installation() / binaries.LIBRARIES)
    monkeypatch.setattr(binaries, "installation", lambda: private)
    nobody = binaries.Account(65534, 65534)
    with tempfile.TemporaryDirectory(dir="/var/tmp") as folder:
        reachable = Path(folder)
        reachable.chmod(0o755)
        monkeypatch.setattr(binaries, "REACHABLE_PARENTS", (tmp_path / "no such folder", reachable))
        copied = binaries.programs_for(nobody)
        assert copied.is_relative_to(reachable / "campfill")
        assert binaries.programs_for(nobody) == copied
        assert "PostgreSQL" in binaries.run("postgres", "--version", cwd=Path("/"), account=nobody).stdout
        assert all(path.stat().st_uid == 0 for path in copied.iterdir())


@pytest.mark.parametrize(
    ("number", "works"), [(140_019, False), (150_020, True), (180_004, True), (190_000, False)]
)
def test_servers_of_other_versions_are_refused(number: int, works: bool) -> None:
    if works:
        server.check_version(number)
    else:
        with pytest.raises(server.ServerError, match="campfill works with 15 to 18"):
            server.check_version(number)


def test_what_the_server_says_is_bounded_while_it_runs(settings: Settings) -> None:
    url = server.database_url(settings)
    log = settings.postgres / "data" / "server.log"
    assert cluster.bound_log(settings.postgres) == 0
    for _ in range(2):
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("DO $$BEGIN FOR n IN 1..300 LOOP RAISE LOG 'word %', n; END LOOP; END$$")
        said = log.read_bytes()
        gone = cluster.bound_log(settings.postgres, most=2_000)
        assert (gone > 0, log.stat().st_size) == (True, 0)
        kept = (settings.postgres / "data" / "server.log.1").read_bytes()
        assert kept == said[-2_000:]
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("DO $$BEGIN RAISE LOG 'still heard'; END$$")
    assert b"still heard" in log.read_bytes()
    assert b"\0" not in log.read_bytes()
