"""One PostgreSQL cluster in one folder: made, started, found again, and stopped.

Belongs here: initdb, pg_ctl, ports, addresses. Does not belong here: databases and schemas (`server`), running
processes (`postmaster`), users and programs (`binaries`).
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import random
import secrets
import shutil
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from campfill_pipeline.warehouse.postgres import postmaster
from campfill_pipeline.warehouse.postgres.binaries import (
    MAJOR,
    Account,
    ServerError,
    account_for,
    cannot_run_as,
    data_argument,
    run,
)

RETRY_SECONDS = 30.0
FAST_SECONDS = 8
MOST_LOG_BYTES = 10_000_000  # of what the server says; as much of older words is kept beside
LOCK_SECONDS = 120.0
# Not from the range that systems hand out to outgoing connections: a remembered port is then rarely taken.
PORTS = range(20_000, 30_000)
SHARED_MEMORY = Path("/dev/shm")
# What no second try mends: these are said at once.
HOPELESS = (
    "incompatible",
    "wrong ownership",
    "invalid permissions",
    "No space left",
    "Permission denied",
    "corrupt",
)


@dataclass(frozen=True)
class Server:
    """An embedded server's address. `data` is its cluster's folder."""

    data: Path
    port: int
    password: str

    def url(self, database: str = "campfill") -> str:
        """Address of one of its databases."""
        return f"postgresql://campfill:{self.password}@127.0.0.1:{self.port}/{database}"


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Hold the folder's lock file, so that one process at a time makes, starts or stops its server."""
    with (folder / "lock").open("a") as lock:
        _give_to_owner(folder, folder / "lock")
        until = time.monotonic() + LOCK_SECONDS
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > until:
                    raise ServerError(
                        f"Another process has been starting or stopping the database in {folder} for long.",
                        "Look with `ps` what campfill processes hang, end them, and try again.",
                    ) from None
                time.sleep(0.05)
        yield


def _give_to_owner(folder: Path, file: Path) -> None:
    """Root may start a user's server; the user shall still be able to do so afterwards."""
    if os.geteuid() == 0:
        facts = folder.stat()
        os.chown(file, facts.st_uid, facts.st_gid)


def remembered(folder: Path) -> Server | None:
    """The address under which the cluster in `folder` was last started, or None where it was never made."""
    try:
        return Server(folder / "data", **json.loads((folder / "server.json").read_text()))
    except (FileNotFoundError, ValueError, TypeError):
        return None


def _remember(folder: Path, server: Server) -> None:
    if remembered(folder) == server:
        return  # nothing to write: on a disk that is full it could not be
    unfinished = folder / "server.json.new"
    unfinished.unlink(missing_ok=True)
    unfinished.touch(0o600)
    with unfinished.open("w") as file:
        json.dump({name: value for name, value in asdict(server).items() if name != "data"}, file)
        file.flush()
        os.fsync(file.fileno())
    _give_to_owner(folder, unfinished)
    unfinished.replace(folder / "server.json")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(
            socket.SOL_SOCKET, socket.SO_REUSEADDR, 1
        )  # as PostgreSQL does: old connections don't count
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def free_port() -> int:
    """A port that nobody listens on."""
    for port in random.SystemRandom().sample(PORTS, 200):
        if _is_free(port):
            return port
    raise ServerError(
        "No free port between 20000 and 29999 was found.", "End some of the servers on this machine."
    )


def _make(folder: Path, server: Server) -> None:
    """Make a new cluster beside its final place and move it there when it is whole."""
    unfinished = folder / "data.new"
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(mode=0o700)
    account = account_for(unfinished)
    password_file = folder / "initdb-password"
    try:
        password_file.touch(0o600)
        password_file.write_text(server.password)
        if not account.is_ours:
            try:
                for path in (unfinished, password_file):
                    os.chown(path, account.uid, account.gid)
            except OSError as error:
                raise cannot_run_as(account, error) from error
        made = run(
            "initdb", "-D", data_argument(unfinished, account), "-U", "campfill",
            "--pwfile", "../initdb-password", "-A", "scram-sha-256", "-E", "UTF8",
            "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C", "--no-instructions",
            cwd=unfinished, account=account,
        )  # fmt: skip
    finally:
        password_file.unlink(missing_ok=True)
    if made.returncode != 0:
        raise ServerError(
            f"The database in {folder} could not be made.", "The reason is below.", made.stdout[-2000:]
        )
    unfinished.rename(folder / "data")


def _set_password(server: Server, account: Account) -> None:
    """Give a cluster whose address file was lost a new password, through PostgreSQL's single-user mode."""
    done = run(
        "postgres", "--single", "-D", data_argument(server.data, account), "postgres",
        cwd=server.data, account=account, text=f"ALTER ROLE campfill PASSWORD '{server.password}'\n",
    )  # fmt: skip
    if done.returncode != 0:
        raise ServerError(
            f"{server.data.parent}/server.json is gone, and the database's password could not be set anew.",
            "The reason is below.",
            done.stdout[-2000:],
        )


def _options(server: Server) -> str:
    room = SHARED_MEMORY.exists() and os.statvfs(SHARED_MEMORY).f_bavail * os.statvfs(SHARED_MEMORY).f_frsize
    settings = {
        "listen_addresses": "127.0.0.1",
        "port": server.port,
        "unix_socket_directories": "",
        "max_connections": 200,  # the web UI, the daemon and each run keep pools of their own
        "shared_buffers": "256MB",
        "work_mem": "32MB",
        "maintenance_work_mem": "256MB",
        "max_wal_size": "4GB",  # a large list or a year of delivery is one long write
        "checkpoint_timeout": "15min",
        "wal_compression": "on",
        "random_page_cost": "1.1",
        "jit": "off",  # costs more than it saves on statements of a second
        "log_timezone": "UTC",
        "timezone": "UTC",
        # Containers often give 64 MB of shared memory, too little for parallel queries.
        "dynamic_shared_memory_type": "mmap" if 0 < room < 512 * 1024**2 else "posix",
    }
    return " ".join(f"-c {name}={value}" for name, value in settings.items())


def bound_log(folder: Path, *, most: int = MOST_LOG_BYTES) -> int:
    """Put what the server has said aside where it is much, and what was aside before away; the bytes that went.

    The server writes on to the same file, at its end.
    """
    log, older = folder / "data" / "server.log", folder / "data" / "server.log.1"
    if not log.exists() or log.stat().st_size <= most:
        return 0
    gone = older.stat().st_size if older.exists() else 0
    with log.open("r+b") as said, older.open("wb") as kept:
        _give_as(log, older)
        said.seek(-most, os.SEEK_END)
        shutil.copyfileobj(said, kept)
        gone += said.tell() - most
        said.truncate(0)
    return gone


def _give_as(model: Path, file: Path) -> None:
    """Give a file the owner and the mode of another, where we may."""
    facts = model.stat()
    file.chmod(facts.st_mode & 0o777)
    if os.geteuid() == 0:
        os.chown(file, facts.st_uid, facts.st_gid)


def _launch(folder: Path, server: Server, account: Account, *, fixed: bool) -> Server:
    """Start the server, again and again for half a minute where a crash still stands in the way.

    `fixed`: its port was asked for, and no other will do.
    """
    log = server.data / "server.log"
    with contextlib.suppress(OSError):  # a full disk: it is started all the same
        bound_log(folder)
    until = time.monotonic() + RETRY_SECONDS
    while True:
        if not _is_free(server.port):
            if fixed:
                raise _taken(server.port)
            server = replace(server, port=free_port())
        _remember(folder, server)
        said_before = log.stat().st_size if log.exists() else 0
        started = run(
            "pg_ctl", "-D", data_argument(server.data, account), "-w", "-t", "600", "-l", "server.log",
            "-o", _options(server), "start", cwd=server.data, account=account,
        )  # fmt: skip
        if started.returncode == 0:
            return server
        said = log.read_text(errors="replace")[said_before:] if log.exists() else started.stdout
        if time.monotonic() > until or any(word in said for word in HOPELESS):
            raise ServerError(
                f"The database in {folder} does not start.",
                f"The reason is below; the whole log is {log}.",
                said[-2000:] or started.stdout[-2000:],
            )
        postmaster.clear_wreckage(folder)
        time.sleep(0.3)


def _taken(port: int) -> ServerError:
    return ServerError(
        f"Port {port} of CAMPFILL_DATABASE_PORT is taken by another program; the database was not started.",
        f"End that program (`ss -ltnp 'sport = :{port}'` names it), or choose another port between 1024 and 32767.",
    )


def major(folder: Path) -> int | None:
    """The major version of PostgreSQL that the files in `folder` are of; None where there are none."""
    try:
        return int((folder / "data" / "PG_VERSION").read_text())
    except (FileNotFoundError, ValueError):
        return None


def other_major(folder: Path, found: int) -> ServerError:
    """What to say where the files are of another major version than the programs."""
    if found > MAJOR:
        mend = "Install the campfill that was used here last."
    else:
        mend = "Move it, the old files stay beside: campfill db upgrade"
    return ServerError(
        f"The database in {folder} is of PostgreSQL {found}, and this campfill brings {MAJOR}.", mend
    )


def next_one(folder: Path) -> Path:
    """Where the cluster of the next major version is made, before it takes the place of the one in `folder`."""
    return folder / "upgraded"


def exchange(folder: Path, before: int) -> Path:
    """Put the stopped cluster of `next_one` in the place of the old one; where the old one's files stay from now on.

    Cut off between its steps, the next start ends it.
    """
    kept = folder / f"data-of-postgresql-{before}"
    shutil.rmtree(kept, ignore_errors=True)
    with _alone(folder):
        (folder / "data").rename(kept)
        _end_exchange(folder)
    return kept


def _end_exchange(folder: Path) -> None:
    """The new cluster is moved in where the old one has been moved away: only a whole one lets the old one go."""
    made = next_one(folder)
    if not (folder / "data").exists() and (made / "data").exists():
        (made / "data").rename(folder / "data")
        shutil.rmtree(made)


def start(folder: Path, *, password: str | None = None, port: int | None = None) -> Server:
    """Make the cluster in `folder` if there is none, start it if it does not run, and say where it listens.

    `password`: of a cluster that is made now (default: a new one). `port`: where it shall listen when it is started
    (default: where it did, or any that is free); one that runs stays where it is. Safe to call from several
    processes at once. Raises ServerError with the mend.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if running := _running(folder):
        return running
    with _alone(folder):
        if postmaster.wait_while(folder, "starting", LOCK_SECONDS) and (running := _running(folder)):
            return running
        postmaster.wait_while(folder, "stopping", LOCK_SECONDS)
        _end_exchange(folder)
        if (found := major(folder)) not in (None, MAJOR):
            raise other_major(folder, found or 0)
        data = folder / "data"
        server = remembered(folder)
        lost = server is None and data.exists()
        server = server or Server(data, port or free_port(), password or secrets.token_urlsafe(18))
        server = replace(server, port=port or server.port)
        if not data.exists():
            if folder.stat().st_uid == os.geteuid():
                folder.chmod(
                    0o711
                )  # another user's server enters its own folder inside, and sees nothing else
            _make(folder, server)
        account = account_for(data)
        postmaster.clear_wreckage(folder)
        if lost:
            _set_password(server, account)
        return _launch(folder, server, account, fixed=port is not None)


def _running(folder: Path) -> Server | None:
    found = postmaster.find(folder)
    return remembered(folder) if found and found.status == "ready" else None


def stop(folder: Path, *, within: float | None = None) -> bool:
    """Stop the server of `folder` cleanly, disconnecting its clients; say whether one was running.

    `within`: after so many seconds what still runs of it is killed, which loses nothing.
    """
    if not (folder / "data").exists():
        return False
    with _alone(folder):
        running = postmaster.find(folder)
        if running is None:
            return False
        data = folder / "data"
        account = account_for(data)
        # At once, where it cannot end in order: on a full disk its last checkpoint would wait for ever. Nothing is
        # lost, the next start goes by the write-ahead log.
        patience = (FAST_SECONDS, 60) if within is None else (max(int(within) - 1, 1), 1)
        for manner, seconds in zip(("fast", "immediate"), patience, strict=True):
            stopped = run(
                "pg_ctl", "-D", data_argument(data, account), "-w", "-t", str(seconds), "-m", manner, "stop",
                cwd=data, account=account,
            )  # fmt: skip
            if stopped.returncode == 0:
                break
        if stopped.returncode != 0 and within is not None:
            postmaster.kill(folder)
        elif stopped.returncode != 0 and postmaster.find(folder) is not None:
            raise ServerError(
                f"The database in {folder} does not stop.",
                f"The reason is below; the whole log is {data}/server.log.",
                stopped.stdout[-2000:],
            )
        postmaster.wait_until_gone(
            running.pid
        )  # pg_ctl is content when the pid file is gone, a moment earlier
        return True
