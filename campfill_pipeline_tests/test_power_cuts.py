"""A whole `campfill up` whose database is killed, which is killed with all it started, and which falls asleep: nothing
is lost, nothing done twice, and it goes on without a hand."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from campfill_pipeline.commands.up import free_port
from campfill_pipeline.settings import load_settings
from campfill_pipeline.warehouse.postgres import cluster, server
from campfill_pipeline_tests.environment import without_settings
from campfill_pipeline_tests.lists import row, write_list
from campfill_pipeline_tests.test_end_to_end import Running, answers, wait_for

pytestmark = [pytest.mark.long, pytest.mark.timeout(3000)]
PATIENCE = 600  # of a machine with much other work; an idle one needs seconds
ROWS = 4_000  # read for long enough to be cut off meanwhile


class Machine:
    """A home, and the `campfill up` on it, which may be killed with all it started."""

    def __init__(self, home: Path) -> None:
        self.settings = load_settings({"CAMPFILL_HOME": str(home)}, cwd=home.parent)
        self.running: Running | None = None

    def switch_on(self) -> None:
        port = free_port()
        process = subprocess.Popen(
            [sys.executable, "-m", "campfill_pipeline.cli", "up", "--port", str(port)],
            env=without_settings(CAMPFILL_HOME=str(self.settings.home), CAMPFILL_SETTLE_SECONDS="0"),
            stdout=subprocess.DEVNULL,
        )
        self.running = Running(self.settings.home, port, process)
        wait_for(lambda: answers(port) or process.poll() is not None, PATIENCE, "the web UI answering")
        assert process.poll() is None, "campfill up ended at its start"

    def everything(self) -> list[psutil.Process]:
        """All processes of `up` and of its database."""
        assert self.running is not None
        found = {process.pid: process for process in self.running.family()}
        if pid := server.status(self.settings).pid:
            postmaster = psutil.Process(pid)
            found |= {each.pid: each for each in (postmaster, *postmaster.children(recursive=True))}
        return list(found.values())

    def send(self, number: signal.Signals) -> None:
        for process in self.everything():
            if process.is_running():
                process.send_signal(number)

    def cut_power(self) -> None:
        """All at once, and whatever was being started meanwhile."""
        while left := [each for each in self.everything() if each.status() != psutil.STATUS_ZOMBIE]:
            for process in left:
                if process.is_running():
                    process.kill()
            time.sleep(0.1)
        assert self.running is not None
        self.running.process.wait(60)

    def ask(self, question: str) -> tuple[object, ...] | None:
        """The answer's first row; None while the database is away."""
        known = cluster.remembered(self.settings.postgres)
        if known is None:
            return None
        try:
            with psycopg.connect(
                known.url(), options="-c search_path=campfill", connect_timeout=5
            ) as connection:
                return connection.execute(question.encode()).fetchone()
        except psycopg.OperationalError:
            return None

    def drop(self, name: str, first: int, count: int = ROWS) -> None:
        beside = self.settings.home / f"{name}.part.xlsx"
        write_list(beside, [row(number) for number in range(first, first + count)])
        beside.rename(self.settings.inbox / name)

    def wait_for_reading(self, name: str) -> None:
        wait_for(
            lambda: self.ask(f"SELECT 1 FROM upload WHERE file_name = '{name}' AND attempts > 0"),
            PATIENCE,
            f"the reading of {name}",
        )

    def wait_for_loaded(self, name: str, lines: int) -> None:
        """Loaded once, with every line once."""
        loaded = f"SELECT status FROM upload WHERE file_name = '{name}' AND status <> 'received'"
        assert wait_for(lambda: self.ask(loaded), PATIENCE, f"the decision on {name}") == ("loaded",)
        assert self.ask("SELECT count(*) FROM line") == (lines,)
        assert self.ask("SELECT count(*), max(revision) FROM line_revision") == (lines, 1)
        decided = "SELECT count(*) FROM ledger_event JOIN upload USING (upload_id) WHERE event = 'decided'"
        assert self.ask(f"{decided} AND file_name = '{name}'") == (1,)


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    made = Machine(tmp_path / "home")
    try:
        yield made
    finally:
        if made.running is not None and made.running.process.poll() is None:
            made.send(signal.SIGCONT)
            made.running.process.send_signal(signal.SIGINT)
            made.running.process.wait(120)
        server.stop(made.settings)


def test_a_killed_database_a_power_cut_and_sleep_cost_nothing_and_want_no_hand(machine: Machine) -> None:
    machine.switch_on()
    machine.drop("database.xlsx", 1)
    machine.wait_for_reading("database.xlsx")
    pid = server.status(machine.settings).pid
    assert pid is not None
    psutil.Process(pid).kill()
    machine.wait_for_loaded("database.xlsx", ROWS)

    machine.drop("power.xlsx", ROWS + 1)
    machine.wait_for_reading("power.xlsx")
    machine.cut_power()
    machine.switch_on()
    machine.wait_for_loaded("power.xlsx", 2 * ROWS)
    attempts = machine.ask("SELECT attempts FROM upload WHERE file_name = 'power.xlsx'")
    assert attempts == (1,), "the one that was cut off does not count"

    machine.drop("sleep.xlsx", 2 * ROWS + 1)
    machine.wait_for_reading("sleep.xlsx")
    machine.send(signal.SIGSTOP)
    time.sleep(5)
    machine.send(signal.SIGCONT)
    machine.wait_for_loaded("sleep.xlsx", 3 * ROWS)
    failed = [each for each in machine.everything() if each.status() == psutil.STATUS_STOPPED]
    assert failed == []
