"""What people can be told: kinds of facts, their groups, quiet hours, and when a message is due.

Belongs here: words and rules. Does not belong here: finding facts (`warehouse/notices`), writing and sending messages
(`telling`).
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from campfill_pipeline.domain.uploads import RECEIPT_NAME


class Kind(StrEnum):
    """A kind of fact that begins once and is over once."""

    LINE_BEHIND = "line_behind"
    LINE_UNLIKELY = "line_unlikely"
    LINE_SHORT = "line_short"
    GOAL_UNLIKELY = "goal_unlikely"
    INCIDENT = "incident"
    LIST_REJECTED = "list_rejected"
    LIST_PARTLY = "list_partly"
    DELIVERY_OVERDUE = "delivery_overdue"
    ROWS_REFUSED = "rows_refused"
    CHECK_FAILED = "check_failed"
    RUN_FAILED = "run_failed"
    DISK_LOW = "disk_low"
    BACKUP_OLD = "backup_old"
    COUNT_BEYOND = "count_beyond"


class Group(StrEnum):
    """What a recipient can ask for."""

    LINES = "lines"
    INCIDENTS = "incidents"
    LISTS = "lists"
    DELIVERY = "delivery"
    SYSTEM = "system"
    COUNTS = "counts"


@dataclass(frozen=True)
class Words:
    """How a kind is headed in a message; `one` and `many` count it in a title."""

    group: Group
    heading: str
    one: str
    many: str


WORDS = {
    Kind.LINE_BEHIND: Words(Group.LINES, "Lines that fell behind", "line behind", "lines behind"),
    Kind.LINE_UNLIKELY: Words(
        Group.LINES, "Lines unlikely to be met", "line unlikely to be met", "lines unlikely to be met"
    ),
    Kind.LINE_SHORT: Words(Group.LINES, "Lines that ended short", "line ended short", "lines ended short"),
    Kind.GOAL_UNLIKELY: Words(
        Group.LINES,
        "Goals unlikely before the start",
        "goal unlikely before its start",
        "goals unlikely before their start",
    ),
    Kind.INCIDENT: Words(Group.INCIDENTS, "Incidents", "incident", "incidents"),
    Kind.LIST_REJECTED: Words(Group.LISTS, "Files rejected", "file rejected", "files rejected"),
    Kind.LIST_PARTLY: Words(
        Group.LISTS, "Files loaded in part", "file loaded in part", "files loaded in part"
    ),
    Kind.DELIVERY_OVERDUE: Words(
        Group.DELIVERY, "Delivery overdue", "delivery overdue", "deliveries overdue"
    ),
    Kind.ROWS_REFUSED: Words(
        Group.DELIVERY, "Rows of delivery refused", "day with refused rows", "days with refused rows"
    ),
    Kind.CHECK_FAILED: Words(Group.SYSTEM, "Checks that fail", "check fails", "checks fail"),
    Kind.RUN_FAILED: Words(Group.SYSTEM, "Runs that failed", "job fails", "jobs fail"),
    Kind.DISK_LOW: Words(Group.SYSTEM, "Disk", "disk nearly full", "disks nearly full"),
    Kind.BACKUP_OLD: Words(Group.SYSTEM, "Backup", "backup too old", "backups too old"),
    Kind.COUNT_BEYOND: Words(
        Group.COUNTS,
        "Second counts beyond the tolerance",
        "second count beyond the tolerance",
        "second counts beyond the tolerance",
    ),
}

LINE_STATES = (Kind.LINE_BEHIND, Kind.LINE_UNLIKELY)
"""A line is in one of these at most."""

SHORT_FOR_DAYS = 7
"""A line that ended short longer ago than this, when it is first seen, is past and nobody is told."""

NEW_FOR_DAYS = 7
"""In its first days, a line whose goal is out of reach is said to be unlikely, not behind."""

GATHER = timedelta(seconds=45)
"""A message waits until nothing was added for so long, so that a burst makes one."""

GATHER_AT_MOST = timedelta(minutes=5)
"""Where facts do not stop coming, nobody waits longer than this."""


def is_gathered(first: datetime, last: datetime, now: datetime) -> bool:
    """Whether items added from `first` to `last` are to be told now."""
    return now - last >= GATHER or now - first >= GATHER_AT_MOST


def pause_before(attempt: int) -> timedelta:
    """How long to wait before a message is tried once more: one minute, doubled up to a quarter of an hour."""
    return timedelta(minutes=min(2 ** min(attempt - 1, 10), 15))


def thread_of_file(name: str) -> str:
    """Under which a file, its corrected versions and its receipts (which bear a cleaned name) belong together."""
    receipt = RECEIPT_NAME.fullmatch(name)
    bare = receipt[1] if receipt else name
    for ending in (".xlsx", ".xlsm", ".xls", ".csv", ".tsv", ".txt"):
        bare = bare[: -len(ending)] if bare.casefold().endswith(ending) else bare
    return re.sub(r"[^\w.\-]+|\.{2,}", "-", unicodedata.normalize("NFC", bare))[:50].strip("-.").casefold()


@dataclass(frozen=True)
class QuietHours:
    """Local times between which nothing is sent; over midnight where `begin` is the later one."""

    begin: time
    end: time

    def hold(self, moment: time) -> bool:
        """Whether nothing is sent at this local time."""
        if self.begin <= self.end:
            return self.begin <= moment < self.end
        return moment >= self.begin or moment < self.end


def quiet_hours(text: str) -> QuietHours:
    """Read `20:00-07:00`. Raises ValueError."""
    begin, end = (time.fromisoformat(part.strip()) for part in text.split("-"))
    if begin == end:
        raise ValueError(text)
    return QuietHours(begin, end)


class Digest(StrEnum):
    """How often a recipient gets the overview."""

    DAILY = "daily"
    WEEKLY = "weekly"
    NONE = "none"


def digest_due(often: Digest, at: time, local: datetime) -> date | None:
    """The local day whose overview is due at this local moment; weekly ones come on Mondays."""
    if often == Digest.NONE or local.time() < at or (often == Digest.WEEKLY and local.weekday() != 0):
        return None
    return local.date()
