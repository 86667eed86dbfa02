"""`campfill lab` as it is typed: exit codes, nothing left running, nothing of anybody else's touched."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from unittest import mock

import psutil
import pytest

from campfill_pipeline import cli
from campfill_pipeline.lab import homes, play
from campfill_pipeline_tests.environment import let_enter, without_settings


class Reader:
    """Types `campfill lab …` in a folder of its own."""

    def __init__(self, folder: Path, printed: pytest.CaptureFixture[str]) -> None:
        self.folder, self.printed = folder, printed

    def __call__(self, *words: str, code: int = 0, environ: Mapping[str, str] | None = None) -> str:
        """What the command prints, run in this process; it must end with `code`."""
        self.printed.readouterr()
        before = Path.cwd()
        os.chdir(self.folder)
        try:
            with mock.patch.dict(os.environ, without_settings(COLUMNS="80", **(environ or {})), clear=True):
                cli.main(["lab", *words])
        except SystemExit as ended:
            said = "".join(self.printed.readouterr())
            assert (ended.code or 0) == code, said
            return said
        finally:
            os.chdir(before)
        raise AssertionError("a command ends with an exit code")

    def in_a_process(self, *words: str) -> str:
        """What the command prints, run as a person runs it."""
        done = subprocess.run(
            [sys.executable, "-m", "campfill_pipeline.cli", "lab", *words], cwd=self.folder, text=True,
            env=without_settings(COLUMNS="80"), capture_output=True, stdin=subprocess.DEVNULL, timeout=120,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def processes(self) -> list[psutil.Process]:
        """Whatever runs in this folder."""
        here = str(self.folder)

        def place(process: psutil.Process) -> str:
            try:
                return process.cwd()
            except psutil.Error:
                return ""

        return [process for process in psutil.process_iter() if place(process).startswith(here)]


@pytest.fixture
def reader(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> Reader:
    return Reader(let_enter(tmp_path), capfd)


def test_a_lab_is_started_checked_hinted_solved_and_removed_and_nothing_stays_running(reader: Reader) -> None:
    own = {"CAMPFILL_HOME": str(reader.folder / "mine"), "CAMPFILL_DATABASE_URL": "postgresql://nowhere/mine"}
    shown = reader("start", "4", "--answer", "c", environ=own)
    assert "You predicted C; it was B." in shown
    assert reader.processes() == []
    assert "The assumption behind it" in reader("check", "4", code=1)
    assert "Hint 1 of 3" in reader("hint", "4")
    assert "Hint 2 of 3" in reader("hint", "4")
    assert "exit code 0" in reader("try", "4")
    assert "CAMPFILL_HOME" in reader("try", "4", "settings", environ=own)
    mine = reader.folder / "campfill-labs" / "04" / "load.py"
    mine.write_text("# my own try\n")
    assert "Predict first" in reader("start", "4")  # started again: nothing of mine is lost
    assert mine.read_text() == "# my own try\n"
    assert "ON CONFLICT (id) DO UPDATE" in reader("solve", "4")
    assert mine.with_name("load.yours.py").read_text() == "# my own try\n"
    typed = Reader(mine.parent, reader.printed)  # the folder in which one edits, after `cd`
    assert "◐ started" in typed()
    assert not (mine.parent / homes.ROOT).exists()
    assert json.loads(reader.in_a_process("check", "4", "--json"))["solved"] is True
    assert {lab["state"] for lab in json.loads(reader("--json")) if lab["number"] == 4} == {"solved"}
    mine.with_name("look.py").write_text("print('looked')\n")
    assert "looked" in reader("try", "4", "look.py")
    mine.unlink()
    assert "load.py is not there any more" in reader("check", "4", code=1)
    assert reader.processes() == []
    reader("clean", "4")
    assert list(reader.folder.iterdir()) == []


def test_the_sql_prompt_opens_on_the_tables_of_the_lab_and_never_hides_them(reader: Reader) -> None:
    root = reader.folder / homes.ROOT
    asked = reader("start", "4", "--answer", "b").splitlines()
    assert "What will happen, and why?" in "\n".join(asked)
    assert [line for line in asked if line != line.rstrip()] == []
    upsert = "INSERT INTO line (id, name, impression_goal) SELECT id, name, 1 FROM line ON CONFLICT (id) DO NOTHING"
    (root / "04" / "load.py").write_text(
        "import os, psycopg\ndb = psycopg.connect(os.environ['LAB_DATABASE_URL'], autocommit=True)\n"
        f"db.execute('{upsert}')\n"
    )
    refused = " ".join(reader("check", "4", code=1).split())
    assert "that the database knows by itself which lines are the same" in refused
    assert "ALTER TABLE" in reader("try", "4", "db", "psql", "-c", "ALTER TABLE line ADD PRIMARY KEY (id)")
    refused = " ".join(reader("check", "4", code=1).split())  # the key is still there
    assert "the table holds 0 rows instead of 40" in refused
    with play.bench_of(root, 4) as bench:  # what a command of the product leaves in the lab's database
        bench.execute("CREATE SCHEMA IF NOT EXISTS campfill; CREATE VIEW campfill.line AS SELECT 1 AS number")
    assert "exit code 0" in reader("try", "4")


def test_a_program_that_fails_for_another_reason_hears_its_own_words(reader: Reader) -> None:
    root = reader.folder / homes.ROOT
    play.start(root, 5)
    (root / "05" / "load.py").write_text(
        "import os, psycopg\nwith psycopg.connect(os.environ['LAB_DATABASE_URL']) as db:\n"
        "    db.execute('INSERT INTO line (goal) VALUES (1)')\n"
    )
    verdict = play.check(root, 5)
    assert 'column "goal" of relation "line" does not exist' in verdict.what_is_wrong
    assert "one had in mind" in verdict.assumption


def test_what_cannot_be_done_is_said_in_a_sentence(reader: Reader) -> None:
    assert "There is no lab 99" in reader("start", "99", code=1)
    assert "campfill lab start 5" in reader("check", "5", code=1)
    assert "'soon' is no number" in reader("start", "5", "--answer", "soon", code=1)
    theirs = reader.folder / "campfill-labs" / "05" / "letters.txt"
    theirs.parent.mkdir(parents=True)
    theirs.write_text("mine")
    assert "no lab put there" in reader("start", "5", code=1)
    reader("clean")
    assert theirs.read_text() == "mine"


def test_two_labs_at_once_share_a_server_and_the_last_one_stops_it(reader: Reader) -> None:
    root = reader.folder / homes.ROOT
    with ThreadPoolExecutor(2) as readers:
        assert list(readers.map(lambda number: play.start(root, number), (8, 10))) == [True, True]
    assert reader.processes() == []
    with play.bench_of(root, 10) as bench:
        assert play.clean(root, 8) == [8]
        assert bench.one("SELECT count(*) FROM line") == 1200, "cleaning one lab leaves the other running"
        bench.execute("DROP TABLE fulfillment CASCADE; DROP TABLE delivery_day")
    assert reader.processes() == []
    assert play.clean(root, None) == [10]
    assert list(reader.folder.iterdir()) == []


def test_a_table_that_is_not_as_it_was_is_a_verdict_and_no_fault(reader: Reader) -> None:
    root = reader.folder / homes.ROOT
    play.start(root, 6)
    (root / "06" / "bill.py").write_text(
        "import os, psycopg\ndb = psycopg.connect(os.environ['LAB_DATABASE_URL'], autocommit=True)\n"
        "db.execute('CREATE TABLE promised (impressions bigint); INSERT INTO promised VALUES (3500000000)')\n"
    )
    verdict = play.check(root, 6)
    assert not verdict.solved
    assert 'relation "bill" does not exist' in verdict.what_is_wrong
    assert "nobody else reads a table" in verdict.assumption
