"""`campfill up`: database, web UI, daemon, code server and workers, started together and stopped together."""

from __future__ import annotations

import ipaddress
import os
import secrets
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import FrameType

import typer
from rich.console import Console
from rich.status import Status

from campfill_pipeline import forking
from campfill_pipeline.commands import (
    demo_world,
    in_language,
    nursery,
    processes,
    render,
    roles,
    running,
)
from campfill_pipeline.commands.daemon_turn import DaemonTurn
from campfill_pipeline.commands.deadline import Deadline
from campfill_pipeline.commands.in_language import say_here
from campfill_pipeline.commands.roles import Role
from campfill_pipeline.defs import instance, queues
from campfill_pipeline.domain.errors import CampfillError
from campfill_pipeline.language.speaking import say
from campfill_pipeline.settings import (
    SETTINGS,
    Settings,
    demo_api_file,
    environment,
    load_settings,
    read_values,
    write_demo_api,
)
from campfill_pipeline.warehouse import database
from campfill_pipeline.warehouse.daemon_seat import DaemonSeat, SeatTakenError
from campfill_pipeline.warehouse.delivery import coverage
from campfill_pipeline.warehouse.postgres import housekeeping, server

RESTARTS = 5  # of one process within an hour, before `up` gives up on it
RESTARTS_SECONDS = 3600.0
SET_BACK_SECONDS = 30.0  # less is corrected day by day, and nothing waits for it


class UpError(CampfillError):
    """The system could not be started."""


class AskedToStopError(CampfillError):
    """Somebody asked to stop while the system was being started."""

    def __init__(self) -> None:
        super().__init__("campfill up was asked to stop while it started.", "Start it again.")


@dataclass(frozen=True)
class Demo:
    """How the demo's simulated reporting API is reached."""

    port: int
    token: str = field(repr=False)

    @property
    def url(self) -> str:
        """Its address on this machine."""
        return f"http://127.0.0.1:{self.port}"


def free_port(host: str = "127.0.0.1") -> int:
    """A port that is free right now."""
    with socket.socket() as probe:
        probe.bind((host, 0))
        port: int = probe.getsockname()[1]
        return port


def _port_is_free(host: str, port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
        return True


def _wait_for_port(
    host: str, port: int, child: processes.Child, asked: threading.Event, seconds: float = 300
) -> None:
    # One that ends is seen at once; one that only starts slowly, on a machine with other work, is waited for.
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if asked.is_set():
            raise AskedToStopError
        with socket.socket() as probe:
            probe.settimeout(1)
            if probe.connect_ex((host, port)) == 0:
                return
        if not child.running:
            raise UpError(f"{child.name} ended at its start.", f"Its last words are in {child.log}.")
        time.sleep(0.05)
    raise UpError(f"{child.name} did not answer within {seconds:.0f} s.", f"See {child.log}.")


def child_environment(
    settings: Settings, values: Mapping[str, str], demo: Demo | None, place: Path | None = None
) -> dict[str, str]:
    """What every process of this system needs to know; secrets go by environment, never by command line."""
    environ: dict[str, str] = {**environment(), **values}
    environ |= instance.environment(settings, place)
    environ["DAGSTER_GRPC_SHUTDOWN_GRACE_PERIOD"] = "5"
    # On a machine with much other work a run needs longer than Dagster's minute to begin. Waited for, it comes; given
    # up, it is red with a stack trace, and what was dropped is not read.
    environ.setdefault("DAGSTER_GRPC_TIMEOUT_SECONDS", "600")
    environ["PYTHONUNBUFFERED"] = "1"
    environ[instance.UP_BEGAN] = f"{time.time():.3f}"
    if demo:
        environ["CAMPFILL_REPORTING_URL"] = demo.url
        environ["CAMPFILL_REPORTING_TOKEN"] = demo.token
    return environ


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach what listens there."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class System:
    """Everything `campfill up` starts, in order; `stop` ends it in reverse order."""

    def __init__(
        self,
        settings: Settings,
        values: Mapping[str, str],
        host: str,
        port: int,
        demo: Demo | None,
        console: Console,
        *,
        behind_proxy: bool = False,
        role: Role = Role.ALL,
        asked: threading.Event | None = None,
    ) -> None:
        self.asked = asked or threading.Event()
        self.role, self.place = role, settings.place(role)
        self.settings, self.values, self.demo, self.console = settings, values, demo, console
        self.door_host, self.port, self.behind_proxy = host, port, behind_proxy
        self.host = host if is_loopback(host) else "127.0.0.1"  # the web UI has no login of its own
        self.children: list[processes.Child] = []
        self.nursery: nursery.Nursery | None = None
        self.restarts: dict[str, list[float]] = {}
        self._set_ahead = _set_ahead()
        self._remembered = self.place / "processes.json"
        self._own_server = False
        self.deadline = Deadline(self.asked, self.kill)
        self.pages_url = ""
        self.shown: Status | None = None
        self.daemon = DaemonTurn(
            DaemonSeat(lambda: server.database_url(settings), f"{settings.machine} (process {os.getpid()})"),
            self._start_daemon, self._stop_daemon, lambda told: console.print(told, markup=False),
        )  # fmt: skip

    def start(self) -> None:
        """Start all. Raises UpError; what was started by then is stopped by `stop`."""
        settings = self.settings
        settings.make_folders()
        leftovers = processes.stop_leftovers(self._remembered)  # first: they may hold our own ports
        if leftovers:
            gone = say_here(
                "stopped {count} processes that an earlier start had left behind", count=leftovers
            )
            self.console.print(f"[dim]{gone}[/]")
        if self.role.serves and not _port_is_free(self.host, self.port):
            raise UpError(
                f"port {self.port} is taken.",
                "Stop what runs there, or choose another with --port (make: PORT=…).",
            )
        self._tell(say_here("starting the database …"))
        self._own_server = not server.status(settings).running
        server.database_url(settings)
        if self.role is Role.ALL:
            self.daemon.have_seat()
        self.environ = child_environment(settings, self.values, self.demo, self.place)
        if self.role is not Role.WORKER and forking.can_tell_ends():
            self.nursery = nursery.Nursery(
                self.environ, instance.CHECKOUT, self.asked.is_set, processes.keep_log, self._log("nursery")
            )
        if self.role.serves:
            self._tell(say_here("starting the page and the HTTP door …"))
            self._start_door()
        if self.demo:
            child = self._start(
                "simulated API", "campfill_pipeline.cli", "simulate-api", "--port", str(self.demo.port)
            )
            _wait_for_port("127.0.0.1", self.demo.port, child, self.asked)
            write_demo_api(self.settings.home, self.demo.url, self.demo.token)
        if self.role.works(settings):
            self._start_workers()
        if self.role is not Role.WORKER:
            self._tell(say_here("loading jobs and schedules; a slow machine needs a minute or two …"))
            self._start_code_server()
        if self.role.serves:
            self._tell(say_here("starting the web UI …"))
            web = self._start(
                "web UI", "dagster_webserver", "-w", str(self._workspace), "-h", self.host, "-p", str(self.port)
            )  # fmt: skip
            _wait_for_port(self.host, self.port, web, self.asked)
        if self.role is Role.ALL and forking.forks():
            self._start("answers", "campfill_pipeline.commands.answering", str(settings.home))

    def _tell(self, step: str) -> None:
        """Say what is being done: in the place of the step before on a terminal, else on a line of its own."""
        if self.shown is not None and self.console.is_terminal:
            self.shown.update(step)
        else:
            self.console.print(step, markup=False)

    def _start_workers(self) -> None:
        machine, most = self.settings.machine, str(self.settings.worker_runs)
        for name, queue, at_once in (("runs", queues.RUNS, most), ("giants", queues.GIANTS, "1")):
            self._start(
                f"worker {name}", "celery", "-A", "campfill_pipeline.defs.celery_worker", "worker", "-Q", queue,
                "-c", at_once, "-n", f"{name}@{machine}", "--loglevel", "INFO", "--without-gossip", "--without-mingle",
                yields=self.role is Role.ALL,
            )  # fmt: skip

    def _start_code_server(self) -> None:
        code_port = free_port()
        self._workspace = workspace = Path(self.environ["DAGSTER_HOME"]) / "workspace.yaml"
        workspace.write_text(
            f"load_from:\n  - grpc_server: {{host: 127.0.0.1, port: {code_port}, location_name: campfill}}\n",
            encoding="utf-8",
        )
        code = self._start(
            "code server", "campfill_pipeline.defs.code_server", "api", "grpc",
            "--module-name", "campfill_pipeline.definitions",
            "--host", "127.0.0.1", "--port", str(code_port), "--location-name", "campfill",
            yields=True,  # the runs are its children: a workbook being read shall hold up neither door nor web UI
        )  # fmt: skip
        _wait_for_port("127.0.0.1", code_port, code, self.asked)

    def _start_door(self) -> None:
        host, port = self.door_host, self.port + 1
        port = port if _port_is_free(host, port) else free_port(host)
        guarded = ["--behind-proxy"] if self.behind_proxy else []
        door = self._start(
            "HTTP door", "campfill_pipeline.door", "--host", host, "--port", str(port),
            "--web", f"http://{self.host}:{self.port}", *guarded,
        )  # fmt: skip
        reached = host if is_loopback(host) else "127.0.0.1"
        _wait_for_port(reached, port, door, self.asked)
        self.pages_url = f"http://{reached}:{port}"
        self.settings.pages_address.write_text(self.pages_url, encoding="utf-8")

    def start_daemon(self) -> None:
        """Start what starts runs by itself: sensors, schedules, the queue; or stand by for another's."""
        if self.role.asks:
            self.daemon.begin(stand_by=self.role is Role.DAEMON)
        self._end_nursery()

    def _end_nursery(self) -> None:
        """What is begun from here on is a new interpreter."""
        if self.nursery is not None:
            self.nursery.end()
            self.nursery = None

    def _start_daemon(self) -> None:
        self._forget_the_future()
        self._start(
            "daemon", "campfill_pipeline.defs.daemon", "run", "-w", str(self._workspace),
            dies_with_us=self.role is Role.DAEMON,  # of a killed `up`, another machine takes the seat at once
        )  # fmt: skip

    def _forget_the_future(self) -> None:
        """Let sensors and schedules look again where the clock was set back: Dagster would wait until it catches up."""
        if not housekeeping.ticks_ahead(server.dagster_url(self.settings), datetime.now(UTC)):
            return
        self.console.print(
            say_here(
                "The clock was set back: sensors and schedules begin anew, none waits for it to catch up."
            )
        )
        command = [sys.executable, "-m", "campfill_pipeline.defs.clock_set_back"]
        subprocess.run(command, env=self.environ, cwd=instance.CHECKOUT, check=False)

    def _look_at_the_clock(self) -> None:
        """Start the daemon again where the clock was set back since the last look: it remembers moments ahead."""
        before, self._set_ahead = self._set_ahead, _set_ahead()
        if before - self._set_ahead > SET_BACK_SECONDS and self.daemon.working:
            self._stop_daemon()
            self._start_daemon()

    def _stop_daemon(self) -> None:
        mine = [child for child in self.children if child.name == "daemon"]
        self.children = [child for child in self.children if child.name != "daemon"]
        processes.stop_sessions([child.process.pid for child in mine])
        for child in mine:
            child.process.wait()
        processes.remember(self.children, self._remembered)

    def _start(
        self, name: str, module: str, *arguments: str, yields: bool = False, dies_with_us: bool = False
    ) -> processes.Child:
        log = self._log(name)
        child = processes.start(
            name,
            [sys.executable, "-m", module, *arguments],
            self.environ,
            log,
            instance.CHECKOUT,
            yields=yields,
            dies_with_us=dies_with_us,
            nursery=self.nursery,
        )
        self.children.append(child)
        processes.remember(self.children, self._remembered)
        return child

    def _log(self, name: str) -> Path:
        logs = self.settings.logs if self.role is Role.ALL else self.place / "logs"
        logs.mkdir(parents=True, exist_ok=True)
        return logs / f"{name.replace(' ', '-').lower()}.log"

    def watch(self) -> None:
        """Start again what died. Raises UpError where one process keeps dying."""
        for index, child in enumerate(self.children):
            if child.running:
                continue
            lately = [
                at for at in self.restarts.get(child.name, []) if time.monotonic() - at < RESTARTS_SECONDS
            ]
            self.restarts[child.name] = [*lately, time.monotonic()]
            if len(lately) >= RESTARTS:
                raise UpError(f"{child.name} died {RESTARTS} times.", f"See {child.log}.")
            told = {"name": child.name, "path": child.log}
            again = say_here("[yellow]{name} ended; starting it again[/] (log: {path})", **told)
            self.console.print(again)
            self.children[index] = processes.start(
                child.name, child.command, child.environ, child.log, instance.CHECKOUT, yields=child.yields,
                dies_with_us=child.dies_with_us,
            )  # fmt: skip
            processes.remember(self.children, self._remembered)
        if self.role.asks:
            self.daemon.look()
            self._look_at_the_clock()

    def stop(self) -> None:
        """Stop all that was started, the database last and only if we started it; in time, by `deadline`."""
        self.asked.set()
        processes.stop_sessions([child.process.pid for child in reversed(self.children)])
        for child in self.children:
            child.process.wait()
        self.children.clear()
        self._end_nursery()
        self.daemon.seat.leave()
        self._remembered.unlink(missing_ok=True)
        self._forget_addresses()
        if self._own_server:
            server.stop(self.settings, within=self.deadline.left)
        self.deadline.met()

    def _forget_addresses(self) -> None:
        if self.demo:
            demo_api_file(self.settings.home).unlink(missing_ok=True)
        if self.role.serves:
            self.settings.pages_address.unlink(missing_ok=True)

    def kill(self) -> None:
        """End all that was started this moment, as the time for stopping in order is over. Nothing is lost by it."""
        leaders = [child.process.pid for child in list(self.children)]
        if self.nursery is not None:
            leaders.append(self.nursery.process.pid)
        processes.kill_sessions(leaders)
        if self._own_server:
            server.kill(self.settings)
        self._forget_addresses()
        self.console.print(
            say_here(
                "What did not end in time was killed. Nothing is lost: the next start goes on from there."
            )
        )

    def run_command(self, *arguments: str, silent: bool = False) -> int:
        """Run a `campfill` command in this system's environment; `silent` shows its progress, but not its answer."""
        command = [sys.executable, "-m", "campfill_pipeline.cli", *arguments]
        output = subprocess.DEVNULL if silent else None
        with subprocess.Popen(command, env=self.environ, stdout=output) as process:
            while (code := process.poll()) is None:
                if self.asked.wait(0.1):
                    process.terminate()
                    raise AskedToStopError
            return code


def _set_ahead() -> float:
    """How far the clock is ahead of the one that only counts seconds: less than before where it was set back."""
    return time.time() - time.monotonic()


def _stop_on_signals() -> threading.Event:
    asked = threading.Event()

    def ask(number: int, frame: FrameType | None) -> None:
        asked.set()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, ask)
    return asked


def demo_values(environ: Mapping[str, str], cwd: Path) -> dict[str, str]:
    """The demo's variables: a home of its own and defaults, so that no invented line ever mixes with a user's.

    Every variable is set, if only to nothing, so that a user's `.env` cannot lead the demo to their database or inbox.
    """
    home = environ.get("CAMPFILL_DEMO_HOME") or str(cwd / "campfill-demo")
    values = dict.fromkeys((setting.variable for setting in SETTINGS), "")
    return read_values(values | {"CAMPFILL_HOME": home}, cwd=cwd)


def run(*, host: str, port: int, demo: bool, behind_proxy: bool = False, role: Role = Role.ALL) -> int:
    """Start everything, wait for Ctrl-C, stop everything. Returns the exit code."""
    if not is_loopback(host) and not behind_proxy:
        raise typer.BadParameter(
            f"others could reach {host}, and neither the web UI nor the way to it is protected. Put a proxy with TLS"
            " before it and say so with --behind-proxy; docs/operate.md has a recipe"
        )
    try:
        free_port(host)
    except OSError:
        raise typer.BadParameter(
            f"{host} is no IPv4 address of this machine. Give one that it has, 127.0.0.1 or 0.0.0.0 for all of them;"
            " the name that people type goes into CAMPFILL_DOOR_HOSTS"
        ) from None
    console = render.console()
    cwd = Path.cwd()
    values = demo_values(os.environ, cwd) if demo else read_values(cwd=cwd)
    simulated = Demo(free_port(), secrets.token_urlsafe(16)) if demo else None
    settings = load_settings(values)
    roles.check(role, settings)
    with running.only_one(settings.place(role)):
        asked = _stop_on_signals()
        system = System(
            settings,
            values,
            host,
            port,
            simulated,
            console,
            behind_proxy=behind_proxy,
            role=role,
            asked=asked,
        )
        return _run(system, asked, console, cwd / ".env")


STARTING = {
    Role.ALL: "starting the database, the web UI and the daemon …",
    Role.WEB: "starting the web UI …",
    Role.DAEMON: "starting the daemon …",
    Role.WORKER: "starting the worker …",
}


def _run(system: System, asked: threading.Event, console: Console, env_file: Path) -> int:
    told = _state(env_file)
    system.deadline.begin()
    try:
        with console.status(say_here(STARTING[system.role])) as system.shown:
            system.start()
        if system.demo:
            load_demo(system, console)  # before the daemon, which would fetch the same days at the same time
        system.start_daemon()
        _say_where(system, console)
        while not asked.wait(1):
            system.watch()
            if (now := _state(env_file)) != told:
                told = now
                console.print(
                    say_here(
                        "[yellow].env has changed.[/] What runs keeps what it started with: Ctrl-C, then start again."
                    )
                )
    except AskedToStopError:
        pass
    except (UpError, SeatTakenError) as error:
        console.print(f"[red]campfill:[/] {in_language.told(error)}")
        system.deadline.code = 1
        return 1
    finally:
        with console.status(say_here("stopping …")):
            system.stop()
    console.print(say_here("stopped."))
    return 0


def _state(file: Path) -> tuple[int, int] | None:
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size


def load_demo(system: System, console: Console) -> None:
    """Put the demo world into the demo's home: the list by the front door, then its delivery. Once only."""
    done = system.settings.home / "demo-loaded"
    if done.exists():
        return
    console.print(say_here("loading the demo, 7,057 lines and their delivery: a minute or two, this once"))
    sample = demo_world.write_samples(system.settings)
    system.run_command("ingest", str(sample.campaign_list), silent=True)
    with database.connect(server.database_url(system.settings)) as connection:
        coverage.record_gone(
            connection, "api", sample.first_day - timedelta(days=1), now=datetime.now(UTC),
            detail="the simulated API knows nothing before its first day",
        )  # fmt: skip
    if system.run_command("refresh", "--from", f"{sample.first_day}", "--to", f"{sample.last_day}") == 0:
        done.touch()


def _say_where(system: System, console: Console) -> None:
    console.print()
    if not system.role.serves:
        _say_what(system, console)
        return
    system.run_command("status")
    _show_places(system, console)


@render.aloud
def _show_places(system: System, console: Console) -> None:
    settings = system.settings
    labs = say("(twelve labs: campfill lab)")
    places = {
        say("web UI, runs and lineage"): f"http://{system.host}:{system.port}",
        say("drop lists, see what came"): f"{system.pages_url}/",
        say("fulfillment page"): f"{system.pages_url}/reports/fulfillment.html",
        say("drop campaign lists into"): settings.inbox,
        say("receipts appear in"): settings.outbox,
        say("learn by breaking it"): f"{system.pages_url}/learn/ {labs}",
    }
    if system.demo:
        places[say("a list to drop by hand")] = settings.home / demo_world.CHANGED
    console.print()
    for what, where in places.items():
        console.print(f"  {what:<26} {where}", soft_wrap=True, markup=False)  # unbroken, to be copied
    if system.demo:
        invented = say("Every line of this demo is invented. Your own home starts with: make up")
        console.print(f"\n  {invented}")
    if system.behind_proxy:
        console.print(
            "\n  "
            + say("The HTTP door asks everybody for a token: campfill door token new NAME --may upload")
            + "\n  "
            + say("The web UI has no login of its own and listens on {host} only.", host=system.host)
        )
    console.print(f"\n  {say('Ctrl-C stops everything.')}\n")


@render.aloud
def _say_what(system: System, console: Console) -> None:
    settings = system.settings
    if system.role is Role.WORKER:
        told = say(
            "works on up to {count} runs at once, and on one very large file", count=settings.worker_runs
        )
    elif system.daemon.working:
        told = say("looks into the inbox, keeps the clock, and hands runs to the workers")
    else:
        told = say("stands by")
    console.print(f"  {settings.machine}: {told}", markup=False)
    console.print("  " + say("logs: {path}", path=system.place / "logs"), soft_wrap=True, markup=False)
    console.print(f"\n  {say('Ctrl-C stops everything.')}\n")
