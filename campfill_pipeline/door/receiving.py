"""Taking a file in: streamed beside the inbox, written through to the disk, announced, then put into the inbox whole.

The steps follow one another so that a crash between any two leaves nothing half: a part is only a part until it is
complete; it is announced before it lies in the inbox; and where a step may have happened, `whereabouts` looks where the
file is, in the order in which files move: inbox, claim, ledger. Belongs here: these steps. Does not belong here: HTTP.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import hashlib
import io
import json
import logging
import os
import shutil
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

from campfill_pipeline.door import names
from campfill_pipeline.door.limits import Limits
from campfill_pipeline.door.problems import ProblemError
from campfill_pipeline.settings import Settings
from campfill_pipeline.storage.objects import INBOX, open_objects
from campfill_pipeline.warehouse.kept_connections import KeptConnections
from campfill_pipeline.warehouse.register import announced, uploads
from campfill_pipeline.warehouse.register.announced import Announced

_PIECE = 256 * 1024  # bytes handed to the disk at a time
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_log = logging.getLogger("campfill.door")


@dataclass(frozen=True)
class Sent:
    """What was taken in. `again`: the very same file had come under this id before."""

    upload_id: UUID
    again: bool


@dataclass(frozen=True)
class _Part:
    path: Path
    size: int
    sha256: str


class Receiving:
    """Takes files in for one home. One process at a time may do so."""

    def __init__(self, settings: Settings, kept: KeptConnections, limits: Limits) -> None:
        self._settings, self._kept, self._limits = settings, kept, limits
        self._inbox = settings.inbox
        self._turns = asyncio.Semaphore(limits.uploads)
        self._of_id: dict[UUID, tuple[asyncio.Lock, int]] = {}

    @property
    def most_bytes(self) -> int:
        """The largest file that is taken."""
        return self._settings.max_upload_mb * 1_000_000

    async def take(
        self, upload_id: UUID, name: str, body: AsyncIterator[bytes], declared: int | None, sent_by: str
    ) -> Sent:
        """Take one file in. Raises ProblemError, and what `body` raises where it breaks off; nothing is kept then."""
        clean = names.clean(name)
        self.check_size(declared or 0)
        if declared == 0:
            raise ProblemError("empty_file", f"“{clean}” holds 0 bytes.")
        try:
            async with asyncio.timeout(self._limits.turn_seconds):
                await self._turns.acquire()
        except TimeoutError:
            raise ProblemError("busy", "Many files are coming in at this moment.") from None
        try:
            part = await self._stream(upload_id, body)
            if part.size == 0:
                part.path.unlink(missing_ok=True)
                raise ProblemError("empty_file", f"“{clean}” holds 0 bytes.")
            return await self._put(upload_id, clean, part, sent_by)
        finally:
            self._turns.release()

    def check_size(self, size: int) -> None:
        """Raise ProblemError where a body of this size is too large, or the disk too full for it."""
        if size > self.most_bytes:
            raise ProblemError(
                "too_large",
                f"The file has {size:,} bytes; {self._settings.max_upload_mb:,} MB are allowed.",
            )
        free = shutil.disk_usage(self._settings.home).free
        if free - size < self._limits.spare_disk:
            raise ProblemError("disk_full", f"{free / 1e6:,.0f} MB are free.")

    async def _stream(self, upload_id: UUID, body: AsyncIterator[bytes]) -> _Part:
        """Write the body to a part, through to the disk. Whatever goes wrong, no part is left."""
        path = self._part_folder() / f"{upload_id}.{uuid4().hex[:8]}.part"
        begun, size, total, piece = time.monotonic(), 0, hashlib.sha256(), bytearray()
        file = path.open("xb", buffering=0)
        writing: asyncio.Future[None] | None = None

        def write(data: bytearray) -> None:
            total.update(data)
            _write_all(file, data)

        try:
            with file:
                try:
                    async for chunk in self._in_time(body, begun):
                        size += len(chunk)
                        if size > self.most_bytes:
                            raise ProblemError(
                                "too_large",
                                f"More than {self._settings.max_upload_mb:,} MB came; none were kept.",
                            )
                        piece += chunk
                        if len(piece) >= _PIECE:
                            if writing:
                                await _finished(writing)
                            # One piece is written while the next one comes.
                            writing = asyncio.ensure_future(asyncio.to_thread(write, piece))
                            piece = bytearray()
                finally:
                    if writing:
                        await _finished(writing)
                await _finished(asyncio.ensure_future(asyncio.to_thread(write, piece)))
                await _finished(asyncio.ensure_future(asyncio.to_thread(os.fsync, file.fileno())))
        except OSError as error:
            path.unlink(missing_ok=True)
            if error.errno not in _FULL:
                raise
            raise ProblemError("disk_full", f"After {size:,} bytes the disk took no more.") from error
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        return _Part(path, size, total.hexdigest())

    async def _in_time(self, body: AsyncIterator[bytes], begun: float) -> AsyncIterator[bytes]:
        """The body's pieces, for as long as they come fast enough. Raises ProblemError."""
        limits, size = self._limits, 0
        pieces = aiter(body)
        while True:
            left = begun + limits.grace_seconds + size / limits.slowest_bytes - time.monotonic()
            try:
                async with asyncio.timeout(max(0, min(limits.idle_seconds, left))):
                    piece = await anext(pieces)
            except StopAsyncIteration:
                return
            except TimeoutError:
                raise ProblemError(
                    "too_slow", f"{size:,} bytes came in {time.monotonic() - begun:,.0f} s."
                ) from None
            size += len(piece)
            yield piece

    async def _put(self, upload_id: UUID, name: str, part: _Part, sent_by: str) -> Sent:
        """Announce a complete part and put it into the inbox; one at a time for each id."""
        lock, waiting = self._of_id.get(upload_id, (asyncio.Lock(), 0))
        self._of_id[upload_id] = lock, waiting + 1
        try:
            async with lock:
                return await asyncio.to_thread(self._announce_and_place, upload_id, name, part, sent_by)
        finally:
            part.path.unlink(missing_ok=True)
            lock, waiting = self._of_id.pop(upload_id)
            if waiting > 1:  # a lock that others wait for stays the one for this id
                self._of_id[upload_id] = lock, waiting - 1

    def _announce_and_place(self, upload_id: UUID, name: str, part: _Part, sent_by: str) -> Sent:
        known = self._known(upload_id)
        if known is not None:
            if known != part.sha256:
                raise ProblemError("key_taken", f"{upload_id} came with other bytes before.")
            if self.whereabouts(upload_id):
                return Sent(upload_id, again=True)
        if store := open_objects(self._settings):
            # Nobody else puts anything under this name, so it is put in parts, and again after a crash.
            self._announce(upload_id, name, f"{upload_id}-{name}", part, sent_by)
            store.put(f"{INBOX}/{upload_id}-{name}", part.path)
            _log.info("received %s %r, %d bytes, from %r", upload_id, name, part.size, sent_by)
            return Sent(upload_id, again=False)
        for number in range(10_000):
            inbox_name = names.numbered(name, number)
            if (self._inbox / inbox_name).exists():
                continue
            self._announce(upload_id, name, inbox_name, part, sent_by)
            if _place(part.path, self._inbox / inbox_name):
                _log.info("received %s %r, %d bytes, from %r", upload_id, name, part.size, sent_by)
                return Sent(upload_id, again=False)
        raise ProblemError("bad_name", f"The inbox holds very many files named “{name}”.")

    def _announce(self, upload_id: UUID, name: str, inbox_name: str, part: _Part, sent_by: str) -> None:
        now = datetime.now(UTC)
        with self._kept.connect() as connection:
            file = Announced(upload_id, name, inbox_name, part.size, part.sha256, sent_by, now)
            announced.announce(connection, file)

    def _known(self, upload_id: UUID) -> str | None:
        """The checksum of what came under this id before, or None."""
        with self._kept.ask() as connection:
            known = uploads.find(connection, upload_id) or announced.find(connection, upload_id)
        return known.sha256 if known else None

    def whereabouts(self, upload_id: UUID) -> str | None:
        """Where the file of an announced upload is: `inbox`, `claimed`, `ledger`; None where it is nowhere."""
        with self._kept.ask() as connection:
            file = announced.find(connection, upload_id)
        if file and file.claim is None:
            if store := open_objects(self._settings):  # it stays in the inbox until it is in the ledger
                found = store.find(f"{INBOX}/{file.inbox_name}")
                if found is not None and found.size == file.file_bytes:
                    return "inbox"
            if _has_size(self._inbox / file.inbox_name, file.file_bytes):
                return "inbox"
            if _is_claimed(self._settings, file):
                return "claimed"
        with self._kept.ask() as connection:
            return "ledger" if uploads.find(connection, upload_id) else None

    def recover(self) -> None:
        """After a crash: put complete parts that were announced into the inbox, forget what is nowhere, clear parts."""
        with self._kept.connect() as connection:
            open_ones = announced.waiting(connection)
        parts = list(self._part_folder().glob("*.part"))
        for file in open_ones:
            if self.whereabouts(file.upload_id):
                continue
            whole = next((part for part in parts if _is_whole(part, file)), None)
            if whole:
                self._announce_and_place(
                    file.upload_id, file.file_name, _Part(whole, file.file_bytes, file.sha256), file.sent_by
                )
            else:
                _log.warning(
                    "forgotten %s %r: it never came to lie in the inbox", file.upload_id, file.file_name
                )
                with self._kept.connect() as connection:
                    announced.forget(connection, file.upload_id)
        for part in parts:
            part.unlink(missing_ok=True)

    def _part_folder(self) -> Path:
        """Where parts lie: beside the inbox, on the same file system, so that a file appears in one move."""
        folder = self._settings.work / "arriving"
        folder.mkdir(parents=True, exist_ok=True)
        self._inbox.mkdir(parents=True, exist_ok=True)
        if folder.stat().st_dev == self._inbox.stat().st_dev:
            return folder
        beside = self._inbox / ".campfill-arriving"
        beside.mkdir(exist_ok=True)
        return beside


def _write_all(file: io.FileIO, data: bytearray) -> None:
    """Write all of it: one call may take less, where the disk is nearly full."""
    left = memoryview(data)
    while left:
        left = left[file.write(left) :]


async def _finished(writing: asyncio.Future[None]) -> None:
    """Wait for a write to its end, even where the upload is given up meanwhile: the file stays open until then."""
    try:
        await asyncio.shield(writing)
    except asyncio.CancelledError:
        await asyncio.wait([writing])
        raise


def _place(part: Path, target: Path) -> bool:
    """Give a complete part its name in the inbox, never over another file; False where the name is taken."""
    try:
        os.link(part, target)
    except FileExistsError:
        return False
    except OSError:  # a file system without links
        if target.exists():
            return False
        part.rename(target)
    part.unlink(missing_ok=True)
    descriptor = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    return True


def _is_whole(part: Path, file: Announced) -> bool:
    """Whether this part is the announced file, all of it."""
    if not part.name.startswith(f"{file.upload_id}.") or part.stat().st_size != file.file_bytes:
        return False
    with part.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest() == file.sha256


def _is_claimed(settings: Settings, file: Announced) -> bool:
    """Whether the announced file is being taken from the inbox this moment."""
    for origin in (settings.work / "claimed").glob("*/origin.json"):
        with contextlib.suppress(OSError, ValueError, KeyError):
            name = os.fsdecode(bytes.fromhex(json.loads(origin.read_text("ascii"))["name"]))
            if name == file.inbox_name and _has_size(origin.with_name("content"), file.file_bytes):
                return True
    return False


def _has_size(path: Path, size: int) -> bool:
    try:
        return path.stat().st_size == size
    except FileNotFoundError:
        return False
