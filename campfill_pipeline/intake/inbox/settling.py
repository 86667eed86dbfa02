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

from campfill_pipeline.intake.inbox import whole
from campfill_pipeline.intake.inbox.moved_in import MovedIn
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
_LOOK_SOON = 0.1  # while something has not settled yet
WHOLE_SECONDS = 0.3
"""How long a file stands still that shows itself that it is whole; nobody may have it open for writing either."""
USUAL_SECONDS = 2.0
"""Whoever has files stand still for longer than this has a reason; it holds for every file then."""
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
    """Whether any process has the file open for writing, where the system can tell (Linux, local files)."""
    return _is_written(path) is True


def _is_written(path: Path) -> bool | None:
    """Whether any process has the file open for writing; None where that cannot be told.

    Asks for a read lease, which the kernel refuses exactly then. It gives one to the file's owner and to root only, and
    not on every network file system.
    """
    setlease, setsig = getattr(fcntl, "F_SETLEASE", None), getattr(fcntl, "F_SETSIG", None)
    if setlease is None or setsig is None:
        return None
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    except OSError:
        return None
    try:
        # Should a writer come in between, its notice must be a signal that nobody minds: SIGIO would kill us.
        fcntl.fcntl(descriptor, setsig, signal.SIGURG)
        fcntl.fcntl(descriptor, setlease, fcntl.F_RDLCK)
        fcntl.fcntl(descriptor, setlease, fcntl.F_UNLCK)
    except OSError as error:
        return True if error.errno == errno.EAGAIN else None
    finally:
        os.close(descriptor)
    return False


@dataclass(frozen=True)
class _Seen:
    """How a file looked, since when it has looked so, and whether it was seen to be moved in."""

    size: int
    mtime_ns: int
    inode: int
    since: float
    moved: bool

    def looks_like(self, found: os.stat_result) -> bool:
        """Whether the file is as it was."""
        return (self.size, self.mtime_ns, self.inode) == (found.st_size, found.st_mtime_ns, found.st_ino)


class InboxWatch:
    """Finds the settled files of the inbox.

    A file has stood still when its last change (of content, name or attributes: `ctime`, which no program can
    set back) is `settle_seconds` ago; or, where the clocks of file system and machine disagree, when it
    looked the same that long ago. One that shows that it is whole (a workbook with its end, a file that was moved in)
    needs `WHOLE_SECONDS` only, where the system can tell that nobody writes to it. What was seen is kept in the
    work folder, so that processes may take turns.
    """

    def __init__(self, settings: Settings) -> None:
        self._inbox, self._still_for = settings.inbox, settings.settle_seconds
        usual = self._still_for <= USUAL_SECONDS
        self._whole_for = min(WHOLE_SECONDS, self._still_for) if usual else self._still_for
        self._memory = settings.work / "inbox-seen.json"
        self._seen: dict[str, _Seen] = self._remembered()

    def settled(self, now: float, moves: MovedIn | None = None) -> list[Settled]:
        """The files that can be taken over, those changed first first. `now` is in seconds since 1970."""
        return self._look(now, moves or MovedIn())[0]

    def wait(self, seconds: float) -> list[Settled]:
        """The same, looked for until something has settled and nothing moves any more; `seconds` at most."""
        until = time.monotonic() + seconds
        with MovedIn.watch(self._inbox, is_meant) as moves:
            while True:
                settled, moving = self._look(time.time(), moves)
                if (settled and not moving) or time.monotonic() >= until:
                    return settled
                time.sleep(_LOOK_SOON if moving else _LOOK_EVERY)

    def _look(self, now: float, moves: MovedIn) -> tuple[list[Settled], int]:
        """What has settled, and how many files have not yet."""
        settled, seen = [], {}
        moves.read()
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
            key = os.fsencode(entry.name).hex()
            seen[key] = self._as_seen(entry.name, found, self._seen.get(key), now, moves)
            changed = max(found.st_ctime, min(found.st_mtime, found.st_ctime))
            still = max(now - seen[key].since, now - changed)
            if self._may_be_read(Path(entry.path), still, moved=seen[key].moved):
                settled.append(
                    (found.st_mtime_ns, Settled(Path(entry.path), found.st_size, found.st_mtime_ns))
                )
        if seen != self._seen:
            self._seen = seen
            self._remember()
        in_order = sorted(settled, key=lambda pair: (pair[0], pair[1].path.name))
        return [file for _, file in in_order], len(seen) - len(settled)

    @staticmethod
    def _as_seen(name: str, found: os.stat_result, before: _Seen | None, now: float, moves: MovedIn) -> _Seen:
        same = before is not None and before.looks_like(found)
        since = before.since if before is not None and same and before.since <= now else now
        moved = name in moves.names or (
            before is not None and same and before.moved and name not in moves.written
        )
        return _Seen(found.st_size, found.st_mtime_ns, found.st_ino, since, moved)

    def _may_be_read(self, path: Path, still: float, *, moved: bool) -> bool:
        if still >= self._still_for:
            return not open_for_writing(path)
        if still < self._whole_for:
            return False
        # Only where the system can tell: else a program on another machine may be writing to it.
        return (moved or whole.has_its_end(path)) and _is_written(path) is False

    def _remembered(self) -> dict[str, _Seen]:
        try:
            stored = json.loads(self._memory.read_text(encoding="ascii"))
            return {
                str(key): _Seen(int(a), int(b), int(c), float(d), bool(moved))
                for key, (a, b, c, d, moved) in stored.items()
            }
        except (OSError, ValueError, AttributeError, TypeError):
            return {}  # forgetting only means waiting once more

    def _remember(self) -> None:
        with contextlib.suppress(OSError):
            self._memory.parent.mkdir(parents=True, exist_ok=True)
            beside = self._memory.with_name(f"{self._memory.name}.{os.getpid()}")
            told = {
                key: (each.size, each.mtime_ns, each.inode, each.since, each.moved)
                for key, each in self._seen.items()
            }
            beside.write_text(json.dumps(told), encoding="ascii")
            beside.replace(self._memory)
