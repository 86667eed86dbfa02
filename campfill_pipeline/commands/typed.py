"""What people type at more than one command, read the same everywhere: days, the UUIDs of lines; and who types.

Belongs here: reading such a word, and what is wrong with a day. Does not belong here: what is said of other words that
cannot be read.
"""

from __future__ import annotations

import getpass
from contextlib import suppress
from datetime import date, datetime
from uuid import UUID

import typer

FIRST_YEAR, LAST_YEAR = 2000, 2100  # of days that can be asked for


def day(text: str) -> date:
    """A local day, written 2026-11-23 or 23.11.2026. Raises BadParameter for what is none, or too far away."""
    for form in ("%Y-%m-%d", "%d.%m.%Y"):
        with suppress(ValueError):
            found = datetime.strptime(text.strip(), form).date()
            if not FIRST_YEAR <= found.year <= LAST_YEAR:
                raise typer.BadParameter(f"{found} is no day from {FIRST_YEAR} to {LAST_YEAR}")
            return found
    raise typer.BadParameter(f"{text!r} is no day of the calendar. Write it like 2026-11-23 or 23.11.2026.")


def uuid(text: str) -> UUID:
    """A UUID in any letter case, with or without braces. Raises ValueError."""
    return UUID(text.strip().strip("{}"))


def who() -> str:
    """The name of the user who types; empty where the system knows none."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return ""
