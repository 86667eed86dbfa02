"""The line register again, in plain Python, written from the rules: what lists and reverts must make of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

Row = dict[str, Any]
COMPARED = ("name", "runtime", "impression_goal", "budget_eur", "cpm_eur", "buyer", "kind", "placement")


def contract(row: Row) -> Row:
    return {name: row[name] for name in COMPARED}


@dataclass
class ModelUpload:
    """One loaded list: its rows, whether it stands, and whom it marked absent or present again."""

    key: UUID
    content: object
    received: datetime
    stands: bool = True
    marks: dict[UUID, tuple[datetime | None, datetime | None]] = field(default_factory=dict)


@dataclass
class ModelLine:
    """One line: what each upload made of it, in order, and the states it went through."""

    brought: list[tuple[ModelUpload, Row]] = field(default_factory=list)
    actions: list[str] = field(default_factory=list)
    now: Row | None = None
    absent_since: datetime | None = None


@dataclass
class Model:
    """All lines and loaded uploads."""

    lines: dict[UUID, ModelLine] = field(default_factory=dict)
    uploads: list[ModelUpload] = field(default_factory=list)

    def is_duplicate(self, content: object) -> bool:
        standing = [upload for upload in self.uploads if upload.stands]
        return bool(standing) and standing[-1].content == content

    def apply(self, upload: ModelUpload, rows: list[Row]) -> tuple[int, int, int]:
        """Returns (new, updated, unchanged)."""
        awaited = {key for key, line in self.lines.items() if line.now is not None}
        new = updated = unchanged = 0
        for row in rows:
            line = self.lines.setdefault(row["id"], ModelLine())
            if line.now is None:
                line.actions.append("restored" if line.actions else "created")
                new += 1
            elif line.now != contract(row):
                line.actions.append("updated")
                updated += 1
            else:
                unchanged += 1
                continue
            line.now = contract(row)
            line.brought.append((upload, line.now))
        present = {row["id"] for row in rows}
        missing = awaited - present
        if 5 * len(missing) <= len(awaited):
            for key in missing:
                self._mark(upload, key, upload.received)
        for key in present:
            self._mark(upload, key, None)
        self.uploads.append(upload)
        return new, updated, unchanged

    def _mark(self, upload: ModelUpload, key: UUID, after: datetime | None) -> None:
        line = self.lines[key]
        if (line.absent_since is None) != (after is None):
            upload.marks[key] = (line.absent_since, after)
            line.absent_since = after

    def revert(self, upload: ModelUpload) -> set[UUID]:
        """Take it back, or put it back in force; returns the lines that later uploads changed again."""
        upload.stands = not upload.stands
        left = set()
        for key, line in self.lines.items():
            own = [place for place, (who, _) in enumerate(line.brought) if who is upload]
            if not own:
                continue
            standing = [place for place, (who, _) in enumerate(line.brought) if who.stands]
            shall_be = line.brought[standing[-1]][1] if standing else None
            if standing and standing[-1] > own[-1]:
                left.add(key)
            if shall_be == line.now:
                continue
            if shall_be is None:
                line.actions.append("withdrawn")
            else:
                line.actions.append("restored" if upload.stands or line.now is None else "reverted")
            line.now = shall_be
        for key, (before, after) in upload.marks.items():
            expected, then = (before, after) if upload.stands else (after, before)
            if self.lines[key].absent_since == expected:
                self.lines[key].absent_since = then
        return left
