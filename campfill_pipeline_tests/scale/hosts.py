"""Machines in network namespaces of this one: each with an address of its own, to be cut off and killed.

Belongs here: machines, PostgreSQL and Redis of Debian on one of them, `campfill up` on the others. Does not belong
here: what is tried with them. Needs root and Linux; object storage is moto's server, on the same machine as PostgreSQL.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import psycopg
import requests

from campfill_pipeline_tests.environment import without_settings

_BINARIES = next(iter(sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)), None)


def why_not() -> str | None:
    """What is missing here for machines in namespaces; None where they can be had."""
    if sys.platform != "linux" or os.geteuid() != 0 or not shutil.which("ip"):
        return "machines in network namespaces need Linux, root and iproute2"
    if not shutil.which("redis-server"):
        return "needs Redis: apt-get install redis-server"
    if _BINARIES is None:
        return "needs PostgreSQL of Debian: apt-get install postgresql"
    made = subprocess.run(["ip", "netns", "add", _name("try")], capture_output=True, text=True, check=False)
    subprocess.run(["ip", "netns", "del", _name("try")], capture_output=True, check=False)
    return None if made.returncode == 0 else f"no network namespaces here: {made.stderr.strip()}"


def _name(machine: str) -> str:
    return f"cf{os.getpid() % 100_000}{machine}"


def _ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True, capture_output=True)


def wait_for(what: Callable[[], object], seconds: float, said: str) -> float:
    """Wait until `what` is so; how many seconds it took."""
    begun = time.monotonic()
    while time.monotonic() - begun < seconds:
        with contextlib.suppress(psycopg.Error):
            if what():
                return time.monotonic() - begun
        time.sleep(0.2)
    raise AssertionError(f"{said} did not happen within {seconds} s")


@dataclass
class Machine:
    """One machine: a namespace, joined to the others by a bridge."""

    name: str
    address: str
    started: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def command(self, arguments: Sequence[str]) -> list[str]:
        return ["ip", "netns", "exec", _name(self.name), *arguments]

    def start(
        self, arguments: Sequence[str], environ: dict[str, str], log: Path, *, user: str | None = None
    ) -> subprocess.Popen[bytes]:
        with log.open("ab") as output:
            as_user = ["setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups"] if user else []
            process = subprocess.Popen(
                self.command([*as_user, *arguments]), env=environ, stdout=output, stderr=output,
                stdin=subprocess.DEVNULL, start_new_session=True,
            )  # fmt: skip
        self.started.append(process)
        return process

    def cut_off(self) -> None:
        """Pull the cable."""
        _ip("link", "set", f"{_name(self.name)}v", "down")

    def join(self) -> None:
        """Plug it in again."""
        _ip("link", "set", f"{_name(self.name)}v", "up")

    def processes(self) -> list[psutil.Process]:
        pids = subprocess.run(
            ["ip", "netns", "pids", _name(self.name)], capture_output=True, text=True, check=False
        ).stdout.split()
        return [psutil.Process(int(pid)) for pid in pids if psutil.pid_exists(int(pid))]

    def kill(self) -> None:
        """The power fails: every process of this machine is gone at once, and says nothing to anybody."""
        for _ in range(3):
            for process in self.processes():
                with contextlib.suppress(psutil.Error):
                    process.send_signal(signal.SIGKILL)
        for ended in self.started:
            ended.wait(20)
        self.started.clear()

    def stop(self) -> None:
        for process in reversed(self.started):
            if process.poll() is None:
                process.send_signal(signal.SIGINT)
        for process in reversed(self.started):
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(60)
        self.kill()


@contextmanager
def machine(name: str, number: int, network: int) -> Iterator[Machine]:
    namespace, cable, bridge = _name(name), f"{_name(name)}v", _name("br")
    made = Machine(name, f"10.{network}.7.{number}")
    _ip("netns", "add", namespace)
    try:
        _ip("link", "add", cable, "type", "veth", "peer", "name", "eth0", "netns", namespace)
        _ip("link", "set", cable, "master", bridge, "up")
        _ip("-n", namespace, "addr", "add", f"{made.address}/24", "dev", "eth0")
        _ip("-n", namespace, "link", "set", "eth0", "up")
        _ip("-n", namespace, "link", "set", "lo", "up")
        yield made
    finally:
        made.kill()
        _ip("netns", "del", namespace)


@dataclass
class Cluster:
    """Machines that share a PostgreSQL, a Redis, and a home: a folder as on a network drive, or a place in a bucket."""

    folder: Path
    base: Machine
    machines: dict[str, Machine]
    gateway: str
    ups: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    more: dict[str, str] = field(default_factory=dict)
    bucket: str | None = None
    redis: subprocess.Popen[bytes] | None = None

    def home(self, name: str) -> Path:
        """The home of a machine: its own where lists lie in a bucket, else that of all."""
        return self.folder / (f"home-{name}" if self.bucket else "home")

    def drop(self, file: Path) -> None:
        """Put a list into the inbox, whole at once."""
        if self.bucket:
            requests.put(
                f"{self.bucket}/a/place/inbox/{file.name}", data=file.read_bytes(), timeout=60
            ).raise_for_status()
            return
        beside = self.folder / "home" / "inbox" / f".{file.name}"
        beside.write_bytes(file.read_bytes())
        beside.rename(beside.with_name(file.name))

    @property
    def url(self) -> str:
        return f"postgresql://campfill:secret@{self.base.address}:5432/campfill"

    def environ(self, name: str) -> dict[str, str]:
        usual = {
            "CAMPFILL_HOME": str(self.home(name)), "CAMPFILL_DATABASE_URL": self.url, "CAMPFILL_MACHINE": name,
            "CAMPFILL_BROKER_URL": f"redis://:secret@{self.base.address}:6379/0", "CAMPFILL_SETTLE_SECONDS": "0.2",
        }  # fmt: skip
        return without_settings(**usual | self.more)

    def up(
        self, name: str, role: str, *arguments: str, before: Sequence[str] = ()
    ) -> subprocess.Popen[bytes]:
        """Start `campfill up --role …` on a machine."""
        command = [*before, sys.executable, "-m", "campfill_pipeline.cli", "up", "--role", role, *arguments]
        self.ups[name] = self.machines[name].start(command, self.environ(name), self.folder / f"{name}.log")
        return self.ups[name]

    def said(self, name: str) -> str:
        """What `campfill up` has said on a machine."""
        return " ".join((self.folder / f"{name}.log").read_text(encoding="utf-8").split())

    def ready(self, name: str, seconds: float = 900) -> None:
        """Wait until a machine has started."""
        wait_for(
            lambda: "Ctrl-C stops" in self.said(name) or self.ups[name].poll() is not None,
            seconds,
            f"start of {name}",
        )
        assert self.ups[name].poll() is None, self.said(name)

    def ask(self, query: str) -> list[tuple[object, ...]]:
        with psycopg.connect(self.url, options="-c search_path=campfill", connect_timeout=5) as connection:
            return connection.execute(query.encode()).fetchall()

    def start_storage(self) -> None:
        """Moto's server and a bucket in it; what is started from now on uses it."""
        server = f"http://{self.base.address}:5000"
        self.base.start(
            [sys.executable, "-m", "moto.server", "-H", self.base.address, "-p", "5000"],
            {name: text for name, text in os.environ.items() if not name.startswith("AWS_")},
            self.folder / "storage.log",
        )

        def made() -> bool:
            with contextlib.suppress(requests.exceptions.ConnectionError):
                return requests.put(f"{server}/lists", timeout=30).ok
            return False

        wait_for(made, 120, "the start of the object storage")
        self.bucket = f"{server}/lists"
        self.more["CAMPFILL_STORAGE_URL"] = f"s3://key:secret@lists/a/place?endpoint={server}"

    def start_redis(self) -> None:
        """Start it, in the place of one that runs."""
        if self.redis:
            self.redis.terminate()
            self.redis.wait(60)
        data = self.folder / "redis"
        data.mkdir(exist_ok=True)
        self.redis = self.base.start(
            ["redis-server", "--bind", self.base.address, "--requirepass", "secret", "--dir", str(data),
             "--appendonly", "yes", "--save", "", "--daemonize", "no"],
            dict(os.environ), self.folder / "redis.log",
        )  # fmt: skip

    def start_postgres(self) -> None:
        assert _BINARIES is not None
        data, user = self.folder / "postgres", "nobody"
        data.mkdir()
        shutil.chown(data, user)
        password = self.folder / "password"
        password.write_text("secret")
        as_user = ["setpriv", f"--reuid={user}", "--regid=nogroup", "--clear-groups"]
        subprocess.run(
            [*as_user, str(_BINARIES / "initdb"), "-D", str(data), "-U", "campfill", "--pwfile", str(password),
             "--auth=scram-sha-256", "-E", "UTF8", "--locale=C.UTF-8", "-N"],
            check=True, capture_output=True, cwd="/",
        )  # fmt: skip
        with (data / "pg_hba.conf").open("a") as rules:
            rules.write("host all all 10.0.0.0/8 scram-sha-256\n")
        self.base.start(
            [*as_user, str(_BINARIES / "postgres"), "-D", str(data), "-h", self.base.address, "-p", "5432", "-k", "",
             "-c", "fsync=off", "-c", "synchronous_commit=off"],
            dict(os.environ), self.folder / "postgres.log",
        )  # fmt: skip

        def answers() -> bool:
            with psycopg.connect(self.url.removesuffix("campfill") + "postgres", connect_timeout=2):
                return True

        wait_for(answers, 60, "the start of PostgreSQL")


@contextmanager
def cluster(names: Sequence[str], *, network: int | None = None) -> Iterator[Cluster]:
    """A base machine with PostgreSQL and Redis, and machines of these names; all gone at the end."""
    number = os.getpid() % 200 + 20 if network is None else network
    bridge = _name("br")
    with ExitStack() as until_the_end:
        folder = Path(
            until_the_end.enter_context(
                tempfile.TemporaryDirectory(prefix="campfill-test-scale-", ignore_cleanup_errors=True)
            )
        )
        folder.chmod(0o755)  # PostgreSQL's user must reach its files
        _ip("link", "add", bridge, "type", "bridge")
        until_the_end.callback(_ip, "link", "del", bridge)
        _ip("addr", "add", f"10.{number}.7.254/24", "dev", bridge)
        _ip("link", "set", bridge, "up")
        base = until_the_end.enter_context(machine("base", 1, number))
        machines = {
            name: until_the_end.enter_context(machine(name, 10 + index, number))
            for index, name in enumerate(names)
        }
        made = Cluster(folder, base, machines, f"10.{number}.7.254")
        made.start_postgres()
        made.start_redis()
        try:
            yield made
        finally:
            for other in machines.values():
                other.stop()


__all__ = ["Cluster", "Machine", "cluster", "wait_for", "why_not"]
