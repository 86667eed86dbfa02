"""Copies of campfill's database in one file, and an SQL prompt, with the programs of the PostgreSQL wheel.

Belongs here: pg_dump, pg_restore, psql. Does not belong here: the originals in CAMPFILL_HOME/archive, which `rebuild`
needs: they are files, to be copied as files. Nor Dagster's own database: what it knows is the history of runs.
"""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from psycopg.conninfo import conninfo_to_dict, make_conninfo

from campfill_pipeline.domain.errors import CampfillError
from campfill_pipeline.warehouse import database
from campfill_pipeline.warehouse.postgres import binaries
from campfill_pipeline.warehouse.statements import sections


class BackupError(CampfillError):
    """A backup or restore failed; the database is as it was. Carries the file and PostgreSQL's own words."""

    def __init__(self, file: Path, problem: str, mend: str, said: str) -> None:
        self.file, self.said = file, said
        super().__init__(problem, f"{mend}\n{said.strip()[-2000:]}".strip())


def command(
    program: str, url: str, arguments: Sequence[str], *, programs: Path | None = None
) -> tuple[list[str], dict[str, str]]:
    """A program's command line and environment; the password is in the latter, where other users cannot see it.

    `programs`: their folder, where they are not the wheel's.
    """
    facts = {name: str(value) for name, value in conninfo_to_dict(url).items() if value is not None}
    password = facts.pop("password", None)
    environ = {**os.environ, "PGOPTIONS": f"-c search_path={database.SCHEMA}", "PGCLIENTENCODING": "UTF8"}
    if password is not None:
        environ["PGPASSWORD"] = password
    account = binaries.Account(os.geteuid(), os.getegid())
    path = (programs or binaries.programs_for(account)) / program
    return [str(path), "--dbname", make_conninfo("", **facts), *arguments], environ


def psql(url: str, arguments: Sequence[str] = ()) -> int:
    """Run psql on this terminal, with campfill's tables in its path; return its exit code."""
    line, environ = command("psql", url, arguments)
    return subprocess.run(line, env=environ, check=False).returncode


def backup(url: str, file: Path, *, snapshot: str | None = None) -> None:
    """Write campfill's schema with all its rows to `file`, as of one moment; uploads and reports go on meanwhile.

    `snapshot`: the moment, as another session exports it (default: now). The file appears only when it is whole,
    written through to the disk. Raises BackupError.
    """
    with tempfile.TemporaryDirectory(dir=file.absolute().parent, prefix=".backup-") as folder:
        unfinished = Path(folder) / "backup"
        options = [
            "--format=custom",
            f"--schema={database.SCHEMA}",
            "--no-owner",
            "--no-privileges",
            "--file",
            str(unfinished),
            *([f"--snapshot={snapshot}"] if snapshot else []),
        ]
        line, environ = command("pg_dump", url, options)
        done = subprocess.run(
            line, env=environ, check=False, capture_output=True, text=True, errors="replace"
        )
        if done.returncode != 0:
            raise BackupError(
                file,
                f"The backup {file} could not be written.",
                "Make room there or choose another place. PostgreSQL said:",
                done.stderr,
            )
        with unfinished.open("rb") as written:
            os.fsync(written.fileno())
        unfinished.replace(file)


def restore(url: str, file: Path) -> None:
    """Put campfill's schema back as `file` has it, in one transaction, then bring it to the newest revision.

    Who may read before may read after: the role campfill_reader gets its rights again. Raises BackupError, and leaves
    everything as it was, where `file` is no backup, or is of a newer campfill or a newer PostgreSQL than the server.
    """
    program = binaries.programs_for(binaries.Account(os.geteuid(), os.getegid())) / "pg_restore"
    _refuse_older_server(url, program, file)
    with tempfile.TemporaryDirectory(prefix="campfill-restore-") as folder:
        script = Path(folder) / "script.sql"
        read = subprocess.run(
            [str(program), "--no-owner", "--no-privileges", "--file", str(script), str(file)],
            check=False, capture_output=True, text=True, errors="replace",
        )  # fmt: skip
        if read.returncode != 0:
            raise BackupError(
                file,
                f"{file} is no backup made by `campfill db backup`.",
                "Choose another file. PostgreSQL said:",
                read.stderr,
            )
        before, after = Path(folder) / "before.sql", Path(folder) / "after.sql"
        before.write_text(f"DROP SCHEMA IF EXISTS {database.SCHEMA} CASCADE;\n")
        after.write_text(
            sections("postgres/restore")["after"]
            .replace("{schema}", database.SCHEMA)
            .replace("{newest}", database.newest_revision())
        )
        files = [part for path in (before, script, after) for part in ("--file", str(path))]
        options = ["--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1", *files]
        line, environ = command("psql", url, options)
        done = subprocess.run(
            line, env=environ, check=False, capture_output=True, text=True, errors="replace"
        )
        if done.returncode != 0:
            raise BackupError(
                file,
                f"{file} could not be put back; the database is as it was.",
                "Mend what PostgreSQL said, then try again:",
                done.stderr,
            )
    database.migrate(url)


def _refuse_older_server(url: str, pg_restore: Path, file: Path) -> None:
    """Raise BackupError where the backup is of a newer major version of PostgreSQL than the server it shall go to."""
    listed = subprocess.run(
        [str(pg_restore), "--list", str(file)], check=False, capture_output=True, text=True, errors="replace"
    )
    dumped = re.search(r"Dumped from database version: (\d+)", listed.stdout)
    with database.connect(url) as connection:
        server = connection.info.server_version // 10_000
    if dumped and int(dumped[1]) > server:
        raise BackupError(
            file,
            f"{file} was made by PostgreSQL {dumped[1]}, and the server is PostgreSQL {server}: nothing was changed.",
            f"Restore it into a server of version {dumped[1]} or newer.",
            "",
        )
