"""`campfill lab` as it is typed: exit codes, nothing left running, nothing of anybody else's touched."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import psutil
import pytest

from campfill_pipeline_tests.environment import without_settings


class Reader:
    """Types `campfill lab …` in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __call__(self, *words: str, code: int = 0, environ: Mapping[str, str] | None = None) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "campfill_pipeline.cli", "lab", *words], cwd=self.folder, text=True,
            env=without_settings(COLUMNS="80", **(environ or {})), capture_output=True,
            stdin=subprocess.DEVNULL, timeout=120,
        )  # fmt: skip
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout + done.stderr

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
def reader(tmp_path: Path) -> Reader:
    for parent in (tmp_path, *tmp_path.parents[:3]):
        parent.chmod(0o755)
    return Reader(tmp_path)


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
    assert json.loads(reader("check", "4", "--json"))["solved"] is True
    assert {lab["state"] for lab in json.loads(reader("--json")) if lab["number"] == 4} == {"solved"}
    assert reader.processes() == []
    reader("clean", "4")
    assert list(reader.folder.iterdir()) == []


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
