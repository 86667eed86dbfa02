"""Refresh tokens that an API gives in place of the one before: kept, so that the next sign-in uses the newest.

Belongs here: where they are kept, and whose turn it is. Does not belong here: asking for them (auth.py).
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from campfill_pipeline.reporting.secrets import keep_private


class RefreshTokens(Protocol):
    """What sign-in needs of the place where refresh tokens are kept."""

    @contextmanager
    def turn(self) -> Iterator[None]:
        """One sign-in at a time."""
        yield

    def newest(self, given: str) -> str:
        """The newest token that followed from the one the user gave."""

    def keep(self, given: str, rotated: str) -> None:
        """Keep the one that takes its place."""


class Unkept:
    """In memory only, for a client that has no home."""

    def __init__(self) -> None:
        self._tokens: dict[str, str] = {}
        self._lock = threading.Lock()

    @contextmanager
    def turn(self) -> Iterator[None]:
        """One sign-in at a time, in this process."""
        with self._lock:
            yield

    def newest(self, given: str) -> str:
        """The newest token that followed from the one the user gave."""
        return self._tokens.get(given, given)

    def keep(self, given: str, rotated: str) -> None:
        """Keep the one that takes its place."""
        self._tokens[given] = rotated

    def __repr__(self) -> str:
        return "Unkept()"


class KeptTokens:
    """In a file that only its owner can read. A token counts while the user's own is the one it followed from: a new
    `campfill token` wins. The file is on the disk before the token it replaces is forgotten.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._lock = threading.Lock()

    @contextmanager
    def turn(self) -> Iterator[None]:
        """One sign-in at a time, over all processes of this home."""
        self._file.parent.mkdir(parents=True, exist_ok=True)
        with self._lock, self._file.with_suffix(".lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def newest(self, given: str) -> str:
        """The newest token that followed from the one the user gave."""
        try:
            found = json.loads(self._file.read_text(encoding="utf-8"))
        except (FileNotFoundError, ValueError):
            return given
        if not isinstance(found, dict) or found.get("given") != _mark(given):
            return given
        return str(found["newest"])

    def keep(self, given: str, rotated: str) -> None:
        """Keep the one that takes its place, in one move."""
        keep_private(self._file, json.dumps({"given": _mark(given), "newest": rotated}))

    def __repr__(self) -> str:
        return f"KeptTokens({self._file})"


def _mark(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
