"""Whether `campfill up` runs in a home: a lock on a file there, which the system lets go of with the process.

Belongs here: taking the lock, and asking whether somebody holds it. Does not belong here: starting and stopping.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from campfill_pipeline.domain.errors import CampfillError


class RunsAlreadyError(CampfillError):
    """Another `campfill up` has this home. Carries the home and the other's process id, where it is known."""

    def __init__(self, home: Path, pid: int | None) -> None:
        self.home, self.pid = home, pid
        who = f" as process {pid}" if pid else ""
        super().__init__(
            f"campfill up runs already in {home}{who}.",
            "Stop it with Ctrl-C where it runs, or choose another folder: CAMPFILL_HOME=… campfill up",
        )


def _lock_file(home: Path) -> Path:
    return home / "up.lock"


@contextmanager
def only_one(home: Path) -> Iterator[None]:
    """Have this home for as long as the context lasts. Raises RunsAlreadyError, and touches nothing then."""
    home.mkdir(parents=True, exist_ok=True)
    with _lock_file(home).open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise RunsAlreadyError(home, holder(home)) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


def holder(home: Path) -> int | None:
    """The process id of the `campfill up` that has this home; None where none does, or it has not said so yet."""
    with contextlib.suppress(OSError), _lock_file(home).open(encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError:
            text = file.read().strip()
            return int(text) if text.isdigit() else None
    return None
