"""The command as a user types it: exit codes, clean JSON, sentences instead of tracebacks."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from campfill_pipeline.commands import running
from campfill_pipeline.warehouse.postgres import server
from campfill_pipeline_tests import shell
from campfill_pipeline_tests.environment import without_settings
from campfill_pipeline_tests.lists import line_id, row, write_list


class Shell:
    """Types `campfill …` with a home and a database of its own."""

    def __init__(self, home: Path, url: str) -> None:
        self.home = home
        self.environ = without_settings(CAMPFILL_HOME=str(home), CAMPFILL_DATABASE_URL=url, COLUMNS="80")

    def __call__(
        self, *words: str, code: int = 0, typed: str = "", **environ: str
    ) -> subprocess.CompletedProcess[str]:
        done = shell.campfill(words, environ=self.environ | environ, folder=self.home.parent, typed=typed)
        assert done.returncode == code, f"campfill {' '.join(words)}\n{done.stdout}\n{done.stderr}"
        assert "Traceback" not in done.stdout + done.stderr
        return done

    def sessions(self) -> int:
        """How many connections were opened so far to campfill's database and Dagster's."""
        with psycopg.connect(self.environ["CAMPFILL_DATABASE_URL"]) as connection:
            asked = connection.execute(
                "SELECT sum(sessions) FROM pg_stat_database WHERE starts_with(datname, current_database())"
            ).fetchone()
        assert asked is not None
        return int(asked[0])


@pytest.fixture(scope="module")
def dagsters_tables(postgres_server: server.Server, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Name of a database with Dagster's tables, to copy: they take longer to make than what most tests ask for."""
    with psycopg.connect(postgres_server.url("postgres"), autocommit=True) as connection:
        connection.execute("CREATE DATABASE shell TEMPLATE template_campfill STRATEGY file_copy")
    Shell(tmp_path_factory.mktemp("shell") / "home", postgres_server.url("shell"))("maintain", "--dry-run")
    return "shell_dagster"


@pytest.fixture
def campfill(tmp_path: Path, database_url: str, dagsters_tables: str) -> Iterator[Shell]:
    own = sql.Identifier(database_url.rpartition("/")[2] + "_dagster")
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy").format(
                own, sql.Identifier(dagsters_tables)
            )
        )
    yield Shell(tmp_path / "home", database_url)
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(own))


def test_ingest_reports_each_file_and_its_exit_code_tells_the_worst(campfill: Shell, tmp_path: Path) -> None:
    good = write_list(tmp_path / "good.xlsx", [row(1, goal=2000, cpm="7,50"), row(2)])
    faulty = write_list(tmp_path / "faulty.xlsx", [row(3), row(4, runtime="next week")])
    broken = tmp_path / "broken.xlsx"
    broken.write_bytes(b"")
    reports = json.loads(campfill("ingest", str(good), str(faulty), str(broken), "--json", code=4).stdout)
    assert campfill.sessions() < 120  # connections are kept: with one for every statement there were 644
    assert [report["status"] for report in reports] == ["loaded", "partly_loaded", "rejected"]
    assert [report["reason"] for report in reports] == [None, None, "empty_file"]
    assert set(reports[0]) == {
        "upload_id", "file", "sha256", "kind", "status", "reason", "rows", "issues", "receipt", "description",
        "told",
    }  # fmt: skip
    assert all((campfill.home / report["receipt"]).is_file() for report in reports)
    assert good.exists()  # copied, not moved

    status = json.loads(campfill("status", "--json").stdout)
    assert status["counts"]["uploads"] == 3
    lines = json.loads(campfill("fulfillment", "--json").stdout)
    assert [entry["line_id"] for entry in lines] == [line_id(1), line_id(2), line_id(3)]  # worst first
    assert lines[0]["shortfall"].startswith("2000")
    assert isinstance(lines[0]["delivered"], str)

    shown = campfill("fulfillment").stdout
    assert "Line 1" in shown
    assert max(len(text) for text in shown.splitlines()) <= 80
    one = json.loads(campfill("line", "{" + line_id(1).upper() + "}", "--json").stdout)
    assert one["line"]["name"] == "Line 1"
    assert "Line 1" in campfill("line", line_id(1)).stdout
    campfill("revert", "1")  # by its number
    assert len(json.loads(campfill("fulfillment", "--json").stdout)) == 1
    assert "campfill revert 1 --again" in " ".join(campfill("revert", "1", code=1).stderr.split())
    assert len(json.loads(campfill("fulfillment", "--json").stdout)) == 1
    assert "campfill:" in campfill("revert", reports[2]["upload_id"], code=1).stderr


def test_status_answers_at_once_and_without_dagster(campfill: Shell) -> None:
    campfill("status")
    spent_before = resource.getrusage(resource.RUSAGE_CHILDREN)
    traced = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "campfill_pipeline.cli", "status"],
        env=campfill.environ, capture_output=True, text=True, check=True,
    )  # fmt: skip
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    # Of the processor, for a shared machine keeps a process waiting; 0.3 s were measured, 0.8 s while imports are told.
    assert spent.ru_utime + spent.ru_stime - spent_before.ru_utime - spent_before.ru_stime < 5
    imported = {line.rsplit("|", 1)[-1].strip() for line in traced.stderr.splitlines()}
    assert not imported & {"dagster", "pandas", "pyarrow", "pandera"}


def test_the_token_is_stored_for_its_owner_only_and_shown_nowhere(campfill: Shell) -> None:
    done = campfill("token", typed="s3cr3t-token\n")
    file = campfill.home / "reporting-token"
    assert file.read_text() == "s3cr3t-token\n"
    assert file.stat().st_mode & 0o777 == 0o600
    assert "s3cr3t" not in done.stdout + done.stderr
    assert "s3cr3t" not in campfill("settings", CAMPFILL_REPORTING_TOKEN="s3cr3t-other").stdout


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("ingest", "missing.xlsx"), 1, "missing.xlsx"),
        (("line", "not-an-id"), 2, "not-an-id"),
        (("revert", "not-an-id"), 2, "not-an-id"),
        (("revert", "99"), 2, "99"),
        (("refresh",), 1, "CAMPFILL_REPORTING_URL"),
        (("refresh", "--from", "2026-02-30"), 2, "2026-02-30"),
        (("fulfillment", "--kind", "banner"), 2, "banner"),
        (("up", "--host", "0.0.0.0"), 2, "--behind-proxy"),
        (("up", "--host", "campfill.example"), 2, "--behind-proxy"),
        (("up", "--host", "nowhere.invalid", "--behind-proxy"), 2, "no IPv4 address of this machine"),
        (("up", "--host", "::1"), 2, "no IPv4 address of this machine"),
        (("door", "token", "new", "x", "--may", "all"), 2, "all"),
        (("door", "token", "revoke", "nobody"), 1, "nobody"),
        (("simulate-api", "--faults", "gremlins"), 2, "gremlins"),
    ],
)
def test_wrong_words_are_answered_with_a_sentence(
    campfill: Shell, words: tuple[str, ...], code: int, said: str
) -> None:
    assert said in campfill(*words, code=code).stderr


def test_a_wrong_setting_names_itself(campfill: Shell) -> None:
    assert "CAMPFILL_TIMEZONE" in campfill("status", code=1, CAMPFILL_TIMEZONE="Berlin").stderr


def test_db_url_prints_one_line(campfill: Shell) -> None:
    printed = campfill("db", "url").stdout
    assert printed.startswith("postgresql://")
    assert printed.count("\n") == 1


def test_doctor_finds_what_is_wrong_and_says_the_mend(campfill: Shell) -> None:
    findings = json.loads(campfill("doctor", "--json").stdout)
    assert {finding["name"] for finding in findings} >= {"home folder", "database", "connector"}
    lost = campfill(
        "doctor", code=1, CAMPFILL_REPORTING_URL="http://127.0.0.1:9", CAMPFILL_REPORTING_TOKEN="t"
    ).stdout
    assert "reporting" in lost


def test_a_rejected_file_says_why_and_how_to_mend_it_on_the_terminal_and_in_json(
    campfill: Shell, tmp_path: Path
) -> None:
    empty = tmp_path / "empty.xlsx"
    empty.write_bytes(b"")
    shown = campfill("ingest", str(empty), code=4).stdout
    (report,) = json.loads(campfill("ingest", str(empty), "--json", code=4).stdout)
    issue = report["issues"][0]
    assert (issue["code"], issue["severity"], issue["cell"]) == ("empty_file", "error", None)
    assert issue["message"] and issue["hint"]
    assert " ".join(issue["message"].split()) in " ".join(shown.split())


def test_days_are_taken_in_both_notations_and_far_ones_refused_in_a_sentence(campfill: Shell) -> None:
    assert json.loads(campfill("fulfillment", "--as-of", "23.11.2026", "--json").stdout) == []
    assert "no day from 2000 to 2100" in " ".join(
        campfill("fulfillment", "--as-of", "9999-12-31", code=2).stderr.split()
    )


def test_a_receipt_that_comes_back_keeps_the_name_of_its_file(campfill: Shell, tmp_path: Path) -> None:
    faulty = write_list(tmp_path / "faulty.xlsx", [row(1), row(2, runtime="next week")])
    (first,) = json.loads(campfill("ingest", str(faulty), "--json", code=3).stdout)
    assert first["receipt"] == "outbox/000001-faulty.receipt.xlsx"
    (again,) = json.loads(campfill("ingest", str(campfill.home / first["receipt"]), "--json", code=4).stdout)
    assert again["receipt"] == "outbox/000002-faulty.receipt.xlsx"


def test_psql_takes_a_statement_and_the_version_is_told(campfill: Shell) -> None:
    campfill("status")
    assert campfill("db", "psql", "-At", "-c", "SELECT count(*) FROM line").stdout.strip() == "0"
    assert campfill("--version").stdout.startswith("campfill ")


def test_a_restore_keeps_what_was_there_and_is_refused_beside_a_running_up(
    campfill: Shell, tmp_path: Path
) -> None:
    campfill("ingest", str(write_list(tmp_path / "one.xlsx", [row(1)])))
    campfill("db", "backup", str(tmp_path / "copy"))
    campfill("ingest", str(write_list(tmp_path / "two.xlsx", [row(1), row(2)])))
    with running.only_one(campfill.home):
        assert "runs already" in campfill("db", "restore", str(tmp_path / "copy"), code=1).stderr
    said = campfill("db", "restore", str(tmp_path / "copy"), code=2, typed="n\n").stderr
    assert "say --yes" in " ".join(said.split())
    assert not (campfill.home / "backups").exists()
    campfill("db", "restore", str(tmp_path / "copy"), "--yes")
    assert json.loads(campfill("status", "--json").stdout)["counts"]["uploads"] == 1
    (kept,) = (campfill.home / "backups").iterdir()
    campfill("db", "restore", str(kept), "--yes")
    assert json.loads(campfill("status", "--json").stdout)["counts"]["uploads"] == 2


def test_doctor_and_status_tell_what_will_not_happen_by_itself(campfill: Shell, tmp_path: Path) -> None:
    campfill("ingest", str(write_list(tmp_path / "one.xlsx", [row(1)])))
    inbox = campfill.home / "inbox"
    (inbox / "a folder").mkdir()
    (inbox / ".~lock.one.xlsx#").write_text("")
    (original,) = (file for file in (campfill.home / "archive").rglob("*") if file.is_file())
    original.unlink()
    found = {finding["name"]: finding for finding in json.loads(campfill("doctor", "--json", code=1).stdout)}
    assert found["campfill up"]["ok"] is None and "does not run" in found["campfill up"]["found"]
    assert found["folders in the inbox"]["found"] == "a folder"
    assert "1 missing" in found["archive"]["found"]
    told = json.loads(campfill("status", "--json").stdout)
    assert (told["files_waiting"], told["up"]) == (0, False)  # a lock file waits for nobody
    assert "does not run here" in campfill("status").stdout


def test_a_new_home_is_said(campfill: Shell) -> None:
    assert f"{campfill.home} is new" in " ".join(campfill("status").stderr.split())
    campfill.home.mkdir()
    assert "is new" not in campfill("status").stderr


def test_housekeeping_says_what_it_would_do_and_what_it_did(campfill: Shell) -> None:
    told = json.loads(campfill("maintain", "--dry-run", "--json").stdout)
    assert (told["dry_run"], told["runs"], told["freed_bytes"]) == (True, 0, None)
    assert len(told["months_made"]) == 3
    done = campfill("maintain")
    assert done.returncode == 0
    assert "old runs of Dagster" in done.stdout
    assert told["months_made"][0] in done.stdout, "the dry run made none"
