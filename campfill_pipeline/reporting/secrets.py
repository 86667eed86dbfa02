"""Keeping secrets out of everything people read.

Belongs here: a holder that never shows its value, a file that only its owner reads, and the cleaning of texts before
they become messages.
"""

from __future__ import annotations

import logging
import os
from pathlib import Path
from urllib.parse import quote, quote_plus

from campfill_pipeline.reporting.errors import MissingTokenError

_SHORTEST = 4


class Secret:
    """A text that shows itself only to who asks for it by `reveal()`."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The secret itself, for a request's header or body and nothing else."""
        return self._value

    def __bool__(self) -> bool:
        return bool(self._value)

    def __repr__(self) -> str:
        return "Secret(***)"

    __str__ = __repr__

    def __reduce__(self) -> str:
        raise TypeError("a secret is not written anywhere")


class Redactor:
    """Replaces every known secret, also in its URL-quoted forms, by ***."""

    def __init__(self) -> None:
        self._known: set[str] = set()

    def learn(self, value: str) -> None:
        """From now on this value is replaced. Very short values would spoil ordinary texts and are left."""
        if len(value) >= _SHORTEST:
            self._known |= {value, quote(value, safe=""), quote_plus(value)}

    def clean(self, text: str) -> str:
        """The text without any known secret."""
        for value in sorted(self._known, key=len, reverse=True):
            text = text.replace(value, "***")
        return text

    def __repr__(self) -> str:
        return f"Redactor({len(self._known)} texts)"


class LogFilter(logging.Filter):
    """Cleans what the HTTP library logs at debug level: addresses, with their parameters."""

    def __init__(self, redactor: Redactor) -> None:
        super().__init__()
        self._redactor = redactor

    def filter(self, record: logging.LogRecord) -> bool:
        """Let every record pass, cleaned."""
        record.msg, record.args = self._redactor.clean(record.getMessage()), ()
        return True


def sendable(token: str, connector: str) -> str:
    """The token without surrounding white space. Raises MissingTokenError where it cannot travel in a
    header.
    """
    bare = token.strip()
    if not bare:
        raise MissingTokenError(
            "No token for the reporting API is set.",
            mend="Run `campfill token` to store one, or set CAMPFILL_REPORTING_TOKEN.",
            connector=connector,
        )
    if not bare.isascii() or not bare.isprintable() or " " in bare:
        raise MissingTokenError(
            "The token for the reporting API holds a space, a line break or a letter that no token has.",
            mend="Copy it again, whole and without anything around it, and run `campfill token`.",
            connector=connector,
        )
    return bare


def keep_private(file: Path, text: str) -> None:
    """Replace a file that only its owner can read, in one move; it is on the disk before the old one is forgotten."""
    new = file.with_suffix(".new")
    new.unlink(missing_ok=True)
    with os.fdopen(
        os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8"
    ) as opened:
        opened.write(text)
        opened.flush()
        os.fsync(opened.fileno())
    new.replace(file)
    folder = os.open(file.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
