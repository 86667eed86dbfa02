"""What a running `campfill up` answers is what the command's own process would have said, in every byte."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import shutil
import signal
import socket
import struct
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psutil
import psycopg
import pytest

import campfill_pipeline
from campfill_pipeline import forking
from campfill_pipeline.commands import asking
from campfill_pipeline.warehouse.postgres import server
from campfill_pipeline_tests import shell
from campfill_pipeline_tests.environment import without_settings
from campfill_pipeline_tests.lists import line_id, row, write_list

pytestmark = pytest.mark.skipif(not forking.forks(), reason="commands are answered by forks on Linux only")

SCRIPT = """import sys
from campfill_pipeline.terminal import main
{more}
if __name__ == "__main__":
    sys.exit(main())
"""
NO_COMMANDS = "sys.modules['campfill_pipeline.cli'] = None  # whoever would run the command itself fails"
MOMENT = re.compile(rb"\d{4}-\d\d-\d\dT[\d:.+]+|\d\d:\d\d:\d\d\.\d+")


class Asked:
    """A home, and the script that is typed there."""

    def __init__(self, folder: Path, url: str) -> None:
        self.folder, self.home = folder, folder / "home"
        self.script = folder / "campfill"
        self.script.write_text(SCRIPT.format(more=""), encoding="utf-8")
        self.environ = without_settings(CAMPFILL_HOME=str(self.home), CAMPFILL_DATABASE_URL=url, COLUMNS="80")

    def answered_only(self) -> None:
        self.script.write_text(SCRIPT.format(more=NO_COMMANDS), encoding="utf-8")

    def type(self, *words: str, **environ: str) -> tuple[int, bytes, bytes]:
        with self.begin(*words, **environ) as process:
            out, err = process.communicate(timeout=120)
        return process.returncode, MOMENT.sub(b"...", out), MOMENT.sub(b"...", err)

    def begin(self, *words: str, **environ: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, self.script, *words], env=self.environ | environ, cwd=self.folder,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip

    @contextmanager
    def answering(self, **environ: str) -> Iterator[psutil.Process]:
        """As `campfill up` starts it; its own environment is not that of whoever asks."""
        command = [sys.executable, "-m", "campfill_pipeline.commands.answering", str(self.home)]
        with subprocess.Popen(command, env=without_settings(**environ), cwd="/") as process:
            try:
                wait_for((self.home / asking.SOCKET).is_socket)
                yield psutil.Process(process.pid)
            finally:
                process.terminate()
        assert process.returncode == 0
        assert not (self.home / asking.SOCKET).exists()


def wait_for(what: Callable[[], object]) -> None:
    deadline = time.monotonic() + 60
    while not what():
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.fixture(scope="module")
def loaded(postgres_server: server.Server, tmp_path_factory: pytest.TempPathFactory) -> Asked:
    """A home with two lines: what is answered only reads."""
    with psycopg.connect(postgres_server.url("postgres"), autocommit=True) as connection:
        connection.execute("CREATE DATABASE answered TEMPLATE template_campfill STRATEGY file_copy")
    made = Asked(tmp_path_factory.mktemp("loaded"), postgres_server.url("answered"))
    sample = write_list(made.folder / "lines.xlsx", [row(1, goal=2000), row(2)])
    done = shell.campfill(["ingest", str(sample)], environ=made.environ, folder=made.folder)
    assert done.returncode == 0, done.stderr
    return made


@pytest.fixture
def asked(tmp_path: Path, loaded: Asked) -> Asked:
    shutil.copytree(loaded.home, tmp_path / "home")
    return Asked(tmp_path, loaded.environ["CAMPFILL_DATABASE_URL"])


CASES: tuple[tuple[tuple[str, ...], dict[str, str]], ...] = (
    (("status",), {}),
    (("status",), {"FORCE_COLOR": "1", "COLUMNS": "60", "TZ": "Asia/Tokyo"}),
    (("status",), {"CAMPFILL_LANGUAGE": "de"}),
    (("status", "--json"), {"PYTHONIOENCODING": "ascii:backslashreplace"}),
    (("fulfillment",), {"NO_COLOR": "1"}),
    (("fulfillment", "--as-of", "2026-01-01", "--json"), {}),
    (("fulfillment", "--csv"), {"CAMPFILL_LANGUAGE": "de"}),
    (("fulfillment", "--limit", "many"), {}),  # 2: how it is used, with the name of the command
    (("fulfillment", "--limit", "many"), {"CAMPFILL_LANGUAGE": "de", "FORCE_COLOR": "1"}),
    (("line", line_id(1)), {"CAMPFILL_TIMEZONE": "America/New_York"}),
    (("line", line_id(9)), {}),  # 1: there is no such line
    (("line", line_id(9)), {"CAMPFILL_LANGUAGE": "de"}),
    (("line", "-h"), {"TERMINAL_WIDTH": "50", "FORCE_COLOR": "1"}),
    (("status",), {"CAMPFILL_BANDS": "many"}),  # a setting that cannot be used
)


def test_answers_are_what_the_own_process_says(asked: Asked) -> None:
    alone = [asked.type(*words, **environ) for words, environ in CASES]
    assert {code for code, _, _ in alone} == {0, 1, 2}
    asked.answered_only()
    with asked.answering(FORCE_COLOR="1", TERMINAL_WIDTH="33", TZ="Europe/Berlin"):
        answered = [asked.type(*words, **environ) for words, environ in CASES]
    for case, one, other in zip(CASES, alone, answered, strict=True):
        assert one == other, case


def test_settings_of_the_folder_and_its_home_are_those_of_who_asks(asked: Asked) -> None:
    settings = {name: asked.environ.pop(name) for name in ("CAMPFILL_HOME", "CAMPFILL_DATABASE_URL")}
    settings["CAMPFILL_HOME"] = "home"
    told = "".join(f"{name}={text}\n" for name, text in settings.items())
    (asked.folder / ".env").write_text(f"{told}CAMPFILL_LANGUAGE=de\nthis is none\n", encoding="utf-8")
    alone = asked.type("status")
    assert b"Zeilen" in alone[1]
    asked.answered_only()
    with asked.answering():
        assert asked.type("status") == alone


def on_a_terminal(asked: Asked, *words: str) -> bytes:
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("4H", 40, 132, 0, 0))
    environ = {name: text for name, text in asked.environ.items() if name != "COLUMNS"} | {
        "TERM": "xterm-256color"
    }
    with subprocess.Popen(
        [sys.executable, asked.script, *words], env=environ, cwd=asked.folder,
        stdin=theirs, stdout=theirs, stderr=theirs,
    ) as process:  # fmt: skip
        os.close(theirs)
        said = b""
        try:
            while part := os.read(ours, 65_536):
                said += part
        except OSError:  # all have closed it
            pass
    os.close(ours)
    assert process.returncode == 0
    return MOMENT.sub(b"...", said)


def test_a_terminal_has_its_colours_and_its_width(asked: Asked) -> None:
    alone = on_a_terminal(asked, "fulfillment")
    assert b"\x1b[" in alone
    asked.answered_only()
    with asked.answering():
        assert on_a_terminal(asked, "fulfillment") == alone


def test_a_reader_that_has_seen_enough_ends_it_alike(asked: Asked) -> None:
    def to_nobody() -> tuple[int, bytes]:
        with asked.begin("fulfillment", "--csv") as process:
            assert process.stdout is not None
            assert process.stderr is not None
            process.stdout.close()
            return process.wait(60), process.stderr.read()

    alone = to_nobody()
    asked.answered_only()
    with asked.answering():
        assert to_nobody() == alone


@contextmanager
def held_up(asked: Asked) -> Iterator[subprocess.Popen[bytes]]:
    """A command that waits for the database."""
    with psycopg.connect(asked.environ["CAMPFILL_DATABASE_URL"]) as connection:
        connection.execute("LOCK TABLE campfill.line_register IN ACCESS EXCLUSIVE MODE")
        with (
            asked.begin("line", line_id(1)) as process,
            psycopg.connect(asked.environ["CAMPFILL_DATABASE_URL"], autocommit=True) as looking,
        ):
            wait_for(
                lambda: looking.execute(
                    "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
                ).fetchone()
            )
            yield process


def test_ctrl_c_ends_what_is_answered(asked: Asked) -> None:
    def interrupted() -> tuple[int, bytes, bytes]:
        with held_up(asked) as process:
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=30)
        return process.returncode, out, err

    alone = interrupted()
    assert alone[0] != 0
    asked.answered_only()
    with asked.answering() as answering:
        assert interrupted() == alone
        wait_for(lambda: not answering.children())


def test_it_ends_with_who_asked(asked: Asked) -> None:
    asked.answered_only()
    with asked.answering() as answering, held_up(asked) as process:
        assert len(answering.children()) == 1
        process.kill()
        wait_for(lambda: not answering.children())


def test_who_asked_is_told_that_the_answering_process_ended(asked: Asked) -> None:
    with asked.answering() as answering, held_up(asked) as process:
        [fork] = answering.children()
        fork.kill()
        out, err = process.communicate(timeout=30)
        assert (process.returncode, out) == (1, b"")
        assert b"campfill up ended while it answered. Ask again." in err


def test_a_home_in_a_very_long_path_is_answered_too(asked: Asked) -> None:
    deep = asked.folder / ("deep" * 30) / "home"
    deep.parent.mkdir()
    asked.home.rename(deep)
    asked.home = deep
    asked.environ["CAMPFILL_HOME"] = str(deep)
    asked.answered_only()
    with asked.answering():
        assert asked.type("status")[0] == 0


def test_where_nobody_takes_the_question_the_command_answers_itself(asked: Asked) -> None:
    alone = asked.type("status")
    with closing(socket.socket(socket.AF_UNIX)) as left:
        left.bind(str(asked.home / asking.SOCKET))
        left.listen()
        began = time.monotonic()
        assert asked.type("status") == alone, "one that is there, but says nothing"
        assert time.monotonic() - began > asking.PATIENCE_SECONDS
    assert asked.type("status") == alone, "one that was left behind"
    (asked.home / asking.SOCKET).unlink()
    (asked.home / asking.SOCKET).write_text("no socket")
    assert asked.type("status") == alone
    with asked.answering():  # takes the place of what was left behind
        asked.answered_only()
        assert asked.type("status") == alone


def test_another_user_is_told_nothing(asked: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who listens at the socket would see all settings, secrets too."""
    heard: list[bytes] = []
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(asked.home / asking.SOCKET))
        listener.listen()

        def listen() -> None:
            with listener.accept()[0] as asker:
                heard.append(asker.recv(1))

        thread = threading.Thread(target=listen)
        thread.start()
        monkeypatch.setenv("CAMPFILL_HOME", str(asked.home))
        user = os.geteuid()
        monkeypatch.setattr(os, "geteuid", lambda: user + 1)
        for name, number in (("stdin", 0), ("stdout", 1), ("stderr", 2)):
            monkeypatch.setattr(sys, name, os.fdopen(os.dup(number), "r" if number == 0 else "w"))
        assert asking.ask(["status"]) is None
        thread.join(10)
    assert heard == [b""]
    assert (asked.home / asking.SOCKET).stat().st_uid == user


def test_what_a_fork_took_of_the_processor_is_in_an_account(asked: Asked) -> None:
    with asked.answering() as answering:
        assert asked.type("status")[0] == 0
        wait_for(lambda: not answering.children())
        assert answering.cpu_times().children_user > 0


def test_the_socket_is_the_owners_only(asked: Asked) -> None:
    with asked.answering():
        assert (asked.home / asking.SOCKET).stat().st_mode & 0o777 == 0o600


def test_only_the_same_campfill_answers(asked: Asked) -> None:
    """A copy of it in another folder does not, nor the same once its files are others."""
    alone = asked.type("status")
    package = Path(campfill_pipeline.__file__).parent
    copy = asked.folder / "copy"
    shutil.copytree(package, copy / package.name, ignore=shutil.ignore_patterns("__pycache__", "guide"))
    of_copy = {"PYTHONPATH": str(copy)}
    asked.answered_only()
    with asked.answering():
        assert asked.type("status")[0] == 0
        assert b"ModuleNotFoundError" in asked.type("status", **of_copy)[2]
    with asked.answering(**of_copy):
        assert asked.type("status", **of_copy) == alone
        (copy / package.name / "cli.py").touch()
        assert b"ModuleNotFoundError" in asked.type("status", **of_copy)[2]
