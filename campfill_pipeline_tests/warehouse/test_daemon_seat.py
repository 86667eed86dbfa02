"""One daemon at a database, on whatever machine; when it is gone, another takes over."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import pytest

from campfill_pipeline.commands import status
from campfill_pipeline.commands.daemon_turn import AWAY_SECONDS, LOOK_SECONDS, DaemonTurn
from campfill_pipeline.commands.database import restore
from campfill_pipeline.settings import load_settings
from campfill_pipeline.warehouse import daemon_seat
from campfill_pipeline.warehouse.daemon_seat import DaemonSeat, SeatTakenError


@dataclass
class Machine:
    """A machine whose daemon is a word in a list, and whose time goes by hand."""

    name: str
    url: str
    now: float = 100.0
    does: list[str] = field(default_factory=list)
    says: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.turn = DaemonTurn(
            DaemonSeat(lambda: self.url, self.name),
            lambda: self.does.append("starts"), lambda: self.does.append("stops"), self.says.append,
            clock=self.clock,
        )  # fmt: skip

    def clock(self) -> float:
        self.now += 0.5
        return self.now

    def look(self, after: float = LOOK_SECONDS) -> None:
        self.now += after
        self.turn.look()


@contextmanager
def machines(url: str, *names: str) -> Iterator[list[Machine]]:
    made = [Machine(name, url) for name in names]
    try:
        yield made
    finally:
        for one in made:
            one.turn.seat.leave()


def end(connection: psycopg.Connection, machine: str) -> None:
    """What the server does when a machine is gone."""
    connection.autocommit = True
    connection.execute(
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name = %s",
        [daemon_seat.NAME_PREFIX + machine],
    )


def test_the_second_refuses_with_a_sentence_and_takes_over_when_the_first_is_gone(
    database_url: str, connection: psycopg.Connection
) -> None:
    connection.autocommit = True
    with machines(database_url, "first", "second") as (first, second):
        first.turn.begin(stand_by=True)
        assert daemon_seat.holder(connection) == "first"
        second.turn.begin(stand_by=True)
        assert (first.does, second.does) == (["starts"], [])
        assert second.says[0].startswith("A campfill daemon works on this database already: first.")
        second.look()
        assert second.does == []
        first.turn.seat.leave()
        second.look()
        assert second.does == ["starts"]
        assert "takes over" in second.says[1]
        first.look()
        assert (first.does, first.turn.working) == (["starts", "stops"], False)
        assert daemon_seat.holder(connection) == "second"


def test_one_machine_that_does_all_is_refused_and_starts_nothing(database_url: str) -> None:
    with machines(database_url, "first", "second") as (first, second):
        first.turn.begin(stand_by=False)
        with pytest.raises(SeatTakenError, match=r"already: first\..*--role worker"):
            second.turn.begin(stand_by=False)
        assert second.does == []


def test_a_daemon_whose_seat_was_lost_for_a_moment_goes_on(
    database_url: str, connection: psycopg.Connection
) -> None:
    with machines(database_url, "first") as (first,):
        first.turn.begin(stand_by=True)
        end(connection, "first")
        first.look()
        assert (first.does, first.turn.working) == (["starts"], True)
        assert daemon_seat.holder(connection) == "first"


def test_a_daemon_that_is_cut_off_from_the_database_steps_back_before_another_can_take_over(
    database_url: str, connection: psycopg.Connection
) -> None:
    with machines(database_url, "first") as (first,):
        first.turn.begin(stand_by=True)
        there, first.url = first.url, "postgresql://nobody:x@127.0.0.1:1/nothing"
        end(connection, "first")
        first.look()
        assert first.turn.working
        first.look(AWAY_SECONDS + 1)
        assert (first.does, first.turn.working) == (["starts", "stops"], False)
        first.url = there
        first.look()
        assert first.does == ["starts", "stops", "starts"]


def test_status_knows_of_a_daemon_on_another_machine(database_url: str, tmp_path: Path) -> None:
    environ = {"CAMPFILL_HOME": str(tmp_path / "home"), "CAMPFILL_DATABASE_URL": database_url}
    settings = load_settings(environ, cwd=tmp_path)
    with machines(database_url, "elsewhere") as (elsewhere,):
        assert status.facts(settings)["up"] is False
        elsewhere.turn.begin(stand_by=True)
        assert status.facts(settings)["up"] is True


def test_a_backup_is_not_put_back_while_a_daemon_works_on_another_machine(
    database_url: str, tmp_path: Path
) -> None:
    file = tmp_path / "a.backup"
    file.write_bytes(b"never read")
    environ = {"CAMPFILL_HOME": str(tmp_path / "home"), "CAMPFILL_DATABASE_URL": database_url}
    with machines(database_url, "elsewhere") as (elsewhere,):
        elsewhere.turn.begin(stand_by=True)
        with pytest.raises(daemon_seat.DaemonAtWorkError, match=r"this database: elsewhere\. Nothing"):
            restore(load_settings(environ, cwd=tmp_path), file, yes=True)
