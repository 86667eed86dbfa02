"""Which files were moved into the inbox whole, as Linux tells it.

Who writes beside the inbox, or under a name that is not meant to be read, and then moves the file to its place, says
by it that the file is whole. Only while somebody looks is this seen; what was not seen waits longer.

Belongs here: the moves. Does not belong here: when a file is taken (`settling`).
"""

from __future__ import annotations

import ctypes
import os
import struct
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

_CLOSED_WRITTEN, _MOVED_FROM, _MOVED_TO, _LOST = 0x8, 0x40, 0x80, 0x4000  # linux/inotify.h
_HEAD = struct.Struct("iIII")
_AT_ONCE = 64 * 1024


def _always(_name: str) -> bool:
    return True


@dataclass
class MovedIn:
    """The moves of one look, from the first to the last `read`; none where there is no `descriptor`."""

    descriptor: int | None = None
    is_meant: Callable[[str], bool] = _always
    names: set[str] = field(default_factory=set)
    """What was moved in since the look began, and was not written to after it."""
    written: set[str] = field(default_factory=set)
    """What was written to since the look began, and not moved in after it."""
    _left: dict[int, str] = field(default_factory=dict)

    @classmethod
    @contextmanager
    def watch(cls, folder: Path, is_meant: Callable[[str], bool]) -> Iterator[MovedIn]:
        """Watch a folder; where the system cannot, nothing is seen."""
        descriptor = _begin(folder)
        try:
            yield cls(descriptor, is_meant)
        finally:
            if descriptor is not None:
                os.close(descriptor)

    def read(self) -> None:
        """Take note of all that happened until now."""
        if self.descriptor is None:
            return
        while True:
            try:
                told = os.read(self.descriptor, _AT_ONCE)
            except BlockingIOError:
                return
            place = 0
            while place < len(told):
                _, kind, pair, length = _HEAD.unpack_from(told, place)
                place += _HEAD.size
                self._note(kind, pair, os.fsdecode(told[place : place + length].rstrip(b"\0")))
                place += length

    def _note(self, kind: int, pair: int, name: str) -> None:
        if kind & _LOST:  # too much at once: what was seen before may not hold any more
            self.written |= self.names
            self.names.clear()
        elif kind & _MOVED_FROM:
            self.names.discard(name)
            self._left[pair] = name
        elif kind & _CLOSED_WRITTEN:
            self.names.discard(name)
            self.written.add(name)
        elif kind & _MOVED_TO:
            before = self._left.pop(pair, None)
            # From one name to another that are both read: somebody tidies up, and says nothing of the content.
            if before is None or not self.is_meant(before):
                self.names.add(name)
                self.written.discard(name)
            else:
                self.names.discard(name)


def _begin(folder: Path) -> int | None:
    if sys.platform != "linux":
        return None
    library = ctypes.CDLL(None, use_errno=True)
    descriptor: int = library.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
    if descriptor < 0:  # as many of them as may be are in use
        return None
    kinds = _CLOSED_WRITTEN | _MOVED_FROM | _MOVED_TO
    if library.inotify_add_watch(descriptor, os.fsencode(folder), kinds) < 0:
        os.close(descriptor)
        return None
    return descriptor
