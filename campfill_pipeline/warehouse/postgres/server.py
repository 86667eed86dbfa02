"""The PostgreSQL server that campfill works with: the embedded one, or one given by CAMPFILL_DATABASE_URL.

Belongs here: which server, which databases on it, and that they are ready. Does not belong here: how a
cluster is started (`cluster`), schemas and statements.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

import psycopg
from psycopg import errors, sql

from campfill_pipeline.settings import Settings
from campfill_pipeline.warehouse import database
from campfill_pipeline.warehouse.postgres import cluster, currency, postmaster
from campfill_pipeline.warehouse.postgres.binaries import ServerError
from campfill_pipeline.warehouse.postgres.cluster import Server

__all__ = [
    "ExternalServer", "Server", "ServerError", "ServerStatus", "bound_log", "dagster_url", "database_url",
    "ensure_running", "kill", "start", "status", "stop",
]  # fmt: skip

DAGSTER_SUFFIX = "_dagster"
OLDEST, NEWEST = 15, 18
"""Major versions of PostgreSQL that campfill works with; the newest is that of its own programs."""
PATIENCE_SECONDS = 5.0


@dataclass(frozen=True)
class ExternalServer:
    """A server that somebody else runs. `address` names campfill's database on it."""

    address: str = field(repr=False)

    @property
    def name(self) -> str:
        """The name of campfill's database."""
        return urlsplit(self.address).path.lstrip("/") or "campfill"

    def url(self, database: str | None = None) -> str:
        """Address of campfill's database, or of another one on the same server."""
        parts = urlsplit(self.address)
        return urlunsplit(parts._replace(scheme="postgresql", path="/" + quote(database or self.name)))


@dataclass(frozen=True)
class ServerStatus:
    """What is known of the server without connecting; `port`, `pid` and `data` only of the embedded one."""

    external: bool
    running: bool
    port: int | None
    pid: int | None
    data: Path | None


def start(folder: Path) -> Server:
    """Make the cluster in `folder` if there is none, start it if it does not run, say where it listens."""
    return cluster.start(folder)


def stop(what: Settings | Server, *, within: float | None = None) -> bool:
    """Stop the embedded server cleanly; say whether one was running. An external server is never touched.

    `within`: after so many seconds it is killed, which loses nothing.
    """
    if isinstance(what, Server):
        return cluster.stop(what.data.parent, within=within)
    return False if what.database_url else cluster.stop(what.postgres, within=within)


def kill(settings: Settings) -> None:
    """End the embedded server this moment; the next start makes it whole. An external server is never touched."""
    if not settings.database_url:
        postmaster.kill(settings.postgres)


def status(settings: Settings) -> ServerStatus:
    """Whether the server runs, read from its files in under a millisecond; starts nothing, connects nowhere.

    An external server counts as running: whether it answers is told by connecting.
    """
    if settings.database_url:
        return ServerStatus(external=True, running=True, port=None, pid=None, data=None)
    found = postmaster.find(settings.postgres)
    known = cluster.remembered(settings.postgres)
    return ServerStatus(
        external=False,
        running=found is not None and found.status == "ready",
        port=known.port if known else None,
        pid=found.pid if found else None,
        data=settings.postgres / "data",
    )


def bound_log(settings: Settings) -> int:
    """Let go of old words of the embedded server where they are many; the bytes that went. It runs on meanwhile."""
    return 0 if settings.database_url else cluster.bound_log(settings.postgres)


def ensure_running(settings: Settings) -> Server | ExternalServer:
    """The server, started if it is the embedded one and does not run. Raises ServerError with the mend."""
    if settings.database_url:
        return ExternalServer(settings.database_url)
    settings.home.mkdir(parents=True, exist_ok=True)
    return cluster.start(settings.postgres, port=settings.database_port)


def database_url(settings: Settings) -> str:
    """Address of campfill's database, `postgresql://user:password@host:port/name`, ready to use.

    Starts the embedded server, creates the databases and brings the schema to the newest revision, each only
    where needed: a few milliseconds once all is there. Safe when several processes start at once. Raises
    CurrencyChangedError where its money is in another currency than that of the settings.
    """
    until = time.monotonic() + PATIENCE_SECONDS
    while True:
        server = ensure_running(settings)
        try:
            url = _made_ready(server)
            with database.connect(url) as connection:
                currency.agree(connection, settings.currency)
            return url
        except psycopg.OperationalError as error:
            if isinstance(server, ExternalServer):
                raise ServerError(
                    f"The database server of CAMPFILL_DATABASE_URL cannot be used: {str(error).strip()}.",
                    "Check it (postgresql://user:password@host:port/name), and that the server runs.",
                ) from error
            if time.monotonic() > until:
                raise ServerError(
                    f"The database server does not answer: {str(error).strip()}.",
                    "Run `campfill db stop`, then `campfill db start`.",
                ) from error
            time.sleep(0.1)  # it is being killed or stopped this very moment: started again in the next round


def dagster_url(settings: Settings) -> str:
    """Address of Dagster's own database, on the same server, named like ours with `_dagster` after it.

    It is created where it is missing, and so is everything that `database_url` makes ready.
    """
    own = database_url(settings)
    server = ensure_running(settings)
    name = _names(server)[1]
    with psycopg.connect(own, autocommit=True) as connection:
        _create_database(connection, name)
    return server.url(name)


def _names(server: Server | ExternalServer) -> tuple[str, str]:
    own = server.name if isinstance(server, ExternalServer) else "campfill"
    return own, own + DAGSTER_SUFFIX


def check_version(number: int) -> None:
    """Raise ServerError where a server of this `server_version` is too old, or newer than the programs for backups."""
    major = number // 10_000
    if not OLDEST <= major <= NEWEST:
        raise ServerError(
            f"The database server is PostgreSQL {major}; campfill works with {OLDEST} to {NEWEST}. Nothing was"
            " changed.",
            "Let CAMPFILL_DATABASE_URL name a server of one of these, or leave it empty: campfill brings its own.",
        )


def _made_ready(server: Server | ExternalServer) -> str:
    url = server.url()
    try:
        if database.is_current(url):
            return url
        door = url
    except psycopg.OperationalError:
        door = server.url("postgres")  # perhaps our own database is what is missing
    with psycopg.connect(door, autocommit=True, connect_timeout=10) as connection:
        check_version(connection.info.server_version)
        for name in _names(server):
            _create_database(connection, name)
    database.migrate(url)
    return url


def _create_database(connection: psycopg.Connection, name: str) -> None:
    if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
        return
    try:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    except (errors.DuplicateDatabase, errors.UniqueViolation):
        return  # another process was quicker
    except errors.InsufficientPrivilege as error:
        raise ServerError(
            f"The user of CAMPFILL_DATABASE_URL may not create the database {name}, which is missing.",
            f"Have it created on that server: CREATE DATABASE {name} OWNER ….",
        ) from error
