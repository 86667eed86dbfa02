"""When a file in the inbox is complete: it has stood still, and nobody is writing to it.

Belongs here: which files of a folder count, and since when they have not changed. Does not belong here: what
happens to them then (`folder.py`).
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import json
import os
import signal
import stat
import time
from dataclasses import dataclass
from pathlib import Path

from campfill_pipeline.settings import Settings

_UNFINISHED = (
    ".part",
    ".partial",
    ".crdownload",
    ".download",
    ".opdownload",
    ".filepart",
    ".tmp",
    ".temp",
    ".!ut",
)
_LOOK_EVERY = 0.25  # seconds
_NOT_MEANT = frozenset({"thumbs.db", "desktop.ini", "ehthumbs.db", "icon\r"})


@dataclass(frozen=True)
class Settled:
    """A file that has stood still: its path, size in bytes and modification time."""

    path: Path
    size: int
    mtime_ns: int


def is_dropped_file(entry: os.DirEntry[str]) -> bool:
    """Whether a folder entry is a dropped file: no folder, link, lock file, dotfile or half download."""
    return is_meant(entry.name) and entry.is_file(follow_symlinks=False)


def is_meant(name: str) -> bool:
    """Whether a file of this name is meant to be read: no lock file, dotfile or half download."""
    lower = name.lower()
    return not (lower.startswith((".", "~$", "~lock")) or lower.endswith(_UNFINISHED) or lower in _NOT_MEANT)


def open_for_writing(path: Path) -> bool:
    """Whether any process has the file open for writing, where the system can tell (Linux, local files).

    Asks for a read lease, which the kernel refuses exactly then.
    """
    setlease, setsig = getattr(fcntl, "F_SETLEASE", None), getattr(fcntl, "F_SETSIG", None)
    if setlease is None or setsig is None:
        return False
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    except OSError:
        return False
    try:
        # Should a writer come in between, its notice must be a signal that nobody minds: SIGIO would kill us.
        fcntl.fcntl(descriptor, setsig, signal.SIGURG)
        fcntl.fcntl(descriptor, setlease, fcntl.F_RDLCK)
        fcntl.fcntl(descriptor, setlease, fcntl.F_UNLCK)
    except OSError as error:
        return error.errno == errno.EAGAIN
    finally:
        os.close(descriptor)
    return False


class InboxWatch:
    """Finds the settled files of the inbox.

    A file has stood still when its last change (of content, name or attributes: `ctime`, which no program can
    set back) is `settle_seconds` ago; or, where the clocks of file system and machine disagree, when it
    looked the same that long ago. What was seen is kept in the work folder, so that processes may take turns.
    """

    def __init__(self, settings: Settings) -> None:
        self._inbox, self._still_for = settings.inbox, settings.settle_seconds
        self._memory = settings.work / "inbox-seen.json"
        self._seen: dict[str, tuple[int, int, int, float]] = self._remembered()

    def settled(self, now: float) -> list[Settled]:
        """The files that can be taken over, those changed first first. `now` is in seconds since 1970."""
        return self._look(now)[0]

    def wait(self, seconds: float) -> list[Settled]:
        """The same, looked for until something has settled and nothing moves any more; `seconds` at most."""
        until = time.monotonic() + seconds
        while True:
            settled, moving = self._look(time.time())
            if (settled and not moving) or time.monotonic() >= until:
                return settled
            time.sleep(_LOOK_EVERY)

    def _look(self, now: float) -> tuple[list[Settled], int]:
        """What has settled, and how many files have not yet."""
        settled, seen = [], {}
        try:
            entries = [entry for entry in os.scandir(self._inbox) if is_dropped_file(entry)]
        except FileNotFoundError:
            entries = []
        for entry in entries:
            try:
                found = entry.stat(follow_symlinks=False)
            except FileNotFoundError:
                continue
            if not stat.S_ISREG(found.st_mode):
                continue
            state = (found.st_size, found.st_mtime_ns, found.st_ino)
            key = os.fsencode(entry.name).hex()
            before = self._seen.get(key)
            since = before[3] if before is not None and before[:3] == state and before[3] <= now else now
            seen[key] = (*state, since)
            changed = max(found.st_ctime, min(found.st_mtime, found.st_ctime))
            still = max(now - since, now - changed)
            if still >= self._still_for and not open_for_writing(Path(entry.path)):
                settled.append(
                    (found.st_mtime_ns, Settled(Path(entry.path), found.st_size, found.st_mtime_ns))
                )
        if seen != self._seen:
            self._seen = seen
            self._remember()
        in_order = sorted(settled, key=lambda pair: (pair[0], pair[1].path.name))
        return [file for _, file in in_order], len(seen) - len(settled)

    def _remembered(self) -> dict[str, tuple[int, int, int, float]]:
        try:
            stored = json.loads(self._memory.read_text(encoding="ascii"))
            return {str(key): (int(a), int(b), int(c), float(d)) for key, (a, b, c, d) in stored.items()}
        except (OSError, ValueError, AttributeError, TypeError):
            return {}  # forgetting only means waiting once more

    def _remember(self) -> None:
        with contextlib.suppress(OSError):
            self._memory.parent.mkdir(parents=True, exist_ok=True)
            beside = self._memory.with_name(f"{self._memory.name}.{os.getpid()}")
            beside.write_text(json.dumps(self._seen), encoding="ascii")
            beside.replace(self._memory)
