"""Leaving page and workbook as they are while nothing they show has changed.

A list of a hundred thousand lines is often exported again without a change; reading them all and making both files
anew takes many seconds.
Belongs here: knowing that two files on disk are those of a state. Does not belong here: knowing when a state changes
(`warehouse.fulfillment`), making the files.

Never stale rather than always quick: whatever is in doubt (another state, other rules, another version of campfill,
a file that is missing or was touched, a note that cannot be read) has both files made anew. The note beside them is
written last and holds the checksums of what was written, so neither a crash in between nor another process leaves
anything that looks current and is not.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from uuid import UUID

import campfill_pipeline
from campfill_pipeline.domain.discrepancies import TOLERANCE
from campfill_pipeline.domain.fulfillment import FulfillmentRules
from campfill_pipeline.language.currencies import counted_in
from campfill_pipeline.language.speaking import Language
from campfill_pipeline.reports.files import replace_file
from campfill_pipeline.warehouse.readers.page.rows import Freshness

NOTE = ".made-of.json"


def key(
    content: UUID | None,
    rules: FulfillmentRules,
    language: Language = Language.ENGLISH,
    tolerance: Decimal = TOLERANCE,
) -> str | None:
    """What the files of this state, by these rules, in this language and by this campfill, are known by."""
    return (
        None
        if content is None
        else hashlib.sha256(
            f"{content} {rules!r} {language} {tolerance} {counted_in()} {_code()}".encode()
        ).hexdigest()
    )


@cache
def _code() -> str:
    """A checksum of campfill itself: another version may show the same figures otherwise."""
    root = Path(campfill_pipeline.__file__).parent
    total = hashlib.sha256()
    for file in sorted(
        path for path in root.rglob("*") if path.suffix in (".py", ".sql", ".js", ".css", ".html", ".po")
    ):
        total.update(f"{file.relative_to(root)} ".encode() + file.read_bytes())
    return total.hexdigest()


def fresh(freshness: Freshness) -> str:
    """A freshness as text, the same in every time zone."""
    return json.dumps(asdict(freshness), default=_text)


def _text(value: object) -> str:
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else str(value)


@dataclass(frozen=True)
class Note:
    """What two files are: `key` of their state, how `fresh` it was, their checksums, and the counts of the page."""

    key: str
    fresh: str
    page: str
    workbook: str
    facts: dict[str, int]


def remember(note: Note, folder: Path) -> None:
    """Put the note beside the files."""
    replace_file(folder / NOTE, lambda path: path.write_text(json.dumps(asdict(note)), "utf-8"))


def noted(folder: Path) -> Note | None:
    """The note in this folder; None where there is none that can be read."""
    try:
        return Note(**json.loads((folder / NOTE).read_text("utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def remembered(made_of: str | None, page: Path, workbook: Path) -> Note | None:
    """The note if both files are still exactly those of this key; else None."""
    note = noted(page.parent)
    if note is None or note.key != made_of or not (page.exists() and workbook.exists()):
        return None
    return note if (note.page, note.workbook) == (checksum(page), checksum(workbook)) else None


def checksum(file: Path) -> str:
    """SHA-256 of a file's bytes."""
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
