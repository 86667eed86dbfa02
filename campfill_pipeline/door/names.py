"""Names of files that are sent: cleaned like those of dropped files, or refused.

Belongs here: what a sent name may be. Does not belong here: where the file is put.
"""

from __future__ import annotations

import unicodedata

from campfill_pipeline.door.problems import ProblemError
from campfill_pipeline.intake.inbox.settling import is_meant

MOST_BYTES = 200  # file systems take 255; a number may come to stand behind it

_JOINERS = "\u200c\u200d"
"""Unseen marks that belong to words and signs. Others only make a name look like another one, and are left out."""


def clean(name: str) -> str:
    """The name as it will be shown and kept. Raises ProblemError where it leads elsewhere or would be passed over."""
    shown = unicodedata.normalize("NFC", name).strip()
    if "\0" in name or "\ufffd" in name:
        raise ProblemError("bad_name", "The name holds bytes that are no text in UTF-8.")
    shown = "".join(mark for mark in shown if mark in _JOINERS or unicodedata.category(mark) != "Cf")
    shown = "".join(" " if unicodedata.category(mark) in ("Cc", "Zl", "Zp") else mark for mark in shown)
    shown = " ".join(shown.split())
    if not shown:
        raise ProblemError("bad_name", "The name is blank.")
    if "/" in shown or "\\" in shown:
        raise ProblemError("bad_name", f"“{shown[:80]}” names a folder.")
    if any(0xD800 <= ord(mark) <= 0xDFFF for mark in shown):
        raise ProblemError("bad_name", "The name holds marks that are no text.")
    if not is_meant(shown):
        raise ProblemError(
            "bad_name",
            f"“{shown[:80]}” is how hidden, temporary or half loaded files are named; those are passed over.",
        )
    return shortened(shown)


def shortened(name: str) -> str:
    """The name cut to what file systems take, its ending kept."""
    if len(name.encode()) <= MOST_BYTES:
        return name
    stem, dot, ending = name.rpartition(".")
    if not dot or len(ending.encode()) > 20:
        stem, dot, ending = name, "", ""
    room = MOST_BYTES - len((dot + ending).encode())
    return stem.encode()[:room].decode("utf-8", "ignore").rstrip() + dot + ending


def numbered(name: str, number: int) -> str:
    """The name with a number behind its stem, for when the name itself is taken."""
    if number == 0:
        return name
    stem, dot, ending = name.rpartition(".")
    return f"{stem} ({number}){dot}{ending}" if dot and stem else f"{name} ({number})"
