"""What people type at more than one command, read the same everywhere: days, the UUIDs of lines; and who types.

Belongs here: reading such a word. Does not belong here: what is said where it cannot be read.
"""

from __future__ import annotations

import getpass
from uuid import UUID

DAY_FORMATS = ["%Y-%m-%d", "%d.%m.%Y"]


def uuid(text: str) -> UUID:
    """A UUID in any letter case, with or without braces. Raises ValueError."""
    return UUID(text.strip().strip("{}"))


def who() -> str:
    """The name of the user who types; empty where the system knows none."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return ""
