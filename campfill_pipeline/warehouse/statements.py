"""SQL kept in files beside the modules that run it, read when first used.

Belongs here: finding and reading the files. Does not belong here: what they say, or running them.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

_SECTION = re.compile(r"^-- name: ([a-z ]+)$", re.MULTILINE)


@cache
def statement(name: str) -> str:
    """Text of the SQL file `name` (like `figures/windows`) below this folder."""
    return (Path(__file__).parent / f"{name}.sql").read_text(encoding="utf-8")


@cache
def sections(name: str) -> dict[str, str]:
    """Parts of the SQL file `name` that begin with a line like `-- name: terms now`, by that name."""
    _, *parts = _SECTION.split(statement(name))
    return {title: text.strip() for title, text in zip(parts[::2], parts[1::2], strict=True)}


@cache
def query(name: str, section: str) -> bytes:
    """One part of the SQL file `name`, as psycopg takes it: `query("figures/windows", "trend")`."""
    return sections(name)[section].encode()
