"""Copies of campfill's database in one file, and an SQL prompt, with the programs of the PostgreSQL wheel.

Belongs here: pg_dump, pg_restore, psql. Does not belong here: the originals in CAMPFILL_HOME/archive, which `rebuild`
needs: they are files, to be copied as files. Nor Dagster's own database: what it knows is the history of runs.
"""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from psycopg.conninfo import conninfo_to_dict, make_conninfo

from campfill_pipeline.domain.errors import CampfillError
from campfill_pipeline.warehouse import database
from campfill_pipeline.warehouse.postgres import binaries
from campfill_pipeline.warehouse.statements import sections

_NEWER_SETTING = b"SET transaction_timeout = 0;"
_FOREIGN_OPTION = re.compile(
    rb"^ALTER TABLE ONLY \S+ ALTER COLUMN \S+ SET \(pg_attver=\d+\);\n", re.MULTILINE
)


_REVISION = re.compile(r"^COPY \S+alembic_version .*;\n(\w+)$", re.MULTILINE)


class BackupError(CampfillError):
    """A backup or restore failed; the database is as it was. Carries the file and PostgreSQL's own words."""

    def __init__(self, file: Path, problem: str, mend: str, said: str) -> None:
        self.file, self.said = file, said
        super().__init__(problem, f"{mend}\n{said.strip()[-2000:]}".strip())


def _command(
    program: str,
    url: str,
    arguments: Sequence[str],
    *,
    programs: Path | None = None,
    schema: str = database.SCHEMA,
) -> tuple[list[str], dict[str, str]]:
    """A program's command line and environment; the password is in the latter, where other users cannot see it.

    `programs`: their folder, where they are not the wheel's.
    """
    facts = {name: str(value) for name, value in conninfo_to_dict(url).items() if value is not None}
    password = facts.pop("password", None)
    environ = {**os.environ, "PGOPTIONS": f"-c search_path={schema}", "PGCLIENTENCODING": "UTF8"}
    if password is not None:
        environ["PGPASSWORD"] = password
    account = binaries.Account(os.geteuid(), os.getegid())
    path = (programs or binaries.programs_for(account)) / program
    return [str(path), "--dbname", make_conninfo("", **facts), *arguments], environ


def run(
    program: str, url: str, arguments: Sequence[str], *, programs: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a program on the database and hear what it says; its exit code is the caller's to judge."""
    line, environ = _command(program, url, arguments, programs=programs)
    return subprocess.run(line, env=environ, check=False, capture_output=True, text=True, errors="replace")


def psql(url: str, arguments: Sequence[str] = (), *, schema: str = database.SCHEMA) -> int:
    """Run psql on this terminal, with the tables of `schema` in its path; return its exit code."""
    line, environ = _command("psql", url, arguments, schema=schema)
    return subprocess.run(line, env=environ, check=False).returncode


def backup(url: str, file: Path, *, snapshot: str | None = None) -> None:
    """Write campfill's schema with all its rows to `file`, as of one moment; uploads and reports go on meanwhile.

    `snapshot`: the moment, as another session exports it (default: now). The file appears only when it is whole,
    written through to the disk. Raises BackupError.
    """
    try:
        beside = tempfile.TemporaryDirectory(dir=file.absolute().parent, prefix=".backup-")
    except OSError as fault:
        problem = f"The backup {file} could not be written: {fault.strerror}."
        raise BackupError(file, problem, "Make its folder, or choose another place.", "") from fault
    with beside as folder:
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
        done = run("pg_dump", url, options)
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


@dataclass(frozen=True)
class ReadBackup:
    """A backup that was read to its end and fits the server: what is left to do is to put it back."""

    url: str
    file: Path
    scripts: tuple[Path, ...]

    def put_back(self) -> None:
        """Replace campfill's schema, in one transaction, then bring it to the newest revision.

        Who may read before may read after: the role campfill_reader gets its rights again. Raises BackupError, and
        leaves everything as it was, where PostgreSQL refuses.
        """
        files = [part for path in self.scripts for part in ("--file", str(path))]
        options = ["--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1", *files]
        done = run("psql", self.url, options)
        if done.returncode != 0:
            raise BackupError(
                self.file,
                f"{self.file} could not be put back; the database is as it was.",
                "Mend what PostgreSQL said, then try again:",
                done.stderr,
            )
        database.migrate(self.url)


@contextmanager
def read(url: str, file: Path) -> Iterator[ReadBackup]:
    """Read a backup to its end, touching nothing.

    Raises BackupError where `file` is none, is cut off, or is of a newer campfill, or of a newer PostgreSQL than the
    server's.
    """
    program = binaries.programs_for(binaries.Account(os.geteuid(), os.getegid())) / "pg_restore"
    server = _refuse_older_server(url, program, file)
    with tempfile.TemporaryDirectory(prefix="campfill-restore-") as folder:
        before, tables, rows, after = (
            Path(folder) / name for name in ("before.sql", "tables.sql", "rows.sql", "after.sql")
        )
        _read_backup(program, file, tables, "--section=pre-data")
        _read_backup(program, file, rows, "--section=data", "--section=post-data")
        _refuse_newer_campfill(program, file, Path(folder) / "revision.sql")
        _leave_out_what_other_versions_refuse(tables, rows, server)
        before.write_text(
            f"SET client_min_messages = warning;\nDROP SCHEMA IF EXISTS {database.SCHEMA} CASCADE;\n"
        )
        after.write_text(sections("postgres/restore")["after"].replace("{schema}", database.SCHEMA))
        yield ReadBackup(url, file, (before, tables, rows, after))


def restore(url: str, file: Path) -> None:
    """Put campfill's schema back as `file` has it. Raises BackupError, and leaves everything as it was (`read`)."""
    with read(url, file) as found:
        found.put_back()


def _read_backup(pg_restore: Path, file: Path, script: Path, *sections: str) -> None:
    """Write a part of a backup to a script. Raises BackupError where it is none."""
    command = [str(pg_restore), "--no-owner", "--no-privileges", *sections, "--file", str(script), str(file)]
    read = subprocess.run(command, check=False, capture_output=True, text=True, errors="replace")
    if read.returncode != 0:
        raise BackupError(
            file,
            f"{file} is no backup made by `campfill db backup`, or not a whole one. Nothing was changed.",
            "Choose another file. PostgreSQL said:",
            read.stderr,
        )


def _refuse_newer_campfill(pg_restore: Path, file: Path, script: Path) -> None:
    """Raise BackupError where the backup holds no home of campfill, or one of a newer version."""
    _read_backup(
        pg_restore, file, script, "--data-only", f"--schema={database.SCHEMA}", "--table=alembic_version"
    )
    revision = _REVISION.search(script.read_text(encoding="utf-8"))
    if revision is None:
        raise BackupError(
            file,
            f"{file} is no backup made by `campfill db backup`: it holds no home of campfill. Nothing was changed.",
            "Choose another file.",
            "",
        )
    if revision[1] > database.newest_revision():
        raise BackupError(
            file,
            f"{file} is of a newer version of campfill: nothing was changed.",
            "Install that version, then restore.",
            "",
        )


def _leave_out_what_other_versions_refuse(tables: Path, rows: Path, server: int) -> None:
    """Take out what no row depends on and a server of another version stops at.

    pg_restore 17 and newer begin with a setting that older servers do not know: it becomes a comment as long, as the
    rows may be many. And Debian's PostgreSQL 15 marks every column of a table with an option that no other version has.
    """
    if server < 17:
        for script in (tables, rows):
            with script.open("r+b") as file:
                at = file.read(8192).find(_NEWER_SETTING)
                if at >= 0:
                    file.seek(at)
                    file.write(b"--".ljust(len(_NEWER_SETTING)))
    definitions = tables.read_bytes()
    tables.write_bytes(_FOREIGN_OPTION.sub(b"", definitions))


def _major_of(url: str) -> int:
    with database.connect(url) as connection:
        return connection.info.server_version // 10_000


def _refuse_older_server(url: str, pg_restore: Path, file: Path) -> int:
    """The server's major version. Raises BackupError where the backup is of a newer one."""
    listed = subprocess.run(
        [str(pg_restore), "--list", str(file)], check=False, capture_output=True, text=True, errors="replace"
    )
    dumped = re.search(r"Dumped from database version: (\d+)", listed.stdout)
    server = _major_of(url)
    if dumped and int(dumped[1]) > server:
        raise BackupError(
            file,
            f"{file} was made by PostgreSQL {dumped[1]}, and the server is PostgreSQL {server}: nothing was changed.",
            f"Restore it into a server of version {dumped[1]} or newer.",
            "",
        )
    return server
