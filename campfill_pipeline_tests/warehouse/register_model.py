"""The line register again, in plain Python, written from the rules: what lists and reverts must make of it.

Whatever is applied, taken back or put back first: the lines are a function of the lists in force, in the order in which
they arrived. So the model keeps the lists, and works everything out anew each time.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

Row = dict[str, Any]
COMPARED = ("name", "runtime", "impression_goal", "budget_eur", "cpm_eur", "buyer", "kind", "placement")


def contract(row: Row) -> Row:
    return {name: row[name] for name in COMPARED}


@dataclass
class ModelUpload:
    """One file: its rows and the ids of its rejected rows, where it stands in the order, and what became of it."""

    key: UUID
    content: object
    received: datetime
    order: int
    rows: list[Row] = field(default_factory=list)
    rejected: frozenset[UUID] = frozenset()
    description: str = ""
    silent: bool = False  # it has no column of budgets
    status: str = "received"
    stands: bool = True
    changed: set[UUID] = field(default_factory=set)

    @property
    def contracts(self) -> dict[UUID, Row]:
        return {row["id"]: contract(row) for row in self.rows}

    @property
    def named(self) -> set[UUID]:
        return {row["id"] for row in self.rows} | self.rejected


@dataclass
class ModelLine:
    """One line, as it is now, and the states it went through."""

    first_seen: datetime
    end: date
    actions: list[str] = field(default_factory=list)
    now: Row | None = None
    absent_since: datetime | None = None


@dataclass
class Model:
    """All lines and files."""

    lines: dict[UUID, ModelLine] = field(default_factory=dict)
    uploads: list[ModelUpload] = field(default_factory=list)

    @property
    def in_force(self) -> list[ModelUpload]:
        """The lists that count, oldest arrival first."""
        standing = [upload for upload in self.uploads if upload.status == "loaded" and upload.stands]
        return sorted(standing, key=lambda upload: upload.order)

    def original_of(self, upload: ModelUpload) -> ModelUpload | None:
        """The list of which this file would be a duplicate now."""
        if (standing := self.in_force) and standing[-1].content == upload.content:
            return standing[-1]
        return None

    def apply(self, upload: ModelUpload, rows: list[Row], rejected: frozenset[UUID]) -> tuple[int, int, int]:
        """Decide a waiting file; returns (new, updated, unchanged)."""
        if original := self.original_of(upload):
            upload.status = "duplicate"
            between = range(original.order + 1, upload.order)
            if any(
                other.status in ("received", "rejected") and other.order in between for other in self.uploads
            ):
                original.order = max(original.order, upload.order)
            return (0, 0, 0)
        before = {key: line.now for key, line in self.lines.items()}
        upload.status, upload.rows, upload.rejected = "loaded", rows, rejected
        for row in rows:
            line = self.lines.setdefault(row["id"], ModelLine(upload.received, row["end_date"]))
            line.first_seen = min(line.first_seen, upload.received)
        self._work_out()
        new = updated = 0
        for key in upload.contracts:
            line, was = self.lines[key], before.get(key)
            if line.now == was:
                continue
            upload.changed.add(key)
            new, updated = new + (was is None), updated + (was is not None)
            line.actions.append("updated" if was else "restored" if line.actions else "created")
        return new, updated, len(rows) - new - updated

    def revert(self, upload: ModelUpload) -> set[UUID]:
        """Take it back, or put it back in force; returns its changed lines that a later list names too."""
        before = {key: line.now for key, line in self.lines.items()}
        upload.stands = not upload.stands
        self._work_out()
        for key, line in self.lines.items():
            if line.now == before[key]:
                continue
            if line.now is None:
                line.actions.append("withdrawn")
            else:
                line.actions.append("restored" if upload.stands or before[key] is None else "reverted")
        later = [other for other in self.in_force if other.order > upload.order]
        return {key for key in upload.changed if any(key in other.contracts for other in later)}

    def _work_out(self) -> None:
        known: set[UUID] = set()
        listed_by: dict[UUID, str] = {}  # the description of the newest list that has the line
        named_by: dict[UUID, str] = {}  # the same, where a rejected row counts too
        for line in self.lines.values():
            line.now = line.absent_since = None
        for upload in self.in_force:
            awaited = {key for key in known if self.lines[key].end >= upload.received.date()}
            own = {key for key in awaited if listed_by[key] == upload.description}
            full = 5 * len(own - upload.named) <= len(own)
            missing = {key for key in awaited - upload.named if named_by[key] == upload.description}
            listed_by |= dict.fromkeys(upload.contracts, upload.description)
            named_by |= dict.fromkeys(upload.named, upload.description)
            known |= upload.contracts.keys()
            for key, said in upload.contracts.items():
                if upload.silent:
                    said = said | {"budget_eur": (self.lines[key].now or {}).get("budget_eur")}
                self.lines[key].now = said
            for key in known:
                line = self.lines[key]
                if key in upload.named:
                    line.absent_since = None
                elif full and key in missing and line.absent_since is None:
                    line.absent_since = upload.received
